"""What may happen to a task: task + command + now -> the changed task and its history.

Pure: nothing here reads a clock, a database or a setting. Where a command leads is in
`transitions.NEXT`; what becomes of an answer in `answering`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ..errors import Forbidden, TaskAlreadyClaimed
from .history import attribution, entry
from .holders import has, may_take, refuse_others, taken_from
from .model import SYSTEM, Actor, Draft, Entry, Json, Person, Task
from .transitions import NEXT, NO_ANSWER, Change, Command, changed, next_status


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
    reminders: Sequence[float] = (),
) -> Change:
    """Make a task out of `draft`.

    Args:
        draft: What was asked for; of a redacted task no verifier is told.
        task_id: The new task's id.
        fingerprint: What its content hashes to; see `service.fingerprint`.
        routed: Who is asked.
        now: The time of creation; the deadline is `draft.timeout_seconds` later.
        actor: Who creates it.
        reminders: After which parts of the timeout, from 0 to 1, those who were asked by mail are
            asked again.

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
        verifier=None if draft.redact_payload else draft.verifier,
        max_attempts=draft.max_attempts,
    )
    first = Entry(task.id, None, "created", "created", actor, now, attribution(actor))
    task, routing = _routed(task, routed, now)
    invited = routed.emails if isinstance(routed, OpenTo) and routed.emails else None
    remind_at = tuple(now + part * (task.timeout_at - now) for part in reminders)
    return Change(task, (first, *routing), invited, remind_at=remind_at)


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
    status = next_status(task, "open")
    refuse_others(task, actor)
    if status == task.status:
        return None
    return changed(task, status, "opened", actor, now)


def claim(task: Task, person: Person, actor: Actor, now: datetime) -> Change | None:
    """Give an unassigned task to the person who asks first; None when they have it already.

    Raises:
        TaskAlreadySettled: It is settled.
        TaskAlreadyClaimed: Somebody else has it.
        Forbidden: It is not open to this person.
    """
    status = next_status(task, "claim")
    if has(task, person):
        return None
    if not may_take(task, person, actor):
        raise Forbidden("This task is open to other people only. Ask an operator to reassign it.")
    if task.assigned:
        holder = task.assigned_to_email or "somebody else"
        raise TaskAlreadyClaimed(f"This task is with {holder}. Ask an operator to reassign it.")
    return changed(
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
    change = changed(
        task,
        next_status(task, "assign"),
        "assigned",
        actor,
        now,
        extra={"assigned_to": person.email or person.user_id} | taken_from(task),
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
    change = changed(
        task,
        next_status(task, "offer"),
        "unassigned",
        actor,
        now,
        extra={"open_to": list(emails)} | taken_from(task),
        assigned_to_email=None,
        assigned_to_user_id=None,
        assign_to=assign_to,
        open_to="invited" if emails else "anybody",
    )
    return replace(change, invited=tuple(emails))


def notify(task: Task, now: datetime, **told: Any) -> Change | Entry:
    """Note that somebody was told; a new task is `notified` from then on.

    Returns:
        The change; or, where the status stays as it is, the line of history alone.
    """
    status = NEXT.get((task.status, "notify"))
    if status is None:
        return entry(task, task.status, "notified", SYSTEM, now, **told)
    return changed(task, status, "notified", SYSTEM, now, extra=told)


def cancel(task: Task, reason: str | None, actor: Actor, now: datetime) -> Change:
    """Settle the task without an answer, because nobody needs one any more.

    An answer that waits for its verdict is dropped.

    Raises:
        TaskAlreadySettled: It is settled.
    """
    extra: Json = {} if reason is None else {"reason": reason}
    status = next_status(task, "cancel")
    return changed(
        task, status, "cancelled", actor, now, extra=extra, cancelled_at=now, **NO_ANSWER
    )


def expire(task: Task, now: datetime) -> Change:
    """Settle the task because its deadline has passed.

    Raises:
        TaskAlreadySettled: It is settled.
    """
    return changed(task, next_status(task, "expire"), "timed_out", SYSTEM, now, timed_out_at=now)


def overdue(task: Task, now: datetime) -> bool:
    """Whether the deadline has passed and the clock's job is still to be done."""
    return (task.status, "expire") in NEXT and now >= task.timeout_at


def refused(task: Task, command: Command, code: str, actor: Actor, now: datetime) -> Entry:
    """Return the line of history that says that a command was refused."""
    return entry(task, task.status, "refused", actor, now, command=command, error_code=code)
