import asyncio
import threading
import time
from typing import Any

import pytest

from awaithumans import (
    AwaitHumans,
    MarketplaceNotAvailableError,
    SchemaValidationError,
    TaskCancelledError,
    TaskCreateError,
    TaskTimeoutError,
    VerificationExhaustedError,
    await_human,
    await_human_sync,
)
from awaithumans.request import default_key
from tests.sdk.standin import REFUND, Decision, Refund, StandIn, drops
from tests.support.timing import in_time


@pytest.fixture(autouse=True)
def found(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWAITHUMANS_URL", standin.url)
    monkeypatch.setenv("AWAITHUMANS_ADMIN_API_TOKEN", "the-token")


def when_polled(standin: StandIn, act: Any, *arguments: Any, **fields: Any) -> None:
    def watch() -> None:
        standin.wait_for("poll")
        act(*arguments, **fields)

    threading.Thread(target=watch, daemon=True).start()


async def test_a_person_answers_and_the_agent_gets_a_typed_answer(standin: StandIn) -> None:
    when_polled(standin, standin.approve, "within policy")
    decision: Decision = await await_human(
        task="Approve refund?",
        payload_schema=Refund,
        payload=Refund(amount=250, customer="cus_123"),
        response_schema=Decision,
        timeout_seconds=900,
    )
    assert decision == Decision(approved=True, reason="within policy")


def test_a_blocking_agent_gets_the_same(standin: StandIn) -> None:
    when_polled(standin, standin.approve)
    decision: Decision = await_human_sync(
        task="Approve refund?",
        payload_schema=Refund,
        payload=Refund(amount=250, customer="cus_123"),
        response_schema=Decision,
        timeout_seconds=900,
    )
    assert decision == Decision(approved=True, reason="fine")


async def test_the_blocking_call_works_in_a_thread_with_a_running_loop(standin: StandIn) -> None:
    when_polled(standin, standin.approve)
    assert await_human_sync(**REFUND).approved


def test_the_request_carries_the_key_and_the_documented_defaults(standin: StandIn) -> None:
    when_polled(standin, standin.approve)
    await_human_sync(**REFUND)
    operation, body, headers = standin.requests[0]
    assert operation == "create"
    assert headers["Authorization"] == "Bearer the-token"
    assert headers["User-Agent"].startswith("awaithumans-python/")
    assert body == {
        "task": "Approve refund?",
        "payload": {"amount": 250, "customer": "cus_123"},
        "payload_schema": Refund.model_json_schema(mode="serialization"),
        "response_schema": Decision.model_json_schema(),
        "timeout_seconds": 900,
        "idempotency_key": default_key("Approve refund?", {"amount": 250, "customer": "cus_123"}),
    }
    assert standin.asked("poll") == [{"timeout": ["25"]}]


def test_asking_again_finds_the_answer_at_once(standin: StandIn) -> None:
    when_polled(standin, standin.approve)
    first = await_human_sync(**REFUND)
    assert await_human_sync(**REFUND) == first
    assert len(standin.tasks) == 1
    assert len(standin.asked("poll")) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("timed_out", TaskTimeoutError),
        ("cancelled", TaskCancelledError),
        ("verification_exhausted", VerificationExhaustedError),
    ],
)
async def test_every_other_end_is_an_error(
    standin: StandIn, status: str, kind: type[Exception]
) -> None:
    when_polled(standin, standin.settle, status)
    with pytest.raises(kind):
        await await_human(**REFUND)


async def test_an_answer_of_another_shape_is_an_error(standin: StandIn) -> None:
    when_polled(standin, standin.settle, "completed", response={"approved": "perhaps"})
    with pytest.raises(SchemaValidationError) as caught:
        await await_human(**REFUND)
    assert caught.value.errors[0]["loc"] == ["approved"]
    assert caught.value.response == {"approved": "perhaps"}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"assign_to": {"marketplace": True}}, MarketplaceNotAvailableError),
        ({"assign_to": {"emial": "sue@example.com"}}, TaskCreateError),
        ({"timeout_seconds": 59}, TaskCreateError),
        ({"payload": Decision(approved=True)}, TaskCreateError),
    ],
)
async def test_what_cannot_work_is_refused_before_anything_is_sent(
    standin: StandIn, changes: dict[str, Any], kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        await_human_sync(**{**REFUND, **changes})
    with pytest.raises(kind):
        await await_human(**{**REFUND, **changes})
    assert standin.requests == []


async def start(standin: StandIn, **changes: Any) -> "asyncio.Task[Decision]":
    waiting = asyncio.ensure_future(await_human(**REFUND, **changes))
    await asyncio.to_thread(standin.wait_for, "poll")
    return waiting


async def test_cancelling_the_wait_leaves_the_task_open(standin: StandIn) -> None:
    waiting = await start(standin)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert standin.asked("cancel") == []
    assert [task["status"] for task in standin.tasks.values()] == ["created"]


async def test_cancelling_the_wait_cancels_the_task_when_asked_to(standin: StandIn) -> None:
    waiting = await start(standin, cancel_on_abort=True)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert [task["status"] for task in standin.tasks.values()] == ["cancelled"]


async def test_cancelling_twice_still_cancels_the_task(standin: StandIn) -> None:
    waiting = await start(standin, cancel_on_abort=True)
    waiting.cancel()
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert [task["status"] for task in standin.tasks.values()] == ["cancelled"]


async def test_a_time_limit_of_ones_own_works_as_always(standin: StandIn) -> None:
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(await_human(**REFUND, cancel_on_abort=True), 0.3)
    assert [task["status"] for task in standin.tasks.values()] == ["cancelled"]


async def test_a_server_that_is_gone_does_not_keep_a_cancelled_wait(standin: StandIn) -> None:
    waiting = await start(standin, cancel_on_abort=True)
    standin.instead["cancel"].append(drops)
    waiting.cancel()
    began = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    in_time(time.monotonic() - began, 1)


async def test_a_client_uses_one_connection_for_many_calls(standin: StandIn) -> None:
    standin.approve()
    async with AwaitHumans() as client:
        when_polled(standin, standin.approve)
        for _ in range(3):
            assert (await client.await_human(**REFUND)).approved
    assert len({headers["X-Port"] for _, _, headers in standin.requests}) == 1
