from datetime import timedelta
from typing import get_args

import pytest

from awaithumans.server.errors import TaskAlreadySettled, VerificationInProgress
from awaithumans.server.tasks import answering, lifecycle
from awaithumans.server.tasks.model import (
    SYSTEM,
    TERMINAL,
    Action,
    Actor,
    Entry,
    Judgement,
    Person,
    Status,
    Task,
)
from awaithumans.server.tasks.transitions import NEXT, Change, Command
from tests.support.made import AGENT, APPROVED, NOW, OLGA, SUE, a_task

LATER = NOW + timedelta(minutes=10)
STATUSES: tuple[Status, ...] = get_args(Status)
COMMANDS: tuple[Command, ...] = get_args(Command)
# Where an answer may come; where one waits for its verdict; and what verdicts are.
ANSWERABLE: tuple[Status, ...] = ("created", "notified", "assigned", "in_progress", "rejected")
VERDICTS: tuple[Command, ...] = ("pass", "refuse", "exhaust", "give_up")
LEADS_TO: dict[Command, str] = {
    "open": "in_progress",
    "claim": "assigned",
    "assign": "assigned",
    "offer": "created",
    "notify": "notified",
    "complete": "completed",
    "submit": "submitted",
    "cancel": "cancelled",
    "expire": "timed_out",
    "pass": "completed",
    "refuse": "rejected",
    "exhaust": "verification_exhausted",
    "give_up": "in_progress",
}
# What is looked at, or taken, without losing where it stands.
STAYS: set[tuple[Status, Command]] = {
    ("notified", "offer"),
    ("in_progress", "open"),
    ("in_progress", "claim"),
    ("rejected", "open"),
    ("rejected", "claim"),
    ("submitted", "open"),
}
REASON = {"reason": "No date."}
SAYS: dict[Command, tuple[Action, Actor, dict[str, object]]] = {
    "open": ("opened", SUE, {}),
    "claim": ("claimed", SUE, {}),
    "assign": ("assigned", OLGA, {"assigned_to": "bob@example.com", "taken_from": ["anybody"]}),
    "offer": (
        "unassigned",
        OLGA,
        {"open_to": ["a@example.com", "b@example.com"], "taken_from": ["anybody"]},
    ),
    "notify": ("notified", SYSTEM, {"target": "slack:#ops"}),
    "complete": ("completed", SUE, {"response": APPROVED}),
    "submit": ("submitted", SUE, {"response": APPROVED}),
    "cancel": ("cancelled", AGENT, {"reason": "withdrawn"}),
    "expire": ("timed_out", SYSTEM, {}),
    "pass": ("completed", SYSTEM, {"response": APPROVED}),
    "refuse": ("rejected", SYSTEM, {**REASON, "fields": [], "attempt": 1}),
    "exhaust": ("verification_exhausted", SYSTEM, {**REASON, "fields": [], "attempt": 2}),
    "give_up": ("verification_failed", SYSTEM, {**REASON, "fields": []}),
}


def before(status: Status, command: Command, **fields: object) -> Task:
    """Return a task in which the command finds what it needs."""
    verified = status == "submitted" or command == "submit" or command in VERDICTS
    if verified:
        fields |= {"verifier": "claude", "max_attempts": 2, "response": APPROVED}
        fields["verification_attempt"] = 1 if command == "exhaust" else 0
    return a_task(status=status, **fields)


def act(task: Task, command: Command) -> Change | Entry | None:
    """Give the command in its plainest form."""
    match command:
        case "open":
            return lifecycle.open_(task, SUE, LATER)
        case "claim":
            return lifecycle.claim(task, Person(SUE.email, SUE.user_id), SUE, LATER)
        case "assign":
            return lifecycle.assign(task, Person("bob@example.com"), LATER, OLGA)
        case "offer":
            emails = ["a@example.com", "b@example.com"]
            return lifecycle.offer(task, emails, LATER, OLGA, {"emails": emails})
        case "notify":
            return lifecycle.notify(task, LATER, target="slack:#ops")
        case "complete" | "submit":
            return answering.complete(task, APPROVED, SUE, LATER)
        case "cancel":
            return lifecycle.cancel(task, "withdrawn", AGENT, LATER)
        case "expire":
            return lifecycle.expire(task, LATER)
        case "pass" | "refuse" | "exhaust":
            return answering.judge(task, Judgement(command == "pass", "No date."), LATER)
        case "give_up":
            return answering.unverified(task, "failed", Judgement(False, "No date."), LATER)


