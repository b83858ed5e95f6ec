"""What is seen of every request: its id, how long it took, a log line, a span.

Plain ASGI, as little as can be, because ten thousand requests may be parked here.
"""

import logging
import os
import re
from contextlib import nullcontext
from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..observing import marks
from ..observing.marks import Marks
from ..observing.requests import RequestFigures
from ..observing.tracing import Tracing

_log = logging.getLogger("awaithumans.access")

_HEADER = b"x-request-id"
_SANE = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
# Asked every few seconds by machines: answered well, they are no news.
_OFTEN = {"getHealth", "getReady", "getMetrics"}


class Watch:
    """The layer around all others.

    Args:
        app: What is watched.
        figures: Counts and times the requests.
        tracing: Who draws spans; None when nobody wants them.
    """

    def __init__(self, app: ASGIApp, figures: RequestFigures, tracing: Tracing | None) -> None:
        self._app = app
        self._figures = figures
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        request_id = _request_id(scope)
        # Nobody was answered, unless an answer begins.
        status = 500

        async def marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (_HEADER, request_id)]
            await send(message)

        span = nullcontext() if self._tracing is None else self._tracing.request(scope)
        with span as drawn:
            begun = marks.begin(Marks(request_id.decode(), drawn and drawn.trace_id))
            try:
                await self._app(scope, receive, marked)
            finally:
                operation, path = _named(scope)
                if drawn is not None:
                    drawn.answered(operation, path, status)
                self._note(scope["method"], operation, path, status, perf_counter() - began)
                marks.end(begun)

    def _note(
        self, method: str, operation: str, path: str | None, status: int, seconds: float
    ) -> None:
        self._figures.answered(operation, status, seconds)
        level = logging.DEBUG if operation in _OFTEN and status < 400 else logging.INFO
        if _log.isEnabledFor(level):
            # The route, not the path: what stands in a path or a query is nobody's business here.
            fields: dict[str, Any] = {
                "method": method,
                "route": path,
                "status": status,
                "duration_ms": round(seconds * 1000, 2),
            }
            _log.log(level, "%s %s %d", method, path or "-", status, extra={"fields": fields})


def _request_id(scope: Scope) -> bytes:
    """Return the id that the request brings, if it is a sane one, else a new one."""
    for name, value in scope["headers"]:
        if name == _HEADER and _SANE.fullmatch(value):
            return value
    return os.urandom(8).hex().encode()


def _named(scope: Scope) -> tuple[str, str | None]:
    """Return the operation's id, or one word for all that is none, and the path of its route."""
    route = scope.get("route")
    if route is None:
        # The pages are plain routes; what matches nothing has no endpoint.
        shown = "endpoint" in scope and scope["method"] in ("GET", "HEAD")
        return "page" if shown else "unknown", None
    if scope["method"] not in route.methods:
        return "unknown", route.path
    return getattr(route, "operation_id", None) or "page", route.path
