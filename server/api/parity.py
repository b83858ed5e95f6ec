"""The routes against the contract: any difference keeps the server from starting."""

import json
from typing import Any, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from . import permissions
from .contract import document, resolve

_METHODS = ("get", "put", "post", "delete", "patch", "options", "head", "trace")
# What says nothing about which values are valid. `minProperties` pydantic can't say of an object;
# the handlers of `AssignTo` check it.
_NOISE = {"title", "description", "default", "example", "examples", "summary", "minProperties"}


class ContractBroken(Exception):
    """The routes are not what the contract says; the message lists every difference."""


def hold_to_contract(app: FastAPI) -> None:
    """Compare what FastAPI derives from the handlers with the contract.

    Raises:
        ContractBroken: A path, method, parameter, body, status, error code or security differs, or
            an operation does not say who may call it.
    """
    derived = get_openapi(title="derived", version="0", routes=app.routes)
    found = [*permissions.problems(document()), *differences(derived, document())]
    if found:
        raise ContractBroken("The routes differ from openapi.yaml:\n" + "\n".join(found))


def differences(derived: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Return a line for each difference between two OpenAPI documents."""
    ours, theirs = _Reading(derived).operations(), _Reading(wanted).operations()
    lines = [f"only in the server: {key}" for key in sorted(ours.keys() - theirs.keys())]
    lines += [f"only in the contract: {key}" for key in sorted(theirs.keys() - ours.keys())]
    for key in sorted(ours.keys() & theirs.keys()):
        lines += _compare(key, ours[key], theirs[key])
    return lines


def _compare(path: str, ours: Any, theirs: Any) -> list[str]:
    """Return the innermost places where the two differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        left, right = cast("dict[str, Any]", ours), cast("dict[str, Any]", theirs)
        return [
            line
            for name in sorted(left.keys() | right.keys())
            for line in _compare(f"{path} > {name}", left.get(name), right.get(name))
        ]
    if ours == theirs:
        return []
    return [f"{path}: the server has {ours!r}, the contract {theirs!r}"]


class _Reading:
    """An OpenAPI document, with references followed and differences of spelling removed."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec

    def operations(self) -> dict[str, dict[str, Any]]:
        """Return every operation by method and path."""
        return {
            f"{method.upper()} {path}": self._operation(item, item[method])
            for path, item in self._spec["paths"].items()
            for method in _METHODS
            if method in item
        }

    def _operation(self, item: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
        parameters = map(
            self._resolve, item.get("parameters", []) + operation.get("parameters", [])
        )
        return {
            "operation id": operation.get("operationId"),
            "tags": operation.get("tags"),
            "security": self._security(operation),
            "parameters": {
                f"{p['in']} {p['name'].lower()}": (
                    p.get("required", False),
                    _without_null(self._schema(p["schema"])),
                )
                for p in parameters
            },
            "request body": self._body(operation.get("requestBody")),
            "responses": {
                status: self._response(node) for status, node in operation["responses"].items()
            },
        }

    def _security(self, operation: dict[str, Any]) -> list[str]:
        schemes = operation.get("security", self._spec.get("security", []))
        return sorted(name for scheme in schemes for name in scheme)

    def _body(self, node: Any) -> Any:
        if node is None:
            return None
        body = self._resolve(node)
        schemas = {
            kind: _without_null(self._schema(media["schema"]))
            for kind, media in body["content"].items()
        }
        return body.get("required", False), schemas

    def _response(self, node: Any) -> Any:
        """Return the schemas of a response, and the error codes that its examples name."""
        return {
            kind: {
                "schema": self._schema(media.get("schema", {})),
                "codes": sorted(media.get("examples", {})),
            }
            for kind, media in self._resolve(node).get("content", {}).items()
        }

    def _resolve(self, node: Any) -> Any:
        return resolve(self._spec, node)

    def _schema(self, node: Any) -> Any:
        schema: dict[str, Any] = self._resolve(node)
        out = {
            key: value
            for key, value in schema.items()
            if key not in _NOISE and not key.startswith("x-")
        }
        # pydantic's own words come through when a validator of ours stands before it.
        for theirs, ours in (("ge", "minimum"), ("le", "maximum")):
            if theirs in out:
                out[ours] = out.pop(theirs)
        if out.get("additionalProperties") in (True, {}):
            del out["additionalProperties"]
        return self._spelled(out)

    def _spelled(self, out: dict[str, Any]) -> Any:
        if isinstance(out.get("type"), list):
            rest = {key: value for key, value in out.items() if key != "type"}
            out = {"anyOf": [{"type": t, **(rest if t != "null" else {})} for t in out["type"]]}
        if "const" in out:
            out = {"enum": [out["const"]]}
        if "enum" in out:
            return {"enum": sorted(map(str, out["enum"]))}
        if "properties" in out:
            out["properties"] = {
                name: self._schema(value) for name, value in out["properties"].items()
            }
        for key in ("items", "additionalProperties"):
            if isinstance(out.get(key), dict):
                out[key] = self._schema(out[key])
        if "required" in out:
            out["required"] = sorted(out["required"])
        return self._branches(out) if "anyOf" in out else out

    def _branches(self, out: dict[str, Any]) -> Any:
        """Flatten and sort the branches of a union, and push what stands beside it into them."""
        flat: list[Any] = []
        for branch in out.pop("anyOf"):
            schema = self._schema(branch)
            flat.extend(schema["anyOf"] if set(schema) == {"anyOf"} else [schema])
        if out:
            flat = [b if b == {"type": "null"} else {**b, **out} for b in flat]
        return {"anyOf": sorted(flat, key=lambda branch: json.dumps(branch, sort_keys=True))}


def _without_null(schema: Any) -> Any:
    """Return the schema of an optional parameter or body: it may be absent, it can't be null."""
    if set(schema) != {"anyOf"} or {"type": "null"} not in schema["anyOf"]:
        return schema
    rest = [branch for branch in schema["anyOf"] if branch != {"type": "null"}]
    return rest[0] if len(rest) == 1 else {"anyOf": rest}
