"""The deadline, which the server and the workflow keep each for itself."""

from pathlib import Path
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError

from awaithumans.adapters.temporal import AwaitHumansActivities
from awaithumans.adapters.temporal.failures import as_activity_failure
from awaithumans.adapters.temporal.messages import CHECK_TASK, CREATE_TASK, Created, Question
from awaithumans.errors import ServerUnreachableError
from tests.adapters.temporal.engine import Engine, result, serving
from tests.adapters.temporal.workflows import Ask, CatchErrors
from tests.support.inprocess import in_process
from tests.support.process import TOKEN

NOWHERE = "http://127.0.0.1:1/"


async def failure(handle: Any) -> ApplicationError:
    with pytest.raises(WorkflowFailureError) as caught:
        await result(handle)
    assert isinstance(caught.value.cause, ApplicationError)
    return caught.value.cause


async def test_the_server_s_word_ends_the_wait(engine: Engine, tmp_path: Path) -> None:
    async with (
        in_process(tmp_path / "data", callback_allow_private=True) as served,
        serving(served.server.app, lifespan="off") as url,
    ):
        ours = AwaitHumansActivities(url, TOKEN, engine.receiver_url)
        async with engine.worker(ours.all()):
            handle = await engine.start(CatchErrors)
            await engine.parked(handle)
            served.clock.advance(901)
            assert await served.server.tasks.settle_due(10) == 1
            assert (await result(handle)).startswith("TaskTimeoutError TASK_TIMEOUT tsk_")


async def test_without_its_word_the_workflow_s_own_timer_does(skipping: Engine) -> None:
    async with skipping.worker():
        handle = await skipping.start(Ask, {})
        began = await skipping.open_task()
        cause = await failure(handle)
    assert (cause.type, cause.non_retryable) == ("TaskTimeoutError", True)
    assert (cause.details[0]["task_id"], cause.details[0]["timeout_seconds"]) == (began["id"], 900)
    assert "did not say so itself" in cause.details[0]["hint"]
    await skipping.cancel(began)


async def test_an_answer_whose_webhook_was_lost_is_found_then(skipping: Engine) -> None:
    async with skipping.worker():
        handle = await skipping.start(Ask, {"callback_url": NOWHERE})
        await skipping.answer(await skipping.open_task())
        assert await result(handle) == "True fine"


async def test_a_task_that_was_deleted_is_missed_then(skipping: Engine) -> None:
    async with skipping.worker():
        handle = await skipping.start(Ask, {})
        task = await skipping.open_task()
        assert (await skipping.humans.delete(f"/api/tasks/{task['id']}")).status_code == 204
        assert (await failure(handle)).type == "TaskNotFoundError"


@pytest.mark.parametrize("registered", [True, False])
async def test_a_server_that_is_away_then_is_a_timeout_too(
    skipping: Engine, registered: bool
) -> None:
    create = skipping.activities().all()[:1]
    away = AwaitHumansActivities("http://127.0.0.1:1", TOKEN).all()[1:]
    async with skipping.worker([*create, *away] if registered else create):
        handle = await skipping.start(Ask, {})
        task = await skipping.open_task()
        assert (await failure(handle)).type == "TaskTimeoutError"
    await skipping.cancel(task)


async def test_a_verifier_that_still_runs_is_waited_for(skipping: Engine) -> None:
    actual, checks = skipping.activities(), list[str]()

    @activity.defn(name=CHECK_TASK)
    async def verifying(task_id: str) -> dict[str, Any]:
        found = await actual.awaithumans_check_task(task_id)
        checks.append(found["status"])
        return {**found, "status": "submitted", "response": None} if len(checks) < 3 else found

    create, _, cancel = actual.all()
    async with skipping.worker([create, verifying, cancel]):
        handle = await skipping.start(Ask, {"callback_url": NOWHERE})
        await skipping.answer(await skipping.open_task())
        assert await result(handle) == "True fine"
    assert checks == ["completed"] * 3


async def test_a_server_that_never_comes_up_is_unreachable(skipping: Engine) -> None:
    @activity.defn(name=CREATE_TASK)
    async def away(question: Question) -> Created:
        error = ServerUnreachableError("Nobody there.", server_url=NOWHERE, reason="refused")
        raise as_activity_failure(error)

    async with skipping.worker([away]):
        cause = await failure(await skipping.start(Ask, {}))
    assert (cause.type, cause.details[0]["reason"]) == ("ServerUnreachableError", "refused")


async def test_a_foreign_failure_of_the_activity_is_passed_on(skipping: Engine) -> None:
    @activity.defn(name=CREATE_TASK)
    async def broken(question: Question) -> Created:
        raise ApplicationError("it broke", type="Broken", non_retryable=True)

    async with skipping.worker([broken]):
        handle = await skipping.start(Ask, {})
        with pytest.raises(WorkflowFailureError) as caught:
            await result(handle)
    assert isinstance(caught.value.cause, ActivityError)
