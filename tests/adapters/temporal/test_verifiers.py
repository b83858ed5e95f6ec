"""A verifier travels with the question, and its last refusal comes back with the error."""

from typing import Any

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from awaithumans.adapters.temporal import dispatch_signal
from awaithumans.adapters.temporal.messages import CHECK_TASK, CREATE_TASK, Created, Question
from tests.adapters.temporal.engine import Engine, result, signature, verdict
from tests.adapters.temporal.unpassed import UnpassedVerified
from tests.adapters.temporal.workflows import AskVerified
from tests.support.process import PAYLOAD_KEY

OPEN = {
    "status": "created",
    "response": None,
    "completed_at": None,
    "timed_out_at": None,
    "verification_attempt": 0,
}
EXHAUSTED = {**OPEN, "status": "verification_exhausted", "verification_attempt": 3}
ANSWERED = {**OPEN, "status": "completed", "response": {"approved": True, "reason": "fine"}}


class Humans:
    """What a worker would do with a server whose verifiers refuse."""

    def __init__(self, first: dict[str, Any], then: dict[str, Any] | None = None) -> None:
        self.first, self.then = first, then
        self.asked: list[dict[str, Any]] = []
        self.checks = 0

    def all(self) -> list[Any]:
        return [self.create, self.check]

    @activity.defn(name=CREATE_TASK)
    async def create(self, question: Question) -> Created:
        self.asked.append(question.body)
        return Created("tsk_1", 900, 900.0, "http://humans.example.com", self.first)

    @activity.defn(name=CHECK_TASK)
    async def check(self, task_id: str) -> dict[str, Any]:
        self.checks += 1
        if self.then is None:
            raise ApplicationError("it is away", type="Away", non_retryable=True)
        return self.then


async def tell(client: Client, workflow_id: str, **changed: Any) -> None:
    body = verdict(**changed)
    assert await dispatch_signal(
        temporal_client=client,
        workflow_id=workflow_id,
        body=body,
        signature_header=signature(body),
        payload_key=PAYLOAD_KEY,
    )


@pytest.mark.parametrize("kind", [AskVerified, UnpassedVerified])
async def test_a_verifier_passes_the_sandbox_and_the_history(engine: Engine, kind: Any) -> None:
    humans = Humans(ANSWERED)
    async with engine.worker(humans.all()):
        assert await result(await engine.start(kind)) in {"fine", "approved"}
    assert humans.asked[0]["verifier_config"] == {
        "provider": "claude",
        "model": "claude-sonnet-5-5",
        "instructions": "Be strict.",
        "max_attempts": 3,
        "api_key_env": "ANTHROPIC_API_KEY",
    }
    assert humans.checks == 0


async def test_a_task_that_is_exhausted_already_says_why(engine: Engine) -> None:
    humans = Humans({**EXHAUSTED, "reason": "No date."})
    async with engine.worker(humans.all()):
        assert await result(await engine.start(AskVerified)) == "3 No date."
    assert humans.checks == 0


@pytest.mark.parametrize("away", [False, True])
async def test_the_reason_is_looked_up_once_after_the_webhook(engine: Engine, away: bool) -> None:
    humans = Humans(OPEN, None if away else {**EXHAUSTED, "reason": "No date."})
    async with engine.worker(humans.all()):
        handle = await engine.start(AskVerified)
        await engine.parked(handle)
        changed = {key: EXHAUSTED[key] for key in ("status", "response", "verification_attempt")}
        await tell(engine.temporal, handle.id, **changed)
        assert await result(handle) == ("3 " if away else "3 No date.")
    assert humans.checks == 1
