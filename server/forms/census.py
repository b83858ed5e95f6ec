"""Counts what a JSON value is made of, level by level: what the cost of checking it depends on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

DEEPEST = 100
# No floating-point number is larger, and the time to compare integers grows with their square.
_MOST_BITS = 1024
# Beyond 64 bits the validator computes with decimal texts.
_LONG_BITS = 63
_LONG_FLOAT = 2.0**_LONG_BITS
# Integers above this share their hash with their neighbours.
_SHARED_BITS = 53
_DULL = frozenset((bool, type(None)))


class NotJsonError(ValueError):
    """A value is not JSON that this server takes; the message says why, without the value."""


@dataclass
class Level:
    """How much there is at one depth.

    Attributes:
        objects: How many objects.
        arrays: How many lists.
        scalars: How many other values, with the names of the properties of the objects above.
        chars: How many bytes of text.
        twins: How many of the scalars are integers whose hash others have too.
        long: How many of the scalars are numbers that are slow to compute with.
    """

    objects: int = 0
    arrays: int = 0
    scalars: int = 0
    chars: int = 0
    twins: int = 0
    long: int = 0


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
        NotJsonError: When it holds what JSON cannot, a very long integer, or too many levels.
    """
    census = Census()
    level, current = Level(), [value]
    while current:
        if len(census.levels) > DEEPEST:
            raise NotJsonError("is nested too deeply")
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
        _count_scalar(item, level)


def _name(name: Any) -> int:
    if not isinstance(name, str):
        raise NotJsonError("has a property name that is not text")
    return _bytes(name)


def _bytes(text: str) -> int:
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise NotJsonError("holds text that is not valid Unicode") from None


def _count_scalar(item: Any, level: Level) -> None:
    """Add a number, a boolean or null to `level`."""
    level.scalars += 1
    if type(item) in _DULL:
        return
    if isinstance(item, int):
        bits = item.bit_length()
        if bits > _MOST_BITS:
            raise NotJsonError("holds a number with too many digits")
        level.twins += bits > _SHARED_BITS
        level.long += bits > _LONG_BITS
    elif not isinstance(item, float):
        raise NotJsonError("is not JSON")
    elif item - item != 0:
        raise NotJsonError("must not hold NaN or infinity")
    else:
        level.long += abs(item) >= _LONG_FLOAT
