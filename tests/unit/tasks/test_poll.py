import asyncio
import time

import pytest

from awaithumans.server.errors import TaskNotFound
from awaithumans.server.tasks.acting import verdict_on
from tests.support.made import AGENT, APPROVED, SUE
from tests.support.use_cases import UseCases


async def test_a_settled_task_is_answered_at_once(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    await cases.tasks.complete(task_id, APPROVED, SUE)
    assert (await cases.tasks.poll(task_id, 30)).response == APPROVED


async def test_an_answer_wakes_everybody_who_waits_for_it_and_nobody_else(cases: UseCases) -> None:
    task_id, other = (await cases.created()).task.id, (await cases.created()).task.id
    waiting = [await cases.park(task_id) for _ in range(3)]
    elsewhere = await cases.park(other)
    await cases.tasks.complete(task_id, APPROVED, SUE)
    for task in await asyncio.gather(*waiting):
        assert (task.status, task.response) == ("completed", APPROVED)
    assert not elsewhere.done()
    elsewhere.cancel()
    await asyncio.gather(elsewhere, return_exceptions=True)
    assert cases.waker.parked == 0


async def test_a_cancel_and_the_clock_wake_too(cases: UseCases) -> None:
    cancelled, overdue = (await cases.created()).task.id, (await cases.created()).task.id
    one, two = await cases.park(cancelled), await cases.park(overdue)
    await cases.tasks.cancel(cancelled, None, AGENT)
    assert (await one).status == "cancelled"
    cases.clock.advance(3600)
    await cases.tasks.settle_due(10)
    assert (await two).status == "timed_out"


async def test_a_late_answer_wakes_the_agent_with_the_time_out(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    poll = await cases.park(task_id)
    cases.clock.advance(3600)
    with pytest.raises(Exception, match="timed out"):
        await cases.tasks.complete(task_id, APPROVED, SUE)
    assert (await poll).status == "timed_out"


async def test_a_transition_that_does_not_settle_wakes_nobody(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    poll = await cases.park(task_id)
    reads = cases.store.reads
    await cases.tasks.claim(task_id, SUE)
    await cases.tasks.open(task_id, SUE)
    await asyncio.sleep(0)
    assert not poll.done()
    assert cases.store.reads == reads
    cases.waker.close()
    assert (await poll).status == "in_progress"


async def test_the_wait_ends_with_the_status_that_the_task_has_then(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    poll = await cases.park(task_id, 0.02)
    await cases.tasks.open(task_id, SUE)
    assert (await poll).status == "in_progress"
    assert cases.waker.parked == 0


async def test_a_stopping_server_parks_nobody(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    poll = await cases.park(task_id)
    cases.waker.close()
    assert (await poll).status == "created"
    began = time.monotonic()
    assert (await cases.tasks.poll(task_id, 30)).status == "created"
    assert time.monotonic() - began < 1


async def test_who_waits_for_a_task_that_is_deleted_is_told(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    poll = await cases.park(task_id)
    await cases.tasks.delete(task_id)
    with pytest.raises(TaskNotFound):
        await poll


async def test_a_parked_poll_reads_once_and_once_more_when_it_wakes(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    before = cases.store.reads
    poll = await cases.park(task_id)
    assert cases.store.reads == before + 1
    cases.waker.wake(task_id)
    await poll
    assert cases.store.reads == before + 2


async def test_a_poll_that_is_given_up_leaves_nothing_behind(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    poll = await cases.park(task_id)
    assert cases.waker.parked == 1
    poll.cancel()
    await asyncio.gather(poll, return_exceptions=True)
    assert cases.waker.parked == 0


async def test_of_what_is_waited_for_those_are_woken_that_are_settled_gone_or_verdicts(
    cases: UseCases,
) -> None:
    waits, done, gone = [(await cases.created()).task.id for _ in range(3)]
    await cases.tasks.cancel(done, None, AGENT)
    await cases.tasks.delete(gone)
    verdict = verdict_on(waits)
    reads = cases.store.reads
    assert await cases.tasks.settled_among([]) == []
    assert cases.store.reads == reads
    # Who waits for a verdict looks again: a wake is a hint.
    assert await cases.tasks.settled_among([waits, done, gone, verdict]) == [done, gone, verdict]
