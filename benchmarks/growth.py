"""Whether work gets slower as the database fills."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle, islice

from benchmarks import requests
from benchmarks.load import Load, closed_loop
from benchmarks.plan import Bench, Plan, Row
from benchmarks.stored import Mix, store
from benchmarks.targets import Target, floor
from benchmarks.throughput import complete, create

FULL_OVER_EMPTY = 1.5
# Enough for a first page of every kind, so that a full database has no more to send.
EMPTY = Mix(stored=400, open=100)
FULL_OPEN_SHARE = 0.01
LISTS = {
    "list": "",
    "list, status=created": "?status=created",
    "list, terminal=false": "?terminal=false",
    "list, terminal=true": "?terminal=true",
    "list, a status nobody has": "?status=rejected",
}


@dataclass(frozen=True)
class Filled:
    """A target, and settled tasks that it stores."""

    target: Target
    settled: list[str]


@dataclass(frozen=True)
class Filling:
    """A server's tasks: nearly none, or many; or the floor's."""

    empty: Filled
    full: Filled
    floor: Filled


async def measure(bench: Bench) -> list[Row]:
    """Alternate between an empty server, a full one and the floor; compare the time it takes."""
    plan = bench.plan
    loads: dict[str, dict[str, list[Load]]] = defaultdict(lambda: defaultdict(list))
    async with _filling(bench) as filling:
        for filled in vars(filling).values():
            await _work(filled, plan)
        for _ in range(plan.rounds):
            for name, filled in vars(filling).items():
                for what, load in (await _work(filled, plan)).items():
                    loads[what][name].append(load)
    return [_row(plan, what, by_target) for what, by_target in loads.items()]


@asynccontextmanager
async def _filling(bench: Bench) -> AsyncIterator[Filling]:
    plan = bench.plan
    many = Mix(plan.stored, max(100, int(plan.stored * FULL_OPEN_SHARE)))
    with bench.server() as small, bench.server() as large, floor() as in_memory:
        few_ids = await store(small, plan, EMPTY)
        many_ids = await store(large, plan, many)
        floor_ids = await _store_in_floor(in_memory, plan)
        with small.running() as empty, large.running() as full:
            yield Filling(
                Filled(empty, few_ids), Filled(full, many_ids), Filled(in_memory, floor_ids)
            )


async def _store_in_floor(target: Target, plan: Plan) -> list[str]:
    _, ids = await create(target, plan, count=EMPTY.stored)
    settled = ids[EMPTY.open :]
    await complete(target, plan, settled)
    return settled


async def _work(filled: Filled, plan: Plan) -> dict[str, Load]:
    """Do each kind of work once; what is created is completed, so that nothing piles up open."""
    target, count = filled.target, plan.growth_requests
    loads: dict[str, Load] = {}
    for what, query in LISTS.items():
        request = requests.prepare(target, "GET", f"/api/tasks{query}")
        loads[what] = await _send(target, plan, [request] * (count // len(LISTS)))
    polled = islice(cycle(filled.settled), count)
    loads["poll a settled task"] = await _send(
        target, plan, [requests.poll(target, task_id, 1) for task_id in polled]
    )
    loads["create"], ids = await create(target, plan, count=count)
    loads["complete"] = await complete(target, plan, ids)
    return loads


async def _send(target: Target, plan: Plan, prepared: Iterable[bytes]) -> Load:
    return await closed_loop(target, iter(prepared), connections=plan.connections, seconds=600)


def _milliseconds(loads: list[Load]) -> float:
    """Return how long the target was busy with one request, checkpoints and all."""
    return 1000 * sum(load.seconds for load in loads) / sum(len(load.elapsed_ns) for load in loads)


def _row(plan: Plan, what: str, by_target: dict[str, list[Load]]) -> Row:
    empty, full = _milliseconds(by_target["empty"]), _milliseconds(by_target["full"])
    return Row(
        f"{what}: {plan.stored:,} stored beside none",
        f"{full:.3f} ms beside {empty:.3f} ms = {full / empty:.2f} x",
        f"{_milliseconds(by_target['floor']):.3f} ms",
        f"<= {FULL_OVER_EMPTY} x",
        full / empty / FULL_OVER_EMPTY,
        data={
            "ratio": full / empty,
            "ms_per_request": {name: _milliseconds(loads) for name, loads in by_target.items()},
            "requests": {
                name: sum(len(load.elapsed_ns) for load in loads)
                for name, loads in by_target.items()
            },
        },
    )
