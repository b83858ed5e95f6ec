"""What happens to every request before and after its handler: a limit and some headers.

Plain ASGI, two small functions a request, because ten thousand requests may be parked here.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import BodyTooLarge
from .refusals import body

LARGEST_BODY = 5 * 1024 * 1024

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
        started = False

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers: list[tuple[bytes, bytes]] = message["headers"]
                headers.extend(_HEADERS)
                if not any(name == _CSP[0] for name, _ in headers):
                    headers.append(_CSP)
            await send(message)

        if _declared_size(scope) > LARGEST_BODY:
            await _refuse(self._base_url, dressed)
            return
        try:
            await self._app(scope, _limited(receive), dressed)
        except _TooLarge:
            if not started:
                await _refuse(self._base_url, dressed)


def _declared_size(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _limited(receive: Receive) -> Receive:
    """Return `receive` with a limit on the size of the body."""
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > LARGEST_BODY:
            raise _TooLarge
        return message

    return limited


async def _refuse(base_url: str, send: Send) -> None:
    """Answer, and close the connection: the rest of the body is not worth reading."""
    refusal = BodyTooLarge()
    content = body(refusal, base_url)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
        (b"connection", b"close"),
    ]
    start: Message = {"type": "http.response.start", "status": refusal.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": content})
