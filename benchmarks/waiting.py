"""What waiting costs, and how soon the one who waits has the answer, on one process or on two."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks.databases import POSTGRESQL, SQLITE
from benchmarks.lot import Lot, idle_cost, parked_in, wake
from benchmarks.plan import Bench, Plan, Row
from benchmarks.samples import Summary
from benchmarks.targets import floor
from benchmarks.usage import Cost, Usage

# Across two processes on PostgreSQL; one process there is held to no more.
WAKE_MS = {SQLITE: (5, 25), POSTGRESQL: (10, 50)}
LARGE_OVER_SMALL = 2
KIB_PER_PARKED = 40
IDLE_SHARE = 0.01
TWO = "PostgreSQL, two processes"

Start = Callable[[], AbstractContextManager[Lot]]


@dataclass(frozen=True)
class Waiting:
    """Everything that is measured on one kind of target."""

    small: Summary
    large: Summary
    cost: Cost


async def measure(bench: Bench) -> list[Row]:
    """Measure the server, then the floor; every number of parked requests on a fresh process."""
    return await _measure(bench, processes=1)


async def measure_two(bench: Bench) -> list[Row]:
    """The same with two processes on one database: each agent is woken by the other's answer."""
    return await _measure(bench, processes=2)


async def _measure(bench: Bench, processes: int) -> list[Row]:
    @contextmanager
    def fresh() -> Iterator[Lot]:
        with bench.server() as server, ExitStack() as stack:
            yield Lot([stack.enter_context(server.running()) for _ in range(processes)], server.url)

    measured = await _waiting(fresh, bench.plan)
    if "waiting" not in bench.beside:
        bench.beside["waiting"] = await _waiting(_floor, bench.plan)
    beside: Waiting = bench.beside["waiting"]
    return [
        *_wake_rows(bench, measured, beside),
        *_cost_rows(bench.database, measured.cost, beside.cost),
    ]


@contextmanager
def _floor() -> Iterator[Lot]:
    with floor() as target:
        yield Lot([target])


async def _waiting(start: Start, plan: Plan) -> Waiting:
    with start() as lot:
        async with parked_in(lot, plan, plan.parked_small) as pollers:
            woken = await wake(lot, plan, pollers)
    with start() as lot:
        cost, woken_large = await _wake_large(lot, plan)
    return Waiting(woken, woken_large, cost)


async def _wake_large(lot: Lot, plan: Plan) -> tuple[Cost, Summary]:
    before: list[Usage] = []
    async with parked_in(lot, plan, plan.parked_large, before) as pollers:
        cost = await idle_cost(lot, plan, pollers, before[0])
        await pollers.until_asked_again()
        return cost, await wake(lot, plan, pollers)


def _wake_rows(bench: Bench, measured: Waiting, beside: Waiting) -> list[Row]:
    small, large, plan = measured.small, measured.large, bench.plan
    ratio = large.p50 / small.p50
    p50_ms, p99_ms = WAKE_MS[bench.database]
    return [
        Row(
            f"submit to wake, {plan.parked_small:,} parked",
            str(small),
            str(beside.small),
            f"p50 <= {p50_ms} ms, p99 <= {p99_ms} ms",
            max(small.p50 / p50_ms, small.p99 / p99_ms),
            max(beside.small.p50 / p50_ms, beside.small.p99 / p99_ms),
            {"server_ms": vars(small), "floor_ms": vars(beside.small)},
        ),
        Row(
            f"submit to wake, {plan.parked_large:,} parked",
            f"{large} = {ratio:.2f} x",
            f"{beside.large} = {beside.large.p50 / beside.small.p50:.2f} x",
            f"p50 <= {LARGE_OVER_SMALL} x that of {plan.parked_small:,}",
            ratio / LARGE_OVER_SMALL,
            data={"server_ms": vars(large), "floor_ms": vars(beside.large), "p50_ratio": ratio},
        ),
    ]


def _cost_rows(database: str, measured: Cost, beside: Cost) -> list[Row]:
    data = {"server": vars(measured), "floor": vars(beside)}
    with_n = f"{measured.parked:,} parked"
    came = "polls told to come again later"
    looked = "file reads" if database == SQLITE else "connections that asked PostgreSQL"
    return [
        Row(
            f"memory per parked request, {with_n}",
            f"{measured.kib_each:.1f} KiB",
            f"{beside.kib_each:.1f} KiB",
            f"<= {KIB_PER_PARKED} KiB",
            measured.kib_each / KIB_PER_PARKED,
            beside.kib_each / KIB_PER_PARKED,
            data,
        ),
        Row(
            f"CPU while idle, {with_n}, {measured.idle_seconds:.0f} s",
            f"{measured.idle_share:.2%} of a core",
            f"{beside.idle_share:.2%} of a core",
            f"<= {IDLE_SHARE:.0%} of a core",
            measured.idle_share / IDLE_SHARE,
            beside.idle_share / IDLE_SHARE,
            data,
        ),
        Row(f"{came}, {with_n}", f"{measured.refused:,}", f"{beside.refused:,}", data=data),
        Row(
            f"{looked} while idle, {with_n}, {measured.idle_seconds:.0f} s",
            f"{measured.looks}",
            f"{beside.looks}",
            "shown; that no query runs is a test's to prove",
            data=data,
        ),
    ]
