"""What a person is shown of a payload in a mail or a message, and a deadline in words."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import islice
from typing import Any, cast

from ..forms import kinds
from ..forms.fields import fields_of
from ..forms.kinds import Field, Kind
from ..tasks.model import Json
from .fitting import known

NOTHING = "\N{EN DASH}"

# What lies deeper in others than this is shown as JSON, on one line.
_DEEPEST = 5
_LONGEST = 500
_LONGEST_LABEL = 80
# Marks that turn the direction of what is read around.
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Line:
    """One value under its name, or the name of what follows one step deeper, without a text.

    Attributes:
        label: What it is called; empty for one of a list of single values.
        text: The value, which may have several lines.
        depth: How many others it lies in.
    """

    label: str
    text: str
    depth: int


@dataclass(frozen=True)
class Shown:
    """The first lines of a payload, and how many more there would be."""

    lines: tuple[Line, ...]
    left_out: int


def lines(payload: Json, schema: Json, most: int = 40, longest: int = _LONGEST) -> Shown:
    """Say what a payload holds, under the titles of its schema.

    Args:
        payload: Any JSON object.
        schema: The JSON Schema it satisfies.
        most: How many lines to give.
        longest: How many characters of a value to give; what is cut off is said to be.
    """
    shown = tuple(islice(_record(payload, _root(schema), 0, longest), most))
    return Shown(shown, _count(payload, 0) - len(shown))


def plain(text: str) -> str:
    """Return the text without what would steer what shows it: agents write it, people read it."""
    return "".join(
        character
        for character in text.replace("\r\n", "\n").replace("\r", "\n")
        if character in "\n\t"
        or (unicodedata.category(character) not in ("Cc", "Cs") and character not in _TURNING)
    )


def one_line(text: str, longest: int) -> str:
    """Return the text as `plain` does, on one line, and cut where it is longer than that."""
    flat = " ".join(plain(text).split())
    return (
        flat if len(flat) <= longest else flat[: longest - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
    )


def due(at: datetime) -> str:
    """Return a deadline in words, in UTC, to the minute before it."""
    there = at.astimezone(timezone.utc)
    return f"{there:%A}, {there.day} {there:%B %Y} at {there:%H:%M} UTC"


def _root(schema: Json) -> Kind:
    fields = fields_of(schema)
    if len(fields) == 1 and not fields[0].path:
        return fields[0].kind
    return kinds.Record("", lambda _: fields)


def _value(label: str, value: Any, kind: Kind | None, depth: int, longest: int) -> Iterator[Line]:
    label = one_line(label, _LONGEST_LABEL)
    kind = known(kind, value)
    if not _opens(value, depth):
        yield Line(label, _text(value, kind, longest), depth)
        return
    yield Line(label, "", depth)
    if isinstance(value, dict):
        yield from _record(cast("Json", value), kind, depth + 1, longest)
        return
    item = kind.item if isinstance(kind, kinds.List) else None
    for number, part in enumerate(cast("list[Any]", value), 1):
        name = f"Item {number}" if isinstance(part, dict | list) else ""
        yield from _value(name, part, item, depth + 1, longest)


def _record(record: Json, kind: Kind | None, depth: int, longest: int) -> Iterator[Line]:
    """Give first what the schema describes, in that order, then the rest."""
    kind = known(kind, record)
    fields: dict[str, Field] = {}
    if isinstance(kind, kinds.Record):
        fields = {field.name: field for field in kind.fields()}
    others = kind.value if isinstance(kind, kinds.Mapping) else None
    for name in (*fields, *(name for name in record if name not in fields)):
        if name not in record:
            continue
        field = fields.get(name)
        if field is not None:
            label = field.title
        else:
            label = name if isinstance(kind, kinds.Mapping) else _words(name)
        yield from _value(label, record[name], field.kind if field else others, depth, longest)


def _opens(value: Any, depth: int) -> bool:
    """Whether a value is shown by what it holds."""
    return isinstance(value, dict | list) and bool(cast("Any", value)) and depth < _DEEPEST


def _count(value: Any, depth: int) -> int:
    """Return how many lines are below a value, without making them."""
    parts = cast("list[Any]", value.values() if isinstance(value, dict) else value)
    return sum(1 + (_count(part, depth + 1) if _opens(part, depth) else 0) for part in parts)


def _text(value: Any, kind: Kind | None, longest: int) -> str:
    if isinstance(kind, kinds.Choice):
        written = _json(value)
        for option in kind.options:
            if _json(option.value) == written:
                return _cut(option.label, longest)
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict | list):
        return _cut(_json(value), longest) if value else "nothing"
    return _cut(value if isinstance(value, str) else _json(value), longest)


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except ValueError:
        # Python writes no whole number of more than 4,300 digits.
        return "too large to be shown"


def _cut(text: str, longest: int) -> str:
    text = plain(text).strip()
    if len(text) <= longest:
        return text or NOTHING
    more = len(text) - longest
    return f"{text[:longest].rstrip()}\N{HORIZONTAL ELLIPSIS} ({more:,} more characters)"


def _words(name: str) -> str:
    spaced = name.replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]
