"""What the texts of one value cost at worst, each counted against the patterns that see it.

`cost.Costs` multiplies all text at a depth with the dearest pattern there. That is quick, and too
much where a short code has a costly pattern and the long note beside it has none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, cast

from .graph import Node, same_value
from .prices import TextPrice

_MOST_STEPS = 150_000

# How often each schema is tried on one value.
_Tried = dict[Node, float]


class TextCosts:
    """Counts, for one schema, what the texts of a value cost."""

    def __init__(self, root: Node, prices: Mapping[Node, TextPrice]) -> None:
        self._root = root
        self._prices = prices
        self._together: dict[Node, _Tried] = {}

    def ns(self, value: Any) -> float:
        """Bound the nanoseconds for the texts in `value`; infinite when it takes too long."""
        total, steps = 0.0, 0
        stack: list[tuple[Any, _Tried, float]] = [(value, self._all(self._root), 0.0)]
        while stack:
            item, tried, carried = stack.pop()
            steps += 1 + len(tried)
            if isinstance(item, str):
                each = sum(count * self._prices[node].value for node, count in tried.items())
                total += (each + carried) * len(item.encode())
                continue
            carried += sum(count * self._prices[node].below for node, count in tried.items())
            of_names = self._of_names(tried) + carried
            for step, child in _children(item):
                below: _Tried = {}
                if isinstance(step, str):
                    total += of_names * len(step.encode())
                for node, count in tried.items():
                    for target in _targets(node, step):
                        together = self._all(target)
                        steps += 1 + len(together)
                        _add(below, together, count)
                steps += len(tried)
                stack.append((child, below, carried))
                if steps > _MOST_STEPS:
                    return math.inf
        return total

    def _of_names(self, tried: _Tried) -> float:
        """The price of a byte of a property's name, in an object that `tried` are tried on."""
        price = 0.0
        for node, count in tried.items():
            price += count * self._prices[node].names
            if "propertyNames" in node.one:
                names = self._all(node.one["propertyNames"])
                price += count * sum(n * self._prices[other].value for other, n in names.items())
        return price

    def _all(self, node: Node) -> _Tried:
        """The schemas that are tried on a value together with `node`, which is one of them."""
        found = self._together.get(node)
        if found is None:
            found = {node: 1.0}
            for other in same_value(node):
                _add(found, self._all(other), 1.0)
            self._together[node] = found
        return found


def _add(into: _Tried, tried: _Tried, times: float) -> None:
    for node, count in tried.items():
        into[node] = into.get(node, 0.0) + count * times


def _children(item: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(item, dict):
        yield from cast("dict[str, Any]", item).items()
    elif isinstance(item, list):
        yield from enumerate(cast("list[Any]", item))


def _targets(node: Node, step: str | int) -> Iterator[Node]:
    """The schemas in `node` that may be tried on the child at `step`."""
    if isinstance(step, str):
        known = node.named.get("properties", {}).get(step) or node.one.get("additionalProperties")
        others = ("unevaluatedProperties",)
        yield from node.named.get("patternProperties", {}).values()
    else:
        first = node.many.get("prefixItems", [])
        known = first[step] if step < len(first) else node.one.get("items")
        others = ("contains", "unevaluatedItems")
    if known is not None:
        yield known
    yield from (node.one[word] for word in others if word in node.one)
