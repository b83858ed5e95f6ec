"""Agents that wait: each on a connection of its own, asking again when it is told to."""

import asyncio
import json
from time import perf_counter_ns

from benchmarks import requests
from benchmarks.client import Connection, RequestFailedError, call, connect
from benchmarks.targets import Target

SENT_AT_ONCE = 200
PARK_SECONDS = 60
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

    async def park(self) -> None:
        """Connect, ask, and return when the target says that all requests are parked."""
        loop = asyncio.get_running_loop()
        opened = await connect(self._target, self, len(self._task_ids))
        self._connections = dict(zip(opened, self._task_ids, strict=True))
        self._settled = {task_id: loop.create_future() for task_id in self._task_ids}
        for number, connection in enumerate(opened):
            self._ask(connection)
            if number % SENT_AT_ONCE == 0:
                await asyncio.sleep(0.01)
        await self._until_parked(len(opened))

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

    def _ask(self, connection: Connection) -> None:
        task_id = self._connections[connection]
        connection.send(requests.poll(self._target, task_id, self._timeout))

    async def _until_parked(self, count: int) -> None:
        request = requests.prepare(self._target, "GET", "/api/status")
        give_up_ns = perf_counter_ns() + PARK_SECONDS * 10**9
        while (await call(self._target, request))["parked_requests"] < count:
            self._check(give_up_ns, f"{count} requests were not parked within {PARK_SECONDS} s")
            await asyncio.sleep(0.1)

    def _check(self, give_up_ns: int, otherwise: str) -> None:
        if self._failure:
            raise self._failure
        if perf_counter_ns() > give_up_ns:
            raise RequestFailedError(otherwise)

    def answered(self, connection: Connection, status: int, body: bytes, at_ns: int) -> None:
        """Note when the answer came, or ask again when there is none yet."""
        if status != 200:
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
