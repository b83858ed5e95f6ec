"""Counts what a JSON value is made of, level by level: what the cost of checking it depends on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

DEEPEST = 100
# What a number of this many bits is good for, nobody could say in a form.
_LONGEST_INTEGER = 4096
_DULL = frozenset((bool, type(None)))


class NotJson(ValueError):
    """A value is not JSON that this server takes; the message says why, without the value."""


@dataclass
class Level:
    """How much there is at one depth: names of properties count as texts below their object."""

    objects: int = 0
    arrays: int = 0
    scalars: int = 0
    chars: int = 0


@dataclass
class Census:
    """How much there is at each depth, the value itself first."""

    levels: list[Level] = field(default_factory=list[Level])

    @property
    def size(self) -> int:
        """About how many bytes a copy of the value takes."""
        return sum(
            level.chars + 64 * (level.objects + level.arrays + level.scalars)
            for level in self.levels
        )


def take(value: Any) -> Census:
    """Count what `value` is made of.

    Raises:
        NotJson: When it holds something that JSON cannot, an endless integer, or too many levels.
    """
    census = Census()
    level, current = Level(), [value]
    while current:
        if len(census.levels) > DEEPEST:
            raise NotJson("is nested too deeply")
        following, below = Level(), list[Any]()
        for item in current:
            _count(item, level, following, below)
        census.levels.append(level)
        level, current = following, below
    if level.scalars:
        census.levels.append(level)
    return census


def _count(item: Any, level: Level, following: Level, below: list[Any]) -> None:
    """Add `item` to `level`, and what is in it to `following` and `below`."""
    if isinstance(item, str):
        level.scalars += 1
        level.chars += _bytes(item)
    elif isinstance(item, dict):
        level.objects += 1
        names = list(cast("dict[Any, Any]", item))
        following.scalars += len(names)
        following.chars += sum(map(_name, names))
        below += cast("dict[Any, Any]", item).values()
    elif isinstance(item, list):
        level.arrays += 1
        below += cast("list[Any]", item)
    else:
        level.scalars += 1
        _require_json_scalar(item)


def _name(name: Any) -> int:
    if not isinstance(name, str):
        raise NotJson("has a property name that is not text")
    return _bytes(name)


def _bytes(text: str) -> int:
    """How many bytes `text` takes at most, in no time."""
    return len(text) if text.isascii() else 4 * len(text)


def _require_json_scalar(item: Any) -> None:
    if type(item) in _DULL:
        return
    if not isinstance(item, (int, float)):
        raise NotJson("is not JSON")
    if isinstance(item, float) and item - item != 0:
        raise NotJson("must not hold NaN or infinity")
    if isinstance(item, int) and item.bit_length() > _LONGEST_INTEGER:
        raise NotJson("holds a number with too many digits")
