"""Receivers of webhooks on loopback, well-behaved and otherwise."""

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic_core import from_json

Manner = Callable[["Call", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Call:
    """A webhook that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def json(self) -> dict[str, Any]:
        return from_json(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """Notes what arrives, and answers as `manner` does."""

    manner: Manner
    port: int = 0
    scheme: str = "http"
    connections: int = 0
    calls: list[Call] = field(default_factory=list[Call])

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/done"

    @property
    def ids(self) -> Counter[str]:
        return Counter(call.id for call in self.calls)

    async def got(self, count: int = 1, within: float = 10.0) -> list[Call]:
        """Wait until so many webhooks have arrived."""
        deadline = time.monotonic() + within
        while len(self.calls) < count:
            assert time.monotonic() < deadline, f"{len(self.calls)} of {count} arrived"
            await asyncio.sleep(0.01)
        return self.calls

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            call = Call(head[0].split(" ")[1], headers, body)
            self.calls.append(call)
            await self.manner(call, writer)
            await writer.drain()
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


def answers(status: int, headers: str = "", body: bytes = b"") -> Manner:
    """Answer with this status."""

    async def manner(_call: Call, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{headers}"
        writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)

    return manner


def answers_after(seconds: float) -> Manner:
    """Answer well, but slowly."""

    async def manner(call: Call, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        await OK(call, writer)

    return manner


def says(content: bytes) -> Manner:
    """Answer with these bytes, whatever they are."""

    async def manner(_call: Call, writer: asyncio.StreamWriter) -> None:
        writer.write(content)

    return manner


async def hangs(_call: Call, _writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.sleep(3600)


async def drips(_call: Call, writer: asyncio.StreamWriter) -> None:
    """Answer well, and never end."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.05)


def in_turn(*manners: Manner) -> Manner:
    """Behave in one manner after the other; the last one stays."""
    left = list(manners)

    async def manner(call: Call, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(call, writer)

    return manner


OK = answers(200, body=b"thanks")


@asynccontextmanager
async def receiver(
    manner: Manner = OK, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[Receiver]:
    """Listen on a free port of loopback."""
    made = Receiver(manner)
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        task.add_done_callback(serving.discard)
        await made.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls, backlog=1024)
    made.port = server.sockets[0].getsockname()[1]
    made.scheme = "https" if tls else "http"
    try:
        yield made
    finally:
        server.close()
        for task in list(serving):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
