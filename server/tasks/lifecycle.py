"""What may happen to a task: task + command + now -> the changed task and its history.

Pure: nothing here reads a clock, a database or a setting. The table `NEXT` is the whole state
machine; the diagram in the documentation is drawn from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from ..errors import Forbidden, TaskAlreadyClaimed, TaskAlreadySettled
from ..routing.plan import normal
from .deliveries import Owed, owed
from .history import attribution, entry, how_it_settled
from .model import SYSTEM, Action, Actor, Draft, Entry, Json, Openness, Person, Status, Task

Command = Literal["open", "claim", "assign", "offer", "complete", "cancel", "expire"]

# A pair that is missing is refused: the task is settled, or its answer is being verified.
NEXT: dict[tuple[Status, Command], Status] = {
    ("created", "open"): "in_progress",
    ("created", "claim"): "assigned",
    ("created", "assign"): "assigned",
    ("created", "offer"): "created",
    ("created", "complete"): "completed",
    ("created", "cancel"): "cancelled",
    ("created", "expire"): "timed_out",
    ("assigned", "open"): "in_progress",
    ("assigned", "claim"): "assigned",
    ("assigned", "assign"): "assigned",
    ("assigned", "offer"): "created",
    ("assigned", "complete"): "completed",
    ("assigned", "cancel"): "cancelled",
    ("assigned", "expire"): "timed_out",
    ("in_progress", "open"): "in_progress",
    ("in_progress", "claim"): "in_progress",
    ("in_progress", "assign"): "assigned",
    ("in_progress", "offer"): "created",
    ("in_progress", "complete"): "completed",
    ("in_progress", "cancel"): "cancelled",
    ("in_progress", "expire"): "timed_out",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What a command does: the task after it, and the lines it adds to the history.

    `invited` are the addresses to which it opens the task; None leaves them as they are.
    """

    task: Task
    entries: tuple[Entry, ...]
    invited: tuple[str, ...] | None = None

    @property
    def owed(self) -> tuple[Owed, ...]:
        """What is to be delivered because of it; no command has to think of it."""
        return owed(self.task)


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Routing found nobody; `reason` is for the audit."""

    reason: str


@dataclass(frozen=True, slots=True)
class OpenTo:
    """Nobody has the task yet; whoever may claims it. No `emails` means anybody."""

    emails: tuple[str, ...] = ()


Routed = Person | OpenTo | NoMatch


def create(
    draft: Draft,
    task_id: str,
    fingerprint: str,
    routed: Routed,
    now: datetime,
    actor: Actor,
    undeliverable: Sequence[tuple[str, str]] = (),
) -> Change:
    """Make a task out of `draft`.

    Args:
        draft: What was asked for.
        task_id: The new task's id.
        fingerprint: What its content hashes to; see `service.fingerprint`.
        routed: Who is asked.
        now: The time of creation; the deadline is `draft.timeout_seconds` later.
        actor: Who creates it.
        undeliverable: Targets of `notify` that can't be reached, each with the reason.

    Returns:
        The new task and its first history.
    """
    task = Task(
        id=task_id,
        task=draft.task,
        status="created",
        version=1,
        idempotency_key=draft.idempotency_key,
        fingerprint=fingerprint,
        timeout_seconds=draft.timeout_seconds,
        created_at=now,
        updated_at=now,
        timeout_at=now + timedelta(seconds=draft.timeout_seconds),
        redact_payload=draft.redact_payload,
        assign_to=draft.assign_to,
        notify=draft.notify,
        task_metadata=draft.task_metadata,
        callback_url=draft.callback_url,
    )
    first = Entry(task.id, None, "created", "created", actor, now, attribution(actor))
    task, routing = _routed(task, routed, now)
    failed = [
        entry(task, task.status, "notification_failed", SYSTEM, now, target=target, reason=reason)
        for target, reason in undeliverable
    ]
    invited = routed.emails if isinstance(routed, OpenTo) and routed.emails else None
    return Change(task, (first, *routing, *failed), invited)


def _routed(task: Task, routed: Routed, now: datetime) -> tuple[Task, tuple[Entry, ...]]:
    """Give a new task to whom it is for, and say so, or say that nobody was found."""
    if isinstance(routed, Person):
        given = assign(task, routed, now, SYSTEM)
        return replace(given.task, version=task.version), given.entries
    if isinstance(routed, NoMatch):
        reason = routed.reason
        return task, (entry(task, task.status, "unassigned", SYSTEM, now, reason=reason),)
    return replace(task, open_to="invited" if routed.emails else "anybody"), ()


def open_(task: Task, actor: Actor, now: datetime) -> Change | None:
    """Note that a person looks at the task; None when that was known.

    Raises:
        TaskAlreadySettled: It is settled.
        Forbidden: A reviewer looks, and somebody else has it.
    """
    status = _next(task, "open")
    _refuse_others(task, actor)
    if status == task.status:
        return None
    return _change(task, status, "opened", actor, now)


def claim(task: Task, person: Person, actor: Actor, now: datetime) -> Change | None:
    """Give an unassigned task to the person who asks first; None when they have it already.

    Raises:
        TaskAlreadySettled: It is settled.
        TaskAlreadyClaimed: Somebody else has it.
        Forbidden: It is not open to this person.
    """
    status = _next(task, "claim")
    if has(task, person):
        return None
    if not _may_take(task, person, actor):
        raise Forbidden("This task is open to other people only. Ask an operator to reassign it.")
    if task.assigned:
        holder = task.assigned_to_email or "somebody else"
        raise TaskAlreadyClaimed(f"This task is with {holder}. Ask an operator to reassign it.")
    return _change(
        task,
        status,
        "claimed",
        actor,
        now,
        assigned_to_email=person.email,
        assigned_to_user_id=person.user_id,
    )


def assign(
    task: Task, person: Person, now: datetime, actor: Actor, assign_to: Json | None = None
) -> Change:
    """Give the task to `person`, whoever has it now.

    Raises:
        TaskAlreadySettled: It is settled.
    """
    change = _change(
        task,
        _next(task, "assign"),
        "assigned",
        actor,
        now,
        extra={"assigned_to": person.email or person.user_id} | _taken_from(task),
        assigned_to_email=person.email,
        assigned_to_user_id=person.user_id,
        assign_to=assign_to or task.assign_to,
        open_to="nobody",
    )
    return replace(change, invited=() if task.open_to == "invited" else None)


def offer(
    task: Task, emails: Sequence[str], now: datetime, actor: Actor, assign_to: Json
) -> Change:
    """Take the task from whoever has it and open it to the first of `emails` who claims it.

    No `emails` means anybody.
    """
    change = _change(
        task,
        _next(task, "offer"),
        "unassigned",
        actor,
        now,
        extra={"open_to": list(emails)} | _taken_from(task),
        assigned_to_email=None,
        assigned_to_user_id=None,
        assign_to=assign_to,
        open_to="invited" if emails else "anybody",
    )
    return replace(change, invited=tuple(emails))


def complete(task: Task, response: Json, actor: Actor, now: datetime) -> Change:
    """Settle the task with an answer that is known to satisfy its schema.

    Raises:
        TaskAlreadySettled: Somebody, a cancel or the clock was first.
        Forbidden: A reviewer answers, and somebody else has it.
    """
    status = _next(task, "complete")
    _refuse_others(task, actor)
    extra: Json = {} if task.redact_payload else {"response": response}
    return _change(
        task,
        status,
        "completed",
        actor,
        now,
        extra=extra,
        response=response,
        completed_at=now,
        completed_by_email=actor.email,
        completed_by_user_id=actor.user_id,
        completed_via_channel=actor.channel,
    )


def cancel(task: Task, reason: str | None, actor: Actor, now: datetime) -> Change:
    """Settle the task without an answer, because nobody needs one any more.

    Raises:
        TaskAlreadySettled: It is settled.
    """
    extra: Json = {} if reason is None else {"reason": reason}
    return _change(
        task, _next(task, "cancel"), "cancelled", actor, now, extra=extra, cancelled_at=now
    )


def expire(task: Task, now: datetime) -> Change:
    """Settle the task because its deadline has passed.

    Raises:
        TaskAlreadySettled: It is settled.
    """
    return _change(task, _next(task, "expire"), "timed_out", SYSTEM, now, timed_out_at=now)


def overdue(task: Task, now: datetime) -> bool:
    """Whether the deadline has passed and the clock's job is still to be done."""
    return (task.status, "expire") in NEXT and now >= task.timeout_at


