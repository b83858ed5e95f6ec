"""What the rules in one schema cost at worst, each time that it is tried on a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from .graph import Node

# Nanoseconds; measured with the validator on one core of 2024, and rounded up.
VISIT = 20.0
LONG_NUMBER = 25_000.0  # beyond 64 bits the validator computes with decimal texts
TWIN = 110.0  # to compare one integer with another of the same hash
_RULE = 12.0
_NAME = 40.0
_OPTION = 10.0
_PART_OF_OPTION = 150.0
_FORMAT = 3_500.0
_CHAR = 1.0
_COMPARE = 200.0
_MULTIPLE = 1_000.0
_EASY_MULTIPLES = (1e-6, 1e6)

_COUNTED_TEXT = ("minLength", "maxLength", "format", "enum", "const")
_LONG = 2.0**63
# Larger sums are all alike: too much.
_CEILING = 1e18


@dataclass(frozen=True)
class Price:
    """Nanoseconds for a value of each sort, and for each byte of text in it.

    `twin` is how often an integer is looked up among others.
    """

    object: float = 0.0
    array: float = 0.0
    scalar: float = 0.0
    char: float = 0.0
    twin: float = 0.0

    def __add__(self, other: Price) -> Price:
        if other is FREE or self is FREE:
            return self if other is FREE else other
        return Price(
            min(self.object + other.object, _CEILING),
            min(self.array + other.array, _CEILING),
            min(self.scalar + other.scalar, _CEILING),
            min(self.char + other.char, _CEILING),
            min(self.twin + other.twin, _CEILING),
        )

    def __or__(self, other: Price) -> Price:
        """The price of whichever of the two is dearer, sort by sort."""
        if other is FREE or self is FREE:
            return self if other is FREE else other
        return Price(
            max(self.object, other.object),
            max(self.array, other.array),
            max(self.scalar, other.scalar),
            max(self.char, other.char),
            max(self.twin, other.twin),
        )

    def times(self, factor: int) -> Price:
        """The price of doing it `factor` times."""
        if factor == 1:
            return self
        parts = (self.object, self.array, self.scalar, self.char, self.twin)
        return Price(*(min(part * factor, _CEILING) for part in parts))


FREE = Price()


@dataclass(frozen=True)
class TextPrice:
    """Nanoseconds for a byte of text: of the value, of its property names, of all below it."""

    value: float
    names: float
    below: float


def of_rules(node: Node, ns_per_byte: Mapping[str, float], *, asserted: bool) -> Price:
    """The price of what stands in `node` itself, for the value that it is tried on.

    Args:
        node: The schema.
        ns_per_byte: What each pattern costs for a byte of text.
        asserted: Whether formats are checked.
    """
    rules = node.rules
    base = VISIT + _RULE * (len(rules) + len(node.one) + len(node.named))
    if "const" in rules:
        base += _to_compare(rules["const"])
    if "enum" in rules:
        base += _to_find(rules["enum"])
    names = (
        len(node.named.get("properties", ()))
        + len(rules.get("required", ()))
        + sum(1 + len(others) for others in rules.get("dependentRequired", {}).values())
        + len(node.named.get("dependentSchemas", ()))
    )
    char = _CHAR * sum(word in rules for word in _COUNTED_TEXT)
    form = _FORMAT if asserted and "format" in rules else 0.0
    return Price(
        object=base + _NAME * names,
        array=base,
        scalar=base + form + _to_divide(rules.get("multipleOf")),
        char=char + ns_per_byte.get(rules.get("pattern", ""), 0.0),
    )


def of_names(node: Node, ns_per_byte: Mapping[str, float]) -> Price:
    """The price of matching the names of properties, which count as texts below the object."""
    patterns = node.named.get("patternProperties", ())
    return Price(scalar=_NAME * len(patterns), char=sum(ns_per_byte[name] for name in patterns))


def of_everything_below(node: Node) -> Price:
    """The price of comparing whole items with each other, which touches all that is in them."""
    if node.rules.get("uniqueItems") is True:
        return Price(_COMPARE, _COMPARE, _COMPARE, _CHAR, 1.0)
    return FREE


def of_text(node: Node, ns_per_byte: Mapping[str, float]) -> TextPrice:
    """The price of text alone."""
    return TextPrice(
        value=of_rules(node, ns_per_byte, asserted=False).char,
        names=of_names(node, ns_per_byte).char,
        below=of_everything_below(node).char,
    )


def _to_divide(by: float | None) -> float:
    if by is None:
        return 0.0
    least, most = _EASY_MULTIPLES
    return _MULTIPLE if least <= by <= most else LONG_NUMBER


def _to_find(options: Iterable[Any]) -> float:
    """The price of looking a value up among those that the schema gives; texts are hashed."""
    if all(isinstance(option, str) for option in options):
        return _PART_OF_OPTION
    return sum(map(_to_compare, options))


def _to_compare(option: Any) -> float:
    """The price of comparing a value with one that the schema gives."""
    if isinstance(option, dict):
        option = list(cast("dict[str, Any]", option).values())
    if isinstance(option, list):
        parts = cast("list[Any]", option)
        return _PART_OF_OPTION + sum(_PART_OF_OPTION + _to_compare(part) for part in parts)
    return LONG_NUMBER if isinstance(option, (int, float)) and abs(option) >= _LONG else _OPTION
