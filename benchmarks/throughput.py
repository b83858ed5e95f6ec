"""How many tasks are created and completed in a second, and how long one request takes."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice

from benchmarks import requests
from benchmarks.load import Load, closed_loop
from benchmarks.plan import Bench, Plan, Row
from benchmarks.samples import summarize
from benchmarks.targets import Target, floor

TASK_ID = re.compile(rb'"id":\s*"(tsk_[0-9A-Z]{26})"')
WARM_UP_SECONDS = 1

CREATE_SHARE = 0.15
FAST_FLOOR = 10_000
CREATES_BESIDE_FAST_FLOOR = 1_500
COMPLETES_BESIDE_FAST_FLOOR = 1_200
P99_OVER_P50 = 10


@dataclass
class Rounds:
    """The loads of one kind on one target."""

    loads: list[Load] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests per second over all rounds."""
        return sum(len(load.elapsed_ns) for load in self.loads) / sum(
            load.seconds for load in self.loads
        )

    def data(self) -> dict[str, object]:
        """Return everything in numbers."""
        summary = summarize([ns for load in self.loads for ns in load.elapsed_ns])
        return {
            "per_second": self.rate,
            "per_second_by_round": [load.rate for load in self.loads],
            "latency_ms": vars(summary),
        }

    def __str__(self) -> str:
        summary = summarize([ns for load in self.loads for ns in load.elapsed_ns])
        return f"{self.rate:,.0f}/s; {summary}"


@dataclass
class Both:
    """The rounds of creating and of completing on one target."""

    create: Rounds = field(default_factory=Rounds)
    complete: Rounds = field(default_factory=Rounds)


async def create(
    target: Target, plan: Plan, *, seconds: float = 600, count: int | None = None
) -> tuple[Load, list[str]]:
    """Create tasks for `seconds`, or `count` of them; return the load and the ids."""
    ids: list[str] = []

    def keep(body: bytes) -> None:
        if found := TASK_ID.search(body):
            ids.append(found[1].decode())

    source = requests.creates(target)
    load = await closed_loop(
        target,
        source if count is None else iter(list(islice(source, count))),
        connections=plan.connections,
        seconds=seconds,
        expected=201,
        keep=keep,
    )
    return load, ids


async def complete(target: Target, plan: Plan, ids: list[str], seconds: float = 600) -> Load:
    """Complete these tasks for at most `seconds`."""
    return await closed_loop(
        target, requests.completes(target, ids), connections=plan.connections, seconds=seconds
    )


async def measure(bench: Bench) -> list[Row]:
    """Alternate rounds of creating and completing between the server and the floor."""
    measured, beside = Both(), Both()
    async with _both(bench) as (server, in_memory):
        for target in (server, in_memory):
            await _round(target, bench.plan, Both(), WARM_UP_SECONDS)
        for _ in range(bench.plan.rounds):
            for target, both in ((server, measured), (in_memory, beside)):
                await _round(target, bench.plan, both, bench.plan.round_seconds)
    return _rows(bench.plan, measured, beside)


@asynccontextmanager
async def _both(bench: Bench) -> AsyncIterator[tuple[Target, Target]]:
    with bench.server() as server, server.running() as target, floor() as in_memory:
        yield target, in_memory


async def _round(target: Target, plan: Plan, both: Both, seconds: float) -> None:
    load, ids = await create(target, plan, seconds=seconds)
    both.create.loads.append(load)
    both.complete.loads.append(await complete(target, plan, ids, seconds))


def _rows(plan: Plan, measured: Both, beside: Both) -> list[Row]:
    share = measured.create.rate / beside.create.rate
    # The rates are promised beside a floor of 10,000/s; a slower machine owes its share of them.
    speed = min(1.0, beside.create.rate / FAST_FLOOR)
    creates, completes = CREATES_BESIDE_FAST_FLOOR * speed, COMPLETES_BESIDE_FAST_FLOOR * speed
    summary = summarize([ns for load in measured.create.loads for ns in load.elapsed_ns])
    spread = summary.p99 / summary.p50
    data = {"server": measured.create.data(), "floor": beside.create.data()}
    with_n = f"{plan.connections} connections"
    return [
        Row(
            f"create, durable, {with_n}",
            f"{measured.create} = {share:.1%} of the floor",
            str(beside.create),
            f">= {CREATE_SHARE:.0%} of the floor and >= {creates:,.0f}/s",
            max(CREATE_SHARE / share, creates / measured.create.rate),
            creates / beside.create.rate,
            data | {"share_of_floor": share},
        ),
        Row(
            "create, p99 over p50",
            f"{spread:.1f} x",
            "",
            f"<= {P99_OVER_P50} x",
            spread / P99_OVER_P50,
            data={"p99_over_p50": spread},
        ),
        Row(
            f"complete, with its audit, {with_n}",
            str(measured.complete),
            str(beside.complete),
            f">= {completes:,.0f}/s",
            completes / measured.complete.rate,
            completes / beside.complete.rate,
            {"server": measured.complete.data(), "floor": beside.complete.data()},
        ),
    ]
