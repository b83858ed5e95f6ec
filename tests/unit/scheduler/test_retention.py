import asyncio
from datetime import timedelta

import pytest

from awaithumans.server.scheduler import retention
from awaithumans.server.scheduler.retention import Retention
from tests.support.made import AGENT, APPROVED
from tests.support.use_cases import UseCases

_DAY = 24 * 3600
_KEEP = timedelta(days=30)


@pytest.fixture
def cases() -> UseCases:
    return UseCases()


async def turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def settled(cases: UseCases) -> str:
    task_id = (await cases.created(timeout_seconds=_DAY * 30)).task.id
    await cases.tasks.complete(task_id, APPROVED, AGENT)
    return task_id


async def test_what_was_settled_long_ago_is_removed_and_what_is_open_stays(
    cases: UseCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(retention, "_BATCH", 2)
    for _ in range(5):
        await settled(cases)
    still_open = (await cases.created(timeout_seconds=_DAY * 30)).task.id
    cases.clock.advance(_DAY * 29)
    recent = await settled(cases)
    cases.clock.advance(_DAY * 2)
    job = Retention(_KEEP)
    job.start(cases.tasks)
    try:
        await turns()
    finally:
        await job.stop()
    assert set(cases.store.rows.tasks) == {still_open, recent}
    assert {entry.task_id for entry in cases.store.rows.history} == {still_open, recent}


async def test_by_default_everything_is_kept(cases: UseCases) -> None:
    task_id = await settled(cases)
    cases.clock.advance(_DAY * 3650)
    job = Retention(None)
    job.start(cases.tasks)
    await turns()
    await job.stop()
    assert set(cases.store.rows.tasks) == {task_id}


async def test_a_database_that_is_away_for_a_while_does_not_end_the_job(
    cases: UseCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(retention, "_EVERY", timedelta(0))
    await settled(cases)
    cases.clock.advance(_DAY * 31)
    cases.store.down = True
    job = Retention(_KEEP)
    job.start(cases.tasks)
    try:
        await turns()
        assert len(cases.store.rows.tasks) == 1
        cases.store.down = False
        await turns()
    finally:
        await job.stop()
    assert not cases.store.rows.tasks
