"""The two functions that agents call: ask a person, wait, get a typed answer."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from awaithumans.client import AwaitHumans, AwaitHumansSync
from awaithumans.request import AssignToInput
from awaithumans.verifiers.config import VerifierConfig

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
    server_url: str | None = None,
    api_key: str | None = None,
    task_metadata: dict[str, str] | None = None,
    initial_response: BaseModel | dict[str, Any] | None = None,
    callback_url: str | None = None,
    cancel_on_abort: bool = False,
) -> R:
    """Ask a person, and wait for the answer.

    The wait survives restarts of the server, dropped connections, proxies' errors and a sleeping
    laptop: it connects again, with growing pauses, until the task's deadline. Calling again with
    the same task and payload (or the same ``idempotency_key``) goes on waiting for the same task,
    and returns at once if it is answered already.

    Cancelling the asyncio task that waits leaves the person's task open, so that a restarted agent
    can pick it up, unless ``cancel_on_abort`` is set.

    Args:
        task: What the person is asked; 1 to 2,000 characters.
        payload_schema: The model of the data that the person reviews.
        payload: The data itself, an instance of ``payload_schema``.
        response_schema: The model of the answer; the form is made from it.
        timeout_seconds: How long people have, in seconds: 60 (one minute) to 2,592,000 (30 days).
        assign_to: Who should answer: an address; up to 50 addresses, of which the first to claim
            it has it; or a dict with ``email``, ``emails``, ``user_id``, or any of ``pool``,
            ``role`` and ``access_level``, which must all hold. Nobody in particular by default.
        notify: Whom to tell, at most 20: ``slack:#channel``, ``email:someone@example.com``, ...
        verifier: A model that checks the answer on the server before it is returned.
        idempotency_key: The same key is the same task; 1 to 255 characters. By default the first
            32 hexadecimal digits of the SHA-256 of task and payload.
        redact_payload: Keep payload and answer out of the audit, the logs and the verifier.
        server_url: The server; by default ``AWAITHUMANS_URL``, then ``~/.awaithumans-dev.json``,
            then ``http://localhost:3001``.
        api_key: The server's admin token or an API key (``ah_sk_...``); by default
            ``AWAITHUMANS_ADMIN_API_TOKEN``, then ``~/.awaithumans-dev.json`` if the server is that
            file's, then none.
        task_metadata: Labels of your own.
        initial_response: An answer to begin with; the person sees the form filled in.
        callback_url: Where the server sends the result as well, as a signed webhook.
        cancel_on_abort: When the wait is cancelled, cancel the task too (as well as can be done
            within a few seconds) before ``CancelledError`` goes on.

    Returns:
        The answer: a validated instance of ``response_schema``.

    Raises:
        TaskTimeoutError: Nobody answered in time.
        TaskCancelledError: An agent or operator cancelled the task.
        VerificationExhaustedError: The verifier refused ``max_attempts`` answers.
        SchemaValidationError: The answer is not a ``response_schema``.
        TaskNotFoundError: The task is gone from the server.
        TaskCreateError: The task was refused, by the server or before anything was sent.
        PollError: The server refused to say where the task stands.
        ServerUnreachableError: No server for about 5 seconds when creating the task, or still
            none after its deadline.
        MarketplaceNotAvailableError: ``assign_to={"marketplace": True}``.
        ConfigurationError: The server's address, the key or the discovery file cannot be used.
    """
    async with AwaitHumans(server_url, api_key) as client:
        return await client.await_human(
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
            cancel_on_abort=cancel_on_abort,
        )


def await_human_sync(
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
    server_url: str | None = None,
    api_key: str | None = None,
    task_metadata: dict[str, str] | None = None,
    initial_response: BaseModel | dict[str, Any] | None = None,
    callback_url: str | None = None,
    cancel_on_abort: bool = False,
) -> R:
    """Ask a person, and block until the answer is there: ``await_human`` for code without asyncio.

    Works in any thread, with or without a running event loop in it (which it blocks). Ctrl-C
    returns at once and leaves the person's task open, unless ``cancel_on_abort`` is set.

    Args:
        task: See ``await_human``, here and below.
        payload_schema: The model of the data that the person reviews.
        payload: The data itself.
        response_schema: The model of the answer.
        timeout_seconds: How long people have, in seconds: 60 to 2,592,000.
        assign_to: Who should answer.
        notify: Whom to tell.
        verifier: A model that checks the answer on the server.
        idempotency_key: The same key is the same task.
        redact_payload: Keep payload and answer out of the audit, the logs and the verifier.
        server_url: The server.
        api_key: The server's admin token or an API key.
        task_metadata: Labels of your own.
        initial_response: An answer to begin with.
        callback_url: Where the server sends the result as well.
        cancel_on_abort: On ``KeyboardInterrupt`` and ``SystemExit``, cancel the task (as well as
            can be done within a few seconds) before the exception goes on.

    Returns:
        The answer: a validated instance of ``response_schema``.

    Raises:
        AwaitHumansError: The same kinds as ``await_human``.
    """
    with AwaitHumansSync(server_url, api_key) as client:
        return client.await_human(
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
            cancel_on_abort=cancel_on_abort,
        )
