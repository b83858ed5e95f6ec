from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic_core import from_json

from awaithumans.server.tasks import answering, lifecycle
from awaithumans.server.tasks.model import TERMINAL, Action, Judgement, Status, Task
from awaithumans.server.tasks.owing import owed
from awaithumans.server.tasks.transitions import NEXT, Change, Command
from tests.support.made import AGENT, APPROVED, NOW, SUE, a_task
from tests.support.use_cases import Taken, UseCases

CALLBACK = "https://User.example.com:8443/done?wf=1"
# How each command that settles a task is given.
SETTLING: dict[Command, Callable[[Task], Change]] = {
    "complete": lambda task: answering.complete(task, APPROVED, SUE, NOW),
    "cancel": lambda task: lifecycle.cancel(task, "withdrawn", AGENT, NOW),
    "expire": lambda task: lifecycle.expire(task, NOW),
    "pass": lambda task: answering.judge(task, Judgement(True, ""), NOW),
    "exhaust": lambda task: answering.judge(task, Judgement(False, "No."), NOW),
}
SAYING: dict[Status, Action] = {
    "completed": "completed",
    "timed_out": "timed_out",
    "cancelled": "cancelled",
    "verification_exhausted": "verification_exhausted",
}


@pytest.mark.parametrize(
    ("status", "command"), [pair for pair, after in NEXT.items() if after in TERMINAL]
)
def test_every_way_to_settle_a_task_owes_one_delivery(status: Any, command: Command) -> None:
    answered = {"response": APPROVED} if status == "submitted" else {}
    change = SETTLING[command](a_task(status=status, callback_url=CALLBACK, **answered))
    (delivery,) = change.owed
    assert (delivery.kind, delivery.target, delivery.due) == ("webhook", CALLBACK, None)
    body = from_json(delivery.body)
    assert body["status"] == change.task.status == NEXT[status, command]
    # What no verifier passed is told to nobody.
    assert body["response"] == (APPROVED if change.task.status == "completed" else None)
    assert SETTLING[command](a_task(status=status, **answered)).owed == ()


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_task_in_every_terminal_status_owes_a_delivery(status: Status) -> None:
    assert len(owed(a_task(status=status, callback_url=CALLBACK), SAYING[status])) == 1


def test_a_task_that_is_open_owes_nothing() -> None:
    task = a_task(callback_url=CALLBACK)
    change = lifecycle.open_(task, AGENT, NOW)
    assert change is not None
    assert change.owed == owed(task, "opened") == ()


def test_the_body_says_how_the_task_ended() -> None:
    task = a_task(id="tsk_1", idempotency_key="key", callback_url=CALLBACK, redact_payload=True)
    (delivery,) = answering.complete(task, {"reason": "é"}, SUE, NOW).owed
    assert from_json(delivery.body) == {
        "task_id": "tsk_1",
        "idempotency_key": "key",
        "status": "completed",
        "response": {"reason": "é"},
        "completed_at": "2026-03-01T12:00:00.250000Z",
        "timed_out_at": None,
        "completed_by_email": "sue@example.com",
        "completed_via_channel": "dashboard",
        "verification_attempt": 0,
    }
    assert datetime.fromisoformat(from_json(delivery.body)["completed_at"][:-1] + "+00:00") == NOW


def test_who_waits_for_whom_is_told_by_host_and_path() -> None:
    (delivery,) = owed(a_task(status="cancelled", callback_url=CALLBACK), "cancelled")
    assert delivery.host == "https://user.example.com:8443"
    assert delivery.receiver == "https://user.example.com:8443/done"


async def test_the_relay_is_given_what_is_owed_once_it_is_kept() -> None:
    cases = UseCases()
    for callback_url, times in ((None, 0), (CALLBACK, 1)):
        full = await cases.created(callback_url=callback_url)
        await cases.tasks.cancel(full.task.id, None, AGENT)
        assert len(cases.taken.owed) == times
        assert len(cases.owed(full.task.id, "webhook")) == times
    (owed,) = cases.taken.owed
    assert (owed.delivery.task_id, owed.redacted) == (full.task.id, False)
    assert from_json(owed.body)["status"] == "cancelled"


async def test_what_somebody_does_is_leased_and_what_the_clock_does_is_not() -> None:
    cases = UseCases(taken=Taken(timedelta(seconds=20)))
    first = await cases.created(callback_url=CALLBACK)
    late = await cases.created(callback_url=CALLBACK, idempotency_key="late", timeout_seconds=60)
    await cases.tasks.complete(first.task.id, APPROVED, AGENT)
    cases.clock.at = late.task.timeout_at
    await cases.tasks.settle_due(10)
    answered, timed_out = [each.delivery for each in cases.taken.owed]
    assert answered.lease_until == answered.next_attempt_at == NOW + timedelta(seconds=20)
    assert (timed_out.lease_until, timed_out.next_attempt_at) == (None, late.task.timeout_at)
