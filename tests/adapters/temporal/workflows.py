"""Workflows that ask people, as users write them."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from awaithumans import TaskCancelledError, TaskTimeoutError, VerificationExhaustedError

with workflow.unsafe.imports_passed_through():
    from awaithumans.adapters.temporal import await_human
    from awaithumans.verifiers.claude import claude_verifier


class Refund(BaseModel):
    amount: int
    customer: str = "cus_123"


class Decision(BaseModel):
    approved: bool
    reason: str = ""


def refund(amount: int = 250, **changed: Any) -> dict[str, Any]:
    """What every workflow here asks."""
    asked: dict[str, Any] = {
        "task": "Approve refund?",
        "payload_schema": Refund,
        "payload": Refund(amount=amount),
        "response_schema": Decision,
        "timeout_seconds": 900,
    }
    return {**asked, **changed}


@workflow.defn
class Ask:
    """Asks once; whatever goes wrong fails it."""

    @workflow.run
    async def run(self, changed: dict[str, Any]) -> str:
        decision: Decision = await await_human(**refund(**changed))
        return f"{decision.approved} {decision.reason}"


@workflow.defn
class AskVerified:
    """Asks with a verifier, and tells why it refused."""

    @workflow.run
    async def run(self) -> str:
        try:
            decision: Decision = await await_human(**refund(verifier=claude_verifier("Be strict.")))
        except VerificationExhaustedError as error:
            return f"{error.attempts} {error.reason}"
        return decision.reason


@workflow.defn
class AskInSequence:
    """Asks the same question twice, one after the other."""

    @workflow.run
    async def run(self) -> list[str]:
        first: Decision = await await_human(**refund())
        second: Decision = await await_human(**refund())
        return [first.reason, second.reason]


@workflow.defn
class AskAtOnce:
    """Asks several things at once, some of them the same."""

    @workflow.run
    async def run(self) -> list[str]:
        asked = [await_human(**refund(amount)) for amount in (1, 2, 1)]
        decisions: list[Decision] = await asyncio.gather(*asked)
        return [decision.reason for decision in decisions]


@workflow.defn
class CatchErrors:
    """Catches the SDK's own errors."""

    @workflow.run
    async def run(self) -> str:
        try:
            await await_human(**refund())
        except (TaskCancelledError, TaskTimeoutError) as error:
            return f"{type(error).__name__} {error.code} {error.task_id}"
        return "answered"


@workflow.defn
class GiveUp:
    """Waits for a second, and goes on without the answer."""

    @workflow.run
    async def run(self, keep: bool) -> str:
        try:
            await asyncio.wait_for(await_human(**refund(cancel_on_abort=not keep)), 1)
        except asyncio.TimeoutError:
            return "went on"
        return "answered"


@workflow.defn
class ContinueAsNew:
    """Asks the same in each of three runs."""

    @workflow.run
    async def run(self, reasons: list[str]) -> list[str]:
        decision: Decision = await await_human(**refund())
        reasons.append(decision.reason)
        if len(reasons) < 3:
            workflow.continue_as_new(reasons)
        return reasons


@workflow.defn
class ContinueWhileAsking:
    """Continues as new while a person thinks, and goes on with the same task."""

    def __init__(self) -> None:
        self.told = False

    @workflow.signal
    def go_on(self) -> None:
        self.told = True

    @workflow.run
    async def run(self, first: bool) -> str:
        key = f"{workflow.info().workflow_id}-refund"
        asking = asyncio.create_task(await_human(**refund(idempotency_key=key)))
        if first:
            await workflow.wait_condition(lambda: self.told)
            workflow.continue_as_new(False)
        decision: Decision = await asking
        return decision.reason


@workflow.defn
class FailAfterwards:
    """Fails in its first two attempts, after the answer."""

    @workflow.run
    async def run(self) -> str:
        decision: Decision = await await_human(**refund())
        attempt = workflow.info().attempt
        if attempt < 3:
            raise ApplicationError(f"attempt {attempt} fails")
        return f"{decision.reason} at attempt {attempt}"


@workflow.defn
class FailInTheSecondRun:
    """Continues as new once; the second run's first attempt fails after the answer."""

    @workflow.run
    async def run(self, reasons: list[str]) -> list[str]:
        decision: Decision = await await_human(**refund())
        reasons.append(decision.reason)
        if len(reasons) == 1:
            workflow.continue_as_new(reasons)
        if workflow.info().attempt == 1:
            raise ApplicationError("the first attempt fails")
        return reasons


@workflow.defn
class TakeAnySignal:
    """Asks, and has a handler for every signal that has none."""

    def __init__(self) -> None:
        self.others: list[str] = []

    @workflow.signal(dynamic=True)
    def other(self, name: str, _arguments: Sequence[RawValue]) -> None:
        self.others.append(name)

    @workflow.run
    async def run(self) -> list[str]:
        decision: Decision = await await_human(**refund())
        return [decision.reason, *self.others]


@workflow.defn
class Signalled:
    """What Temporal itself needs from a signal to a result.

    It has an activity before and a timer beside it, as ours has.
    """

    def __init__(self) -> None:
        self.reasons: list[str] = []

    @workflow.signal
    def answer(self, reason: str) -> None:
        self.reasons.append(reason)

    @workflow.run
    async def run(self) -> str:
        await workflow.execute_activity("ready", start_to_close_timeout=timedelta(seconds=10))
        await workflow.wait_condition(lambda: bool(self.reasons), timeout=timedelta(hours=1))
        return self.reasons[0]


WORKFLOWS = [
    Ask,
    AskAtOnce,
    AskInSequence,
    AskVerified,
    CatchErrors,
    ContinueAsNew,
    ContinueWhileAsking,
    FailAfterwards,
    FailInTheSecondRun,
    GiveUp,
    Signalled,
    TakeAnySignal,
]
