"""One call, as steps; and what can be done with a task besides waiting for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel

from awaithumans.discovery import Endpoint
from awaithumans.errors import RequestError
from awaithumans.refusals import request_error, unreachable_error
from awaithumans.request import build_body, json_object
from awaithumans.steps import Steps, call
from awaithumans.transport import (
    CANCEL_TASK,
    COMPLETE_TASK,
    LIST_TASKS,
    Answer,
    Operation,
    Refused,
)
from awaithumans.wire import (
    CancelTaskRequest,
    CompleteTaskRequest,
    Task,
    TaskPage,
    TaskStatus,
)

T = TypeVar("T")
Statuses: TypeAlias = TaskStatus | Sequence[TaskStatus]


def requesting(operation: Operation[T], endpoint: Endpoint, **arguments: Any) -> Steps[T]:
    """Make one call, once: only ``createTask`` and ``pollTask`` can be repeated blindly.

    Raises:
        RequestError: The server refused; ``TaskNotFoundError`` if it does not know the task.
        ServerUnreachableError: No server answered.
    """
    outcome = yield from call(operation, **arguments)
    if isinstance(outcome, Answer):
        return outcome.parsed
    task_id: str | None = arguments.get("task_id")
    if isinstance(outcome, Refused) and (outcome.error or outcome.status < 500):
        raise request_error(outcome, endpoint, task_id)
    raise unreachable_error(outcome, endpoint, task_id)


def completing(
    endpoint: Endpoint, task_id: str, response: BaseModel | dict[str, Any], email: str | None
) -> Steps[Task]:
    """Answer a task.

    Raises:
        RequestError: The answer is not a JSON object, or the address not one; nothing was sent.
    """
    body = build_body(
        CompleteTaskRequest,
        endpoint,
        response=json_object(response, "response", RequestError),
        completed_by_email=email,
    )
    return requesting(COMPLETE_TASK, endpoint, task_id=task_id, body=body)


def cancelling(endpoint: Endpoint, task_id: str, reason: str | None) -> Steps[Task]:
    """Withdraw a task.

    Raises:
        RequestError: The reason is too long; nothing was sent.
    """
    body = build_body(CancelTaskRequest, endpoint, reason=reason) if reason is not None else None
    return requesting(CANCEL_TASK, endpoint, task_id=task_id, body=body)


def listing(endpoint: Endpoint, status: Statuses | None, **filters: Any) -> Steps[TaskPage]:
    """Fetch one page of tasks."""
    wanted = [status] if isinstance(status, str) else status
    return requesting(LIST_TASKS, endpoint, status=wanted, **filters)
