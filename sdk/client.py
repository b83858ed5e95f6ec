"""Clients: the same calls, bound to one server and one pool of connections."""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Any, TypeVar

from pydantic import BaseModel

from awaithumans.discovery import Endpoint, resolve
from awaithumans.pacing import Pace
from awaithumans.request import AssignToInput, build_request
from awaithumans.steps import run_async, run_sync
from awaithumans.tasks import Tasks
from awaithumans.tasks_sync import TasksSync
from awaithumans.transport import AsyncTransport, SyncTransport
from awaithumans.verifiers.config import VerifierConfig
from awaithumans.waiting import Settling, Wait

# How long connecting, and then waiting for the answer, may take when a wait is given up.
_ABORT_SECONDS = 2.0

R = TypeVar("R", bound=BaseModel)


class AwaitHumans:
    """A client for asyncio; belongs to one event loop. Close it, or use it in ``async with``.

    Args:
        server_url: The server; found as in ``await_human`` by default.
        api_key: The admin token or an API key; found as in ``await_human`` by default.

    Attributes:
        server_url: The server that was found.
        tasks: Create, get, list, cancel, complete and audit tasks.

    Raises:
        ConfigurationError: The address, the key or the discovery file cannot be used.
    """

    def __init__(self, server_url: str | None = None, api_key: str | None = None) -> None:
        endpoint = resolve(server_url, api_key)
        self.server_url = endpoint.server_url
        self._transport = AsyncTransport(endpoint)
        self._pace = Pace()
        self.tasks = Tasks(self._transport, self._pace)

    async def await_human(
        self,
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
        cancel_on_abort: bool = False,
    ) -> R:
        """Ask a person, and wait for the answer; everything as in ``awaithumans.await_human``."""
        request = build_request(
            self._transport.endpoint,
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
        wait = Wait(request, response_schema, self._transport.endpoint, self._pace)
        try:
            return await run_async(wait.steps(), self._transport, self._pace)
        except asyncio.CancelledError:
            if cancel_on_abort:
                await abandon(wait, self._transport, self._pace)
            raise

    async def aclose(self) -> None:
        """Close the pooled connections; the client cannot be used any more."""
        await self._transport.aclose()

    async def __aenter__(self) -> AwaitHumans:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


class AwaitHumansSync:
    """A blocking client; may be shared between threads. Close it, or use it in ``with``.

    Args:
        server_url: The server; found as in ``await_human`` by default.
        api_key: The admin token or an API key; found as in ``await_human`` by default.

    Attributes:
        server_url: The server that was found.
        tasks: Create, get, list, cancel, complete and audit tasks.

    Raises:
        ConfigurationError: The address, the key or the discovery file cannot be used.
    """

    def __init__(self, server_url: str | None = None, api_key: str | None = None) -> None:
        endpoint = resolve(server_url, api_key)
        self.server_url = endpoint.server_url
        self._transport = SyncTransport(endpoint)
        self._pace = Pace()
        self.tasks = TasksSync(self._transport, self._pace)

    def await_human(
        self,
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
        cancel_on_abort: bool = False,
    ) -> R:
        """Ask a person, and block for the answer; all as in ``awaithumans.await_human_sync``."""
        request = build_request(
            self._transport.endpoint,
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
        wait = Wait(request, response_schema, self._transport.endpoint, self._pace)
        try:
            return run_sync(wait.steps(), self._transport, self._pace)
        except (KeyboardInterrupt, SystemExit):
            if cancel_on_abort:
                _abandon_sync(wait, self._transport.endpoint, self._pace)
            raise

    def close(self) -> None:
        """Close the pooled connections; the client cannot be used any more."""
        self._transport.close()

    def __enter__(self) -> AwaitHumansSync:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _abandon_sync(wait: Settling, endpoint: Endpoint, pace: Pace) -> None:
    """Cancel the task in a few seconds at most, over a connection of its own.

    The signal may have come in the middle of anything: what it interrupted may have left a
    connection halfway, or a lock of the pool held.
    """
    transport = SyncTransport(endpoint)
    with contextlib.closing(transport), contextlib.suppress(Exception):
        run_sync(wait.abandoning(), transport, pace, limit=_ABORT_SECONDS)


async def abandon(wait: Settling, transport: AsyncTransport, pace: Pace) -> None:
    """Cancel the task in a few seconds at most, even if this is cancelled again meanwhile."""
    steps = run_async(wait.abandoning(), transport, pace, limit=_ABORT_SECONDS)
    cleaning = asyncio.ensure_future(asyncio.wait_for(steps, 2 * _ABORT_SECONDS))
    while not cleaning.done():
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await asyncio.shield(cleaning)
