"""Tasks and their history as the contract writes them."""

from dataclasses import asdict
from typing import Any

from awaithumans.generated import models

from ..auth.model import Caller
from ..tasks.lookup import Full
from ..tasks.model import Entry, Task

_SHARED = [name for name in models.TaskSummary.model_fields if name != "task_metadata"]


def summary(task: Task) -> models.TaskSummary:
    """Return the task without its content."""
    return models.TaskSummary(**_state(task))


def task(full: Full) -> models.Task:
    """Return the task with its content."""
    state, content = full.task, full.content
    return models.Task(
        **_state(state),
        payload=content.payload,
        payload_schema=content.payload_schema,
        response_schema=content.response_schema,
        form_definition=content.form_definition,
        initial_response=content.initial_response,
        response=_answer(state),
        assign_to=None if state.assign_to is None else models.AssignTo(**state.assign_to),
        notify=list(state.notify),
        notifications=[models.Notification(**asdict(each)) for each in full.told],
        max_attempts=None if state.verifier is None else state.max_attempts,
        verdict=None if state.verdict is None else models.Verdict(**state.verdict),
    )


def shown(full: Full, caller: Caller) -> models.Task:
    """Return the task as the caller may see it: a link does not show who else is asked."""
    seen = task(full)
    if caller.kind != "link":
        return seen
    return seen.model_copy(
        update={"notify": [], "notifications": [], "assign_to": None, "task_metadata": {}}
    )


def poll_result(state: Task) -> models.PollResult:
    """Return where the task stands."""
    return models.PollResult(
        status=state.status,
        response=_answer(state),
        completed_at=state.completed_at,
        timed_out_at=state.timed_out_at,
        verification_attempt=state.verification_attempt,
    )


def entry(line: Entry) -> models.AuditEntry:
    """Return one line of a task's history."""
    return models.AuditEntry(
        id=line.id,
        task_id=line.task_id,
        from_status=line.from_status,
        to_status=line.to_status,
        action=line.action,
        actor_type=line.actor.type,
        actor_email=line.actor.email,
        channel=line.actor.channel,
        extra_data=line.extra_data,
        created_at=line.created_at,
    )


def _answer(state: Task) -> dict[str, Any] | None:
    """Return the answer that counts: not one whose verdict is still to come."""
    return state.response if state.status == "completed" else None


def _state(state: Task) -> dict[str, Any]:
    return {name: getattr(state, name) for name in _SHARED} | {"task_metadata": state.task_metadata}
