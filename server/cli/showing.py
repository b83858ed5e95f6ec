"""What a terminal shows: tasks, tables, and why a command ends."""

import sys
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, NoReturn, cast

import click

_INDENT = "  "
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def plain(text: str) -> str:
    """Return the text without what would steer the terminal: agents write it, people read it."""
    return "".join(
        character
        for character in text
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )


def line(text: str) -> str:
    """Return the text as `plain` does, on one line."""
    return " ".join(plain(text).split())


def stop(message: str) -> NoReturn:
    """End with a message on stderr and exit code 1."""
    for said in message.splitlines():
        click.echo(f"awaithumans: {said}", err=True)
    sys.exit(1)


def table(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> list[str]:
    """Return the rows as lines under their names, each column as wide as its widest cell.

    Args:
        names: What the columns are called.
        rows: The cells; None and nothing are shown as a dash.
    """
    cells = [list(names), *([line(cell or "") or "-" for cell in row] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(_padded, row, widths)).rstrip() for row in cells]


def moment(time: datetime) -> str:
    """Return a time to the minute, in UTC."""
    return f"{time.astimezone(timezone.utc):%Y-%m-%d %H:%MZ}"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Return how many columns a terminal needs for the text."""
    return sum(
        0 if unicodedata.combining(character) else 1 + _wide(character) for character in text
    )


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


def rest(deadline: datetime) -> str:
    """Return how long there is until `deadline`, in its largest unit."""
    seconds = int((deadline - datetime.now(timezone.utc)).total_seconds())
    for name, size in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {name}"
    return "no time"


def show(title: str, payload: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Print the question and everything of the payload, under the schema's titles."""
    click.secho(f"\n{plain(title)}", bold=True)
    if payload:
        click.echo()
    for line in lines(payload, schema):
        click.echo(f"{_INDENT}{line}")


def lines(value: Any, schema: Mapping[str, Any]) -> list[str]:
    """Return a JSON value as lines: names, nested values, lists as bullets."""
    if isinstance(value, dict):
        return _record(cast("dict[str, Any]", value), schema)
    if isinstance(value, list):
        return _bullets(cast("list[Any]", value))
    return plain(_scalar(value)).splitlines() or [""]


def _record(value: dict[str, Any], schema: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    known = schema.get("properties")
    for name, part in value.items():
        node = cast("dict[str, Any]", known).get(name) if isinstance(known, dict) else None
        title = cast("dict[str, Any]", node).get("title") if isinstance(node, dict) else None
        below = lines(part, cast("dict[str, Any]", node) if isinstance(node, dict) else {})
        label = plain(str(title or name))
        if len(below) == 1 and not isinstance(part, dict | list):
            found.append(f"{label}: {below[0]}")
        else:
            found += [f"{label}:", *(f"{_INDENT}{line}" for line in below)]
    return found or ["(nothing)"]


def _bullets(value: list[Any]) -> list[str]:
    found: list[str] = []
    for part in value:
        first, *more = lines(part, {})
        found += [f"- {first}", *(f"{_INDENT}{line}" for line in more)]
    return found or ["(none)"]


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "(none)" if value is None else str(value)
