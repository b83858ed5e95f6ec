"""Writes a graph as the document that the validator compiles: nothing in it leads elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .graph import MANY, NAMED, ONE, Node, child_values, same_value

# The validator compiles nested schemas by calling itself, with much stack for each; references it
# works off one after another. Schemas deeper than this in another go to `$defs`.
_DEEPEST = 2


def write(root: Node, ordered: Iterable[Node], *, detailed: bool) -> dict[str, Any]:
    """Make a JSON Schema that admits what `root` admits.

    Args:
        root: The schema.
        ordered: Every schema reachable from it.
        detailed: Whether a union that nothing decides reports what each branch objects to, which
            costs time and memory; otherwise only that no branch fits.

    Returns:
        A document with references into its own `$defs` alone.
    """
    writer = _Writer(_shared(root, ordered), detailed)
    definitions: dict[str, Any] = {}
    document = {"$ref": writer.reference(root), "$defs": definitions}
    while writer.waiting:
        node = writer.waiting.pop()
        definitions[writer.names[node]] = writer.body(node, 0)
    return document


def _shared(root: Node, ordered: Iterable[Node]) -> set[Node]:
    """Find the schemas that are used more than once."""
    once = {root}
    shared: set[Node] = {root}
    for node in ordered:
        for used in (*same_value(node), *child_values(node)):
            (shared if used in once else once).add(used)
    return shared


class _Writer:
    """Writes schemas, and remembers which have to be written to `$defs` yet."""

    def __init__(self, shared: set[Node], detailed: bool) -> None:
        self.names: dict[Node, str] = {}
        self.waiting: list[Node] = []
        self._shared = shared
        self._detailed = detailed

    def reference(self, node: Node) -> str:
        """Name `node` in `$defs`."""
        if node not in self.names:
            self.names[node] = str(len(self.names))
            self.waiting.append(node)
        return f"#/$defs/{self.names[node]}"

    def body(self, node: Node, depth: int) -> dict[str, Any]:
        """Write `node` out, at `depth` below a definition."""
        deeper = depth + 1
        body: dict[str, Any] = dict(node.rules)
        for word in ONE:
            if word in node.one:
                body[word] = self._written(node.one[word], deeper)
        for word in MANY:
            if word in node.many:
                body[word] = [self._written(part, deeper) for part in node.many[word]]
        for word in NAMED:
            if word in node.named:
                parts = node.named[word].items()
                body[word] = {name: self._written(part, deeper) for name, part in parts}
        # With no `properties` beside it, the validator does not say which property is not allowed.
        if "additionalProperties" in body:
            body.setdefault("properties", {})
        together = [
            *body.pop("allOf", ()),
            *(self._written(part, deeper) for part in node.also),
            *(
                {"if": self._written(condition, deeper), "then": self._written(branch, deeper)}
                for condition, branch in node.choices
            ),
        ]
        if not self._detailed:
            together += [
                {"if": {word: body.pop(word)}, "else": False}
                for word in ("anyOf", "oneOf")
                if word in body
            ]
        if together:
            body["allOf"] = together
        return body

    def _written(self, node: Node, depth: int) -> dict[str, Any] | bool:
        if node.never:
            return False
        if node in self._shared or depth > _DEEPEST:
            return {"$ref": self.reference(node)}
        return self.body(node, depth)
