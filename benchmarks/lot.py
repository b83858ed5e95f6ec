"""Parked agents, spread over one process or several, and who wakes them."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from time import perf_counter_ns

from benchmarks import requests
from benchmarks.client import Caller, RequestFailedError
from benchmarks.parked import Pollers
from benchmarks.plan import Plan
from benchmarks.samples import Summary, summarize
from benchmarks.targets import Target
from benchmarks.throughput import create
from benchmarks.usage import Cost, Usage, used_connections

SETTLE_SECONDS = 1


@dataclass(frozen=True)
class Lot:
    """One process, or several on one database, which agents wait at in turn."""

    targets: list[Target]
    url: str | None = None
    """Of the PostgreSQL database."""


class Spread:
    """One parked request per task, every process' share of them at that process."""

    def __init__(self, lot: Lot, task_ids: list[str], timeout: int) -> None:
        count = len(lot.targets)
        self.task_ids = task_ids
        self._at = {task_id: number % count for number, task_id in enumerate(task_ids)}
        self._pollers = [
            Pollers(target, task_ids[number::count], timeout)
            for number, target in enumerate(lot.targets)
        ]

    def elsewhere(self, task_id: str) -> int:
        """Return the number of the process after the one that this task is waited for at."""
        return (self._at[task_id] + 1) % len(self._pollers)

    async def park(self) -> None:
        """Connect, ask, and return when all requests are parked."""
        await asyncio.gather(*(pollers.park() for pollers in self._pollers))

    async def settled(self, task_id: str) -> int:
        """Return when (perf_counter_ns) the answer for this task was held."""
        return await self._pollers[self._at[task_id]].settled(task_id)

    async def until_asked_again(self) -> None:
        """Return when every request has timed out once and is parked again."""
        await asyncio.gather(*(pollers.until_asked_again() for pollers in self._pollers))

    @property
    def asked_again(self) -> int:
        """How many requests have come back without an outcome."""
        return sum(pollers.asked_again for pollers in self._pollers)

    @property
    def refused(self) -> int:
        """How many requests were told to come again later."""
        return sum(pollers.refused for pollers in self._pollers)

    def close(self) -> None:
        """Hang up."""
        for pollers in self._pollers:
            pollers.close()


@asynccontextmanager
async def parked_in(
    lot: Lot, plan: Plan, count: int, before: list[Usage] | None = None
) -> AsyncIterator[Spread]:
    """Park `count` agents; `before` is given what was used right before they came."""
    _, task_ids = await create(lot.targets[0], plan, count=count)
    if before is not None:
        before.append(Usage.of(lot.targets))
    spread = Spread(lot, task_ids, plan.poll_timeout)
    try:
        await spread.park()
        yield spread
    finally:
        spread.close()


async def idle_cost(lot: Lot, plan: Plan, spread: Spread, before: Usage) -> Cost:
    """Watch the processes for a while in which no request comes."""
    await asyncio.sleep(SETTLE_SECONDS)
    parked = len(spread.task_ids)
    came_back = spread.asked_again
    start, start_ns = Usage.of(lot.targets), perf_counter_ns()
    await asyncio.sleep(plan.idle_seconds)
    end, seconds = Usage.of(lot.targets), (perf_counter_ns() - start_ns) / 1e9
    if spread.asked_again > came_back:
        raise RequestFailedError("parking took so long that requests timed out while it was idle")
    reads = end.file_reads - start.file_reads
    return Cost(
        parked=parked,
        kib_each=(start.resident - before.resident) / parked / 1024,
        idle_share=(end.cpu_seconds - start.cpu_seconds) / seconds,
        idle_seconds=seconds,
        refused=spread.refused,
        looks=reads if lot.url is None else used_connections(lot.url, seconds),
    )


async def wake(lot: Lot, plan: Plan, spread: Spread) -> Summary:
    """Complete some of the tasks one after another; time each until its agent has the answer.

    Each answer is sent to another process than the one its agent waits at, where there are two.
    """
    count = min(plan.completions, len(spread.task_ids))
    chosen = random.Random(2).sample(spread.task_ids, count)
    elapsed_ns: list[int] = []
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(Caller(target)) for target in lot.targets]
        began_ns = perf_counter_ns()
        for number, task_id in enumerate(chosen):
            due = began_ns / 1e9 + number / plan.completions_per_second
            await asyncio.sleep(max(0, due - perf_counter_ns() / 1e9))
            there = spread.elsewhere(task_id)
            await people[there].call(requests.complete(lot.targets[there], task_id))
            sent_ns = people[there].connection.sent_ns
            elapsed_ns.append(await spread.settled(task_id) - sent_ns)
    return summarize(elapsed_ns)
