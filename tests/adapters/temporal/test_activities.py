"""What the worker's side does: find the server, retry, and keep its key to itself."""

import asyncio

import pytest
from temporalio import activity
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer

from awaithumans.adapters.temporal import (
    AwaitHumansActivities,
    awaithumans_cancel_task,
    awaithumans_check_task,
    awaithumans_create_task,
)
from awaithumans.adapters.temporal.messages import CREATE_TASK, SETTLED_SIGNAL, Created, Question
from tests.adapters.temporal.engine import Engine, result
from tests.adapters.temporal.workflows import WORKFLOWS, Ask, AskAtOnce, AskInSequence
from tests.support.process import TOKEN


async def test_the_server_may_be_away_at_first(engine: Engine) -> None:
    actual = engine.activities()
    away = AwaitHumansActivities("http://127.0.0.1:1", TOKEN, engine.receiver_url)
    attempts: list[int] = []

    @activity.defn(name=CREATE_TASK)
    async def moody(question: Question) -> Created:
        attempts.append(activity.info().attempt)
        server = away if len(attempts) == 1 else actual
        return await server.awaithumans_create_task(question)

    async with engine.worker([moody, *actual.all()[1:]]):
        handle = await engine.start(Ask, {})
        await engine.answer(await engine.open_task())
        assert await result(handle) == "True fine"
    assert attempts == [1, 2]


async def test_an_activity_whose_worker_dies_finds_its_task_again(engine: Engine) -> None:
    actual = engine.activities()

    @activity.defn(name=CREATE_TASK)
    async def forgetful(question: Question) -> Created:
        created = await actual.awaithumans_create_task(question)
        if activity.info().attempt == 1:
            raise RuntimeError("the answer is lost")
        return created

    async with engine.worker([forgetful, *actual.all()[1:]]):
        handle = await engine.start(Ask, {})
        task = await engine.open_task()
        await engine.parked(handle)
        await engine.answer(task)
        assert await result(handle) == "True fine"
    await engine.task()


async def test_an_answer_before_the_activity_has_returned_is_kept(engine: Engine) -> None:
    actual, signalled = engine.activities(), asyncio.Event()

    @activity.defn(name=CREATE_TASK)
    async def slow(question: Question) -> Created:
        created = await actual.awaithumans_create_task(question)
        await signalled.wait()
        return created

    async with engine.worker([slow, *actual.all()[1:]]):
        handle = await engine.start(Ask, {})
        await engine.answer(await engine.open_task())
        await engine.signalled(handle)
        signalled.set()
        assert await result(handle) == "True fine"


async def test_a_task_that_was_answered_before_is_answered_at_once(engine: Engine) -> None:
    async with engine.worker():
        key = {"idempotency_key": f"{engine.queue}-refund"}
        first = await engine.start(Ask, key)
        await engine.answer(await engine.open_task())
        assert await result(first) == "True fine"
        second = await engine.start(Ask, key)
        assert await result(second) == "True fine"
        third = await engine.start(Ask, {"idempotency_key": f"{engine.queue}-refund"})
        assert await result(third) == "True fine"
    history = await third.fetch_history()
    assert not any(
        event.HasField("workflow_execution_signaled_event_attributes")
        or event.HasField("timer_started_event_attributes")
        for event in history.events
    )


async def test_what_the_server_refuses_fails_the_workflow_at_once(engine: Engine) -> None:
    async with engine.worker(engine.activities(api_key="not-the-key-at-all").all()):
        cause = await failure(engine, {})
    assert cause.type == "TaskCreateError"
    assert cause.details[0]["status_code"] == 401


async def test_what_is_wrong_before_it_is_sent_does_so_too(engine: Engine) -> None:
    async with engine.worker():
        cause = await failure(engine, {"timeout_seconds": 59})
        assert (cause.type, cause.details[0]["code"]) == ("TaskCreateError", "VALIDATION_ERROR")
        cause = await failure(engine, {"assign_to": {"marketplace": True}})
        assert cause.type == "MarketplaceNotAvailableError"
    assert await engine.tasks(0) == []


async def failure(engine: Engine, changed: dict[str, object]) -> ApplicationError:
    handle = await engine.start(Ask, changed)
    with pytest.raises(WorkflowFailureError) as caught:
        await result(handle)
    assert isinstance(caught.value.cause, ApplicationError)
    return caught.value.cause


async def test_the_environment_of_the_worker_says_where_everything_is(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWAITHUMANS_URL", str(engine.humans.base_url))
    monkeypatch.setenv("AWAITHUMANS_ADMIN_API_TOKEN", TOKEN)
    monkeypatch.setenv("AWAITHUMANS_CALLBACK_URL", engine.receiver_url)
    ours = [awaithumans_create_task, awaithumans_check_task, awaithumans_cancel_task]
    async with engine.worker(ours):
        handle = await engine.start(Ask, {})
        await engine.answer(await engine.open_task())
        assert await result(handle) == "True fine"


async def test_without_a_callback_address_the_workflow_says_what_to_set(engine: Engine) -> None:
    nowhere = AwaitHumansActivities(str(engine.humans.base_url), TOKEN)
    async with engine.worker(nowhere.all()):
        cause = await failure(engine, {})
    assert cause.type == "ConfigurationError"
    assert cause.details[0]["code"] == "CALLBACK_URL_MISSING"
    assert "AWAITHUMANS_CALLBACK_URL" in cause.details[0]["hint"]


async def test_a_callback_address_of_one_s_own_is_used_as_it_is(engine: Engine) -> None:
    nowhere = AwaitHumansActivities(str(engine.humans.base_url), TOKEN, "http://127.0.0.1:1/")
    async with engine.worker(nowhere.all()):
        other = await engine.start(AskInSequence)
        mine = engine.receiver_url + "&wf=" + other.id.replace("?", "%3F").replace("&", "%26")
        handle = await engine.start(Ask, {"callback_url": mine})
        tasks = await engine.tasks(2)
        for task in tasks:
            await engine.answer(task)
        # The signal of the second task went to the first workflow, as its address said.
        await engine.signalled(other)
        await handle.terminate()
        await other.terminate()


async def test_a_signal_that_is_no_verdict_is_passed_over(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(Ask, {})
        task = await engine.open_task()
        for nonsense in (None, "what?", {"task_id": task["id"]}, {"task_id": 7}):
            await handle.signal(SETTLED_SIGNAL, nonsense)
        await engine.answer(task)
        assert await result(handle) == "True fine"


async def test_no_key_is_in_the_history_and_histories_replay(engine: Engine) -> None:
    async with engine.worker():
        once = await engine.start(Ask, {})
        await engine.answer(await engine.open_task())
        await result(once)
        at_once = await engine.start(AskAtOnce)
        for task in (await engine.tasks(4))[1:]:
            await engine.answer(task)
        await result(at_once)
        cancelled = await engine.start(Ask, {})
        await engine.open_task()
        await engine.parked(cancelled)
        await cancelled.cancel()
        with pytest.raises(WorkflowFailureError):
            await result(cancelled)
    replayer = Replayer(workflows=WORKFLOWS)
    for handle in (once, at_once, cancelled):
        history = await handle.fetch_history()
        assert TOKEN not in str(history.events)
        assert TOKEN not in history.to_json()
        await replayer.replay_workflow(history)
