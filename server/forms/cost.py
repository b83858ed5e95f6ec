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

from . import prices
from .census import Census
from .graph import Node, always, child_values, same_value
from .prices import FREE, Price

# What the table of one schema may cost to fill, over all depths, in edges.
_MOST_EDGES = 200_000
# At most this many integers of up to 64 bits have the same hash.
_MOST_TWINS = 512
# What the validator takes longer, where it has to find out again what was evaluated.
_SLOW_AGAIN = 5


@dataclass(frozen=True)
class Bound:
    """The most that checking a value can take.

    Attributes:
        structure_ns: Nanoseconds for its objects, lists and scalars.
        text_ns: Nanoseconds for what is in its texts.
    """

    structure_ns: float
    text_ns: float


class TooMuchToBoundError(Exception):
    """The schema is too large to be followed to the value's depth."""


@dataclass(frozen=True)
class _Plan:
    """How the price of one schema follows from those of others, by their numbers.

    Attributes:
        own: The price of its own rules.
        names: The price of its rules about names, one level down.
        every_level: The price of its rules about all that is below.
        repeats: How often those of the same value are tried.
        together: Schemas that are all tried on the same value.
        alternatives: Schemas of which one is tried on the same value.
        one_of: Schemas of which one is tried on each child.
        besides: Schemas that may each be tried on each child.
    """

    own: Price
    names: Price
    every_level: Price
    repeats: int
    together: tuple[int, ...]
    alternatives: tuple[int, ...]
    one_of: tuple[int, ...]
    besides: tuple[int, ...]

    @property
    def edges(self) -> int:
        """How many prices it takes to find this one."""
        others = (self.together, self.alternatives, self.one_of, self.besides)
        return 1 + sum(map(len, others))


class Costs:
    """The prices of one schema at each depth, found when they are first asked for.

    Safe to use from several threads.

    Args:
        root: The schema that values are checked with.
        ordered: Every schema, those of the same value first.
        ns_per_byte: What each pattern costs for a byte of text.
        asserted: Whether formats are checked.
    """

    def __init__(
        self, root: Node, ordered: list[Node], ns_per_byte: Mapping[str, float], *, asserted: bool
    ) -> None:
        number = {node: at for at, node in enumerate(ordered)}
        doubts = _doubts(ordered)
        self._plans = [
            _plan(
                node,
                number,
                prices.of_rules(node, ns_per_byte, asserted=asserted),
                prices.of_names(node, ns_per_byte),
                doubts[node],
            )
            for node in ordered
        ]
        self._root = number[root]
        self._edges = sum(plan.edges for plan in self._plans)
        self._at_root: list[Price] = []
        self._last = [FREE] * len(ordered)
        self._lock = threading.Lock()

    def bound(self, census: Census) -> Bound:
        """Bound what checking a value takes.

        Raises:
            TooMuchToBoundError: When even that would take too long.
        """
        structure = text = 0.0
        each_twin = _ns_of_a_twin(census)
        for depth, level in enumerate(census.levels):
            price = self._price(depth)
            scalars = level.scalars + prices.LONG_NUMBER / prices.VISIT * level.long
            structure += price.object * level.objects + price.array * level.arrays
            structure += price.scalar * scalars + price.twin * each_twin * level.twins
            text += price.char * level.chars
        return Bound(structure, text)

    def _price(self, depth: int) -> Price:
        if depth >= len(self._at_root):
            with self._lock:
                self._fill(depth)
        return self._at_root[depth]

    def _fill(self, depth: int) -> None:
        while depth >= len(self._at_root):
            if self._edges * len(self._at_root) > _MOST_EDGES:
                raise TooMuchToBoundError
            self._last = self._next_level()
            self._at_root.append(self._last[self._root])

    def _next_level(self) -> list[Price]:
        depth, above, level = len(self._at_root), self._last, list[Price]()
        for plan in self._plans:
            price, best = FREE, FREE
            for at in plan.together:
                price += level[at]
            for at in plan.alternatives:
                best |= level[at]
            price = (price + best).times(plan.repeats) + plan.every_level
            if depth == 0:
                price += plan.own
            if depth == 1:
                price += plan.names
            level.append(price + _of_children(plan, above))
        return level


def heights(ordered: list[Node]) -> dict[Node, int]:
    """Count how many schemas of the same value lie below each, along the longest way."""
    found: dict[Node, int] = {}
    for node in ordered:
        found[node] = max((found[other] + 1 for other in same_value(node)), default=0)
    return found


def _doubts(ordered: list[Node]) -> dict[Node, int]:
    """Count how many schemas below each, along the longest way, may or may not hold.

    What holds decides what was evaluated, so that a schema with `unevaluatedProperties` or
    `unevaluatedItems` has to try them again, and they those below them.
    """
    found: dict[Node, int] = {}
    for node in ordered:
        sure = {*node.also, *node.many.get("allOf", ())}
        found[node] = max(
            (found[other] + (other not in sure or _collects(other)) for other in same_value(node)),
            default=0,
        )
    return found


def _collects(node: Node) -> bool:
    return any(word.startswith("unevaluated") for word in node.one)


def _repeats(node: Node, doubts: int) -> int:
    if not _collects(node):
        return 1
    return _SLOW_AGAIN * (doubts + 2) if doubts else 2


def _of_children(plan: _Plan, above: list[Price]) -> Price:
    price = FREE
    for at in plan.one_of:
        price |= above[at]
    for at in plan.besides:
        price += above[at]
    return price


def _plan(node: Node, number: Mapping[Node, int], own: Price, names: Price, doubts: int) -> _Plan:
    one_of = [
        *node.named.get("properties", {}).values(),
        *node.many.get("prefixItems", ()),
        *(node.one[word] for word in ("items", "additionalProperties") if word in node.one),
    ]
    besides = list(child_values(node))
    for child in one_of:
        besides.remove(child)
    return _Plan(
        own=own,
        names=names,
        every_level=prices.of_everything_below(node),
        repeats=_repeats(node, doubts),
        together=tuple(number[other] for other in always(node)),
        alternatives=tuple(number[branch] for _, branch in node.choices),
        one_of=tuple(dict.fromkeys(number[child] for child in one_of)),
        besides=tuple(number[child] for child in besides),
    )


def _ns_of_a_twin(census: Census) -> float:
    """The price of finding an integer among those of the same hash."""
    if any(level.long for level in census.levels):
        return prices.LONG_NUMBER * sum(level.twins for level in census.levels)
    return prices.TWIN * _MOST_TWINS
