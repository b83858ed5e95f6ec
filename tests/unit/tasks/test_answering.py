"""What becomes of an answer that a verifier checks; decided purely."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic_core import from_json

from awaithumans.server.errors import Forbidden, VerificationInProgress
from awaithumans.server.tasks import answering, lifecycle
from awaithumans.server.tasks.model import SYSTEM, Actor, Judgement, Task
from awaithumans.server.tasks.transitions import NO_ANSWER, Change
from tests.support.made import AGENT, APPROVED, BOB, NOW, SUE, a_task

LATER = NOW + timedelta(minutes=10)
PASSED = Judgement(True, "It has a date.", details={"model": "a-model", "tokens": 7})
REFUSED = Judgement(
    False, "No date.", ((("reason",), "has no date"),), details={"model": "a-model"}
)
MAILED = ("email+ops:Sue@Example.com", "slack:#ops", "email:zoe@example.com")
BY_MAIL = Actor("reviewer", "sue@example.com", "usr_sue", "email")


def verified(**changes: Any) -> Task:
    return a_task(**{"verifier": "claude", "max_attempts": 2, "notify": MAILED} | changes)


def submitted(actor: Actor = SUE, **changes: Any) -> Task:
    return answering.complete(verified(**changes), APPROVED, actor, NOW).task


def asked_again(change: Change) -> list[str]:
    mails = [each for each in change.owed if each.kind == "email"]
    assert all(from_json(each.body)["purpose"] == "again" for each in mails)
    return [each.target for each in mails]


def test_an_answer_is_kept_with_who_gave_it_until_the_verdict() -> None:
    change = answering.complete(verified(), APPROVED, SUE, LATER)
    task = change.task
    assert (task.status, task.response, task.completed_at) == ("submitted", APPROVED, None)
    assert (task.completed_by_email, task.completed_via_channel) == (SUE.email, "dashboard")
    checks = [each for each in change.owed if each.kind == "verification"]
    assert [(each.target, each.host, each.receiver, from_json(each.body)) for each in checks] == [
        (
            "verifier:claude",
            "verifier:claude",
            task.id,
            {"task_id": task.id, "version": task.version, "said": None},
        )
    ]


def test_plain_words_are_kept_in_the_history_and_given_to_the_verifier() -> None:
    change = answering.say(verified(), "yes, fine", SUE, LATER)
    assert (change.task.status, change.task.response) == ("submitted", None)
    assert change.entries[0].extra_data == {"said": "yes, fine"}
    (body,) = [from_json(each.body) for each in change.owed if each.kind == "verification"]
    assert body["said"] == "yes, fine"


@pytest.mark.parametrize("answer", ["complete", "say"])
def test_who_may_not_answer_may_not_submit(answer: str) -> None:
    def give(task: Task) -> Change:
        if answer == "say":
            return answering.say(task, "yes", BOB, LATER)
        return answering.complete(task, APPROVED, BOB, LATER)

    with pytest.raises(Forbidden, match="with sue@example"):
        give(verified(assigned_to_email=SUE.email, assigned_to_user_id=SUE.user_id))
    with pytest.raises(VerificationInProgress):
        give(submitted())


def test_a_pass_completes_the_task_with_two_lines_and_one_version() -> None:
    before = submitted()
    change = answering.judge(before, PASSED, LATER)
    task = change.task
    assert (task.status, task.response, task.completed_at) == ("completed", APPROVED, LATER)
    assert (task.completed_by_email, task.completed_by_user_id) == (SUE.email, SUE.user_id)
    assert (task.version, task.verification_attempt) == (before.version + 1, 1)
    assert task.verdict == {
        "outcome": "passed",
        "reason": "It has a date.",
        "fields": [],
        "attempt": 1,
        "model": "a-model",
        "at": "2026-03-01T12:10:00Z",
    }
    verified_, completed = change.entries
    assert (verified_.from_status, verified_.to_status) == ("submitted", "verified")
    assert verified_.extra_data == {
        "reason": "It has a date.",
        "fields": [],
        "attempt": 1,
        "model": "a-model",
        "tokens": 7,
    }
    assert (completed.from_status, completed.to_status) == ("verified", "completed")
    assert completed.actor == SYSTEM


def test_what_was_understood_of_plain_words_is_the_answer() -> None:
    said = answering.say(verified(), "yes", SUE, NOW).task
    understood = Judgement(True, "", response={"approved": True})
    assert answering.judge(said, understood, LATER).task.response == {"approved": True}


def test_a_model_does_not_change_what_was_answered_by_the_form() -> None:
    meddling = Judgement(True, "", response={"approved": False})
    assert answering.judge(submitted(), meddling, LATER).task.response == APPROVED


def test_a_refusal_opens_the_task_again_and_says_why() -> None:
    change = answering.judge(submitted(), REFUSED, LATER)
    task = change.task
    assert (task.status, task.verification_attempt) == ("rejected", 1)
    assert task.verdict is not None
    assert (task.verdict["outcome"], task.verdict["attempt"]) == ("refused", 1)
    assert task.verdict["fields"] == [{"loc": ["reason"], "msg": "has no date"}]
    assert all(getattr(task, name) is None for name in NO_ANSWER)
    assert change.entries[0].extra_data["reason"] == "No date."


def test_the_last_refusal_exhausts_the_task() -> None:
    change = answering.judge(submitted(verification_attempt=1), REFUSED, LATER)
    task = change.task
    assert (task.status, task.terminal) == ("verification_exhausted", True)
    assert (task.verification_attempt, task.response) == (2, None)
    assert asked_again(change) == []
    assert change.entries[0].extra_data["attempt"] == 2


@pytest.mark.parametrize(
    ("outcome", "action"),
    [("failed", "verification_failed"), ("not_understood", "not_understood")],
)
def test_what_is_no_verdict_costs_no_attempt(outcome: Any, action: str) -> None:
    before = submitted(verification_attempt=1)
    change = answering.unverified(before, outcome, REFUSED, LATER)
    task = change.task
    assert (task.status, task.verification_attempt, task.response) == ("in_progress", 1, None)
    assert task.verdict is not None
    assert (task.verdict["outcome"], task.verdict["attempt"]) == (outcome, 1)
    assert [entry.action for entry in change.entries] == [action]


def test_an_answer_that_comes_after_a_refusal_is_the_next_attempt() -> None:
    rejected = answering.judge(submitted(), REFUSED, LATER).task
    again = answering.complete(rejected, APPROVED, AGENT, LATER).task
    done = answering.judge(again, PASSED, LATER).task
    assert (done.status, done.verification_attempt) == ("completed", 2)


@pytest.mark.parametrize(
    ("actor", "asked"),
    [
        (BY_MAIL, ["email+ops:Sue@Example.com"]),
        (Actor("reviewer", "bob@example.com", None, "email"), ["email:bob@example.com"]),
        (SUE, []),
    ],
)
def test_who_answered_by_mail_is_asked_again_by_mail(actor: Actor, asked: list[str]) -> None:
    before = submitted(actor)
    assert asked_again(answering.judge(before, REFUSED, LATER)) == asked
    assert asked_again(answering.unverified(before, "failed", REFUSED, LATER)) == asked
    assert asked_again(answering.judge(before, PASSED, LATER)) == []


def test_a_cancel_drops_the_answer_that_is_being_verified() -> None:
    task = lifecycle.cancel(submitted(), "withdrawn", AGENT, LATER).task
    assert all(getattr(task, name) is None for name in NO_ANSWER)


def test_an_answer_that_is_being_verified_is_honoured_whatever_the_clock_says() -> None:
    before = submitted()
    late = before.timeout_at + timedelta(days=1)
    assert not lifecycle.overdue(before, late)
    assert answering.judge(before, PASSED, late).task.status == "completed"
    reopened = answering.judge(before, REFUSED, late).task
    assert lifecycle.overdue(reopened, late)
