"""``await_human`` inside a workflow: an activity makes the task, a signal brings the answer."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

from awaithumans.adapters.temporal import messages
from awaithumans.adapters.temporal.failures import as_failure, from_failure, not_created
from awaithumans.adapters.temporal.keys import digest, run_of
from awaithumans.adapters.temporal.mailbox import Mailbox, mailbox
from awaithumans.adapters.temporal.messages import Created, Question
from awaithumans.discovery import DEFAULT_URL, Endpoint
from awaithumans.errors import AwaitHumansError, ServerUnreachableError
from awaithumans.request import AssignToInput, build_request
from awaithumans.verdicts import BEING_VERIFIED, SETTLED, Asked, conclude, timed_out
from awaithumans.verifiers.config import VerifierConfig
from awaithumans.wire import CreateTaskRequest, PollResult

GRACE_SECONDS = 60
"""How long after the deadline a workflow still waits for the server's word, in seconds."""

# Creating tries for about 5 s, with requests of up to 15 s each.
_ATTEMPT = timedelta(seconds=30)
_PATIENCE = timedelta(seconds=60)
_RETRIES = RetryPolicy(maximum_interval=timedelta(seconds=30))
# An older worker, or one that was given only some of the activities, must not stall a workflow.
_OPTIONAL = RetryPolicy(
    maximum_interval=timedelta(seconds=10), non_retryable_error_types=["NotFoundError"]
)
_AGAIN = "To ask again, call await_human again: the next call in a workflow is another task."

R = TypeVar("R", bound=BaseModel)


async def await_human(
    *,
    task: str,
    payload_schema: type[BaseModel],
    payload: BaseModel,
    response_schema: type[R],
    timeout_seconds: int,
    assign_to: AssignToInput = None,
    notify: list[str] | None = None,
    verifier: VerifierConfig | None = None,
    idempotency_key: str | None = None,
    redact_payload: bool = False,
    task_metadata: dict[str, str] | None = None,
    initial_response: BaseModel | dict[str, Any] | None = None,
    callback_url: str | None = None,
    cancel_on_abort: bool = True,
) -> R:
    """Ask a person from within a workflow, and park until the answer is signalled.

    The parameters are those of ``awaithumans.await_human``, but for the server and its key, which
    the worker's activities have. While it waits nothing runs and nothing polls: the server's
    webhook goes to your receiver (``dispatch_signal`` or ``callback_app``), which signals the
    workflow. The workers may restart meanwhile.

    Two calls in one workflow are two tasks. A replay, a retried activity, a reset and a retried
    workflow come back to the task they had; a run that continues as new, or the next run of a cron
    schedule, asks anew, unless an ``idempotency_key`` says that it is the same.

    Cancelling the workflow, or only this call, cancels the person's task too.

    Args:
        task: What the person is asked; 1 to 2,000 characters.
        payload_schema: The model of the data that the person reviews.
        payload: The data itself, an instance of ``payload_schema``.
        response_schema: The model of the answer; the form is made from it.
        timeout_seconds: How long people have, in seconds: 60 (one minute) to 2,592,000 (30 days).
            Creating the task is tried for as long, if the server is down.
        assign_to: Who should answer, here and below as in ``awaithumans.await_human``.
        notify: Whom to tell.
        verifier: A model that checks the answer on the server.
        idempotency_key: The same key is the same task, in whatever run or workflow.
        redact_payload: Keep payload and answer out of the server's audit, its logs and the
            verifier. They are in the workflow's history all the same.
        task_metadata: Labels of your own.
        initial_response: An answer to begin with.
        callback_url: Where your receiver listens, with the workflow's id in it. By default the
            worker's ``AWAITHUMANS_CALLBACK_URL`` with ``?wf=<workflow id>``.
        cancel_on_abort: When the call is cancelled, cancel the task, for up to a minute, before
            ``CancelledError`` goes on; False leaves it open.

    Returns:
        The answer: a validated instance of ``response_schema``.

    Raises:
        TaskTimeoutError: Nobody answered in time.
        TaskCancelledError: An agent or operator cancelled the task.
        VerificationExhaustedError: The verifier refused ``max_attempts`` answers.
        SchemaValidationError: The answer is not a ``response_schema``.
        TaskCreateError: The task was refused, by the server or before anything was sent.
        TaskNotFoundError: The task was deleted, as seen after its deadline.
        ServerUnreachableError: No server for all of ``timeout_seconds``.
        MarketplaceNotAvailableError: ``assign_to={"marketplace": True}``.
        ConfigurationError: The worker's address, key or callback address cannot be used.

    Each of them is a ``temporalio.exceptions.ApplicationError`` as well: one that is not caught
    fails the workflow, with the error's name as its type.
    """
    box = mailbox()
    try:
        request = build_request(
            Endpoint(DEFAULT_URL),
            task=task,
            payload_schema=payload_schema,
            payload=payload,
            response_schema=response_schema,
            timeout_seconds=timeout_seconds,
            assign_to=assign_to,
            notify=notify,
            verifier=verifier,
            idempotency_key=idempotency_key,
            redact_payload=redact_payload,
            task_metadata=task_metadata,
            initial_response=initial_response,
            callback_url=callback_url,
        )
    except AwaitHumansError as error:
        raise as_failure(error) from None
    question = _question(request, box, named=idempotency_key is not None)
    created = await _create(question, timeout_seconds, cancel_on_abort)
    try:
        verdict = await _verdict(box, created)
        reason = await _reason(created, verdict)
    except asyncio.CancelledError:
        if cancel_on_abort:
            await _to_its_end(asyncio.create_task(_withdraw(created.task_id)))
        raise
    return _concluded(created, verdict, response_schema, reason)


