"""A listener of a server within the test's own process."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from awaithumans.server.events.feed import Feed
from awaithumans.server.events.model import Listener

_SOON = 5.0
# For how long nothing must come, where nothing is expected.
QUIET = 0.3


class StreamEnded(Exception):
    """Nothing comes any more."""


@dataclass(frozen=True)
class Heard:
    """One event."""

    kind: str
    data: dict[str, Any]
    id: str | None = None

    @property
    def what(self) -> tuple[str, str]:
        """Which task, and what happened; `resync` has no task."""
        return self.data.get("task_id", ""), self.data.get("action", self.kind)


class Ear:
    """Reads a stream, event by event."""

    def __init__(self, chunks: AsyncGenerator[bytes]) -> None:
        self._chunks = chunks
        self._waiting: list[Heard] = []
        self._next: asyncio.Task[bytes] | None = None
        self.mark = ""

    async def next(self, within: float = _SOON) -> Heard:
        """Return the next event; comments and places are passed over.

        Raises:
            TimeoutError: None came within `within` seconds.
            StreamEnded: Nothing comes any more.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + within
        while not self._waiting:
            if self._next is None:
                self._next = asyncio.ensure_future(anext(self._chunks, b""))
            chunk = await asyncio.wait_for(asyncio.shield(self._next), until - loop.time())
            self._next = None
            if not chunk:
                raise StreamEnded
            self._waiting += self._read(chunk)
        return self._waiting.pop(0)

    async def heard(self, count: int) -> list[tuple[str, str]]:
        """Return the next events."""
        return [(await self.next()).what for _ in range(count)]

    async def until(self, what: tuple[str, str]) -> set[tuple[str, str]]:
        """Wait for an event; return what came before it."""
        before: set[tuple[str, str]] = set()
        while (event := await self.next()).what != what:
            before.add(event.what)
        return before

    async def hears_nothing(self) -> bool:
        """Whether nothing comes for a while."""
        try:
            await self.next(QUIET)
        except asyncio.TimeoutError:
            return True
        return False

    async def has_ended(self) -> bool:
        """Whether the stream ends, whatever it told before."""
        try:
            while True:
                await self.next()
        except StreamEnded:
            return True

    def _read(self, chunk: bytes) -> list[Heard]:
        found: list[Heard] = []
        for block in chunk.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if line[0] != ":")
            self.mark = fields.get("id", self.mark)
            if "data" in fields:
                event = Heard(fields["event"], json.loads(fields["data"]), fields.get("id"))
                found.append(event)
        return found


@asynccontextmanager
async def hearing(
    feed: Feed, listener: Listener | None = None, last: str | None = None
) -> AsyncGenerator[Ear]:
    """Listen; everything, if nobody is named."""
    stream, first = await feed.open(listener or Listener(), last)
    chunks = stream.chunks(first)
    try:
        yield Ear(chunks)
    finally:
        feed.leave(stream)
        stream.end()
        await asyncio.sleep(0)
