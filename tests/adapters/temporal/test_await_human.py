"""From a person's answer to a workflow's result, on real servers."""

from dataclasses import replace

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError

from tests.adapters.temporal.engine import Engine, receiving, result
from tests.adapters.temporal.workflows import (
    Ask,
    AskAtOnce,
    AskInSequence,
    CatchErrors,
    TakeAnySignal,
)


@pytest.mark.parametrize("cached", [1000, 0])
async def test_an_answer_wakes_the_workflow(engine: Engine, cached: int) -> None:
    async with engine.worker(max_cached_workflows=cached):
        handle = await engine.start(Ask, {})
        await engine.answer(await engine.open_task())
        assert await result(handle) == "True fine"


async def test_a_worker_that_restarts_while_parked_goes_on(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(Ask, {})
        task = await engine.open_task()
    await engine.answer(task)
    async with engine.worker():
        assert await result(handle) == "True fine"
    await engine.task()


async def test_two_awaits_in_sequence_are_two_tasks(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(AskInSequence)
        await engine.answer(await engine.open_task(), "first")
        await engine.answer(await engine.open_task(), "second")
        assert await result(handle) == ["first", "second"]
    assert len(await engine.tasks()) == 2


async def test_awaits_at_once_get_each_its_own_answer(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(AskAtOnce)
        tasks = await engine.tasks(3)
        payloads = [(await engine.full(task))["payload"]["amount"] for task in tasks]
        for task, amount in reversed(list(zip(tasks, payloads, strict=True))):
            await engine.answer(task, f"for {amount}")
        assert await result(handle) == ["for 1", "for 2", "for 1"]


async def test_a_cancelled_task_fails_the_workflow_cleanly(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(Ask, {})
        task = await engine.open_task()
        await engine.cancel(task)
        with pytest.raises(WorkflowFailureError) as caught:
            await result(handle)
    cause = caught.value.cause
    assert isinstance(cause, ApplicationError)
    assert (cause.type, cause.non_retryable) == ("TaskCancelledError", True)
    assert cause.details[0]["code"] == "TASK_CANCELLED"
    assert cause.details[0]["task_id"] == task["id"]


async def test_a_workflow_catches_the_sdk_s_own_errors(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(CatchErrors)
        task = await engine.open_task()
        await engine.cancel(task)
        assert await result(handle) == f"TaskCancelledError TASK_CANCELLED {task['id']}"


async def test_a_workflow_with_a_handler_for_all_signals_keeps_it(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(TakeAnySignal)
        task = await engine.open_task()
        await handle.signal("something_else")
        await engine.answer(task)
        assert await result(handle) == ["fine", "something_else"]


async def test_a_converter_for_pydantic_models_changes_nothing(engine: Engine) -> None:
    address = engine.temporal.service_client.config.target_host
    client = await Client.connect(address, data_converter=pydantic_data_converter)
    async with (
        receiving(client) as receiver,
        replace(engine, temporal=client, receiver_url=receiver).worker(),
    ):
        handle = await engine.start(Ask, {})
        await engine.answer(await engine.open_task())
        assert await result(handle) == "True fine"
