"""Turns the validator's errors into problems, in our words and without the values at fault."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from jsonschema_rs import ValidationError, ValidationErrorKind

from . import formats, patterns
from .problems import Loc, Problem, shortened, way

_MOST_OPTIONS = 20
_LONGEST_OPTION = 60
_LONGEST_LIMIT = 40

_NOUNS = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_UNKNOWN = "is not a known field"
_UNFIT = "does not fit any of the allowed forms"
_UNCHECKED = "is too complex to be checked against its pattern"
_DECIMAL = "must be a decimal number such as 12.50"
OTHER = "does not fit the schema"


def problems_of(errors: Iterable[ValidationError]) -> Iterator[Problem]:
    """Give what each error is about, in the order given; never anything of the instance."""
    for error in errors:
        loc = way(error.instance_path)
        kind = error.kind
        spread = _SPREAD.get(type(kind))
        if spread is not None:
            yield from spread(loc, kind)
        elif isinstance(kind, _UNIONS):
            yield from _of_union(error, loc, kind)
        elif error.schema_path[-1:] == ["else"]:
            yield Problem(loc, _UNFIT)  # `writing` hides unions behind an `else` that is false
        else:
            message = _MESSAGES.get(type(kind))
            yield Problem(loc, message(kind) if message is not None else OTHER)


def _of_union(error: ValidationError, loc: Loc, kind: Any) -> Iterator[Problem]:
    """Report the one branch that fits at its top, if there is one; else that none fits."""
    depth = len(error.instance_path)
    meant = [branch for branch in kind.context if all(len(e.instance_path) > depth for e in branch)]
    if len(meant) == 1:
        yield from problems_of(meant[0])
    else:
        yield Problem(loc, _UNFIT)


def _each_name(attribute: str) -> Callable[[Loc, Any], Iterator[Problem]]:
    def spread(loc: Loc, kind: Any) -> Iterator[Problem]:
        for name in getattr(kind, attribute):
            yield Problem((*loc, *way([name])), _UNKNOWN)

    return spread


def _missing(loc: Loc, kind: ValidationErrorKind.Required) -> Iterator[Problem]:
    yield Problem((*loc, *way([kind.property])), "is required")


def _bad_name(loc: Loc, kind: ValidationErrorKind.PropertyNames) -> Iterator[Problem]:
    name = kind.error.instance
    yield Problem((*loc, *way([str(name)])), "is not an allowed name")


def _type(kind: ValidationErrorKind.Type) -> str:
    return f"must be {_either([noun for name, noun in _NOUNS.items() if name in kind.types])}"


def _either(nouns: list[str]) -> str:
    *first, last = nouns
    return f"{', '.join(first)} or {last}" if first else last


def _enum(kind: ValidationErrorKind.Enum) -> str:
    shown = [_shown(option, _LONGEST_OPTION) for option in kind.options[:_MOST_OPTIONS]]
    more = ["…"] if len(kind.options) > _MOST_OPTIONS else []
    return f"must be one of: {', '.join(shown + more)}"


def _shown(value: Any, longest: int = _LONGEST_LIMIT) -> str:
    """Write a value of the schema's own, shortened when it is very long."""
    return shortened(json.dumps(value, ensure_ascii=False, default=str), longest)


def _limit(sentence: str) -> Callable[[Any], str]:
    return lambda kind: sentence.format(_shown(kind.limit))


def _count(sentence: str) -> Callable[[Any], str]:
    """Fill in a number and its plural: "must have at least {} item{}"."""
    return lambda kind: sentence.format(_shown(kind.limit), "" if kind.limit == 1 else "s")


def _pattern(kind: ValidationErrorKind.Pattern) -> str:
    if patterns.is_decimal(kind.pattern):
        return _DECIMAL
    return f"must match the pattern {shortened(kind.pattern)}"


def _format(kind: ValidationErrorKind.Format) -> str:
    return formats.MESSAGES[kind.format]


_Kind = ValidationErrorKind
_UNIONS = (_Kind.AnyOf, _Kind.OneOfNotValid)
# Errors that are about names or items below the place where the validator reports them.
_SPREAD: dict[type, Callable[[Loc, Any], Iterator[Problem]]] = {
    _Kind.Required: _missing,
    _Kind.AdditionalProperties: _each_name("unexpected"),
    _Kind.UnevaluatedProperties: _each_name("unexpected"),
    _Kind.PropertyNames: _bad_name,
}
_MESSAGES: dict[type, Callable[[Any], str]] = {
    _Kind.Type: _type,
    _Kind.Enum: _enum,
    _Kind.Constant: lambda kind: f"must be {_shown(kind.expected_value, _LONGEST_OPTION)}",
    _Kind.Minimum: _limit("must be at least {}"),
    _Kind.Maximum: _limit("must be at most {}"),
    _Kind.ExclusiveMinimum: _limit("must be more than {}"),
    _Kind.ExclusiveMaximum: _limit("must be less than {}"),
    _Kind.MultipleOf: lambda kind: f"must be a multiple of {_shown(kind.multiple_of)}",
    _Kind.MinLength: _count("must have at least {} character{}"),
    _Kind.MaxLength: _count("must have at most {} character{}"),
    _Kind.MinItems: _count("must have at least {} item{}"),
    _Kind.MaxItems: _count("must have at most {} item{}"),
    _Kind.MinProperties: _count("must have at least {} field{}"),
    _Kind.MaxProperties: _count("must have at most {} field{}"),
    _Kind.UniqueItems: lambda _: "must not hold the same item twice",
    # Which ones it does not say: what it calls unexpected are the items themselves.
    _Kind.UnevaluatedItems: lambda _: "has more items than are allowed",
    _Kind.Contains: lambda _: "does not hold the items that it must",
    _Kind.Pattern: _pattern,
    _Kind.Format: _format,
    _Kind.BacktrackLimitExceeded: lambda _: _UNCHECKED,
    _Kind.RegexEngineFailure: lambda _: _UNCHECKED,
    _Kind.FalseSchema: lambda _: "is not allowed",
    _Kind.Not: lambda _: "has a form that is not allowed",
    _Kind.OneOfMultipleValid: lambda _: "fits more than one of the allowed forms",
}
