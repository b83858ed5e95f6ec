"""One open stream: a short queue between what happens and a reader who may be slow."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

from .model import Listener

# Events that wait for a slow reader; with more, the reader is told to read everything again.
_MOST = 256


class Stream:
    """What one listener still has to be told.

    Args:
        listener: Who listens.
    """

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self._queue: deque[bytes] = deque()
        self._ready = asyncio.Event()
        self._ended = False

    def put(self, event: bytes, mark: str) -> None:
        """Tell an event; `mark` is what a reader who missed it has seen instead."""
        if len(self._queue) >= _MOST:
            self._queue.clear()
            event = resync(mark)
        self._queue.append(event)
        self._ready.set()

    def beat(self, mark: str) -> None:
        """Show that the stream is alive, unless there is something to tell."""
        if not self._queue:
            self._queue.append(heartbeat(mark))
            self._ready.set()

    def end(self) -> None:
        """Let the reader go."""
        self._ended = True
        self._ready.set()

    async def chunks(self, first: bytes) -> AsyncGenerator[bytes]:
        """Return what is to be sent, until the stream ends; the server asks when it can send."""
        yield first
        while not self._ended:
            await self._ready.wait()
            self._ready.clear()
            if self._queue and not self._ended:
                told = b"".join(self._queue)
                self._queue.clear()
                yield told


def opening(mark: str, retry_seconds: float) -> bytes:
    """Return a stream's first words: after how long to come back, and from where."""
    return f"retry: {retry_seconds * 1000:.0f}\nid: {mark}\n\n".encode()


def resync(mark: str) -> bytes:
    """Return the event that says that events were lost."""
    return f"event: resync\nid: {mark}\ndata: {{}}\n\n".encode()


def heartbeat(mark: str) -> bytes:
    """Return a comment; it moves the place to come back to, and is no event."""
    return f": alive\nid: {mark}\n\n".encode()
