"""The values that a schema lists to choose from, and what to call them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from typing import Any, cast

from .kinds import Option

NOTHING = Option(None, "none")


def options_of(schema: Mapping[str, Any]) -> tuple[Option, ...]:
    """Give the values that a schema lists: `enum`, `const`, or `oneOf` constants with titles.

    `x-enum-labels` names the values of an `enum`: an object by value, or a list in their order.
    """
    if "const" in schema or "enum" in schema:
        values: list[Any] = [schema["const"]] if "const" in schema else schema["enum"]
        labels = _labels(values, schema.get("x-enum-labels"))
        return tuple(
            Option(value, label or shown(value))
            for value, label in zip(values, labels, strict=True)
        )
    parts: list[Any] = schema.get("oneOf", [])
    if all(isinstance(part, Mapping) and "const" in part for part in parts):
        return tuple(
            Option(part["const"], part.get("title") or shown(part["const"])) for part in parts
        )
    return ()


def shown(value: Any) -> str:
    """Write a value for a person."""
    if value is None:
        return NOTHING.label
    return value if isinstance(value, str) else json.dumps(value)


def _labels(values: list[Any], given: Any) -> list[str]:
    """Give each value the label that is meant for it; an empty one where there is none."""
    found: list[Any] = []
    if isinstance(given, Mapping):
        found = [cast("Mapping[str, Any]", given).get(shown(value)) for value in values]
    elif isinstance(given, list):
        found = list(islice(cast("list[Any]", given), len(values)))
    found += [""] * (len(values) - len(found))
    return [label if isinstance(label, str) else "" for label in found]
