"""Many deadlines in the same second, and what else the server does meanwhile."""

import asyncio
import time
from dataclasses import dataclass
from time import perf_counter_ns

from benchmarks import requests
from benchmarks.client import Caller, RequestFailedError, call
from benchmarks.others import OTHERS_PER_SECOND, between, others
from benchmarks.plan import Bench, Row
from benchmarks.samples import Summary
from benchmarks.seed import Times, copy_task
from benchmarks.stored import templates
from benchmarks.targets import Target
from benchmarks.throughput import create

SETTLED_SECONDS = 10
OTHERS_P99_MS = 100
# From the end of the seeding to the deadlines: the server has to start in between.
LEAD_SECONDS = 8
GIVE_UP_SECONDS = 60
LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True)
class Due:
    """Tasks that are due at the same moment, and one that was created after all of them."""

    task_ids: frozenset[str]
    at: float
    marker: str


async def measure(bench: Bench) -> list[Row]:
    """Store open tasks, start the server, and watch from before the deadline to the last task."""
    with bench.server() as server:
        open_id, _ = await templates(server, bench.plan)
        now_us = time.time_ns() // 1000
        at_us = now_us + LEAD_SECONDS * 1_000_000
        # Newer than the two templates, so that the newest open task is one of these until none is.
        times = Times(now_us, 1, at_us)
        ids = frozenset(copy_task(server, open_id, bench.plan.due, times))
        with server.running() as target:
            _, (marker,) = await create(target, bench.plan, count=1)
            due = Due(ids, at_us / 1_000_000, marker)
            meanwhile, seconds = await _watch(target, due)
            await _check(target, due)
    return _rows(len(ids), seconds, meanwhile)


async def _watch(target: Target, due: Due) -> tuple[Summary, float]:
    """Return the other requests' latencies while tasks were settled, and how long that took."""
    async with others(target) as load:
        if time.time() > due.at - 1:
            raise RequestFailedError("the server started too late to see the deadlines come")
        await asyncio.sleep(due.at - time.time())
        began_ns = perf_counter_ns()
        await _until_settled(target, due)
        ended_ns = perf_counter_ns()
    return between(load, began_ns, ended_ns), (ended_ns - began_ns) / 1e9


async def _until_settled(target: Target, due: Due) -> None:
    """Return when no open task older than the marker is one of those due."""
    look = f"/api/tasks?terminal=false&limit=1&cursor={due.marker}"
    request = requests.prepare(target, "GET", look)
    give_up = time.monotonic() + GIVE_UP_SECONDS
    async with Caller(target) as watcher:
        while any(t["id"] in due.task_ids for t in (await watcher.call(request))["items"]):
            if time.monotonic() > give_up:
                raise RequestFailedError(f"tasks were still open {GIVE_UP_SECONDS} s after")
            await asyncio.sleep(LOOK_EVERY_SECONDS)


async def _check(target: Target, due: Due) -> None:
    """Make sure that each task was settled by the clock."""
    timed_out: set[str] = set()
    cursor: str | None = due.marker
    while cursor is not None:
        path = f"/api/tasks?status=timed_out&limit=200&cursor={cursor}"
        page = await call(target, requests.prepare(target, "GET", path))
        timed_out.update(task["id"] for task in page["items"])
        cursor = page["next_cursor"]
    if timed_out != due.task_ids:
        raise RequestFailedError(f"{len(timed_out)} of {len(due.task_ids)} tasks timed out")


def _rows(count: int, seconds: float, meanwhile: Summary) -> list[Row]:
    data = {"seconds": seconds, "others_ms": vars(meanwhile)}
    return [
        Row(
            f"{count:,} deadlines in the same second, all settled",
            f"{seconds:.2f} s",
            "none",
            f"<= {SETTLED_SECONDS} s",
            seconds / SETTLED_SECONDS,
            data=data,
        ),
        Row(
            f"other requests during the deadlines, {OTHERS_PER_SECOND}/s",
            str(meanwhile),
            "none",
            f"p99 <= {OTHERS_P99_MS} ms",
            meanwhile.p99 / OTHERS_P99_MS,
            data=data,
        ),
    ]
