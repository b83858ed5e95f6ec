"""What happens to every request around its handler: a limit, some headers, a last answer.

Plain ASGI, two small objects a request, because ten thousand requests may be parked here.
"""

import asyncio
import logging
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import BodyTooLarge, InternalError, Refusal
from ..observing import marks
from .refusals import body

_log = logging.getLogger(__name__)

LARGEST_BODY = 5 * 1024 * 1024
# A body that comes in chunks is buffered up to the limit: two may be, the others wait.
_SMALL = 64 * 1024
_LARGE_AT_ONCE = 2
# For how many seconds the rest of a body that was refused is taken and thrown away.
_LINGER = 5.0

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


class Edge:
    """The outermost layer.

    Args:
        app: What it guards.
        base_url: Where the pages of errors are.
    """

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        self._app = app
        self._base_url = base_url
        self._slots = asyncio.Semaphore(_LARGE_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        size, chunked = _announced(scope)
        content = await self._gathered(receive) if chunked else b""
        if size > LARGEST_BODY or content is None:
            await _refuse(BodyTooLarge(), self._base_url, send, receive)
            return
        started = False

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _dressed(message["headers"])
            await send(message)

        try:
            await self._app(scope, _replayed(content, receive) if chunked else receive, dressed)
        except Exception:
            if started:
                raise
            _log.exception("%s failed", scope["method"])
            begun = marks.current()
            error = InternalError(begun and begun.request_id)
            await _refuse(error, self._base_url, send)

    async def _gathered(self, receive: Receive) -> bytes | None:
        """Return a body whose size was not announced; None if it is too large, or breaks off.

        Whoever sends a large one waits while others do, so that twenty take no more than two.
        """
        parts = _Parts()
        message = await receive()
        while parts.take(message) and parts.size <= _SMALL:
            message = await receive()
        if parts.size > _SMALL:
            async with self._slots:
                more = message.get("more_body", False)
                while more and parts.size <= LARGEST_BODY:
                    message = await receive()
                    more = parts.take(message)
        whole = message["type"] == "http.request" and parts.size <= LARGEST_BODY
        return b"".join(parts.pieces) if whole else None


class _Parts:
    """A body as far as it was read, in pieces: one that grows would be copied each time."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.size = 0

    def take(self, message: Message) -> bool:
        """Add what the message brings; say whether more will come."""
        piece: bytes = message.get("body", b"")
        self.pieces.append(piece)
        self.size += len(piece)
        return message.get("more_body", False)


def _announced(scope: Scope) -> tuple[int, bool]:
    """Return the size of the body, as far as it is announced, and whether it comes in chunks."""
    size, chunked = 0, False
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            size = int(value)
        elif name == b"transfer-encoding":
            chunked = True
    return size, chunked


def _replayed(content: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body that was read before, then what comes after it."""
    whole: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]

    async def replayed() -> Message:
        return whole.pop() if whole else await receive()

    return replayed


def _dressed(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return a new list, because a response may be kept and sent again, with our headers in it."""
    own = {name for name, _ in headers}
    return [*headers, *(header for header in _HEADERS if header[0] not in own)]


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
