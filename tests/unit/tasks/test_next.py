from datetime import timedelta
from typing import get_args

import pytest

from awaithumans.server.errors import TaskAlreadySettled
from awaithumans.server.tasks import answering, lifecycle
from awaithumans.server.tasks.model import SYSTEM, TERMINAL, Actor, Person, Status, Task
from awaithumans.server.tasks.transitions import NEXT, Change, Command
from tests.support.made import AGENT, APPROVED, NOW, OLGA, SUE, a_task

LATER = NOW + timedelta(minutes=10)
STATUSES: tuple[Status, ...] = get_args(Status)
COMMANDS: tuple[Command, ...] = get_args(Command)
OPEN: tuple[Status, ...] = ("created", "assigned", "in_progress")
LEADS_TO: dict[Command, str] = {
    "open": "in_progress",
    "claim": "assigned",
    "assign": "assigned",
    "offer": "created",
    "complete": "completed",
    "cancel": "cancelled",
    "expire": "timed_out",
}
SAYS: dict[Command, tuple[str, Actor, dict[str, object]]] = {
    "open": ("opened", SUE, {}),
    "claim": ("claimed", SUE, {}),
    "assign": ("assigned", OLGA, {"assigned_to": "bob@example.com", "taken_from": ["anybody"]}),
    "offer": (
        "unassigned",
        OLGA,
        {"open_to": ["a@example.com", "b@example.com"], "taken_from": ["anybody"]},
    ),
    "complete": ("completed", SUE, {"response": APPROVED}),
    "cancel": ("cancelled", AGENT, {"reason": "withdrawn"}),
    "expire": ("timed_out", SYSTEM, {}),
}


def act(task: Task, command: Command) -> Change | None:
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
        case "complete":
            return answering.complete(task, APPROVED, SUE, LATER)
        case "cancel":
            return lifecycle.cancel(task, "withdrawn", AGENT, LATER)
        case "expire":
            return lifecycle.expire(task, LATER)


def test_the_table_has_every_command_for_every_open_status_and_nothing_else() -> None:
    assert set(NEXT) == {(status, command) for status in OPEN for command in COMMANDS}


@pytest.mark.parametrize(("status", "command"), sorted(NEXT))
def test_a_pair_of_the_table_leads_where_the_command_says(status: Status, command: Command) -> None:
    stays = (status, command) == ("in_progress", "claim")
    assert NEXT[status, command] == ("in_progress" if stays else LEADS_TO[command])


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_pair_changes_the_task_as_the_table_says_or_is_refused(
    status: Status, command: Command
) -> None:
    task = a_task(status=status)
    if (status, command) not in NEXT:
        with pytest.raises(TaskAlreadySettled) as refusal:
            act(task, command)
        assert refusal.value.message == f"This task is {status}; nothing was changed."
        return
    change = act(task, command)
    if (status, command) == ("in_progress", "open"):
        assert change is None
        return
    assert change is not None
    assert change.task.status == NEXT[status, command]
    assert change.task.version == task.version + 1
    assert change.task.updated_at == LATER


@pytest.mark.parametrize(("status", "command"), sorted(NEXT))
def test_every_change_writes_one_line_that_says_who_did_what(
    status: Status, command: Command
) -> None:
    task = a_task(status=status)
    change = act(task, command)
    if change is None:
        return
    (entry,) = change.entries
    action, actor, extra = SAYS[command]
    assert (entry.task_id, entry.from_status, entry.to_status) == (
        task.id,
        status,
        change.task.status,
    )
    assert (entry.action, entry.actor, entry.extra_data) == (action, actor, extra)
    assert entry.created_at == LATER


@pytest.mark.parametrize(("status", "command"), sorted(NEXT))
def test_a_change_touches_nothing_that_was_written_once(status: Status, command: Command) -> None:
    task = a_task(status=status, notify=("email:sue@example.com",), task_metadata={"a": "b"})
    after = getattr(act(task, command), "task", task)
    for name in ("id", "task", "idempotency_key", "fingerprint", "created_at", "timeout_at"):
        assert getattr(after, name) == getattr(task, name)
    assert (after.notify, after.task_metadata) == (task.notify, task.task_metadata)


def test_a_status_is_terminal_exactly_when_no_command_leaves_it_and_none_waits_for_a_verdict() -> (
    None
):
    stuck = {status for status in STATUSES if not any((status, c) in NEXT for c in COMMANDS)}
    assert stuck - TERMINAL == {"notified", "submitted", "verified", "rejected"}
    assert stuck >= TERMINAL
    assert all(a_task(status=status).terminal for status in TERMINAL)
    assert not any(a_task(status=status).terminal for status in OPEN)
