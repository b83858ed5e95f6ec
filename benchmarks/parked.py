"""Agents that wait: each on a connection of its own, asking again when it is told to.

Who is told to come again later, because too many came at once, does so as an agent would.
"""

import asyncio
import json
from contextlib import suppress
from time import perf_counter_ns

from benchmarks import requests
from benchmarks.client import (
    Connection,
    RefusedForNowError,
    RequestFailedError,
    call,
    connect,
)
from benchmarks.targets import Target

# So many may be on their way to being parked: what is measured is waiting, not a stampede.
SENT_AT_ONCE = 200
PARK_SECONDS = 60
LATER_SECONDS = 2
TERMINAL = {"completed", "timed_out", "cancelled", "verification_exhausted"}


class Pollers:
    """One parked request per task."""

    def __init__(self, target: Target, task_ids: list[str], timeout: int) -> None:
        self._target = target
        self._task_ids = task_ids
        self._timeout = timeout
        self._connections: dict[Connection, str] = {}
        self._settled: dict[str, asyncio.Future[int]] = {}
        self._failure: RequestFailedError | None = None
        self.asked_again = 0
        """How many requests were answered with anything but an outcome, and came back."""
        self.refused = 0
        """How many requests were told to come again later."""

    async def park(self) -> None:
        """Connect, ask, and return when the target says that all requests are parked."""
        loop = asyncio.get_running_loop()
        self._settled = {task_id: loop.create_future() for task_id in self._task_ids}
        for start in range(0, len(self._task_ids), SENT_AT_ONCE):
            # Connected as they ask: a server does not wait long for who connects and says nothing.
            task_ids = self._task_ids[start : start + SENT_AT_ONCE]
            opened = await connect(self._target, self, len(task_ids))
            self._connections |= dict(zip(opened, task_ids, strict=True))
            for connection in opened:
                self._ask(connection)
            await self._until_parked(start)
        await self._until_parked(len(self._task_ids))

    async def settled(self, task_id: str) -> int:
        """Return when (perf_counter_ns) the answer for this task was held."""
        return await asyncio.wait_for(self._settled[task_id], self._timeout)

    async def until_asked_again(self) -> None:
        """Return when every request has timed out once and is parked again."""
        due = self.asked_again + len(self._connections)
        give_up_ns = perf_counter_ns() + 2 * self._timeout * 10**9
        while self.asked_again < due:
            self._check(give_up_ns, "the long polls were not answered at their timeout")
            await asyncio.sleep(0.1)
        await self._until_parked(len(self._connections))

    def close(self) -> None:
        """Hang up."""
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    def _ask(self, connection: Connection) -> None:
        task_id = self._connections.get(connection)
        if task_id is not None:
            connection.send(requests.poll(self._target, task_id, self._timeout))

    async def _until_parked(self, count: int) -> None:
        request = requests.prepare(self._target, "GET", "/api/status")
        give_up_ns = perf_counter_ns() + PARK_SECONDS * 10**9
        while await self._parked(request) < count:
            self._check(give_up_ns, f"{count} requests were not parked within {PARK_SECONDS} s")
            await asyncio.sleep(0.02)

    async def _parked(self, request: bytes) -> int:
        with suppress(RefusedForNowError):
            return int((await call(self._target, request))["parked_requests"])
        return 0

    def _check(self, give_up_ns: int, otherwise: str) -> None:
        if self._failure:
            raise self._failure
        if perf_counter_ns() > give_up_ns:
            raise RequestFailedError(otherwise)

    def answered(self, connection: Connection, status: int, body: bytes, at_ns: int) -> None:
        """Note when the answer came, or ask again when there is none yet."""
        if status == 503:
            self.refused += 1
            self.asked_again += 1
            asyncio.get_running_loop().call_later(LATER_SECONDS, self._ask, connection)
        elif status != 200:
            self._fail(connection, f"a poll was answered {status}: {body[:500]!r}")
        elif json.loads(body)["status"] in TERMINAL:
            task_id = self._connections.pop(connection)
            self._settled[task_id].set_result(at_ns)
            connection.close()
        else:
            self.asked_again += 1
            self._ask(connection)

    def lost(self, connection: Connection) -> None:
        """Fail the measurement."""
        self._fail(connection, f"{self._target.name} hung up on a parked request")

    def _fail(self, connection: Connection, reason: str) -> None:
        task_id = self._connections.pop(connection)
        self._failure = RequestFailedError(reason)
        if not self._settled[task_id].done():
            self._settled[task_id].set_exception(self._failure)
            self._settled[task_id].exception()
