"""A schema as a graph: references followed, only what constrains a value kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .problems import Loc

# Keywords that hold schemas, by how they hold them, for the same value and for its children.
SAME_ONE = ("not", "if", "then", "else")
SAME_MANY = ("allOf", "anyOf", "oneOf")
SAME_NAMED = ("dependentSchemas",)
CHILD_ONE = (
    "items",
    "additionalProperties",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
)
CHILD_MANY = ("prefixItems",)
CHILD_NAMED = ("properties", "patternProperties")
ONE = SAME_ONE + CHILD_ONE
MANY = SAME_MANY + CHILD_MANY
NAMED = SAME_NAMED + CHILD_NAMED


# Nodes are compared by identity: a graph with cycles has no other equality.
@dataclass(eq=False, repr=False)
class Node:
    """One schema.

    Attributes:
        loc: Where it stands in the document.
        never: Whether it is `false`, which nothing satisfies.
        rules: The keywords that hold no schemas, as they were written.
        one: Keywords that hold one schema.
        many: Keywords that hold a list of schemas.
        named: Keywords that hold schemas by name.
        also: Schemas that the same value must satisfy: what references lead to.
        choices: Conditions, and what must hold when one does; at most one of them holds for a
            value, so at most one of the second is tried.
        tag: The property that says which of `oneOf` is meant (`discriminator`), if one is named.
    """

    loc: Loc = ()
    never: bool = False
    rules: dict[str, Any] = field(default_factory=dict[str, Any])
    one: dict[str, Node] = field(default_factory=dict[str, "Node"])
    many: dict[str, list[Node]] = field(default_factory=dict[str, "list[Node]"])
    named: dict[str, dict[str, Node]] = field(default_factory=dict[str, "dict[str, Node]"])
    also: list[Node] = field(default_factory=list["Node"])
    choices: list[tuple[Node, Node]] = field(default_factory=list["tuple[Node, Node]"])
    tag: str | None = None


def always(node: Node) -> Iterator[Node]:
    """The schemas that are all tried on the value that `node` is tried on."""
    yield from node.also
    yield from (node.one[word] for word in SAME_ONE if word in node.one)
    for word in SAME_MANY:
        yield from node.many.get(word, ())
    for word in SAME_NAMED:
        yield from node.named.get(word, {}).values()
    yield from (condition for condition, _ in node.choices)


def same_value(node: Node) -> Iterator[Node]:
    """The schemas that may be tried on the value that `node` is tried on."""
    yield from always(node)
    yield from (branch for _, branch in node.choices)


def child_values(node: Node) -> Iterator[Node]:
    """The schemas that may be tried on the children of the value that `node` is tried on."""
    yield from (node.one[word] for word in CHILD_ONE if word in node.one)
    for word in CHILD_MANY:
        yield from node.many.get(word, ())
    for word in CHILD_NAMED:
        yield from node.named.get(word, {}).values()


def meant(node: Node, known: dict[Node, Node]) -> Node:
    """Follow references that say nothing themselves to the schema that does.

    Args:
        node: The schema to begin with; a circle of such references leads to one of them.
        known: What was found before, for many ways lead along the same references.
    """
    passed: list[Node] = []
    while node not in known and len(node.also) == 1 and not _says_something(node):
        known[node] = node
        passed.append(node)
        node = node.also[0]
    node = known.get(node, node)
    known.update(dict.fromkeys(passed, node))
    return node


def _says_something(node: Node) -> bool:
    return bool(node.never or node.rules or node.one or node.many or node.named or node.choices)


def innermost_first(root: Node) -> tuple[list[Node], Node | None]:
    """Order every schema reachable from `root` so that those of the same value come first.

    Returns:
        The schemas, each after all that `same_value` gives for it; and a schema that is one of
        those of its own (a reference in a circle), or None.
    """
    ordered: list[Node] = []
    state: dict[Node, bool] = {}
    starts = [root]
    while starts:
        start = starts.pop()
        if start in state:
            continue
        state[start] = False
        stack = [(start, same_value(start))]
        while stack:
            node, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                state[node] = True
                ordered.append(node)
                starts.extend(child_values(node))
            elif following not in state:
                state[following] = False
                stack.append((following, same_value(following)))
            elif not state[following]:
                return ordered, following
    return ordered, None
