"""Which calls mean the same task, when a workflow runs more than once."""

from datetime import timedelta

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowFailureError
from temporalio.common import RetryPolicy

from tests.adapters.temporal.engine import Engine, result
from tests.adapters.temporal.workflows import (
    Ask,
    ContinueAsNew,
    ContinueWhileAsking,
    FailAfterwards,
    FailInTheSecondRun,
)

AT_ONCE = RetryPolicy(maximum_attempts=5, initial_interval=timedelta(milliseconds=1))


async def test_each_run_that_continues_as_new_asks_anew(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(ContinueAsNew, [])
        for reason in ("first", "second", "third"):
            await engine.answer(await engine.open_task(), reason)
        assert await result(handle) == ["first", "second", "third"]
    assert len(await engine.tasks()) == 3


async def test_a_key_of_one_s_own_carries_a_task_over(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(ContinueWhileAsking, True)
        task = await engine.open_task()
        await engine.parked(handle)
        await handle.signal(ContinueWhileAsking.go_on)
        await engine.another_run(handle)
        await engine.answer(task)
        assert await result(handle) == "fine"
    await engine.task()


async def test_a_workflow_that_is_retried_keeps_its_answer(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(FailAfterwards, retry_policy=AT_ONCE)
        await engine.answer(await engine.open_task())
        assert await result(handle) == "fine at attempt 3"
    await engine.task()


async def test_so_does_the_retry_of_a_run_that_continued_as_new(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(FailInTheSecondRun, [], retry_policy=AT_ONCE)
        await engine.answer(await engine.open_task(), "first")
        await engine.answer(await engine.open_task(), "second")
        assert await result(handle) == ["first", "second"]
    assert len(await engine.tasks()) == 2


async def test_each_run_of_a_schedule_asks_anew(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(Ask, {}, cron_schedule="@every 1s")
        await engine.answer(await engine.open_task())
        await engine.open_task()
        await engine.temporal.get_workflow_handle(handle.id).terminate()
    assert len(await engine.tasks()) == 2


async def test_an_ending_without_an_answer_is_not_retried(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(Ask, {}, retry_policy=AT_ONCE)
        await engine.cancel(await engine.open_task())
        with pytest.raises(WorkflowFailureError):
            await result(handle)
    description = await engine.temporal.get_workflow_handle(handle.id).describe()
    assert description.run_id == handle.result_run_id


async def test_a_workflow_that_is_reset_comes_back_to_its_open_task(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(Ask, {})
        task = await engine.open_task()
        await engine.parked(handle)
        await reset_to_its_first_task(engine, handle.id)
        again = engine.temporal.get_workflow_handle(handle.id)
        await engine.parked(again)
        await engine.answer(task)
        assert await result(again) == "True fine"
    await engine.task()


async def reset_to_its_first_task(engine: Engine, workflow_id: str) -> None:
    handle = engine.temporal.get_workflow_handle(workflow_id)
    history = await handle.fetch_history()
    first = next(
        event.event_id
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    )
    await engine.temporal.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=engine.temporal.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id),
            reason="a test",
            workflow_task_finish_event_id=first,
            request_id=workflow_id,
        )
    )
