"""The operations of tasks."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from awaithumans.generated import models

from ..auth.model import Caller
from ..errors import (
    CallbackUrlInvalid,
    FeatureNotAvailable,
    FieldProblem,
    Forbidden,
    IdempotencyKeyReused,
    MarketplaceNotAvailable,
    NoMatchingAssignee,
    PayloadInvalid,
    ResponseInvalid,
    SchemaInvalid,
    TaskAlreadyClaimed,
    TaskAlreadySettled,
    TaskNotFound,
    ValidationFailed,
    VerificationInProgress,
    VerifierUnavailable,
)
from ..routing.plan import normal
from ..tasks.model import Content, Draft, Filter, Json, Person
from . import wire
from .credentials import By
from .parameters import NO_NUL, Number, Truth
from .parts import Having
from .refusals import BODY, PRIVATE, refuses
from .strict import StrictRoute

_NO_CONTENT = 204


TaskId = Annotated[str, Path(min_length=1, max_length=64)]
Cursor = Annotated[str | None, Query(pattern="^tsk_[0-9A-HJKMNP-TV-Z]{26}$")]


routes = APIRouter(tags=["tasks"], route_class=StrictRoute)


@routes.post(
    "/api/tasks",
    operation_id="createTask",
    status_code=201,
    responses=refuses(
        *PRIVATE,
        *BODY,
        IdempotencyKeyReused,
        SchemaInvalid,
        PayloadInvalid,
        CallbackUrlInvalid,
        MarketplaceNotAvailable,
        FeatureNotAvailable,
        VerifierUnavailable,
    ),
)
async def create_task(
    body: models.CreateTaskRequest, caller: By, response: Response, parts: Having
) -> models.Task:
    """Store a new task, or return the one that its key made."""
    full = await parts.tasks.create(_draft(body), caller.actor())
    if full.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return wire.task(full)


@routes.get("/api/tasks", operation_id="listTasks", responses=refuses(*PRIVATE, ValidationFailed))
async def list_tasks(
    caller: By,
    parts: Having,
    status: Annotated[list[models.TaskStatus] | None, Query(max_length=11)] = None,
    terminal: Truth | None = None,
    assigned_to: Annotated[str, Field(min_length=1, max_length=254), NO_NUL] | None = None,
    unassigned: Truth | None = None,
    q: Annotated[str, Field(min_length=1, max_length=200), NO_NUL] | None = None,
    limit: Annotated[Number, Query(ge=1, le=200)] = 50,
    cursor: Cursor = None,
) -> models.TaskPage:
    """Return a page of tasks."""
    wanted = Filter(
        statuses=tuple(status or ()),
        terminal=terminal,
        assigned_to=_assignee(assigned_to, caller),
        unassigned=unassigned,
        text=q,
        before=cursor,
        limit=limit,
        view=caller.view,
    )
    found, next_cursor = await parts.tasks.page(wanted)
    return models.TaskPage(items=[wire.summary(task) for task in found], next_cursor=next_cursor)


@routes.get(
    "/api/tasks/{task_id}",
    operation_id="getTask",
    responses=refuses(*PRIVATE, TaskNotFound, ValidationFailed),
)
async def get_task(task_id: TaskId, caller: By, parts: Having) -> models.Task:
    """Return one task."""
    return wire.shown(await parts.tasks.get(task_id, caller.view), caller)


@routes.delete(
    "/api/tasks/{task_id}",
    operation_id="deleteTask",
    status_code=_NO_CONTENT,
    responses=refuses(*PRIVATE, TaskNotFound, ValidationFailed),
)
async def delete_task(task_id: TaskId, _caller: By, parts: Having) -> None:
    """Remove a task and its history."""
    await parts.tasks.delete(task_id)


@routes.get(
    "/api/tasks/{task_id}/poll",
    operation_id="pollTask",
    responses=refuses(*PRIVATE, TaskNotFound, ValidationFailed),
)
async def poll_task(
    task_id: TaskId,
    caller: By,
    parts: Having,
    timeout: Annotated[Number, Query(ge=1, le=30)] = 25,
) -> models.PollResult:
    """Return where a task stands, once it is settled or after a while."""
    return wire.poll_result(await parts.tasks.poll(task_id, timeout, caller.view))


@routes.post(
    "/api/tasks/{task_id}/open",
    operation_id="openTask",
    responses=refuses(*PRIVATE, TaskNotFound, TaskAlreadySettled, ValidationFailed),
)
async def open_task(task_id: TaskId, caller: By, parts: Having) -> models.Task:
    """Note that a person looks at a task."""
    return wire.shown(await parts.tasks.open(task_id, caller.actor()), caller)


@routes.post(
    "/api/tasks/{task_id}/claim",
    operation_id="claimTask",
    responses=refuses(
        *PRIVATE,
        *BODY,
        TaskNotFound,
        TaskAlreadyClaimed,
        TaskAlreadySettled,
        VerificationInProgress,
    ),
)
async def claim_task(
    task_id: TaskId, caller: By, parts: Having, body: models.ClaimTaskRequest | None = None
) -> models.Task:
    """Give a task to the caller."""
    actor = caller.actor(_named(body.claimed_by_email if body else None))
    if caller.kind == "admin_token" and actor.email is None:
        raise Forbidden(
            "Only a person can claim a task. With the admin token, name one in claimed_by_email."
        )
    return wire.shown(await parts.tasks.claim(task_id, actor), caller)


@routes.post(
    "/api/tasks/{task_id}/assign",
    operation_id="assignTask",
    responses=refuses(
        *PRIVATE,
        *BODY,
        TaskNotFound,
        NoMatchingAssignee,
        TaskAlreadySettled,
        VerificationInProgress,
        MarketplaceNotAvailable,
    ),
)
async def assign_task(
    task_id: TaskId, body: models.AssignTaskRequest, caller: By, parts: Having
) -> models.Task:
    """Give a task to somebody."""
    assign_to = _assign_to(body.assign_to)
    return wire.task(await parts.tasks.assign(task_id, assign_to, caller.actor()))


@routes.post(
    "/api/tasks/{task_id}/complete",
    operation_id="completeTask",
    responses=refuses(
        *PRIVATE, *BODY, TaskNotFound, TaskAlreadySettled, VerificationInProgress, ResponseInvalid
    ),
)
async def complete_task(
    task_id: TaskId,
    body: models.CompleteTaskRequest,
    caller: By,
    parts: Having,
    wait: Annotated[Number, Query(ge=0, le=28)] = 25,
) -> models.Task:
    """Settle a task with an answer."""
    actor = caller.actor(_named(body.completed_by_email))
    return wire.shown(await parts.tasks.complete(task_id, body.response, actor, wait), caller)


@routes.post(
    "/api/tasks/{task_id}/cancel",
    operation_id="cancelTask",
    responses=refuses(*PRIVATE, *BODY, TaskNotFound, TaskAlreadySettled),
)
async def cancel_task(
    task_id: TaskId, caller: By, parts: Having, body: models.CancelTaskRequest | None = None
) -> models.Task:
    """Settle a task without an answer."""
    reason = body.reason if body else None
    return wire.task(await parts.tasks.cancel(task_id, reason, caller.actor()))


@routes.get(
    "/api/tasks/{task_id}/audit",
    operation_id="listTaskAudit",
    responses=refuses(*PRIVATE, TaskNotFound, ValidationFailed),
)
async def list_task_audit(task_id: TaskId, caller: By, parts: Having) -> models.AuditTrail:
    """Return a task's history."""
    history = await parts.tasks.audit(task_id, caller.view)
    return models.AuditTrail(items=[wire.entry(line) for line in history])


