"""Counts what a JSON value is made of, level by level: what the cost of checking it depends on."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import Any, cast

DEEPEST = 100
# No floating-point number is larger, and the time to compare integers grows with their square.
_MOST_BITS = 1024
# Beyond 64 bits the validator computes with decimal texts.
_LONG = 1 << 63
# Integers from here on share their hash with their neighbours.
_SHARED = 1 << 53


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
            if isinstance(item, str):
                level.scalars += 1
                level.chars += len(item) if item.isascii() else _bytes(item)
            else:
                _count(item, level, following, below)
        census.levels.append(level)
        level, current = following, below
    return census


def _count(item: Any, level: Level, following: Level, below: list[Any]) -> None:
    """Add `item`, which is no text, to `level`; and what is in it to `following` and `below`."""
    if isinstance(item, dict):
        level.objects += 1
        names = list(cast("dict[Any, Any]", item))
        following.scalars += len(names)
        following.chars += _bytes_of_names(names)
        below += cast("dict[Any, Any]", item).values()
    elif isinstance(item, list):
        level.arrays += 1
        below += cast("list[Any]", item)
    else:
        level.scalars += 1
        if item is not None and not isinstance(item, bool):
            _count_number(item, level)


def _bytes_of_names(names: list[Any]) -> int:
    try:
        return _bytes("".join(names))
    except TypeError:
        raise NotJsonError("has a property name that is not text") from None


def _bytes(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise NotJsonError("holds text that is not valid Unicode") from None


def _count_number(item: Any, level: Level) -> None:
    if isinstance(item, int):
        if item.bit_length() > _MOST_BITS:
            raise NotJsonError("holds a number with too many digits")
        level.twins += abs(item) >= _SHARED
    elif not isinstance(item, float):
        raise NotJsonError("is not JSON")
    elif not isfinite(item):
        raise NotJsonError("must not hold NaN or infinity")
    level.long += abs(item) >= _LONG
