"""The lines of a task's history."""

from datetime import datetime
from typing import Any

from .model import Action, Actor, Entry, Json, Status, Task


def entry(
    task: Task, to_status: Status, action: Action, actor: Actor, now: datetime, **extra: Any
) -> Entry:
    """Return the line that says what happened to `task`, and by whom."""
    extra |= attribution(actor)
    return Entry(task.id, task.status, to_status, action, actor, now, extra)


def attribution(actor: Actor) -> Json:
    """Return what the history says of the credential, beside who acted."""
    if actor.api_key is not None:
        key_id, name = actor.api_key
        return {"api_key_id": key_id, "api_key_name": name}
    return {"named_by_admin_token": True} if actor.named else {}
