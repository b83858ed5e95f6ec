"""What checking a value costs at worst, so that no schema can stop the server.

The validator holds the interpreter while it works, and a few lines of schema can ask for hours:
`allOf` of two references to the same, thirty times over; a union of objects that refer back to it.
So the work is bounded before it is begun. A schema is tried on a value together with the schemas
of the same value (references, `allOf`, branches: their costs add up), and then one or more are
tried on each child. Level by level, that gives the most that a single value at that depth can
cost; times how many values there are at that depth, it bounds the whole.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from .census import Census
from .cost_of_text import TextPrice
from .graph import Node, always, child_values

# Nanoseconds; measured with the validator on one 2020s core, and rounded up.
_VISIT = 20.0
_RULE = 12.0
_NAME = 40.0
_OPTION = 10.0
_PART_OF_OPTION = 150.0
_FORMAT = 3_500.0
_CHAR = 1.0
_COMPARE = 200.0
_SLOW_AGAIN = 5
# Numbers beyond 64 bits are computed with as texts, and fractions exactly.
_LONG_NUMBER = 25_000.0
_MULTIPLE = 1_000.0
_EASY_MULTIPLES = (1e-6, 1e6)
# Integers of one hash are compared one by one. Up to 64 bits there are at most this many of one.
_TWIN = 110.0
_MOST_TWINS = 512
# All levels of one schema together: what the table below may cost to fill, in edges.
_MOST_EDGES = 200_000
# Larger sums are all alike: too much.
_CEILING = 1e18

_COUNTED_TEXT = ("minLength", "maxLength", "format", "enum", "const")


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
        if other is _FREE or self is _FREE:
            return self if other is _FREE else other
        return Price(
            min(self.object + other.object, _CEILING),
            min(self.array + other.array, _CEILING),
            min(self.scalar + other.scalar, _CEILING),
            min(self.char + other.char, _CEILING),
            min(self.twin + other.twin, _CEILING),
        )

    def __or__(self, other: Price) -> Price:
        if other is _FREE or self is _FREE:
            return self if other is _FREE else other
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


_FREE = Price()


@dataclass(frozen=True)
class Bound:
    """The most that checking a value can take.

    Attributes:
        structure_ns: For its objects, lists and scalars.
        text_ns: For what is in its texts.
    """

    structure_ns: float
    text_ns: float


class TooMuchToBound(Exception):
    """The schema is too large to be followed to the value's depth."""


@dataclass(frozen=True)
class _Plan:
    """How the price of one schema follows from those of others, by their numbers."""

    own: Price
    names: Price
    every_level: Price
    repeats: int
    together: tuple[int, ...]
    alternatives: tuple[int, ...]
    child_of_one: tuple[int, ...]
    child_too: tuple[int, ...]


class Costs:
    """The prices of one schema at each depth, found when they are first asked for.

    Args:
        ordered: Every schema, those of the same value first and the root found by `root`.
        root: The schema that values are checked with.
        heights: How many schemas of the same value lie below each (`heights`).
        ns_per_byte: What each pattern costs for a byte of text.
        asserted: Whether formats are checked.
    """

    def __init__(
        self,
        ordered: list[Node],
        root: Node,
        heights: Mapping[Node, int],
        ns_per_byte: Mapping[str, float],
        *,
        asserted: bool,
    ) -> None:
        number = {node: at for at, node in enumerate(ordered)}
        self._plans = [
            _plan(node, number, heights[node], ns_per_byte, asserted) for node in ordered
        ]
        self._root = number[root]
        self._edges = sum(
            1 + len(plan.together) + len(plan.alternatives) + len(plan.child_of_one)
            for plan in self._plans
        )
        self._at_root: list[Price] = []
        self._last = [_FREE] * len(ordered)
        self._lock = threading.Lock()

    def bound(self, census: Census) -> Bound:
        """Bound what checking a value takes.

        Raises:
            TooMuchToBound: When even that would take too long.
        """
        structure = text = 0.0
        each_twin = _ns_of_a_twin(census)
        for depth, level in enumerate(census.levels):
            price = self._price(depth)
            structure += (
                price.object * level.objects
                + price.array * level.arrays
                + price.scalar * (level.scalars + _LONG_NUMBER / _VISIT * level.long)
                + price.twin * level.twins * each_twin
            )
            text += price.char * level.chars
        return Bound(structure, text)

    def _price(self, depth: int) -> Price:
        if depth < len(self._at_root):
            return self._at_root[depth]
        with self._lock:
            while depth >= len(self._at_root):
                if self._edges * len(self._at_root) > _MOST_EDGES:
                    raise TooMuchToBound
                self._last = self._next_level()
                self._at_root.append(self._last[self._root])
        return self._at_root[depth]

    def _next_level(self) -> list[Price]:
        depth, above, level = len(self._at_root), self._last, list[Price]()
        for plan in self._plans:
            price = _FREE
            for at in plan.together:
                price += level[at]
            best = _FREE
            for at in plan.alternatives:
                best |= level[at]
            price += best
            if depth == 0:
                price += plan.own
            else:
                price += _of_children(plan, above)
                if depth == 1:
                    price += plan.names
            level.append(price.times(plan.repeats) + plan.every_level)
        return level


