"""JSON as the contract means it: UTF-8, finite numbers, no NUL, no lone surrogates, 64 levels."""

import json
import math
import re
from collections.abc import Callable, Coroutine
from typing import Any, cast

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json

DEEPEST = 64
# A body without any of these has neither a NUL nor a number that overflows to infinity.
_SUSPICIOUS = re.compile(rb"\\u0000|[0-9][eE]|[0-9]{300}")


class StrictRequest(Request):
    """A request whose body is read strictly."""

    async def json(self) -> Any:
        """Return the body, read strictly.

        Raises:
            json.JSONDecodeError: It is not JSON, or not the JSON that the contract takes.
        """
        return parse(await self.body())


class StrictRoute(APIRoute):
    """A route that reads its body strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with the request wrapped."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return strict


def parse(body: bytes) -> Any:
    """Read a JSON object.

    Raises:
        json.JSONDecodeError: It is not JSON, or not the JSON that the contract takes. The message
            says what is wrong and never echoes the body.
    """
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise _refused(str(error)) from None
    if type(value) is not dict:
        raise _refused("a JSON object is expected")
    named = cast("dict[str, Any]", value)
    # More brackets than levels allowed is no proof of depth, but fewer is a proof of none.
    if body.count(b"{") + body.count(b"[") > DEEPEST or _SUSPICIOUS.search(body):
        _inspect(named)
    return named


def _inspect(value: Any) -> None:
    """Look at every value, level by level, without recursion."""
    level: list[Any] = [value]
    depth = 0
    while level:
        if depth == DEEPEST and any(isinstance(item, (dict, list)) for item in level):
            raise _refused(f"it is nested over {DEEPEST} levels deep")
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                named = cast("dict[str, Any]", item)
                below.extend(named)
                below.extend(named.values())
            elif isinstance(item, list):
                below.extend(cast("list[Any]", item))
            elif isinstance(item, str) and "\x00" in item:
                raise _refused("the character NUL (\\u0000) is not allowed")
            elif isinstance(item, float) and not math.isfinite(item):
                raise _refused("a number is too large")
        level = below
        depth += 1


def _refused(why: str) -> json.JSONDecodeError:
    return json.JSONDecodeError(why, "", 0)
