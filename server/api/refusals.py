"""Refusals on the wire: one body for every error, and what each operation declares."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from awaithumans.generated.models import ErrorResponse

from ..errors import (
    BodyTooLarge,
    FieldProblem,
    Forbidden,
    InternalError,
    MethodNotAllowed,
    NotFound,
    Refusal,
    StorageUnavailable,
    Unauthorized,
    ValidationFailed,
)

# What every operation with credentials, with a body, or with parameters can refuse.
PRIVATE: tuple[type[Refusal], ...] = (Unauthorized, Forbidden, StorageUnavailable)
BODY: tuple[type[Refusal], ...] = (BodyTooLarge, ValidationFailed)

_LONGEST_NAME = 100
# What says more than that a pattern was not matched.
_NOBODY = (
    "is nobody who can be told. Allowed are slack:#channel, slack:@handle, slack:U… (a user's "
    "id), slack:someone@example.com, each also as slack+TEAM:…"
)
_TOLD: dict[tuple[tuple[str | int, ...], str], str] = {
    (("body", "notify"), "string_pattern_mismatch"): f"{_NOBODY}, and email:someone@example.com, "
    "also as email+sender:someone@example.com",
    (("body", "target"), "string_pattern_mismatch"): _NOBODY,
}
_BEARER = {"www-authenticate": 'Bearer realm="awaithumans"'}


def refuses(*kinds: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """Return FastAPI's `responses` for an operation that can refuse in these ways.

    The contract lists the same statuses and codes; the server compares them at its start.
    """
    responses: dict[int | str, dict[str, Any]] = {"default": _declared("Anything else")}
    for kind in (*kinds, InternalError):
        response = responses.setdefault(kind.status, _declared(HTTPStatus(kind.status).phrase))
        response["content"]["application/json"]["examples"][kind.code] = {}
    return responses


def refuses_with_pages(*kinds: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """Return FastAPI's `responses` for an operation that refuses with pages, for people."""
    responses = refuses()
    for kind in kinds:
        page: dict[str, Any] = {"schema": {"type": "string"}, "examples": {}}
        shown = {"description": HTTPStatus(kind.status).phrase, "content": {"text/html": page}}
        response = responses.setdefault(kind.status, shown)
        response["content"]["text/html"]["examples"][kind.code] = {}
    return responses


def _declared(description: str) -> dict[str, Any]:
    examples: dict[str, Any] = {}
    return {
        "model": ErrorResponse,
        "description": description,
        "content": {"application/json": {"examples": examples}},
    }


def install(
    app: FastAPI, base_url: str, lost: Callable[[Request], Response | None] = lambda _request: None
) -> None:
    """Give every error of `app` the contract's body.

    Args:
        app: What can refuse.
        base_url: Where the pages are that errors link to.
        lost: What a browser is shown at a path where there is nothing; None for everybody else.
    """

    def respond(refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
        return _response(refusal, base_url, headers)

    async def refused(_request: Request, error: Any) -> Response:
        return respond(error)

    async def invalid(_request: Request, error: Any) -> Response:
        return respond(validation_failed(error))

    async def http(request: Request, error: Any) -> Response:
        if error.status_code == 405:
            allow = ", ".join(_methods(app.routes, request))
            # The route's path, where it has one: a secret may stand in that of the request.
            path = getattr(request.scope.get("route"), "path", request.url.path[:_LONGEST_NAME])
            refusal = MethodNotAllowed(f"{path} takes {allow}, not {request.method[:20]}.")
            return respond(refusal, {"allow": allow})
        if error.status_code == 404:
            return lost(request) or respond(
                NotFound("There is nothing at this path; /api/docs lists every path.")
            )
        return respond(ValidationFailed("The request can't be read: the body is not JSON."))

    handlers: dict[type[Exception], Callable[[Request, Any], Awaitable[Response]]] = {
        Refusal: refused,
        RequestValidationError: invalid,
        HTTPException: http,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def body(refusal: Refusal, base_url: str) -> bytes:
    """Return the JSON body of a refusal."""
    content: dict[str, Any] = {
        "error_code": refusal.code,
        "message": refusal.message,
        "docs": f"{base_url}/api/docs#{refusal.code}",
    }
    if refusal.problems:
        content["errors"] = [
            {"loc": [_short(step) for step in problem.loc], "msg": problem.msg}
            for problem in refusal.problems
        ]
    return to_json(content)


def _response(refusal: Refusal, base_url: str, headers: dict[str, str] | None) -> Response:
    headers = dict(headers or {})
    if refusal.status == 401:
        headers |= _BEARER
    if refusal.retry_after is not None:
        headers["retry-after"] = str(refusal.retry_after)
    return Response(body(refusal, base_url), refusal.status, headers, "application/json")


def validation_failed(error: RequestValidationError) -> ValidationFailed:
    """Return the refusal of a request that breaks the contract."""
    problems: list[FieldProblem] = []
    for problem in error.errors():
        loc: tuple[str | int, ...] = problem["loc"]
        if problem["type"] == "json_invalid":
            # FastAPI puts the position where a field's name would be.
            problems.append(FieldProblem(("body",), f"is not JSON: {problem['ctx']['error']}"))
        else:
            told: str = _TOLD.get((loc[:2], problem["type"]), str(problem["msg"]))
            problems.append(FieldProblem(loc, told))
    first = problems[0]
    where = ".".join(str(_short(step)) for step in first.loc)
    return ValidationFailed(f"The request breaks the contract: {where}: {first.msg}.", problems)


def _methods(routes: Sequence[BaseRoute], request: Request) -> list[str]:
    """Return every method that some route takes at the path of `request` (RFC 9110, 15.5.6)."""
    return [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes
        )
    ]


def _short(step: str | int) -> str | int:
    return step[:_LONGEST_NAME] if isinstance(step, str) else step
