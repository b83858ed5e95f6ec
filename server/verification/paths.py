"""Finds the field that a model means in the schema of an answer."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from ..tasks.model import Json

Path = tuple[str | int, ...]
_LONGEST = 20
_MOST_SCHEMAS = 1_000
_SAME = ("allOf", "anyOf", "oneOf")


def field(document: Json, steps: Sequence[object]) -> Path | None:
    """Return the path to a field, its positions in lists as numbers, or None if there is none.

    Args:
        document: The JSON Schema of the answer.
        steps: What a model gave: names, and positions as numbers or as texts.
    """
    if not 0 < len(steps) <= _LONGEST:
        return None
    path: list[str | int] = []
    here: list[Any] = [document]
    for step in steps:
        if isinstance(step, bool) or not isinstance(step, (str, int)):
            return None
        name, position = str(step), _position(step)
        every = list(_every(document, here))
        named = [part for schema in every for part in _named(schema, name)]
        listed = [] if position is None else [p for s in every for p in _listed(s, position)]
        if named:
            path.append(name)
        elif listed and position is not None:
            path.append(position)
        else:
            return None
        here = named or listed
    return tuple(path)


def _every(document: Json, schemas: Iterable[Any]) -> Iterator[Json]:
    """Yield the schemas that one value may have to satisfy: these, and what they lead to."""
    left = list(schemas)
    seen: set[int] = set()
    while left and len(seen) < _MOST_SCHEMAS:
        schema = left.pop()
        if not isinstance(schema, dict) or id(cast("Json", schema)) in seen:
            continue
        schema = cast("Json", schema)
        seen.add(id(schema))
        yield schema
        left.append(_target(document, schema.get("$ref")))
        for word in _SAME:
            parts = schema.get(word)
            left += cast("list[Any]", parts) if isinstance(parts, list) else []


def _target(document: Json, reference: object) -> Any:
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return document if reference == "#" else None
    part: Any = document
    for step in reference[2:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        part = cast("Json", part).get(name) if isinstance(part, dict) else None
    return part


def _named(schema: Json, name: str) -> Iterator[Any]:
    properties = schema.get("properties")
    if isinstance(properties, dict) and name in properties:
        yield cast("Json", properties)[name]
    elif isinstance(schema.get("additionalProperties"), dict):
        yield schema["additionalProperties"]


def _listed(schema: Json, position: int) -> Iterator[Any]:
    first = schema.get("prefixItems")
    parts = cast("list[Any]", first) if isinstance(first, list) else []
    if position < len(parts):
        yield parts[position]
    elif isinstance(schema.get("items"), dict):
        yield schema["items"]


def _position(step: str | int) -> int | None:
    text = str(step)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else None