def _of_children(plan: _Plan, above: list[Price]) -> Price:
    price = _FREE
    for at in plan.child_of_one:
        price |= above[at]
    for at in plan.child_too:
        price += above[at]
    return price


def heights(ordered: list[Node]) -> dict[Node, int]:
    """Count how many schemas of the same value lie below each, along the longest way."""
    found: dict[Node, int] = {}
    for node in ordered:
        below = (*always(node), *(branch for _, branch in node.choices))
        found[node] = max((found[other] + 1 for other in below), default=0)
    return found


def _plan(
    node: Node,
    number: Mapping[Node, int],
    height: int,
    ns_per_byte: Mapping[str, float],
    asserted: bool,
) -> _Plan:
    one_of = [
        *node.named.get("properties", {}).values(),
        *node.many.get("prefixItems", ()),
        *(node.one[word] for word in ("items", "additionalProperties") if word in node.one),
    ]
    numbers = [number[child] for child in dict.fromkeys(one_of)]
    others = [number[child] for child in child_values(node)]
    unevaluated = any(word.startswith("unevaluated") for word in node.one)
    patterns = node.named.get("patternProperties", {})
    for at in [number[child] for child in one_of]:
        others.remove(at)
    return _Plan(
        own=_own(node, ns_per_byte, asserted),
        names=Price(scalar=_NAME * len(patterns), char=sum(ns_per_byte[name] for name in patterns)),
        every_level=_compared(node),
        # To know what was evaluated, the validator tries the schemas of the same value again, and
        # theirs again, down to the last, and that slowly.
        repeats=_SLOW_AGAIN * (height + 2) if unevaluated and height else 1,
        together=tuple(number[other] for other in always(node)),
        alternatives=tuple(number[branch] for _, branch in node.choices),
        child_of_one=tuple(numbers),
        child_too=tuple(others),
    )


def _own(node: Node, ns_per_byte: Mapping[str, float], asserted: bool) -> Price:
    """The price of the rules that stand in `node` itself."""
    rules = node.rules
    base = _VISIT + _RULE * (len(rules) + len(node.one) + len(node.named))
    base += _ns_to_compare(rules.get("const")) + _ns_to_find(rules.get("enum", ()))
    names = (
        len(node.named.get("properties", ()))
        + len(rules.get("required", ()))
        + sum(1 + len(others) for others in rules.get("dependentRequired", {}).values())
        + len(node.named.get("dependentSchemas", ()))
    )
    char = _CHAR * sum(word in rules for word in _COUNTED_TEXT)
    return Price(
        object=base + _NAME * names,
        array=base,
        scalar=base
        + (_FORMAT if asserted and "format" in rules else 0.0)
        + _ns_to_divide(rules.get("multipleOf")),
        char=char + ns_per_byte.get(rules.get("pattern", ""), 0.0),
    )


def _compared(node: Node) -> Price:
    """The price of comparing whole values with each other, which touches all below them."""
    if node.rules.get("uniqueItems") is True:
        return Price(_COMPARE, _COMPARE, _COMPARE, _CHAR, 1.0)
    return _FREE


def _ns_to_divide(by: float | None) -> float:
    if by is None:
        return 0.0
    least, most = _EASY_MULTIPLES
    return _MULTIPLE if least <= by <= most else _LONG_NUMBER


def _ns_to_find(options: list[Any]) -> float:
    """The price of looking a value up among those that the schema gives; texts are hashed."""
    if all(isinstance(option, str) for option in options):
        return _PART_OF_OPTION
    return sum(map(_ns_to_compare, options))


def _ns_to_compare(option: Any) -> float:
    """The price of comparing a value with one that the schema gives."""
    if isinstance(option, dict):
        parts = cast("dict[str, Any]", option).values()
        return _PART_OF_OPTION + sum(_PART_OF_OPTION + _ns_to_compare(part) for part in parts)
    if isinstance(option, list):
        parts = cast("list[Any]", option)
        return _PART_OF_OPTION + sum(_PART_OF_OPTION + _ns_to_compare(part) for part in parts)
    long = isinstance(option, (int, float)) and abs(option) >= 2.0**63
    return _LONG_NUMBER if long else _OPTION


def _ns_of_a_twin(census: Census) -> float:
    """The price of finding an integer among those of the same hash."""
    if any(level.long for level in census.levels):
        return _LONG_NUMBER * sum(level.twins for level in census.levels)
    return _TWIN * _MOST_TWINS


def text_prices(ordered: list[Node], ns_per_byte: Mapping[str, float]) -> dict[Node, TextPrice]:
    """The prices of text alone, for a count that follows one value."""
    return {
        node: TextPrice(
            value=_own(node, ns_per_byte, asserted=False).char,
            names=sum(ns_per_byte[name] for name in node.named.get("patternProperties", ())),
            below=_compared(node).char,
        )
        for node in ordered
    }