def _draft(body: models.CreateTaskRequest) -> Draft:
    """Return what is asked for.

    What is redacted goes to no model, so that its answers are not verified.
    """
    config = body.verifier_config
    verified = config is not None and not body.redact_payload
    return Draft(
        task=body.task,
        content=Content(
            body.payload,
            body.payload_schema,
            body.response_schema,
            body.form_definition,
            body.initial_response,
            None if config is None or not verified else config.model_dump(),
        ),
        timeout_seconds=body.timeout_seconds,
        idempotency_key=body.idempotency_key,
        assign_to=None if body.assign_to is None else _assign_to(body.assign_to),
        notify=tuple(body.notify or ()),
        redact_payload=body.redact_payload,
        task_metadata=body.task_metadata or {},
        callback_url=body.callback_url,
        verifier=config.provider if config is not None and verified else None,
        max_attempts=config.max_attempts if config is not None and verified else 0,
    )


def _assign_to(given: models.AssignTo) -> Json:
    """Return `assign_to` without what was left out.

    Raises:
        ValidationFailed: It names nobody; pydantic can't say this of an object.
    """
    wanted = {name: value for name, value in given.model_dump().items() if value is not None}
    if not given.model_fields_set:
        problem = FieldProblem(
            ("body", "assign_to"),
            "needs one of email, emails, user_id, pool, role, access_level",
        )
        raise ValidationFailed(
            f"The request breaks the contract: assign_to {problem.msg}.", [problem]
        )
    return wanted


def _assignee(assigned_to: str | None, caller: Caller) -> Person | None:
    """Return whom `assigned_to` means."""
    if assigned_to is None:
        return None
    if assigned_to == "me":
        # Agents are nobody, and nobody has tasks: an id that no person has.
        return Person(caller.email, caller.user_id or "nobody")
    return Person(normal(assigned_to)) if "@" in assigned_to else Person(None, assigned_to)


def _named(email: str | None) -> str | None:
    return None if email is None else normal(email)
