"""How a task ends for the agent: a typed answer, or the error that says why there is none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from awaithumans.discovery import Endpoint
from awaithumans.errors import (
    FieldFault,
    SchemaValidationError,
    TaskCancelledError,
    TaskTimeoutError,
    VerificationExhaustedError,
)
from awaithumans.findings import one_line, refusal
from awaithumans.wire import PollResult, Task

SETTLED = {"completed", "timed_out", "cancelled", "verification_exhausted"}
# An answer stored before the deadline is honoured even if its verifier ends after it.
BEING_VERIFIED = {"submitted", "verified"}
_TITLE = 80

R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True)
class Asked:
    """What the endings tell of a task, for those who do not have all of it."""

    id: str
    timeout_seconds: int


def conclude(
    task: Task | Asked,
    verdict: Task | PollResult,
    response_schema: type[R],
    endpoint: Endpoint,
    reason: str = "",
) -> R:
    """Return the answer of a settled task.

    Args:
        task: The task.
        verdict: What the server last said about it; a settled status.
        response_schema: The model of the answer.
        endpoint: Where the task is, for the messages.
        reason: Why the verifier refused the last answer, where ``verdict`` does not tell.

    Raises:
        TaskTimeoutError: Nobody answered in time.
        TaskCancelledError: It was cancelled.
        VerificationExhaustedError: The verifier refused every answer it may.
        SchemaValidationError: The answer is not a ``response_schema``.
    """
    if verdict.status == "completed":
        return answer(verdict.response, response_schema, task.id, endpoint)
    if verdict.status == "timed_out":
        raise timed_out(task, endpoint)
    if verdict.status == "cancelled":
        raise _cancelled(task, endpoint)
    error = exhausted(task.id, verdict.verification_attempt, reason or refusal(verdict))
    error.hint = (
        f"All its reasons: {endpoint.page(task.id)}. To ask again, pass a new idempotency_key."
    )
    error.docs_url = endpoint.docs(error.code)
    raise error


def answer(
    response: Mapping[str, object] | None, schema: type[R], task_id: str, endpoint: Endpoint
) -> R:
    """Return the person's answer as the model that was asked for.

    Raises:
        SchemaValidationError: It is not one.
    """
    try:
        # As JSON, because that is what it is: strict models take dates and enums from it.
        return schema.model_validate_json(json.dumps(response))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        faults = [FieldFault(loc=list(fault["loc"]), msg=fault["msg"]) for fault in found]
    listed = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in faults)
    raise SchemaValidationError(
        f"The answer to {task_id} is not a {schema.__name__}: {listed}.",
        task_id=task_id,
        errors=faults,
        response=None if response is None else dict(response),
        hint="Has the model changed since the task was created, or has it a rule "
        "that its JSON Schema cannot say? The answer is in this error's `response`.",
        docs_url=endpoint.docs(SchemaValidationError.default_code),
    )


def announcement(task: Task, endpoint: Endpoint) -> str:
    """Return the line that tells where to answer; the title cannot steer a terminal."""
    title = one_line(task.task, _TITLE)
    page = endpoint.page(task.id)
    return f"awaithumans: waiting for a person: {title} -> {page} (or run: awaithumans inbox)"


def timed_out(task: Task | Asked, endpoint: Endpoint) -> TaskTimeoutError:
    """Return the error for a task that nobody answered in time."""
    return TaskTimeoutError(
        f"Nobody answered {task.id} within {task.timeout_seconds} s.",
        task_id=task.id,
        timeout_seconds=task.timeout_seconds,
        hint="The same task and payload mean this same task; to ask again, pass a new "
        "idempotency_key, with more time or somebody else in assign_to.",
        docs_url=endpoint.docs(TaskTimeoutError.default_code),
    )


def _cancelled(task: Task | Asked, endpoint: Endpoint) -> TaskCancelledError:
    return TaskCancelledError(
        f"{task.id} was cancelled.",
        task_id=task.id,
        hint=f"Who did it, and why: {endpoint.page(task.id)}. To ask again, pass a new "
        "idempotency_key.",
        docs_url=endpoint.docs(TaskCancelledError.default_code),
    )


def exhausted(task_id: str, attempts: int, reason: str) -> VerificationExhaustedError:
    """Return the error for a task whose every answer was refused; the hint is the caller's."""
    last = f" Of the last it said: {reason}" if reason else ""
    return VerificationExhaustedError(
        f"The verifier refused all {attempts} answers to {task_id}.{last}",
        task_id=task_id,
        attempts=attempts,
        reason=reason,
    )