def has(task: Task, person: Person) -> bool:
    """Whether the task is with this person.

    An address counts only while it is nobody's of the directory: later it may be somebody else's.
    """
    if task.assigned_to_user_id is not None:
        return person.user_id == task.assigned_to_user_id
    return person.email is not None and person.email == task.assigned_to_email


def _may_take(task: Task, person: Person, actor: Actor) -> bool:
    """Whether a task is open to whoever would take it; operators take any."""
    if actor.type == "operator" or task.open_to == "anybody":
        return True
    if task.open_to == "invited":
        return person.email in _invited(task)
    return actor.type != "reviewer"


def _invited(task: Task) -> list[str]:
    """Return the addresses to which the task is open."""
    invited: list[str] = (task.assign_to or {}).get("emails") or []
    return [normal(email) for email in invited]


def _taken_from(task: Task) -> Json:
    """Return what the history says of those who could answer the task and can't any more."""
    holders = [who for who in (task.assigned_to_user_id, task.assigned_to_email) if who is not None]
    open_to: dict[Openness, list[str]] = {"anybody": ["anybody"], "invited": _invited(task)}
    losing = [*holders, *open_to.get(task.open_to, [])]
    return {"taken_from": losing} if losing else {}


def _refuse_others(task: Task, actor: Actor) -> None:
    """Keep a reviewer from what somebody else has; operators and automation may."""
    if (
        actor.type != "reviewer"
        or not task.assigned
        or has(task, Person(actor.email, actor.user_id))
    ):
        return
    holder = task.assigned_to_email or "somebody else"
    raise Forbidden(f"This task is with {holder}. Ask an operator to reassign it.")


def refused(task: Task, command: Command, code: str, actor: Actor, now: datetime) -> Entry:
    """Return the line of history that says that a command was refused."""
    return entry(task, task.status, "refused", actor, now, command=command, error_code=code)


def _next(task: Task, command: Command) -> Status:
    status = NEXT.get((task.status, command))
    if status is None:
        raise TaskAlreadySettled(f"This task {how_it_settled(task)}; nothing was changed.")
    return status


def _change(
    task: Task,
    status: Status,
    action: Action,
    actor: Actor,
    now: datetime,
    *,
    extra: Json | None = None,
    **fields: Any,
) -> Change:
    after = replace(task, status=status, version=task.version + 1, updated_at=now, **fields)
    return Change(after, (entry(task, status, action, actor, now, **(extra or {})),))
