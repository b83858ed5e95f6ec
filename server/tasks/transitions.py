"""The state machine: which command leads from which status to which, and what a change is.

Pure: nothing here reads a clock, a database or a setting. The table `NEXT` is the whole of it; the
diagram in the documentation is drawn from it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from ..errors import TaskAlreadySettled, VerificationInProgress
from .history import entry, how_it_settled
from .model import Action, Actor, Entry, Json, Status, Task
from .owing import Owed, owed

Command = Literal[
    "open",
    "claim",
    "assign",
    "offer",
    "notify",
    "complete",
    "submit",
    "cancel",
    "expire",
    "pass",
    "refuse",
    "exhaust",
    "give_up",
]

_MOVES: dict[Status, dict[Command, Status]] = {
    "created": {
        "open": "in_progress",
        "claim": "assigned",
        "assign": "assigned",
        "offer": "created",
        "notify": "notified",
    },
    "notified": {
        "open": "in_progress",
        "claim": "assigned",
        "assign": "assigned",
        "offer": "notified",
    },
    "assigned": {
        "open": "in_progress",
        "claim": "assigned",
        "assign": "assigned",
        "offer": "created",
    },
    "in_progress": {
        "open": "in_progress",
        "claim": "in_progress",
        "assign": "assigned",
        "offer": "created",
    },
    "rejected": {
        "open": "rejected",
        "claim": "rejected",
        "assign": "assigned",
        "offer": "created",
    },
    "submitted": {
        "open": "submitted",
        "cancel": "cancelled",
        "pass": "completed",
        "refuse": "rejected",
        "exhaust": "verification_exhausted",
        "give_up": "in_progress",
    },
}
_ENDS: dict[Command, Status] = {
    "complete": "completed",
    "submit": "submitted",
    "cancel": "cancelled",
    "expire": "timed_out",
}
# What a task has while an answer counts, or waits for its verdict, and at no other time.
NO_ANSWER: Json = {
    "response": None,
    "completed_by_email": None,
    "completed_by_user_id": None,
    "completed_via_channel": None,
}
# A pair that is missing is refused: the task is settled, or its answer is being verified.
NEXT: dict[tuple[Status, Command], Status] = {
    (status, command): after
    for status, moves in _MOVES.items()
    for command, after in (moves if status == "submitted" else moves | _ENDS).items()
}


@dataclass(frozen=True, slots=True)
class Change:
    """What a command does: the task after it, and the lines it adds to the history.

    `invited` are the addresses to which it opens the task; None leaves them as they are. `said` is
    an answer in plain words, `ask_again` the address of whoever has to answer once more, and
    `remind_at` when a new task's mails are repeated.
    """

    task: Task
    entries: tuple[Entry, ...]
    invited: tuple[str, ...] | None = None
    said: str | None = None
    ask_again: str | None = None
    remind_at: tuple[datetime, ...] = ()

    @property
    def owed(self) -> tuple[Owed, ...]:
        """What is to be delivered because of it; no command has to think of it."""
        action = self.entries[-1].action
        if self.entries[0].from_status is None:
            action = "created"
        return owed(self.task, action, self.said, self.ask_again, self.remind_at)


def next_status(task: Task, command: Command) -> Status:
    """Return where a command leads from where the task is.

    Raises:
        TaskAlreadySettled: Nowhere: it is settled.
        VerificationInProgress: Nowhere yet: its answer is being verified.
    """
    status = NEXT.get((task.status, command))
    if status is None and task.status == "submitted":
        raise VerificationInProgress
    if status is None:
        raise TaskAlreadySettled(f"This task {how_it_settled(task)}; nothing was changed.")
    return status


def changed(
    task: Task,
    status: Status,
    action: Action,
    actor: Actor,
    now: datetime,
    *,
    extra: Json | None = None,
    **fields: Any,
) -> Change:
    """Return the task in its next status and with these `fields`, and the line that says so.

    Args:
        task: The task before.
        status: The next status.
        action: What happened.
        actor: Who did it.
        now: When.
        extra: What else the history says.
        fields: What else is changed.
    """
    after = replace(task, status=status, version=task.version + 1, updated_at=now, **fields)
    return Change(after, (entry(task, status, action, actor, now, **(extra or {})),))
