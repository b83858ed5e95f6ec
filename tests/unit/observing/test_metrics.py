import asyncio
from typing import Any

import pytest
from prometheus_client import Gauge

from awaithumans.server.errors import StorageUnavailable
from awaithumans.server.observing import metrics as room
from awaithumans.server.observing.database import ObservedUnits, Pools
from awaithumans.server.observing.metrics import Metrics
from awaithumans.server.observing.tasks import BacklogFigures
from awaithumans.server.tasks.model import Backlog
from tests.support.clock import ManualClock
from tests.support.made import NOW
from tests.support.memory import MemoryStore


class Rows:
    """Counts how often it is read; hangs or fails on demand."""

    def __init__(self) -> None:
        self.read = 0
        self.error: Exception | None = None
        self.hangs = False

    async def measure(self) -> None:
        self.read += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def metrics(clock: ManualClock) -> Metrics:
    return Metrics(clock, "1.2.3")


async def shown(metrics: Metrics, name: str, **labels: str) -> float | None:
    await metrics.text()
    return metrics.registry.get_sample_value(name, labels)


async def test_however_many_scrape_the_database_is_read_once_in_ten_seconds(
    metrics: Metrics, clock: ManualClock
) -> None:
    rows = Rows()
    metrics.read_from(rows)
    await asyncio.gather(*(metrics.text() for _ in range(20)))
    clock.advance(9.9)
    await metrics.text()
    assert rows.read == 1
    clock.advance(0.1)
    await metrics.text()
    assert rows.read == 2


async def test_a_clock_that_was_put_back_does_not_keep_old_figures(
    metrics: Metrics, clock: ManualClock
) -> None:
    rows = Rows()
    metrics.read_from(rows)
    await metrics.text()
    clock.advance(-3600)
    await metrics.text()
    assert rows.read == 2


@pytest.mark.parametrize("error", [StorageUnavailable(), RuntimeError("a fault")])
async def test_what_can_not_be_read_is_no_reason_to_show_nothing(
    metrics: Metrics, clock: ManualClock, error: Exception
) -> None:
    rows = Rows()
    Gauge("someone_elses", "x", registry=metrics.registry).set(7)
    metrics.read_from(rows)
    assert await shown(metrics, "awaithumans_database_up") == 1
    rows.error = error
    clock.advance(10)
    assert await shown(metrics, "awaithumans_database_up") == 0
    assert await shown(metrics, "someone_elses") == 7


async def test_a_database_that_hangs_does_not_keep_prometheus(
    metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_PATIENCE_SECONDS", 0.1)
    for _ in range(50):
        rows = Rows()
        rows.hangs = True
        metrics.read_from(rows)
    # It waits for ten seconds, and twice the patience is that.
    assert await asyncio.wait_for(shown(metrics, "awaithumans_database_up"), 2) == 0


async def test_figures_that_can_not_be_read_any_more_are_not_shown(
    metrics: Metrics, clock: ManualClock
) -> None:
    answers: list[Backlog | Exception] = [Backlog({"created": 3}, 1, 2.5), StorageUnavailable()]

    async def read() -> Backlog:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    BacklogFigures(metrics, read)
    assert await shown(metrics, "awaithumans_open_tasks", status="created") == 3
    assert await shown(metrics, "awaithumans_open_tasks", status="assigned") == 0
    assert await shown(metrics, "awaithumans_overdue_tasks") == 1
    assert await shown(metrics, "awaithumans_oldest_overdue_seconds") == 2.5
    clock.advance(10)
    assert await shown(metrics, "awaithumans_open_tasks", status="created") is None


async def test_units_that_run_wait_and_are_refused_are_counted(metrics: Metrics) -> None:
    going = asyncio.Event()

    class Slow(MemoryStore):
        async def read(self, work):  # pyright: ignore -- as the store's
            await going.wait()
            raise StorageUnavailable

    pools: Pools = {"read": ("both", 2), "write": ("both", 2), "together": ("both", 2)}
    observed = ObservedUnits(Slow(), pools, metrics)
    units = [asyncio.create_task(observed.read(lambda _tx: None)) for _ in range(5)]
    await asyncio.sleep(0)
    pool = {"pool": "both"}
    assert await shown(metrics, "awaithumans_database_pool_size", **pool) == 2
    assert await shown(metrics, "awaithumans_database_pool_in_use", **pool) == 2
    assert await shown(metrics, "awaithumans_database_pool_waiting", **pool) == 3
    going.set()
    await asyncio.gather(*units, return_exceptions=True)
    assert await observed.write(lambda _tx: 4) == 4
    assert await shown(metrics, "awaithumans_database_pool_in_use", **pool) == 0
    assert await shown(metrics, "awaithumans_database_refused_total", **pool) == 5


async def test_what_shares_a_transaction_is_counted_apart_from_what_has_its_own(
    metrics: Metrics,
) -> None:
    seen: list[float | None] = []
    pools: Pools = {"read": ("own", 8), "write": ("own", 8), "together": ("commit", 64)}

    class Looking(MemoryStore):
        async def write(self, work: Any, about: Any = None) -> Any:
            for pool in ("own", "commit"):
                seen.append(await shown(metrics, "awaithumans_database_pool_in_use", pool=pool))

    observed = ObservedUnits(Looking(), pools, metrics)
    await observed.write(lambda _tx: None)
    await observed.write(lambda _tx: None, about=())
    assert seen == [1, 0, 0, 1]
