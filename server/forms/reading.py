"""Reads a JSON Schema document into a graph, and refuses what this server does not check."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import unquote

from .formats import CHECKS
from .graph import MANY, NAMED, ONE, Node, meant
from .patterns import taken_apart
from .problems import Loc, Problem, SchemaError

MOST_BYTES = 256 * 1024
MOST_SCHEMAS = 5_000

_RULES = frozenset(
    [
        "type",
        "enum",
        "const",
        "multipleOf",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "pattern",
        "maxItems",
        "minItems",
        "uniqueItems",
        "maxContains",
        "minContains",
        "maxProperties",
        "minProperties",
        "required",
        "dependentRequired",
        "format",
    ]
)
_CONTAINERS = ("$defs", "definitions")
_REFERENCES = ("$ref", "$dynamicRef")
_ANCHORS = ("$anchor", "$dynamicAnchor")

_CANONICAL = json.JSONEncoder(
    sort_keys=True, allow_nan=False, ensure_ascii=False, separators=(",", ":")
)

_OUTSIDE = "must lead to a schema inside this document; nothing is ever fetched"
_NOWHERE = "leads to nothing that is a schema in this document"
_NESTED_ID = "must not stand below the top of the document"
_TWICE = "is the name of another schema in this document too"
_TOO_MANY = f"holds more than {MOST_SCHEMAS:,} schemas"
_TOO_BIG = f"is larger than {MOST_BYTES // 1024} KiB"
_NOT_JSON = "must be JSON: no NaN, no infinity, text that is valid Unicode"


def canonical(document: Mapping[str, Any]) -> bytes:
    """Write `document` so that equal documents have equal bytes.

    Raises:
        SchemaError: When it is not JSON, or too large or too deep to be a schema here.
    """
    try:
        text = _CANONICAL.encode(document).encode()
    except (ValueError, TypeError):
        raise SchemaError([Problem((), _NOT_JSON)]) from None
    except RecursionError:
        raise SchemaError([Problem((), "is nested too deeply")]) from None
    if len(text) > MOST_BYTES:
        raise SchemaError([Problem((), _TOO_BIG)])
    return text


def read(document: Mapping[str, Any]) -> Node:
    """Make a graph of a document that satisfies the meta-schema of JSON Schema 2020-12.

    What `$schema` says is not looked at: 2020-12 is what every document is read as.

    Raises:
        SchemaError: When a reference leads elsewhere or nowhere, or there are too many schemas.
    """
    reader = _Reader(document)
    reader.follow_references()
    return reader.shortened()


class _Reader:
    """Holds what is known while one document is read."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._nodes: dict[tuple[str, ...], Node] = {}
        self._anchors: dict[str, Node] = {}
        self._references: list[tuple[Node, str, str]] = []
        self._home = str(document.get("$id", "")).partition("#")[0]
        self._pending: list[tuple[Node, Mapping[str, Any]]] = []
        self.root = self._add((), document)
        while self._pending:
            self._fill(*self._pending.pop())

    def follow_references(self) -> None:
        """Join each reference to the schema that it leads to."""
        for node, word, target in self._references:
            node.also.append(self._target(target, (*node.loc, word)))

    def shortened(self) -> Node:
        """Leave out the references that say nothing themselves; give the root."""
        known: dict[Node, Node] = {}
        for node in self._nodes.values():
            node.also = [meant(other, known) for other in node.also]
            node.one = {word: meant(other, known) for word, other in node.one.items()}
            node.many = {
                word: [meant(other, known) for other in others]
                for word, others in node.many.items()
            }
            node.named = {
                word: {name: meant(other, known) for name, other in others.items()}
                for word, others in node.named.items()
            }
        return meant(self.root, known)

    def _add(self, loc: Loc, schema: Any) -> Node:
        if len(self._nodes) == MOST_SCHEMAS:
            raise SchemaError([Problem((), _TOO_MANY)])
        node = self._nodes[tuple(map(str, loc))] = Node(loc, never=schema is False)
        if isinstance(schema, Mapping):
            self._pending.append((node, cast("Mapping[str, Any]", schema)))
        return node

    def _fill(self, node: Node, schema: Mapping[str, Any]) -> None:
        for word, value in schema.items():
            loc = (*node.loc, word)
            if word in _RULES:
                if word != "format" or value in CHECKS:
                    node.rules[word] = value
            elif word in ONE:
                node.one[word] = self._add(loc, value)
            elif word in MANY:
                node.many[word] = [self._add((*loc, at), part) for at, part in enumerate(value)]
            elif word in NAMED:
                node.named[word] = {name: self._add((*loc, name), value[name]) for name in value}
            elif word in _CONTAINERS:
                for name in value:
                    self._add((*loc, name), value[name])
            elif word in _REFERENCES:
                self._references.append((node, word, value))
            elif word in _ANCHORS:
                self._name(node, word, value)
            elif word == "$id" and node.loc:
                raise SchemaError([Problem(loc, _NESTED_ID)])
        self._split_pattern(node)
        tag = schema.get("discriminator")
        if isinstance(tag, Mapping):
            node.tag = cast("Mapping[str, Any]", tag).get("propertyName")

    def _split_pattern(self, node: Node) -> None:
        first, *others = taken_apart(node.rules.get("pattern", ""))
        if others:
            node.rules["pattern"] = first
            node.also += [Node(node.loc, rules={"pattern": other}) for other in others]

    def _name(self, node: Node, word: str, anchor: str) -> None:
        if self._anchors.setdefault(anchor, node) is not node:
            raise SchemaError([Problem((*node.loc, word), _TWICE)])

    def _target(self, reference: str, loc: Loc) -> Node:
        base, _, fragment = reference.partition("#")
        if base not in ("", self._home):
            raise SchemaError([Problem(loc, _OUTSIDE)])
        fragment = unquote(fragment)
        found = (
            self._at_pointer(fragment) if fragment[:1] in ("", "/") else self._anchors.get(fragment)
        )
        if found is None:
            raise SchemaError([Problem(loc, _NOWHERE)])
        return found

    def _at_pointer(self, pointer: str) -> Node | None:
        steps = pointer.split("/")[1:]
        return self._nodes.get(tuple(step.replace("~1", "/").replace("~0", "~") for step in steps))
