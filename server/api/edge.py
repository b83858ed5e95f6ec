"""What happens to every request around its handler: a limit, some headers, a last answer.

Plain ASGI, two small functions a request, because ten thousand requests may be parked here.
"""

import asyncio
import logging
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import BodyTooLarge, InternalError, Refusal
from .refusals import body

_log = logging.getLogger(__name__)

LARGEST_BODY = 5 * 1024 * 1024
# For how many seconds the rest of a body that was refused is taken and thrown away.
_LINGER = 5.0

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
_CSP = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")


class _TooLarge(Exception):
    """The body turned out too large while it was read."""


class Edge:
    """The outermost layer.

    Args:
        app: What it guards.
        base_url: Where the pages of errors are.
    """

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        self._app = app
        self._base_url = base_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        size, started, refused = 0, False, False

        async def limited() -> Message:
            nonlocal size, refused
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST_BODY:
                if not started:
                    refused = True
                    await _refuse(BodyTooLarge(), self._base_url, send, receive)
                raise _TooLarge
            return message

        async def dressed(message: Message) -> None:
            nonlocal started
            # FastAPI makes an answer of its own of a body that can't be read; ours is out.
            if refused:
                return
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _dressed(message["headers"])
            await send(message)

        if _declared_size(scope) > LARGEST_BODY:
            await _refuse(BodyTooLarge(), self._base_url, send, receive)
            return
        try:
            await self._app(scope, limited, dressed)
        except _TooLarge:
            pass
        except Exception:
            if started:
                raise
            _log.exception("%s %s failed", scope["method"], scope["path"])
            await _refuse(InternalError(), self._base_url, send)


def _declared_size(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _dressed(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return a new list, because a response may be kept and sent again, with our headers in it."""
    own = any(name == _CSP[0] for name, _ in headers)
    return [*headers, *_HEADERS] if own else [*headers, *_HEADERS, _CSP]


async def _refuse(
    refusal: Refusal, base_url: str, send: Send, receive: Receive | None = None
) -> None:
    """Answer, and close the connection, once what is still sent (`receive`) was thrown away."""
    content = body(refusal, base_url)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
        (b"connection", b"close"),
    ]
    await send(
        {
            "type": "http.response.start",
            "status": refusal.status,
            "headers": _dressed(headers),
        }
    )
    await send({"type": "http.response.body", "body": content, "more_body": True})
    if receive is not None:
        # Who still sends when the connection closes sees a reset instead of the answer.
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(_throw_away(receive), _LINGER)
    await send({"type": "http.response.body"})


async def _throw_away(receive: Receive) -> None:
    while (await receive()).get("more_body", False):
        pass
