import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from awaithumans.server.errors import StorageUnavailable
from awaithumans.server.scheduler import deadlines
from awaithumans.server.scheduler.deadlines import DeadlineClock
from tests.support.made import NOW, TICK
from tests.support.use_cases import UseCases


@asynccontextmanager
async def ticking(cases: UseCases) -> AsyncGenerator[DeadlineClock]:
    job = DeadlineClock(cases.clock)
    job.start(cases.tasks)
    try:
        yield job
    finally:
        await job.stop()


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def statuses(cases: UseCases) -> set[str]:
    return {task.status for task in cases.store.rows.tasks.values()}


@pytest.fixture
def cases() -> UseCases:
    return UseCases()


async def test_what_fell_due_while_nobody_looked_is_settled_at_the_start(cases: UseCases) -> None:
    for _ in range(3):
        await cases.created(timeout_seconds=60)
    cases.clock.advance(61)
    async with ticking(cases) as job:
        await turns()
        assert await statuses(cases) == {"timed_out"}
        assert job.next_deadline is None


async def test_it_settles_in_batches_and_then_knows_the_next_deadline(
    cases: UseCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "_BATCH", 4)
    for _ in range(10):
        await cases.created(timeout_seconds=60)
    last = (await cases.created(timeout_seconds=120)).task
    cases.clock.advance(60)
    before = cases.store.writes
    async with ticking(cases) as job:
        await turns()
        assert cases.store.writes - before == 3
        assert job.next_deadline == last.timeout_at


async def test_it_sleeps_until_the_next_deadline_and_makes_no_query_meanwhile(
    cases: UseCases,
) -> None:
    full = await cases.created(timeout_seconds=60)
    async with ticking(cases) as job:
        await turns()
        assert job.next_deadline == full.task.timeout_at
        seen = (cases.store.reads, cases.store.writes)
        await asyncio.sleep(0.05)
        assert (cases.store.reads, cases.store.writes) == seen
        cases.clock.at = full.task.timeout_at - timedelta(milliseconds=20)
        job.expect(full.task.timeout_at - TICK)
        await turns()
        assert await statuses(cases) == {"created"}
        cases.clock.at = full.task.timeout_at
        await asyncio.sleep(0.05)
        assert await statuses(cases) == {"timed_out"}


async def test_an_earlier_deadline_wakes_it_and_a_later_one_does_not(cases: UseCases) -> None:
    async with ticking(cases) as job:
        await turns()
        job.expect(NOW + timedelta(hours=2))
        await turns()
        seen = cases.store.reads
        job.expect(NOW + timedelta(hours=3))
        await turns()
        assert cases.store.reads == seen
        assert job.next_deadline == NOW + timedelta(hours=2)
        full = await cases.created(timeout_seconds=60)
        cases.clock.at = full.task.timeout_at
        job.expect(full.task.timeout_at)
        await turns()
        assert await statuses(cases) == {"timed_out"}


async def test_a_deadline_expected_while_it_settles_is_not_lost(cases: UseCases) -> None:
    async with ticking(cases) as job:
        settle_due = cases.tasks.settle_due

        async def meanwhile(limit: int) -> int:
            job.expect(NOW + timedelta(minutes=1))
            return await settle_due(limit)

        cases.tasks.settle_due = meanwhile
        await cases.created(timeout_seconds=3600)
        job.expect(NOW)
        await turns()
        assert job.next_deadline == NOW + timedelta(minutes=1)


@pytest.mark.parametrize("error", [StorageUnavailable(), ValueError("a mistake of ours")])
async def test_it_tries_again_a_second_after_a_failure(
    cases: UseCases, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    await cases.created(timeout_seconds=60)
    cases.clock.advance(60)
    settle_due = cases.tasks.settle_due

    async def fails(limit: int) -> int:
        raise error

    cases.tasks.settle_due = fails
    async with ticking(cases) as job:
        await turns()
        assert job.alive
        assert job.next_deadline == cases.clock.now() + timedelta(seconds=1)
        cases.tasks.settle_due = settle_due
        cases.clock.advance(1)
        job.expect(NOW)
        await turns()
        assert await statuses(cases) == {"timed_out"}
    logged = "settling overdue tasks failed" in caplog.text
    assert logged == isinstance(error, ValueError)


async def test_it_looks_again_after_a_while_even_if_nothing_is_due(
    cases: UseCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "_LONGEST_SLEEP", timedelta(milliseconds=10))
    full = await cases.created(timeout_seconds=3600)
    async with ticking(cases):
        await turns()
        cases.clock.at = full.task.timeout_at
        await asyncio.sleep(0.05)
        assert await statuses(cases) == {"timed_out"}


async def test_it_is_alive_between_start_and_stop_only(cases: UseCases) -> None:
    job = DeadlineClock(cases.clock)
    await job.stop()
    assert not job.alive
    job.start(cases.tasks)
    assert job.alive
    await job.stop()
    assert not job.alive


async def test_who_waits_for_a_task_that_falls_due_is_woken(cases: UseCases) -> None:
    full = await cases.created(timeout_seconds=60)
    poll: asyncio.Task[Any] = await cases.park(full.task.id)
    cases.clock.at = full.task.timeout_at
    async with ticking(cases):
        task = await asyncio.wait_for(poll, 1)
    assert task.status == "timed_out"
    assert isinstance(task.timed_out_at, datetime)


async def test_it_stops_though_a_deadline_is_expected_at_that_moment(cases: UseCases) -> None:
    job = DeadlineClock(cases.clock)
    job.start(cases.tasks)
    await turns()
    job.expect(NOW + timedelta(hours=1))
    await asyncio.wait_for(job.stop(), 1)
    assert not job.alive


async def test_what_another_process_is_settling_is_looked_at_now_and_then_and_not_ever_again(
    cases: UseCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = await cases.created(timeout_seconds=60)
    cases.clock.at = full.task.timeout_at
    settle_due = cases.tasks.settle_due
    looked = 0

    async def locked(_limit: int) -> int:
        nonlocal looked
        looked += 1
        await asyncio.sleep(0)
        return 0

    monkeypatch.setattr(cases.tasks, "settle_due", locked)
    async with ticking(cases):
        await turns(200)
        assert looked == 1
        monkeypatch.setattr(cases.tasks, "settle_due", settle_due)
        cases.clock.advance(0.05)
        await asyncio.sleep(0.1)
        assert await statuses(cases) == {"timed_out"}
