"""Holds responses to the contract: status, headers, body, error code.

Give `Conformance.hook` (or `async_hook`) to an httpx client as an event hook for responses, and no
response passes that the contract does not know.
"""

import json
import re
from functools import cache
from typing import Any, cast

import httpx
import jsonschema_rs

_METHODS = ("get", "post", "put", "patch", "delete")
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_ANCHOR = re.compile(r'id="([^"]+)"')
# Set on everything that leaves the server, each once.
_ALWAYS = (
    "cache-control",
    "content-security-policy",
    "referrer-policy",
    "x-content-type-options",
    "x-request-id",
)
# Declared, and absent when there is nothing to say.
_SOMETIMES = {"idempotent-replayed"}
# Refused before the operation is known; the operations without a body do not declare it.
_ANYWHERE = {413}


class Breach(AssertionError):
    """A response breaks the contract; the message says how."""


class Conformance:
    """The contract, as a judge of responses.

    Args:
        document: The contract.
        docs: The page that the links in errors lead to.
    """

    def __init__(self, document: dict[str, Any], docs: str) -> None:
        self._document = document
        self._anchors = frozenset(_ANCHOR.findall(docs))
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in document["paths"]
        ]
        self._validator = cache(self._compiled)
        self.judged = 0

    def hook(self, response: httpx.Response) -> None:
        """Judge a response of an `httpx.Client`."""
        response.read()
        self.judge(response)

    async def async_hook(self, response: httpx.Response) -> None:
        """Judge a response of an `httpx.AsyncClient`."""
        await response.aread()
        self.judge(response)

    def judge(self, response: httpx.Response) -> None:
        """Raise `Breach` with every way in which the response breaks the contract."""
        self.judged += 1
        found = self.breaches(response)
        if found:
            request = f"{response.request.method} {response.request.url}"
            raise Breach(f"{request} -> {response.status_code}: " + "; ".join(found))

    def breaches(self, response: httpx.Response) -> list[str]:
        """Return a sentence for each way in which the response breaks the contract."""
        found = [
            f"header {name} is there {len(response.headers.get_list(name))} times"
            for name in _ALWAYS
            if len(response.headers.get_list(name)) != 1
        ]
        item = self._item(response.request.url.path)
        method, status = response.request.method.lower(), response.status_code
        if item is None:
            found += self._outside(response)
        elif method not in item:
            found += self._other_method(response, item)
        elif str(status) in item[method]["responses"]:
            found += self._declared(response, item[method]["responses"][str(status)])
        elif status in _ANYWHERE:
            found += self._declared(response, item[method]["responses"]["default"])
        else:
            found.append("the status is not declared")
        if status == 401 and "www-authenticate" not in response.headers:
            found.append("a 401 needs WWW-Authenticate")
        return found

    def _item(self, path: str) -> dict[str, Any] | None:
        for pattern, name in self._paths:
            if pattern.fullmatch(path):
                return self._document["paths"][name]
        return None

    def _outside(self, response: httpx.Response) -> list[str]:
        """Judge a path that the contract does not have: the pages, or nothing."""
        if response.status_code < 400:
            inside = response.request.url.path.startswith("/api")
            return ["the path is not in the contract"] if inside else []
        if response.status_code not in (404, 405, 413):
            return ["a path that is not there is a 404"]
        return self._error(response, ())

    def _other_method(self, response: httpx.Response, item: dict[str, Any]) -> list[str]:
        if response.status_code == 413:
            return self._error(response, ("BODY_TOO_LARGE",))
        if response.status_code != 405:
            return ["a method that is not declared is a 405"]
        allowed = set(re.split(r",\s*", response.headers.get("allow", "")))
        declared = {name.upper() for name in item if name in _METHODS}
        found = [] if allowed == declared else [f"Allow is {allowed}, declared are {declared}"]
        if response.request.method == "HEAD":
            return found
        return found + self._error(response, ("METHOD_NOT_ALLOWED",))

    def _declared(self, response: httpx.Response, node: Any) -> list[str]:
        declared = self._resolve(node)
        found = self._headers(response, declared.get("headers", {}))
        content = declared.get("content", {})
        if not content:
            return found + (["there must be no body"] if response.content else [])
        kind = response.headers.get("content-type", "").partition(";")[0]
        if kind not in content:
            return [*found, f"the content type {kind!r} is not declared"]
        if kind != "application/json":
            return found
        schema = json.dumps(content[kind]["schema"], sort_keys=True)
        try:
            body = _strictly(response.text)
        except ValueError as error:
            return [*found, f"the body is not JSON: {error}"]
        found += [
            f"{'.'.join(map(str, error.instance_path))}: {error.message}"
            for error in self._validator(schema).iter_errors(body)
        ]
        if response.status_code >= 400:
            found += self._error(response, tuple(content[kind].get("examples", ())))
        return found

    def _headers(self, response: httpx.Response, declared: dict[str, Any]) -> list[str]:
        found: list[str] = []
        for name, node in declared.items():
            value = response.headers.get(name)
            if value is None:
                if name.lower() not in _SOMETIMES:
                    found.append(f"header {name} is missing")
                continue
            schema = self._resolve(node)["schema"]
            typed = int(value) if schema.get("type") == "integer" and value.isdigit() else value
            if not self._validator(json.dumps(schema, sort_keys=True)).is_valid(typed):
                found.append(f"header {name} is {value!r}")
        return found

    def _error(self, response: httpx.Response, codes: tuple[str, ...]) -> list[str]:
        """Judge what every error has: its fields, its code, its link."""
        try:
            body = _strictly(response.text)
        except ValueError:
            return ["the error's body is not JSON"]
        body = cast("dict[str, Any]", body if isinstance(body, dict) else {})
        fields = set(body)
        if fields - {"errors"} != {"error_code", "message", "docs"}:
            return [f"the error has the fields {sorted(fields)}"]
        code, found = body["error_code"], list[str]()
        if codes and code not in codes:
            found.append(f"the code {code} is not declared: {codes}")
        if not body["message"].endswith((".", ".)")):
            found.append("the message is no sentence")
        page, _, anchor = body["docs"].partition("#")
        if page != str(response.request.url.copy_with(raw_path=b"/api/docs", fragment=None)):
            found.append(f"the link leads to {page}")
        if anchor != code or anchor not in self._anchors:
            found.append(f"the page has no anchor {anchor}")
        return found

    def _resolve(self, node: Any) -> Any:
        while "$ref" in node:
            target: Any = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def _compiled(self, schema: str) -> jsonschema_rs.Draft202012Validator:
        whole = {**json.loads(schema), "components": self._document["components"]}
        return jsonschema_rs.Draft202012Validator(
            whole, validate_formats=True, formats={"date-time": _is_utc}
        )


def _is_utc(text: Any) -> bool:
    return not isinstance(text, str) or _UTC.fullmatch(text) is not None


def _strictly(text: str) -> Any:
    """Read JSON, without Python's extras."""

    def refuse(word: str) -> Any:
        raise ValueError(f"it holds {word}")

    return json.loads(text, parse_constant=refuse)
