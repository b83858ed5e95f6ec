"""What waiting costs, and how soon the one who waits has the answer."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from time import perf_counter_ns

from benchmarks import requests
from benchmarks.client import Caller, RequestFailedError
from benchmarks.parked import Pollers
from benchmarks.plan import Bench, Plan, Row
from benchmarks.samples import Summary, summarize
from benchmarks.targets import Target, floor
from benchmarks.throughput import create

WAKE_P50_MS = 5
WAKE_P99_MS = 25
LARGE_OVER_SMALL = 2
KIB_PER_PARKED = 40
IDLE_SHARE = 0.01
SETTLE_SECONDS = 1


@dataclass(frozen=True)
class Usage:
    """What a target has used so far."""

    resident: int
    cpu_seconds: float
    file_reads: int

    @classmethod
    def of(cls, target: Target) -> "Usage":
        """Read it from the operating system, for the process and its children."""
        processes = [target.process, *target.process.children(recursive=True)]
        cpu = [process.cpu_times() for process in processes]
        return cls(
            resident=sum(process.memory_info().rss for process in processes),
            cpu_seconds=sum(times.user + times.system for times in cpu),
            file_reads=sum(process.io_counters().read_count for process in processes),
        )


@dataclass(frozen=True)
class Cost:
    """What `parked` requests cost."""

    parked: int
    kib_each: float
    idle_share: float
    idle_seconds: float
    file_reads: int


@dataclass(frozen=True)
class Waiting:
    """Everything that is measured on one target."""

    small: Summary
    large: Summary
    cost: Cost


async def measure(bench: Bench) -> list[Row]:
    """Measure the server, then the floor; every number of parked requests on a fresh process."""

    @contextmanager
    def fresh_server() -> Iterator[Target]:
        with bench.server() as server, server.running() as target:
            yield target

    measured = await _waiting(fresh_server, bench.plan)
    beside = await _waiting(floor, bench.plan)
    return [*_wake_rows(bench.plan, measured, beside), *_cost_rows(measured.cost, beside.cost)]


async def _waiting(start: Callable[[], AbstractContextManager[Target]], plan: Plan) -> Waiting:
    with start() as target:
        woken = await _wake_small(target, plan)
    with start() as target:
        cost, woken_large = await _wake_large(target, plan)
    return Waiting(woken, woken_large, cost)


async def _wake_small(target: Target, plan: Plan) -> Summary:
    _, task_ids = await create(target, plan, count=plan.parked_small)
    pollers = Pollers(target, task_ids, plan.poll_timeout)
    try:
        await pollers.park()
        return await _wake(target, plan, pollers, task_ids)
    finally:
        pollers.close()


async def _wake_large(target: Target, plan: Plan) -> tuple[Cost, Summary]:
    _, task_ids = await create(target, plan, count=plan.parked_large)
    before = Usage.of(target)
    pollers = Pollers(target, task_ids, plan.poll_timeout)
    try:
        await pollers.park()
        await asyncio.sleep(SETTLE_SECONDS)
        cost = await _cost(target, plan, pollers, before)
        await pollers.until_asked_again()
        return cost, await _wake(target, plan, pollers, task_ids)
    finally:
        pollers.close()


async def _cost(target: Target, plan: Plan, pollers: Pollers, before: Usage) -> Cost:
    """Watch the target for a while in which no request comes."""
    parked = plan.parked_large
    start, start_ns = Usage.of(target), perf_counter_ns()
    await asyncio.sleep(plan.idle_seconds)
    end, seconds = Usage.of(target), (perf_counter_ns() - start_ns) / 1e9
    if pollers.asked_again:
        raise RequestFailedError("parking took so long that requests timed out while it was idle")
    return Cost(
        parked=parked,
        kib_each=(start.resident - before.resident) / parked / 1024,
        idle_share=(end.cpu_seconds - start.cpu_seconds) / seconds,
        idle_seconds=seconds,
        file_reads=end.file_reads - start.file_reads,
    )


async def _wake(target: Target, plan: Plan, pollers: Pollers, task_ids: list[str]) -> Summary:
    """Complete some of the tasks one after another; time each until its agent has the answer."""
    chosen = random.Random(2).sample(task_ids, min(plan.completions, len(task_ids)))
    elapsed_ns: list[int] = []
    async with Caller(target) as person:
        began_ns = perf_counter_ns()
        for number, task_id in enumerate(chosen):
            due = began_ns / 1e9 + number / plan.completions_per_second
            await asyncio.sleep(max(0, due - perf_counter_ns() / 1e9))
            await person.call(requests.complete(target, task_id))
            elapsed_ns.append(await pollers.settled(task_id) - person.connection.sent_ns)
    return summarize(elapsed_ns)


def _wake_rows(plan: Plan, measured: Waiting, beside: Waiting) -> list[Row]:
    small, large = measured.small, measured.large
    ratio = large.p50 / small.p50
    return [
        Row(
            f"submit to wake, {plan.parked_small:,} parked",
            str(small),
            str(beside.small),
            f"p50 <= {WAKE_P50_MS} ms, p99 <= {WAKE_P99_MS} ms",
            small.p50 <= WAKE_P50_MS and small.p99 <= WAKE_P99_MS,
            {"server_ms": vars(small), "floor_ms": vars(beside.small)},
        ),
        Row(
            f"submit to wake, {plan.parked_large:,} parked",
            f"{large} = {ratio:.2f} x",
            f"{beside.large} = {beside.large.p50 / beside.small.p50:.2f} x",
            f"p50 <= {LARGE_OVER_SMALL} x that of {plan.parked_small:,}",
            ratio <= LARGE_OVER_SMALL,
            {"server_ms": vars(large), "floor_ms": vars(beside.large), "p50_ratio": ratio},
        ),
    ]


def _cost_rows(measured: Cost, beside: Cost) -> list[Row]:
    data = {"server": vars(measured), "floor": vars(beside)}
    with_n = f"{measured.parked:,} parked"
    return [
        Row(
            f"memory per parked request, {with_n}",
            f"{measured.kib_each:.1f} KiB",
            f"{beside.kib_each:.1f} KiB",
            f"<= {KIB_PER_PARKED} KiB",
            measured.kib_each <= KIB_PER_PARKED,
            data,
        ),
        Row(
            f"CPU while idle, {with_n}, {measured.idle_seconds:.0f} s",
            f"{measured.idle_share:.2%} of a core",
            f"{beside.idle_share:.2%} of a core",
            f"<= {IDLE_SHARE:.0%} of a core",
            measured.idle_share <= IDLE_SHARE,
            data,
        ),
        Row(
            f"file reads while idle, {with_n}, {measured.idle_seconds:.0f} s",
            f"{measured.file_reads}",
            f"{beside.file_reads}",
            "shown; that no query runs is a test's to prove",
            None,
            data,
        ),
    ]
