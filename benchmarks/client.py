"""A client that costs little: prepared bytes out, a minimal parse of the answer in."""

import asyncio
import json
from time import perf_counter_ns
from typing import Any, Protocol, cast

import httptools

from benchmarks.targets import Target

# Below the server's accept backlog, so that no connection attempt is dropped and retried.
OPENED_AT_ONCE = 100


class RequestFailedError(Exception):
    """A request got no answer, or another one than was expected: nothing measured counts."""


class RefusedForNowError(RequestFailedError):
    """A request was told to come again later."""


class Receiver(Protocol):
    """Who is told what arrives on a connection."""

    def answered(self, connection: "Connection", status: int, body: bytes, at_ns: int) -> None:
        """Take a whole answer, held since `at_ns` (perf_counter_ns)."""

    def lost(self, connection: "Connection") -> None:
        """Take note that the connection closed before its request was answered."""


class Connection(asyncio.Protocol):
    """One keep-alive connection with one request at a time."""

    def __init__(self, receiver: Receiver) -> None:
        self.sent_ns = 0
        self._receiver = receiver
        self._parser = httptools.HttpResponseParser(self)
        self._waiting = False
        self._body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (asyncio's callback)."""
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes) -> None:
        """Send a prepared request; its answer goes to the receiver."""
        self._body = b""
        self._waiting = True
        self.sent_ns = perf_counter_ns()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Parse what came (asyncio's callback)."""
        self._parser.feed_data(data)

    def on_body(self, part: bytes) -> None:
        """Collect the body (httptools' callback)."""
        self._body = self._body + part if self._body else part

    def on_message_complete(self) -> None:
        """Hand the answer over (httptools' callback)."""
        at_ns = perf_counter_ns()
        self._waiting = False
        self._receiver.answered(self, self._parser.get_status_code(), self._body, at_ns)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's signature)
        """Report an answer that will not come (asyncio's callback)."""
        if self._waiting:
            self._waiting = False
            self._receiver.lost(self)

    def close(self) -> None:
        """Close without waiting for an answer."""
        self._waiting = False
        self._transport.abort()


async def connect(target: Target, receiver: Receiver, count: int) -> list[Connection]:
    """Open `count` connections to the target."""
    loop = asyncio.get_running_loop()
    opened: list[Connection] = []
    while len(opened) < count:
        batch = min(OPENED_AT_ONCE, count - len(opened))
        pairs = await asyncio.gather(
            *(
                loop.create_connection(lambda: Connection(receiver), "127.0.0.1", target.port)
                for _ in range(batch)
            )
        )
        opened.extend(connection for _, connection in pairs)
    return opened


class Caller:
    """One connection whose answers are awaited, for requests that are not measured in bulk."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    async def __aenter__(self) -> "Caller":
        """Connect."""
        (self.connection,) = await connect(self._target, self, 1)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        self.connection.close()

    async def call(self, request: bytes, expected: int = 200) -> dict[str, Any]:
        """Send a request and return the JSON body of its answer."""
        self._answer = asyncio.get_running_loop().create_future()
        self.connection.send(request)
        status, body = await self._answer
        if status != expected:
            kind = RefusedForNowError if status == 503 else RequestFailedError
            raise kind(f"expected {expected}, got {status}: {body[:500]!r}")
        return json.loads(body)

    def answered(self, connection: Connection, status: int, body: bytes, at_ns: int) -> None:  # noqa: ARG002
        """Resume `call`."""
        if self._answer is not None:
            self._answer.set_result((status, body))

    def lost(self, connection: Connection) -> None:  # noqa: ARG002
        """Fail `call`."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(RequestFailedError(f"{self._target.name} hung up"))


async def call(target: Target, request: bytes, expected: int = 200) -> dict[str, Any]:
    """Send one request on a connection of its own."""
    async with Caller(target) as caller:
        return await caller.call(request, expected)
