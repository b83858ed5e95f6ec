from datetime import timedelta

import pytest

from awaithumans.server.errors import TaskAlreadyClaimed, TaskAlreadySettled
from awaithumans.server.tasks import answering, lifecycle
from awaithumans.server.tasks.lifecycle import NoMatch, OpenTo
from awaithumans.server.tasks.model import SYSTEM, Actor, Person
from tests.support.made import (
    AGENT,
    APPROVED,
    BOB,
    NOW,
    OLGA,
    SUE,
    TICK,
    a_draft,
    a_task,
    a_verified_draft,
)

SUE_IN_PERSON = Person("sue@example.com", "usr_sue")
BOB_IN_PERSON = Person("bob@example.com", "usr_bob")
LATER = NOW + timedelta(minutes=10)


def test_a_new_task_is_due_after_its_timeout() -> None:
    draft = a_draft(timeout_seconds=90, redact_payload=True, task_metadata={"team": "ops"})
    change = lifecycle.create(draft, "tsk_1", "print", OpenTo(), NOW, AGENT)
    task = change.task
    assert (task.id, task.fingerprint, task.status, task.version) == (
        "tsk_1",
        "print",
        "created",
        1,
    )
    assert (task.created_at, task.updated_at) == (NOW, NOW)
    assert task.timeout_at == NOW + timedelta(seconds=90)
    assert (task.redact_payload, task.task_metadata) == (True, {"team": "ops"})
    (entry,) = change.entries
    assert (entry.from_status, entry.to_status, entry.action) == (None, "created", "created")
    assert (entry.actor, entry.extra_data) == (AGENT, {})


def test_a_new_task_for_a_person_is_assigned_by_the_system() -> None:
    change = lifecycle.create(a_draft(), "tsk_1", "print", SUE_IN_PERSON, NOW, AGENT)
    task = change.task
    assert (task.status, task.version) == ("assigned", 1)
    assert (task.assigned_to_email, task.assigned_to_user_id) == ("sue@example.com", "usr_sue")
    created, assigned = change.entries
    assert (created.to_status, created.actor) == ("created", AGENT)
    assert (assigned.from_status, assigned.to_status) == ("created", "assigned")
    assert (assigned.action, assigned.actor) == ("assigned", SYSTEM)
    assert assigned.extra_data == {"assigned_to": "sue@example.com"}


def test_a_new_task_for_somebody_without_an_address_names_their_id() -> None:
    change = lifecycle.create(a_draft(), "tsk_1", "print", Person(None, "usr_9"), NOW, AGENT)
    assert change.entries[1].extra_data == {"assigned_to": "usr_9"}
    assert change.task.assigned


def test_a_new_task_that_matches_nobody_says_so() -> None:
    change = lifecycle.create(a_draft(), "tsk_1", "print", NoMatch("nobody"), NOW, AGENT)
    assert (change.task.status, change.task.assigned) == ("created", False)
    entry = change.entries[1]
    assert (entry.from_status, entry.to_status) == ("created", "created")
    assert (entry.action, entry.actor, entry.extra_data) == (
        "unassigned",
        SYSTEM,
        {"reason": "nobody"},
    )


def test_a_redacted_task_has_no_verifier_to_whom_it_would_be_told() -> None:
    draft = a_verified_draft(redact_payload=True)
    assert lifecycle.create(draft, "tsk_1", "p", OpenTo(), NOW, AGENT).task.verifier is None
    open_draft = a_verified_draft()
    task = lifecycle.create(open_draft, "tsk_1", "p", OpenTo(), NOW, AGENT).task
    assert (task.verifier, task.max_attempts) == ("claude", 2)


def test_an_open_task_is_overdue_at_its_deadline_and_not_a_microsecond_before() -> None:
    task = a_task()
    assert not lifecycle.overdue(task, task.timeout_at - TICK)
    assert lifecycle.overdue(task, task.timeout_at)
    assert lifecycle.overdue(task, task.timeout_at + TICK)


@pytest.mark.parametrize("status", ["submitted", "completed", "timed_out", "cancelled"])
def test_a_task_that_has_its_answer_is_never_overdue(status: str) -> None:
    task = a_task(status=status)
    assert not lifecycle.overdue(task, task.timeout_at + timedelta(days=1))


def test_an_answer_is_kept_with_who_gave_it_and_when() -> None:
    task = answering.complete(a_task(), APPROVED, SUE, LATER).task
    assert (task.response, task.completed_at) == (APPROVED, LATER)
    assert task.completed_by_email == "sue@example.com"
    assert task.completed_by_user_id == "usr_sue"
    assert task.completed_via_channel == "dashboard"


def test_redaction_keeps_the_answer_out_of_the_history_but_on_the_task() -> None:
    change = answering.complete(a_task(redact_payload=True), APPROVED, SUE, LATER)
    assert change.task.response == APPROVED
    assert [entry.extra_data for entry in change.entries] == [{}]


def test_a_cancel_without_a_reason_has_none_in_the_history() -> None:
    change = lifecycle.cancel(a_task(), None, AGENT, LATER)
    assert (change.task.cancelled_at, change.task.response) == (LATER, None)
    assert change.entries[0].extra_data == {}


def test_a_time_out_keeps_when_it_was_noticed() -> None:
    task = a_task()
    change = lifecycle.expire(task, task.timeout_at + timedelta(seconds=5))
    assert change.task.timed_out_at == task.timeout_at + timedelta(seconds=5)
    assert change.entries[0].actor == SYSTEM


