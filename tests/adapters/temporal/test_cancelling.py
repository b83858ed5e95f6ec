"""Whoever does not wait any more takes the person's task back."""

import asyncio

import pytest
from temporalio import activity
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import CancelledError

from awaithumans.adapters.temporal import AwaitHumansActivities
from awaithumans.adapters.temporal.messages import CREATE_TASK, Created, Question
from tests.adapters.temporal.engine import Engine, result, until
from tests.adapters.temporal.workflows import Ask, GiveUp


@pytest.mark.parametrize("cached", [1000, 0])
async def test_a_cancelled_workflow_cancels_the_person_s_task(engine: Engine, cached: int) -> None:
    async with engine.worker(max_cached_workflows=cached):
        handle = await engine.start(Ask, {})
        task = await engine.open_task()
        await engine.parked(handle)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as caught:
            await result(handle)
    assert isinstance(caught.value.cause, CancelledError)
    assert await engine.status(task) == "cancelled"


@pytest.mark.parametrize(("keep", "status"), [(False, "cancelled"), (True, "created")])
async def test_an_await_that_is_cancelled_cancels_it_unless_told_not_to(
    engine: Engine, keep: bool, status: str
) -> None:
    async with engine.worker():
        handle = await engine.start(GiveUp, keep)
        task = await engine.open_task()
        assert await result(handle) == "went on"
    assert await engine.status(task) == status


@pytest.mark.parametrize("cached", [1000, 0])
async def test_a_task_that_comes_into_being_meanwhile_is_cancelled(
    engine: Engine, cached: int
) -> None:
    made, go_on = asyncio.Event(), asyncio.Event()
    actual = engine.activities()

    @activity.defn(name=CREATE_TASK)
    async def slow(question: Question) -> Created:
        created = await actual.awaithumans_create_task(question)
        made.set()
        await go_on.wait()
        return created

    async with engine.worker([slow, *actual.all()[1:]], max_cached_workflows=cached):
        handle = await engine.start(Ask, {})
        await asyncio.wait_for(made.wait(), 10)
        await handle.cancel()
        await engine.cancelling(handle)
        go_on.set()
        with pytest.raises(WorkflowFailureError):
            await result(handle)
    assert await engine.status(await engine.task()) == "cancelled"


async def test_a_workflow_ends_though_no_task_could_be_made(engine: Engine) -> None:
    nobody = AwaitHumansActivities("http://127.0.0.1:1", "a-key", engine.receiver_url)
    async with engine.worker(nobody.all()):
        handle = await engine.start(Ask, {})

        async def tried() -> bool:
            pending = (await handle.describe()).raw_description.pending_activities
            return any(one.attempt > 1 for one in pending)

        await until(tried)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as caught:
            await result(handle)
    assert isinstance(caught.value.cause, CancelledError)


async def test_a_worker_with_the_first_activity_alone_still_ends(engine: Engine) -> None:
    async with engine.worker(engine.activities().all()[:1]):
        handle = await engine.start(Ask, {})
        await engine.open_task()
        await engine.parked(handle)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as caught:
            await result(handle)
    assert isinstance(caught.value.cause, CancelledError)
