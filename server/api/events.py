"""The operation of streams."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.types import Receive, Scope, Send

from ..errors import ValidationFailed
from ..events.feed import Feed
from ..events.model import Listener
from ..events.stream import Stream
from .credentials import By
from .parameters import Number
from .parts import Having
from .refusals import PRIVATE, refuses
from .system import text

routes = APIRouter(tags=["events"])

# nginx and others would keep events back until they have some kilobytes of them.
_HEADERS = {"x-accel-buffering": "no"}


class _Events(StreamingResponse):
    """An open stream as a response; whichever way it ends, the feed hears of it."""

    def __init__(self, feed: Feed, stream: Stream, first: bytes, timeout: int | None) -> None:
        super().__init__(stream.chunks(first), headers=_HEADERS, media_type="text/event-stream")
        self._feed = feed
        self._stream = stream
        self._timeout = timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what happens until the reader goes or the stream ends."""
        ending = None
        if self._timeout is not None:
            loop = asyncio.get_running_loop()
            ending = loop.call_later(self._timeout, self._stream.end)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._feed.leave(self._stream)
            if ending is not None:
                ending.cancel()


@routes.get(
    "/api/events",
    operation_id="streamEvents",
    response_class=StreamingResponse,
    responses=refuses(*PRIVATE, ValidationFailed) | text("text/event-stream"),
)
async def stream_events(
    caller: By,
    parts: Having,
    last_event_id: Annotated[
        Annotated[str, Field(max_length=200)] | None, Header(alias="Last-Event-ID")
    ] = None,
    timeout: Annotated[Number, Query(ge=1, le=86400)] | None = None,
) -> StreamingResponse:
    """Return what happens, as it happens."""
    stream, first = await parts.feed.open(Listener(caller.view, caller.credential), last_event_id)
    return _Events(parts.feed, stream, first, timeout)
