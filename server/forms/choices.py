"""The answers that one press of a button can give: `choices`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import kinds
from .fields import fields_of
from .kinds import Field, Option
from .problems import SchemaError
from .validation import Schema, compile_schema

MOST = 4
# What a button shows of a longer one may be the same as of another.
_LONGEST_LABEL = 100

_YES_NO = (Option(True, "Yes"), Option(False, "No"))


@dataclass(frozen=True)
class Choice:
    """One whole answer.

    Attributes:
        label: What to call it, as in the form.
        response: The answer.
        value: What its only field is then.
    """

    label: str
    response: dict[str, Any]
    value: bool | str | int | None


def choices(response_schema: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Give the answers to choose from, where there are so few that each can have its button.

    Args:
        response_schema: A JSON Schema that `compile_schema` accepts.

    Returns:
        The answers in the order of the form, when the answer has one field, which is required,
        and is a yes or no or one of up to four values whose labels can be told apart on buttons;
        nothing for any other schema.
    """
    fields = fields_of(response_schema)
    if len(fields) != 1 or not fields[0].path or not fields[0].required:
        return ()
    options = _options(fields[0])
    if not 1 <= len(options) <= MOST or not _can_be_told_apart(options):
        return ()
    made = tuple(_choice(fields[0].name, option) for option in options)
    return made if _all_satisfy(response_schema, made) else ()


def _options(field: Field) -> tuple[Option, ...]:
    if isinstance(field.kind, kinds.Boolean):
        return _YES_NO
    if not isinstance(field.kind, kinds.Choice):
        return ()
    simple = all(isinstance(option.value, str | int | None) for option in field.kind.options)
    return field.kind.options if simple else ()


def _can_be_told_apart(options: tuple[Option, ...]) -> bool:
    """Whether each label shows as something of its own, whole and on one line."""
    shown = {_shown(option.label) for option in options}
    return len(shown) == len(options) and all(1 <= len(each) <= _LONGEST_LABEL for each in shown)


def _shown(label: str) -> str:
    """Return what of a label can be seen."""
    printed = (character if character.isprintable() else " " for character in label)
    return " ".join("".join(printed).split())


def _choice(name: str, option: Option) -> Choice:
    return Choice(option.label, {name: option.value}, option.value)


def _all_satisfy(response_schema: Mapping[str, Any], made: tuple[Choice, ...]) -> bool:
    """Whether nothing else of the schema stands against any of the answers."""
    try:
        schema: Schema = compile_schema(response_schema, assert_formats=False)
    except SchemaError:
        return False
    return not any(schema.problems(choice.response, limit=1) for choice in made)
