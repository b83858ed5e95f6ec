"""The fields of an answer, asked one after another on a terminal."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

import click

from ..forms import kinds
from ..forms.kinds import Branch, Field, Kind, Option
from ..forms.typing_in import BadInput, parse
from .showing import plain

T = TypeVar("T")
_SEVERAL = (kinds.List, kinds.Record, kinds.Mapping, kinds.Union)
_HINTS: dict[type[Kind], str] = {
    kinds.Boolean: "yes/no",
    kinds.Integer: "whole number",
    kinds.Number: "number",
    kinds.Decimal: "number",
    kinds.Date: "date, as 2026-01-31",
    kinds.Time: "time, as 14:30",
    kinds.DateTime: "date and time, as 2026-01-31 14:30Z",
    kinds.Text: "text",
    kinds.Json: "JSON",
}


class _LeftOut(Exception):
    """The person left the field out."""


def answer(fields: tuple[Field, ...], given: dict[str, Any]) -> dict[str, Any]:
    """Ask every field and return what was answered; what was left out is not in it.

    Args:
        fields: What to ask.
        given: What was answered before, offered again.
    """
    answers: dict[str, Any] = {}
    for field in fields:
        with suppress(_LeftOut):
            answers[field.name] = _field(field, given)
    return answers


def _field(field: Field, given: dict[str, Any]) -> Any:
    depth = sum(isinstance(step, str) for step in field.path) - 1
    label = "  " * depth + plain(field.title)
    if field.description:
        click.secho("  " * depth + plain(field.description), dim=True)
    kind, nullable = _unwrapped(field.kind)
    if field.name in given and not isinstance(kind, _SEVERAL):
        return _scalar(kind, label, _shown(given[field.name]), lambda: given[field.name])
    if field.required and not nullable:
        return _of(kind, label, given.get(field.name))
    if isinstance(kind, _SEVERAL):
        filled_in = yes(f"{label}: fill it in?")
        return _of(kind, label, given.get(field.name)) if filled_in else _nothing(field)
    empty = _shown(field.default) if field.has_default else "leave out"
    return _scalar(kind, label, empty, lambda: _nothing(field))


def _unwrapped(kind: Kind) -> tuple[Kind, bool]:
    """Return what is asked, and whether it may be null."""
    return (kind.kind, True) if isinstance(kind, kinds.Optional) else (kind, False)


def _nothing(field: Field) -> Any:
    """Return what stands for a field that was left out: null, if it has to be something."""
    if not field.required:
        raise _LeftOut
    return None


def _of(kind: Kind, label: str, given: Any = None) -> Any:
    match kind:
        case kinds.Record():
            click.echo(f"{label}:")
            indent = len(label) - len(label.lstrip())
            path = ("",) * (indent // 2 + 1)
            return answer(kind.fields(path), cast("dict[str, Any]", given or {}))
        case kinds.List():
            return _list(kind, label)
        case kinds.Mapping():
            return _mapping(kind, label)
        case kinds.Union():
            return _union(kind, label)
        case kinds.Optional():
            return _of(kind.kind, label) if yes(f"{label}: fill it in?") else None
        case _:
            return _scalar(kind, label)


def _scalar(
    kind: Kind, label: str, empty: str | None = None, fallback: Callable[[], Any] | None = None
) -> Any:
    """Ask until what is typed is a value; an empty line means `fallback`, if there is one."""
    if isinstance(kind, kinds.Choice):
        _offer(label, kind.options)
    hints = [_HINTS.get(type(kind), "number or word"), f"empty: {empty}" if empty else ""]

    def read(text: str) -> Any:
        if text == "" and fallback is not None:
            return fallback()
        if text == "" and not isinstance(kind, kinds.Text):
            raise BadInput("is needed")
        return parse(kind, text)

    return until(f"{label} [{'; '.join(filter(None, hints))}]", read)


def _list(kind: kinds.List, label: str) -> list[Any]:
    found: list[Any] = []
    while yes(f"{label}: add {'another' if found else 'one'}?"):
        found.append(_of(kind.item, f"{label} {len(found) + 1}"))
    return found


def _mapping(kind: kinds.Mapping, label: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while name := until(f"{label}: name [empty: no more]", lambda text: _name(kind, text)):
        found[name] = _of(kind.value, f"{label} {plain(name)}")
    return found


def _name(kind: kinds.Mapping, text: str) -> str:
    return str(parse(kind.name, text)) if text else ""


def _union(kind: kinds.Union, label: str) -> Any:
    options = tuple(Option(branch, branch.label) for branch in kind.options)
    _offer(label, options)
    chosen: Branch = until(f"{label} [number or word]", lambda text: _chosen(options, text))
    value = _of(chosen.kind, label)
    if chosen.tag is not None and isinstance(value, dict):
        name, tag = chosen.tag
        return {name: tag, **cast("dict[str, Any]", value)}
    return value


def _chosen(options: tuple[Option, ...], text: str) -> Branch:
    """Return the branch that `text` names, by its number or its label."""
    numbers = kinds.Choice(tuple(Option(at, o.label) for at, o in enumerate(options)))
    by_number = text.isdecimal() and 1 <= int(text) <= len(options)
    return options[int(text) - 1 if by_number else parse(numbers, text)].value


def _offer(label: str, options: tuple[Option, ...]) -> None:
    indent = " " * (len(label) - len(label.lstrip()) + 2)
    click.echo(f"{label}, one of:")
    for number, option in enumerate(options, 1):
        click.echo(f"{indent}{number} {plain(option.label)}")


def yes(prompt: str, *, err: bool = False) -> bool:
    """Ask a question whose answer is no unless it is yes; `err` as in `until`."""
    return until(f"{prompt} [yes/no; empty: no]", lambda text: _truth(text or "no"), err=err)


def _truth(text: str) -> bool:
    return parse(kinds.Boolean(), text)


def until(prompt: str, read: Callable[[str], T], *, err: bool = False) -> T:
    """Ask until what is typed can be read.

    Args:
        prompt: What is asked.
        read: Reads what was typed; raises `BadInput` to have it asked again.
        err: Ask on stderr, because stdout is for programs.
    """
    while True:
        text: str = click.prompt(
            prompt, default="", show_default=False, prompt_suffix=": ", err=err
        )
        try:
            return read(text)
        except BadInput as error:
            click.secho(f"  This {error}.", fg="yellow", err=err)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(str(value)) if value not in ("", None) else "nothing"
