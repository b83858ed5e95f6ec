"""Two servers on one PostgreSQL, both within the test's own process, with one clock."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.clock import RunningClock
from tests.support.inprocess import InProcess, in_process
from tests.support.made import a_draft
from tests.support.postgres import connected


@dataclass
class TwoServers:
    url: str
    clock: RunningClock
    one: InProcess
    other: InProcess

    async def created(self, **changes: Any) -> str:
        """Make a task on the one; return its id."""
        return await self.one.unadmitted(a_draft(**changes))

    def count(self, table: str, where: str = "true") -> int:
        """Count rows, as another program would."""
        with connected(self.url) as connection:
            query = f"SELECT count(*) FROM {table} WHERE {where}"
            (found,) = connection.execute(query.encode()).fetchone() or (0,)
        return found


@asynccontextmanager
async def two_servers(folder: Path, url: str) -> AsyncGenerator[TwoServers]:
    clock = RunningClock()
    async with AsyncExitStack() as stack:
        one, other = [
            await stack.enter_async_context(in_process(folder, clock, database_url=url))
            for _ in range(2)
        ]
        yield TwoServers(url, clock, one, other)


async def dies(server: InProcess) -> None:
    """Have a server do nothing more by itself, as if it was killed."""
    parts = server.server.app.state.parts
    await parts.deadlines.stop()
    await parts.ears.stop()


async def until(holds: Callable[[], bool], within: float = 5.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"it did not come to hold within {within} s"
        await asyncio.sleep(0.01)


async def parked(server: InProcess, *task_ids: str) -> "list[asyncio.Task[httpx.Response]]":
    """Return polls that wait, one for each task."""
    before = server.server.jobs.waker.parked
    polls = [
        asyncio.create_task(server.client.get(f"/api/tasks/{task_id}/poll?timeout=30"))
        for task_id in task_ids
    ]
    await until(lambda: server.server.jobs.waker.parked == before + len(polls))
    # Each has read its task: what happens from now on has to wake it.
    await asyncio.sleep(0.2)
    assert not any(poll.done() for poll in polls)
    return polls