def test_the_table_has_every_command_for_where_it_may_come_and_nothing_else() -> None:
    anywhere = set(COMMANDS) - {*VERDICTS, "notify"}
    expected = {(status, command) for status in ANSWERABLE for command in anywhere}
    expected |= {("submitted", command) for command in ("open", "cancel", *VERDICTS)}
    assert set(NEXT) == expected | {("created", "notify")}


@pytest.mark.parametrize(("status", "command"), sorted(NEXT))
def test_a_pair_of_the_table_leads_where_the_command_says(status: Status, command: Command) -> None:
    stays = (status, command) in STAYS
    assert NEXT[status, command] == (status if stays else LEADS_TO[command])


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_pair_changes_the_task_as_the_table_says_or_is_refused(
    status: Status, command: Command
) -> None:
    task = before(status, command)
    if (status, command) not in NEXT:
        refuses(task, command)
        return
    change = act(task, command)
    if command == "open" and (status, command) in STAYS:
        assert change is None
        return
    assert isinstance(change, Change)
    assert change.task.status == NEXT[status, command]
    assert change.task.version == task.version + 1
    assert change.task.updated_at == LATER


def refuses(task: Task, command: Command) -> None:
    """Whoever is told elsewhere is told; all else is refused, and what is settled says so."""
    if command == "notify":
        line = act(task, command)
        assert isinstance(line, Entry)
        assert (line.from_status, line.to_status) == (task.status, task.status)
        assert (line.action, line.extra_data) == ("notified", {"target": "slack:#ops"})
    elif task.status == "submitted":
        with pytest.raises(VerificationInProgress):
            act(task, command)
    else:
        with pytest.raises(TaskAlreadySettled) as refusal:
            act(task, command)
        assert refusal.value.message == f"This task is {task.status}; nothing was changed."


@pytest.mark.parametrize(("status", "command"), sorted(NEXT))
def test_every_change_says_who_did_what(status: Status, command: Command) -> None:
    task = before(status, command)
    change = act(task, command)
    if change is None:
        return
    assert isinstance(change, Change)
    *verified, entry = change.entries
    action, actor, extra = SAYS[command]
    assert entry.to_status == change.task.status
    assert (entry.task_id, entry.created_at) == (task.id, LATER)
    assert (entry.action, entry.actor, entry.extra_data) == (action, actor, extra)
    # An answer that passed is verified first, and all else is one line.
    assert [line.action for line in verified] == (["verified"] if command == "pass" else [])
    assert change.entries[0].from_status == status


@pytest.mark.parametrize(("status", "command"), sorted(NEXT))
def test_a_change_touches_nothing_that_was_written_once(status: Status, command: Command) -> None:
    task = before(status, command, notify=("email:sue@example.com",), task_metadata={"a": "b"})
    after = getattr(act(task, command), "task", task)
    for name in ("id", "task", "idempotency_key", "fingerprint", "created_at", "timeout_at"):
        assert getattr(after, name) == getattr(task, name)
    assert (after.notify, after.task_metadata) == (task.notify, task.task_metadata)
    assert (after.verifier, after.max_attempts) == (task.verifier, task.max_attempts)


@pytest.mark.parametrize(("status", "command"), sorted(NEXT))
def test_an_answer_is_kept_while_it_counts_or_waits_and_not_longer(
    status: Status, command: Command
) -> None:
    task = before(status, command)
    after: Task = getattr(act(task, command), "task", task)
    assert (after.response is not None) == (after.status in ("submitted", "completed"))


def test_a_status_is_terminal_exactly_when_no_command_leaves_it() -> None:
    stuck = {status for status in STATUSES if not any((status, c) in NEXT for c in COMMANDS)}
    # `verified` is in the history alone: who passes is completed by the same verdict.
    assert stuck - TERMINAL == {"verified"}
    assert stuck >= TERMINAL
    assert all(a_task(status=status).terminal for status in TERMINAL)
    assert not any(a_task(status=status).terminal for status in set(STATUSES) - TERMINAL)