def _question(request: CreateTaskRequest, box: Mailbox, named: bool) -> Question:
    body = request.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if not named:
        del body["idempotency_key"]
    info, content = workflow.info(), digest(request)
    run = run_of(info.first_execution_run_id, info.continued_run_id) if info.attempt <= 1 else None
    return Question(body, content, box.count(content), run)


async def _create(question: Question, timeout_seconds: int, cancel_on_abort: bool) -> Created:
    """Create the task, or find it again; one that comes into being while cancelled is cancelled."""
    creating = workflow.start_activity(
        messages.CREATE_TASK,
        question,
        result_type=Created,
        start_to_close_timeout=_ATTEMPT,
        schedule_to_close_timeout=timedelta(seconds=timeout_seconds),
        retry_policy=_RETRIES,
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    )
    try:
        return await asyncio.shield(creating)
    except asyncio.CancelledError:
        creating.cancel()
        await _to_its_end(asyncio.create_task(_uncreate(creating, cancel_on_abort)))
        raise
    except ActivityError as error:
        raise not_created(error, timeout_seconds) from None


async def _uncreate(creating: asyncio.Task[Created], cancel_on_abort: bool) -> None:
    with contextlib.suppress(ActivityError, asyncio.CancelledError):
        created = await creating
        if cancel_on_abort:
            await _withdraw(created.task_id)


async def _verdict(box: Mailbox, created: Created) -> PollResult:
    """Wait until the task is settled, or its deadline is long enough over to ask the server."""
    found = PollResult.model_validate(created.verdict)
    if found.status in SETTLED:
        return found
    patience = created.seconds_left + GRACE_SECONDS
    while True:
        with contextlib.suppress(asyncio.TimeoutError):
            await workflow.wait_condition(
                lambda: created.task_id in box.verdicts, timeout=timedelta(seconds=patience)
            )
        if created.task_id in box.verdicts:
            return box.verdicts[created.task_id]
        found = await _checked(created)
        if found.status in SETTLED:
            return found
        patience = GRACE_SECONDS


async def _checked(created: Created) -> PollResult:
    """Ask once how it stands: the webhook may have been lost, the verifier may still run.

    Raises:
        TaskTimeoutError: It is open, or the server says nothing.
        TaskNotFoundError: It was deleted.
    """
    try:
        told = await _told(created)
    except ActivityError as error:
        known = from_failure(error.cause)
        if known is not None and not isinstance(known, ServerUnreachableError):
            raise known from None
    else:
        found = PollResult.model_validate(told)
        if found.status in SETTLED | BEING_VERIFIED:
            return found
    late = timed_out(_asked(created), Endpoint(created.server_url))
    late.hint = f"The server did not say so itself. {_AGAIN}"
    raise as_failure(late)


async def _reason(created: Created, verdict: PollResult) -> str:
    """Return why the verifier refused the last answer; a webhook does not tell it."""
    if verdict.status != "verification_exhausted":
        return ""
    told = created.verdict
    if told["status"] != verdict.status:
        with contextlib.suppress(ActivityError):
            told = await _told(created)
    return str(told.get("reason", ""))


async def _told(created: Created) -> dict[str, Any]:
    """Ask the server once where the task stands."""
    checking = workflow.start_activity(
        messages.CHECK_TASK,
        created.task_id,
        result_type=dict[str, Any],
        start_to_close_timeout=_ATTEMPT,
        schedule_to_close_timeout=_PATIENCE,
        retry_policy=_OPTIONAL,
    )
    # Shielded, because an activity that is cancelled fails, which is not being cancelled.
    return await asyncio.shield(checking)


async def _withdraw(task_id: str) -> None:
    """Cancel the person's task, as well as can be."""
    try:
        await workflow.execute_activity(
            messages.CANCEL_TASK,
            task_id,
            start_to_close_timeout=_ATTEMPT,
            schedule_to_close_timeout=_PATIENCE,
            retry_policy=_OPTIONAL,
        )
    except ActivityError as error:
        workflow.logger.warning("%s could not be cancelled: %s", task_id, error.cause)


async def _to_its_end(cleaning: asyncio.Task[None]) -> None:
    """Wait for a task even if this is cancelled again meanwhile."""
    while not cleaning.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(cleaning)


def _concluded(created: Created, verdict: PollResult, response_schema: type[R], reason: str) -> R:
    endpoint = Endpoint(created.server_url)
    try:
        return conclude(_asked(created), verdict, response_schema, endpoint, reason)
    except AwaitHumansError as error:
        if verdict.status != "completed":
            error.hint = f"Its history: {endpoint.page(created.task_id)}. {_AGAIN}"
        raise as_failure(error) from None


def _asked(created: Created) -> Asked:
    return Asked(created.task_id, created.timeout_seconds)
