"""A verifier on its way to a server, and what it refuses on its way back."""

import logging
import threading
from typing import Any

import pytest

from awaithumans import (
    AwaitHumans,
    AwaitHumansSync,
    VerificationExhaustedError,
    await_human,
    await_human_sync,
)
from awaithumans.verifiers.claude import claude_verifier
from tests.sdk.standin import REFUND, StandIn, says

VERIFIER = claude_verifier("Refuse what has no reason.", max_attempts=2)
ASKED: dict[str, Any] = {**REFUND, "verifier": VERIFIER}


@pytest.fixture(autouse=True)
def found(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWAITHUMANS_URL", standin.url)
    monkeypatch.setenv("AWAITHUMANS_ADMIN_API_TOKEN", "the-token")


def in_turn(standin: StandIn, *acts: Any) -> None:
    """Do one thing when the first poll is held, the next when another one is, and so on."""

    def watch() -> None:
        for act in acts:
            standin.wait_for("poll", len(standin.asked("poll")) + 1)
            act()

    threading.Thread(target=watch, daemon=True).start()


async def test_every_way_of_asking_sends_the_verifier(standin: StandIn) -> None:
    in_turn(standin, standin.approve)
    await await_human(**ASKED)
    await_human_sync(**ASKED)
    async with AwaitHumans() as client:
        await client.await_human(**ASKED)
        await client.tasks.create(**ASKED)
    with AwaitHumansSync() as blocking:
        blocking.await_human(**ASKED)
        blocking.tasks.create(**ASKED)
    sent = [body["verifier_config"] for body in standin.asked("create")]
    assert sent == [VERIFIER.model_dump(exclude_none=True)] * 6


def test_a_refusal_is_a_warning_in_the_agents_log(
    standin: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    standin.hold_at_most = 0.05
    in_turn(standin, lambda: standin.refuse("Why?"), lambda: None, standin.approve)
    await_human_sync(**ASKED)
    (record,) = caplog.records
    (task_id,) = standin.tasks
    assert (record.name, record.levelno) == ("awaithumans", logging.WARNING)
    assert record.message == f"answer 1 of 2 to {task_id} was refused by the verifier: Why?"
    assert len(standin.asked("get")) == 1


async def test_the_last_refusal_ends_the_wait_with_its_reason(standin: StandIn) -> None:
    in_turn(standin, lambda: standin.refuse("Why?", "verification_exhausted"))
    with pytest.raises(VerificationExhaustedError, match=r"Of the last it said: Why\?") as caught:
        await await_human(**ASKED)
    assert (caught.value.reason, caught.value.attempts) == ("Why?", 1)


async def test_a_look_that_is_answered_with_nonsense_does_not_end_the_wait(
    standin: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    standin.hold_at_most = 0.05
    standin.instead["get"].append(says(200, {"id": 7}))
    in_turn(standin, lambda: standin.refuse("Why?"), lambda: None, standin.approve)
    assert (await await_human(**ASKED)).approved
    assert caplog.records == []
