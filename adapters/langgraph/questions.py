"""What crosses the graph's checkpoint: the question on its way out, the verdict on its way in.

Both are plain JSON, and neither says where the server is or how to get in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from awaithumans.discovery import DEFAULT_URL, Endpoint
from awaithumans.errors import (
    AwaitHumansError,
    TaskCancelledError,
    TaskTimeoutError,
)
from awaithumans.findings import refusal
from awaithumans.verdicts import answer, exhausted
from awaithumans.wire import CreateTaskRequest, PollResult, Task

# What is raised in a node may get into the checkpoint, so it knows no server; the driver puts the
# real address into the errors that come out of the graph.
NOWHERE = Endpoint(DEFAULT_URL)

_BY_HAND = "the question"
_AGAIN = (
    "The thread keeps this outcome. To ask again, catch this error in the node and ask once more, "
    "or run the graph with another input or on another thread."
)

R = TypeVar("R", bound=BaseModel)


class Question(BaseModel):
    """The value of an interrupt of ours: what a person is asked.

    Attributes:
        key: The same for every execution of the same step on the same thread.
        request: The body of ``createTask``.
        cancel_on_abort: Whether the task is cancelled when the driver is interrupted.
    """

    model_config = ConfigDict(extra="forbid")

    type: Literal["awaithumans.question"]
    key: str
    request: CreateTaskRequest
    cancel_on_abort: bool = False

    def dump(self) -> dict[str, Any]:
        """Return it as the JSON object that the checkpoint keeps."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class Verdict(BaseModel):
    """The value that an interrupt of ours is resumed with: how the task ended."""

    type: Literal["awaithumans.verdict"]
    task_id: str
    status: Literal["completed", "timed_out", "cancelled", "verification_exhausted"]
    response: dict[str, Any] | None
    timeout_seconds: int
    verification_attempt: int
    reason: str = ""

    def dump(self) -> dict[str, Any]:
        """Return it as the JSON object that the checkpoint keeps."""
        return self.model_dump(mode="json")


@dataclass
class Driven:
    """What a driver and the nodes that it drives share; gone with the driver's process.

    Attributes:
        asked: What people were asked, as it was asked first, by the questions' keys.
        taken: The tasks whose verdicts have reached their nodes.
    """

    asked: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    taken: set[str] = field(default_factory=set[str])


def question_of(value: object) -> Question | None:
    """Return the question in an interrupt's value; None if the interrupt is somebody else's."""
    try:
        return Question.model_validate(value)
    except ValidationError:
        return None


def verdict_on(task: Task, last: Task | PollResult) -> Verdict:
    """Return how a task ended, from what the server last said about it."""
    return Verdict.model_validate(
        {
            "type": "awaithumans.verdict",
            "task_id": task.id,
            "status": last.status,
            "response": last.response,
            "timeout_seconds": task.timeout_seconds,
            "verification_attempt": last.verification_attempt,
            "reason": refusal(last),
        }
    )


def verdict_of(value: object) -> Verdict | None:
    """Return the verdict that a node was resumed with; None if it is something else."""
    try:
        return Verdict.model_validate(value)
    except ValidationError:
        return None


def conclude(verdict: Verdict, response_schema: type[R]) -> R:
    """Return the answer in a verdict, as the model that was asked for.

    Raises:
        TaskTimeoutError: Nobody answered in time.
        TaskCancelledError: The task was cancelled.
        VerificationExhaustedError: The verifier refused every answer it may.
        SchemaValidationError: The answer is not a ``response_schema``.
    """
    if verdict.status == "completed":
        return answer(verdict.response, response_schema, verdict.task_id, NOWHERE)
    raise _without_answer(verdict)


def given_by_hand(value: object, response_schema: type[R]) -> R:
    """Return the answer with which somebody resumed the graph without a driver.

    Args:
        value: The answer, as a model or dict.
        response_schema: The model of the answer.

    Raises:
        SchemaValidationError: It is not one.
    """
    given = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    plain = cast("dict[str, Any]", given) if isinstance(given, dict) else None
    return answer(plain, response_schema, _BY_HAND, NOWHERE)


def _without_answer(verdict: Verdict) -> AwaitHumansError:
    task_id = verdict.task_id
    if verdict.status == "timed_out":
        seconds = verdict.timeout_seconds
        return TaskTimeoutError(
            f"Nobody answered {task_id} within {seconds} s.",
            task_id=task_id,
            timeout_seconds=seconds,
            hint=_AGAIN,
        )
    if verdict.status == "cancelled":
        return TaskCancelledError(f"{task_id} was cancelled.", task_id=task_id, hint=_AGAIN)
    error = exhausted(task_id, verdict.verification_attempt, verdict.reason)
    error.hint = _AGAIN
    return error
