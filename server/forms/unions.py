"""Takes unions apart: what a value's type or tag decides is decided by that, without trying all.

`X | None` becomes "null, or else X"; a union of objects that a property tells apart becomes a
choice by that property. The meaning stays the same, and two things get better: an error is one of
the branch that was meant, and a value is checked against one branch instead of against each, which
for recursive unions is the difference between a sum and a product at every level.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .graph import Node

JSON_TYPES = ("boolean", "number", "string", "array", "object", "null")
_EVERY_TYPE = frozenset(JSON_TYPES)
_OF_PYTHON = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
# A property's allowed values, as JSON texts, and whether the property must be there.
_Tags = dict[str, tuple[frozenset[str], bool]]


def take_apart(ordered: Iterable[Node]) -> None:
    """Replace, in place, each `anyOf` and `oneOf` that types or tags can decide.

    Args:
        ordered: Every schema, those of the same value first (`graph.innermost_first`).
    """
    known = _Facts()
    made: list[tuple[Node, str, Node]] = []
    for node in ordered:
        known.learn(node)
        words = [word for word in ("anyOf", "oneOf") if word in node.many]
        made += [(node, word, _by_type(node, word, known)) for word in words]
    for node, word, union in made:
        del node.many[word]
        node.also.append(union)


class _Facts:
    """What is known of each schema: the types it admits, and the properties that tag it."""

    def __init__(self) -> None:
        self.types: dict[Node, frozenset[str]] = {}
        self.tags: dict[Node, _Tags] = {}

    def learn(self, node: Node) -> None:
        """Add what follows from `node` and from the schemas of the same value."""
        types = frozenset[str]() if node.never else _types_of_rules(node.rules)
        tags = self._own_tags(node)
        for other in (*node.also, *node.many.get("allOf", ())):
            types &= self.types[other]
            tags = {**self.tags[other], **tags}
        for word in ("anyOf", "oneOf"):
            branches = node.many.get(word)
            if branches:
                types &= frozenset[str]().union(*(self.types[branch] for branch in branches))
                tags = {**self._shared_tags(branches), **tags}
        self.types[node] = types
        self.tags[node] = tags

    def _own_tags(self, node: Node) -> _Tags:
        required = node.rules.get("required", ())
        values = (
            (name, _values(schema)) for name, schema in node.named.get("properties", {}).items()
        )
        return {name: (found, name in required) for name, found in values if found}

    def _shared_tags(self, branches: list[Node]) -> _Tags:
        shared: _Tags = dict(self.tags[branches[0]])
        for branch in branches[1:]:
            tags = self.tags[branch]
            shared = {
                name: (values | tags[name][0], required and tags[name][1])
                for name, (values, required) in shared.items()
                if name in tags
            }
        return shared


def _types_of_rules(rules: dict[str, Any]) -> frozenset[str]:
    types = _EVERY_TYPE
    if "type" in rules:
        named = rules["type"]
        names = [named] if isinstance(named, str) else named
        types &= frozenset("number" if name == "integer" else name for name in names)
    options = [rules["const"]] if "const" in rules else rules.get("enum")
    if options is not None:
        types &= frozenset(_OF_PYTHON[type(option)] for option in options)
    return types


def _values(schema: Node) -> frozenset[str]:
    """The texts that a property may hold, when it is limited to a few texts."""
    for node in (schema, *schema.also, *schema.many.get("allOf", ())):
        options = [node.rules["const"]] if "const" in node.rules else node.rules.get("enum", ())
        if options and all(isinstance(option, str) for option in options):
            return frozenset(json.dumps(option) for option in options)
    return frozenset()


def _by_type(node: Node, word: str, known: _Facts) -> Node:
    """Make a choice by type of the union that `node` has under `word`."""
    branches = node.many[word]
    groups: dict[tuple[Node, ...], list[str]] = {}
    for name in JSON_TYPES:
        group = tuple(branch for branch in branches if name in known.types[branch])
        groups.setdefault(group, []).append(name)
    nobody = groups.pop((), [])
    made = [(types, _group(node, word, group, types, known)) for group, types in groups.items()]
    if not made:
        return Node(node.loc, never=True)
    if len(made) == 1 and not nobody:
        return made[0][1]
    union = Node(node.loc)
    if nobody:
        union.rules["type"] = [name for types, _ in made for name in types]
    union.choices = [(Node(node.loc, rules={"type": types}), branch) for types, branch in made]
    return union


def _group(node: Node, word: str, group: tuple[Node, ...], types: list[str], known: _Facts) -> Node:
    """Make one schema of the branches that admit the same types."""
    if len(group) == 1:
        return group[0]
    candidates = [node.tag] if node.tag else list(known.tags[group[0]])
    if types != ["object"]:
        candidates = []
    for name in candidates:
        found = [known.tags[branch].get(name) for branch in group]
        tags = [tag for tag in found if tag]
        if len(tags) == len(group) and _apart([values for values, _ in tags]):
            return _by_tag(node, word, name, list(zip(group, tags, strict=True)))
    return Node(node.loc, many={word: list(group)})


def _apart(sets: list[frozenset[str]]) -> bool:
    return len(frozenset[str]().union(*sets)) == sum(map(len, sets))


def _by_tag(
    node: Node, word: str, name: str, branches: list[tuple[Node, tuple[frozenset[str], bool]]]
) -> Node:
    """Make a choice by the property `name`, whose values no two branches share."""
    union = Node(node.loc, rules={"type": "object"})
    values = [json.loads(value) for _, tag in branches for value in sorted(tag[0])]
    union.named["properties"] = {name: Node(node.loc, rules={"enum": values})}
    union.choices = [(_tagged(node, name, tag[0]), branch) for branch, tag in branches]
    # pydantic insists on the tag that it names in `discriminator`, even where it has a default.
    untagged = [] if node.tag else [branch for branch, tag in branches if not tag[1]]
    if not untagged:
        union.rules["required"] = [name]
        return union
    rest = untagged[0] if len(untagged) == 1 else Node(node.loc, many={word: untagged})
    absent = Node(node.loc, one={"not": Node(node.loc, rules={"required": [name]})})
    union.choices.append((absent, rest))
    return union


def _tagged(node: Node, name: str, values: frozenset[str]) -> Node:
    allowed = Node(node.loc, rules={"enum": [json.loads(value) for value in sorted(values)]})
    return Node(node.loc, rules={"required": [name]}, named={"properties": {name: allowed}})
