"""The contract that this server serves and is held to."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, cast


@cache
def as_json() -> bytes:
    """Return the contract as JSON text."""
    return files("awaithumans.generated.contract").joinpath("openapi.json").read_bytes()


@cache
def as_yaml() -> bytes:
    """Return the contract as it was written."""
    return files("awaithumans.server").joinpath("openapi.yaml").read_bytes()


@cache
def document() -> dict[str, Any]:
    """Return the contract as data."""
    return json.loads(as_json())


def resolve(spec: dict[str, Any], node: Any) -> Any:
    """Follow the reference that `node` is, if it is one; what stands beside it is kept."""
    while isinstance(node, dict):
        found = cast("dict[str, Any]", node)
        if "$ref" not in found:
            return found
        target: Any = spec
        for part in found["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = {**target, **{key: value for key, value in found.items() if key != "$ref"}}
    return node