def test_a_refusal_says_who_completed_the_task_and_when() -> None:
    done = answering.complete(a_task(), APPROVED, SUE, LATER).task
    with pytest.raises(TaskAlreadySettled) as refusal:
        lifecycle.cancel(done, None, AGENT, LATER)
    assert refusal.value.message == (
        "This task was completed by sue@example.com at 2026-03-01T12:10:00Z; nothing was changed."
    )


def test_a_refusal_of_a_task_that_nobody_in_particular_completed_names_nobody() -> None:
    done = answering.complete(a_task(), APPROVED, AGENT, LATER).task
    with pytest.raises(TaskAlreadySettled) as refusal:
        answering.complete(done, APPROVED, SUE, LATER)
    assert refusal.value.message == (
        "This task was completed at 2026-03-01T12:10:00Z; nothing was changed."
    )


def test_a_refusal_says_when_the_deadline_was_not_when_the_clock_noticed() -> None:
    late = lifecycle.expire(a_task(), NOW + timedelta(hours=7)).task
    with pytest.raises(TaskAlreadySettled) as refusal:
        answering.complete(late, APPROVED, SUE, NOW + timedelta(hours=8))
    assert refusal.value.message == (
        "This task timed out at 2026-03-01T13:00:00Z; nothing was changed."
    )


def test_a_refusal_says_when_the_task_was_cancelled() -> None:
    gone = lifecycle.cancel(a_task(), None, AGENT, LATER).task
    with pytest.raises(TaskAlreadySettled) as refusal:
        lifecycle.claim(gone, SUE_IN_PERSON, SUE, LATER)
    assert refusal.value.message == (
        "This task was cancelled at 2026-03-01T12:10:00Z; nothing was changed."
    )


def test_the_first_to_claim_has_the_task() -> None:
    change = lifecycle.claim(a_task(), SUE_IN_PERSON, SUE, LATER)
    assert change is not None
    assert (change.task.status, change.task.assigned_to_email) == ("assigned", "sue@example.com")
    with pytest.raises(TaskAlreadyClaimed, match=r"with sue@example\.com\. Ask an operator"):
        lifecycle.claim(change.task, BOB_IN_PERSON, BOB, LATER)


def test_claiming_again_changes_nothing() -> None:
    task = a_task(status="assigned", assigned_to_email=SUE.email, assigned_to_user_id=SUE.user_id)
    assert lifecycle.claim(task, SUE_IN_PERSON, SUE, LATER) is None


def test_a_task_of_somebody_without_an_address_is_with_somebody_else() -> None:
    task = a_task(status="assigned", assigned_to_user_id="usr_9")
    with pytest.raises(TaskAlreadyClaimed, match="with somebody else"):
        lifecycle.claim(task, SUE_IN_PERSON, SUE, LATER)


def test_an_opened_task_that_nobody_has_stays_opened_when_claimed() -> None:
    change = lifecycle.claim(a_task(status="in_progress"), SUE_IN_PERSON, SUE, LATER)
    assert change is not None
    assert change.task.status == "in_progress"


def test_assigning_replaces_whoever_has_the_task() -> None:
    task = a_task(status="in_progress", assigned_to_email=SUE.email, assign_to={"email": "x@y.z"})
    change = lifecycle.assign(task, BOB_IN_PERSON, LATER, OLGA, {"email": "bob@example.com"})
    assert (change.task.status, change.task.assigned_to_user_id) == ("assigned", "usr_bob")
    assert change.task.assign_to == {"email": "bob@example.com"}


def test_assigning_without_a_wish_keeps_the_agents_wish() -> None:
    task = a_task(assign_to={"role": "lead"})
    assert lifecycle.assign(task, BOB_IN_PERSON, LATER, OLGA).task.assign_to == {"role": "lead"}


def test_an_offer_takes_the_task_from_whoever_has_it() -> None:
    task = a_task(status="in_progress", assigned_to_email=SUE.email, assigned_to_user_id="usr_sue")
    wish = {"emails": ["bob@example.com", "zoe@example.com"]}
    after = lifecycle.offer(task, wish["emails"], LATER, OLGA, wish).task
    assert (after.status, after.assigned, after.assign_to) == ("created", False, wish)


def test_opening_twice_is_noted_once() -> None:
    opened = lifecycle.open_(a_task(), SUE, LATER)
    assert opened is not None
    assert lifecycle.open_(opened.task, BOB, LATER) is None


def test_a_refused_command_is_a_line_that_changes_no_status() -> None:
    entry = lifecycle.refused(a_task(status="completed"), "cancel", "CODE", AGENT, LATER)
    assert (entry.from_status, entry.to_status) == ("completed", "completed")
    assert (entry.action, entry.actor, entry.created_at) == ("refused", AGENT, LATER)
    assert entry.extra_data == {"command": "cancel", "error_code": "CODE"}


def test_the_history_says_when_the_admin_token_named_the_person() -> None:
    named = Actor("agent", "sue@example.com", None, "api", named=True)
    change = answering.complete(a_task(redact_payload=True), APPROVED, named, LATER)
    assert change.entries[0].extra_data == {"named_by_admin_token": True}
    entry = lifecycle.refused(a_task(), "claim", "CODE", named, LATER)
    assert entry.extra_data["named_by_admin_token"] is True
