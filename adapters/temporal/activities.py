"""What a worker does for its workflows: the calls to the awaithumans server, with its key."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import aclosing
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from temporalio import activity

from awaithumans.adapters.temporal import messages
from awaithumans.adapters.temporal.failures import as_activity_failure
from awaithumans.adapters.temporal.keys import first_attempt, idempotency_key
from awaithumans.adapters.temporal.messages import Created, Question
from awaithumans.discovery import Endpoint, resolve
from awaithumans.errors import AwaitHumansError, ConfigurationError, RequestError
from awaithumans.findings import refusal
from awaithumans.operations import cancelling, requesting
from awaithumans.pacing import Pace
from awaithumans.steps import Steps, run_async
from awaithumans.transport import GET_TASK, AsyncTransport
from awaithumans.waiting import creating
from awaithumans.wire import CreateTaskRequest, PollResult, Task

_CALLBACK = "AWAITHUMANS_CALLBACK_URL"
_TOO_LATE = {"TASK_ALREADY_SETTLED", "TASK_NOT_FOUND"}

T = TypeVar("T")


class AwaitHumansActivities:
    """The activities, bound to a server; ``Worker(..., activities=activities.all())``.

    Nothing of what it holds gets into a workflow's history. What is not given is looked up when an
    activity runs, so the module's own ``awaithumans_create_task`` and its companions are those of
    an object without arguments.

    Args:
        server_url: The server; found as in ``awaithumans.await_human`` by default.
        api_key: The admin token or an API key; found as in ``awaithumans.await_human`` by default.
        callback_url: Where the receiver listens, for workflows that do not say it;
            ``AWAITHUMANS_CALLBACK_URL`` by default. ``wf=<workflow id>`` is added to its query.
    """

    def __init__(
        self,
        server_url: str | None = None,
        api_key: str | None = None,
        callback_url: str | None = None,
    ) -> None:
        self._server_url = server_url
        self._api_key = api_key
        self._callback_url = callback_url

    def all(self) -> list[Callable[..., Any]]:
        """Return the activities, for a worker to register."""
        return [
            self.awaithumans_create_task,
            self.awaithumans_check_task,
            self.awaithumans_cancel_task,
        ]

    @activity.defn(name=messages.CREATE_TASK)
    async def awaithumans_create_task(self, question: Question) -> Created:
        """Create a task, or find it again by its key."""
        try:
            endpoint = resolve(self._server_url, self._api_key)
            request = await self._request(question)
            created = await _perform(creating(request, endpoint, Pace()), endpoint)
        except AwaitHumansError as error:
            raise as_activity_failure(error) from None
        task = created.parsed
        return Created(
            task_id=task.id,
            timeout_seconds=task.timeout_seconds,
            seconds_left=_seconds_left(task, created.headers),
            server_url=endpoint.server_url,
            verdict=_verdict(task),
        )

    @activity.defn(name=messages.CHECK_TASK)
    async def awaithumans_check_task(self, task_id: str) -> dict[str, Any]:
        """Say where a task stands, as ``pollTask`` does, and why its verifier refused."""
        try:
            endpoint = resolve(self._server_url, self._api_key)
            steps = requesting(GET_TASK, endpoint, task_id=task_id)
            return _verdict(await _perform(steps, endpoint))
        except AwaitHumansError as error:
            raise as_activity_failure(error) from None

    @activity.defn(name=messages.CANCEL_TASK)
    async def awaithumans_cancel_task(self, task_id: str) -> None:
        """Cancel a task that nobody waits for any more; one that is settled or gone stays so."""
        reason = f"The Temporal workflow {activity.info().workflow_id} does not wait any more."
        try:
            endpoint = resolve(self._server_url, self._api_key)
            await _perform(cancelling(endpoint, task_id, reason[:2000]), endpoint)
        except AwaitHumansError as error:
            if not (isinstance(error, RequestError) and error.code in _TOO_LATE):
                raise as_activity_failure(error) from None

    async def _request(self, question: Question) -> CreateTaskRequest:
        body = dict(question.body)
        if "callback_url" not in body:
            body["callback_url"] = self._callback()
        if "idempotency_key" not in body:
            body["idempotency_key"] = await _key(question)
        return CreateTaskRequest.model_validate(body)

    def _callback(self) -> str:
        url = self._callback_url or os.environ.get(_CALLBACK, "").strip()
        if not url:
            raise ConfigurationError(
                "The worker does not know where the receiver of webhooks listens.",
                code="CALLBACK_URL_MISSING",
                hint=f"Set {_CALLBACK} on the worker, or pass callback_url to await_human.",
            )
        return _with_workflow(url, activity.info().workflow_id or "")


_DEFAULT = AwaitHumansActivities()
awaithumans_create_task = _DEFAULT.awaithumans_create_task
awaithumans_check_task = _DEFAULT.awaithumans_check_task
awaithumans_cancel_task = _DEFAULT.awaithumans_cancel_task


async def _perform(steps: Steps[T], endpoint: Endpoint) -> T:
    transport = AsyncTransport(endpoint)
    async with aclosing(transport):
        return await run_async(steps, transport, Pace())


async def _key(question: Question) -> str:
    info = activity.info()
    workflow_id, run = info.workflow_id or "", question.run
    if run is None:
        run = await first_attempt(activity.client(), workflow_id, info.workflow_run_id or "")
    return idempotency_key(workflow_id, run, question.content, question.occurrence)


def _with_workflow(url: str, workflow_id: str) -> str:
    """Add the workflow's id; not the run's, for the answer is for whichever run there is then."""
    parts = urlsplit(url)
    query = "&".join(filter(None, [parts.query, f"wf={quote(workflow_id, safe='')}"]))
    return parts._replace(query=query).geturl()


def _verdict(task: Task) -> dict[str, Any]:
    verdict = task.model_dump(mode="json", include=set(PollResult.model_fields))
    reason = refusal(task)
    return {**verdict, "reason": reason} if reason else verdict


def _seconds_left(task: Task, headers: Mapping[str, str]) -> float:
    """Return the time until the deadline, by the clock of the server that keeps it."""
    try:
        now = parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):  # the first is Python 3.10's
        now = datetime.now(timezone.utc)
    if now.tzinfo is None:
        now = now.replace(tzinfo=timezone.utc)
    return max(0.0, (task.timeout_at - now).total_seconds())
