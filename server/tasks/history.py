"""The lines of a task's history."""

from datetime import datetime
from typing import Any

from ..clock import rfc3339
from .model import Action, Actor, Entry, Json, Status, Task


def entry(
    task: Task, to_status: Status, action: Action, actor: Actor, now: datetime, **extra: Any
) -> Entry:
    """Return the line that says what happened to `task`, and by whom."""
    extra |= attribution(actor)
    return Entry(task.id, task.status, to_status, action, actor, now, extra)


def how_it_settled(task: Task) -> str:
    """Return what became of a settled task, as a sentence without its subject."""
    if task.completed_at is not None:
        by = f" by {task.completed_by_email}" if task.completed_by_email else ""
        return f"was completed{by} at {rfc3339(task.completed_at)}"
    if task.timed_out_at is not None:
        return f"timed out at {rfc3339(task.timeout_at)}"
    if task.cancelled_at is not None:
        return f"was cancelled at {rfc3339(task.cancelled_at)}"
    return f"is {task.status}"


def attribution(actor: Actor) -> Json:
    """Return what the history says of the credential, beside who acted."""
    if actor.api_key is not None:
        key_id, name = actor.api_key
        return {"api_key_id": key_id, "api_key_name": name}
    return {"named_by_admin_token": True} if actor.named else {}
