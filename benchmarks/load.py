"""Two ways to put load on a target: as fast as it answers, and at a steady rate."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter_ns

from benchmarks.client import Connection, RequestFailedError, connect
from benchmarks.targets import Target

DRAIN_SECONDS = 30


@dataclass
class Load:
    """What was measured: one latency per request in nanoseconds, and how long all of it took."""

    elapsed_ns: list[int]
    seconds: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.elapsed_ns) / self.seconds


def ignore(body: bytes) -> None:
    """Keep nothing of an answer."""


class ClosedLoop:
    """Each connection sends its next request when the last one is answered."""

    def __init__(
        self, requests: Iterator[bytes], expected: int, keep: Callable[[bytes], None]
    ) -> None:
        self._requests = requests
        self._expected = expected
        self._until_ns = 0
        self._keep = keep
        self._busy = 0
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.elapsed_ns: list[int] = []

    async def run(self, connections: list[Connection], seconds: float) -> None:
        """Send until the time is up or the requests are, and wait for the last answer."""
        self._until_ns = perf_counter_ns() + int(seconds * 1e9)
        for connection in connections:
            self._busy += 1
            self._next(connection)
        await self._done

    def _next(self, connection: Connection) -> None:
        request = next(self._requests, None) if perf_counter_ns() < self._until_ns else None
        if request is not None:
            connection.send(request)
            return
        self._busy -= 1
        if not self._busy and not self._done.done():
            self._done.set_result(None)

    def answered(self, connection: Connection, status: int, body: bytes, at_ns: int) -> None:
        """Note the latency and go on."""
        self.elapsed_ns.append(at_ns - connection.sent_ns)
        if status == self._expected:
            self._keep(body)
            self._next(connection)
        elif not self._done.done():
            self._done.set_exception(RequestFailedError(f"answered {status}: {body[:500]!r}"))

    def lost(self, connection: Connection) -> None:  # noqa: ARG002
        """Fail the run."""
        if not self._done.done():
            self._done.set_exception(RequestFailedError("the target hung up"))


async def closed_loop(
    target: Target,
    requests: Iterator[bytes],
    *,
    connections: int,
    seconds: float,
    expected: int = 200,
    keep: Callable[[bytes], None] = ignore,
) -> Load:
    """Send the requests as fast as they are answered, for `seconds` or until there are no more.

    `keep` is given each answer's body. Raises RequestFailedError at the first answer that does not
    have the status `expected`.
    """
    loop = ClosedLoop(requests, expected, keep)
    opened = await connect(target, loop, connections)
    began = perf_counter_ns()
    try:
        await loop.run(opened, seconds)
    finally:
        for connection in opened:
            connection.close()
    return Load(loop.elapsed_ns, (perf_counter_ns() - began) / 1e9)


class Paced:
    """Requests at a steady rate, whatever the target does; latency counts from when one was due."""

    def __init__(self, requests: Iterator[bytes], rate: float) -> None:
        self._requests = requests
        self._gap_ns = int(1e9 / rate)
        self._idle: deque[Connection] = deque()
        self._late: deque[int] = deque()
        self._due_ns: dict[Connection, int] = {}
        self._failure: RequestFailedError | None = None
        self.samples: list[tuple[int, int]] = []
        """For each answer: when it was due (perf_counter_ns) and how long it took from then."""

    async def run(self, target: Target, connections: int, stop: asyncio.Event) -> None:
        """Send until `stop` is set; raise RequestFailedError when any request failed."""
        self._idle.extend(await connect(target, self, connections))
        due_ns = perf_counter_ns()
        while not stop.is_set() and self._failure is None:
            while due_ns <= perf_counter_ns():
                self._late.append(due_ns)
                due_ns += self._gap_ns
            self._flush()
            await asyncio.sleep(max(0, due_ns - perf_counter_ns()) / 1e9)
        await self._drain()
        for connection in [*self._idle, *self._due_ns]:
            connection.close()
        if self._failure:
            raise self._failure

    async def _drain(self) -> None:
        give_up_ns = perf_counter_ns() + int(DRAIN_SECONDS * 1e9)
        while (self._due_ns or self._late) and self._failure is None:
            if perf_counter_ns() > give_up_ns:
                self._failure = RequestFailedError(f"no answer within {DRAIN_SECONDS} s")
            await asyncio.sleep(0.01)

    def _flush(self) -> None:
        while self._idle and self._late:
            connection = self._idle.popleft()
            self._due_ns[connection] = self._late.popleft()
            connection.send(next(self._requests))

    def answered(self, connection: Connection, status: int, body: bytes, at_ns: int) -> None:
        """Note the latency and free the connection."""
        due_ns = self._due_ns.pop(connection)
        self.samples.append((due_ns, at_ns - due_ns))
        self._idle.append(connection)
        if status not in {200, 201}:
            self._failure = RequestFailedError(f"answered {status}: {body[:500]!r}")
        self._flush()

    def lost(self, connection: Connection) -> None:  # noqa: ARG002
        """Fail the run."""
        self._failure = RequestFailedError("the target hung up")
