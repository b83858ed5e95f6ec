"""What a blocking client can do with tasks besides waiting for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel

from awaithumans.operations import Statuses, cancelling, completing, listing, requesting
from awaithumans.pacing import Pace
from awaithumans.request import AssignToInput, build_request
from awaithumans.steps import Steps, run_sync
from awaithumans.transport import GET_TASK, OPEN_TASK, TASK_AUDIT, SyncTransport
from awaithumans.verifiers.config import VerifierConfig
from awaithumans.waiting import creating
from awaithumans.wire import AuditEntry, Task, TaskPage, TaskSummary

T = TypeVar("T")
# The class has a method of this name.
AuditEntries: TypeAlias = list[AuditEntry]


class TasksSync:
    """The tasks of a server, as ``AwaitHumansSync.tasks``.

    Every method raises ``RequestError`` (or its kinds named below) when the server refuses,
    ``TaskNotFoundError`` when it does not know the task, and ``ServerUnreachableError`` when there
    is no answer. Only ``create`` tries more than once, because only there it is harmless.
    """

    def __init__(self, transport: SyncTransport, pace: Pace) -> None:
        self._transport = transport
        self._endpoint = transport.endpoint
        self._pace = pace

    def create(
        self,
        *,
        task: str,
        payload_schema: type[BaseModel],
        payload: BaseModel,
        response_schema: type[BaseModel],
        timeout_seconds: int,
        assign_to: AssignToInput = None,
        notify: list[str] | None = None,
        verifier: VerifierConfig | None = None,
        idempotency_key: str | None = None,
        redact_payload: bool = False,
        task_metadata: dict[str, str] | None = None,
        initial_response: BaseModel | dict[str, Any] | None = None,
        callback_url: str | None = None,
    ) -> Task:
        """Create a task without waiting for its answer; the parameters are ``await_human``'s.

        Returns:
            The task: a new one, or the one that the key belongs to already.

        Raises:
            TaskCreateError: It was refused, by the server or before anything was sent.
            MarketplaceNotAvailableError: ``assign_to={"marketplace": True}``.
            ServerUnreachableError: No server for about 5 seconds.
        """
        request = build_request(
            self._endpoint,
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
        created = self._run(creating(request, self._endpoint, self._pace))
        return created.parsed

    def get(self, task_id: str) -> Task:
        """Return one task with its content."""
        return self._run(requesting(GET_TASK, self._endpoint, task_id=task_id))

    def open(self, task_id: str) -> Task:
        """Say that a person looks at an open task: its status becomes ``in_progress``."""
        return self._run(requesting(OPEN_TASK, self._endpoint, task_id=task_id))

    def cancel(self, task_id: str, reason: str | None = None) -> Task:
        """Withdraw an open task; who waits for it gets ``TaskCancelledError``.

        Args:
            task_id: The task.
            reason: For its history; at most 2,000 characters.

        Returns:
            The task, cancelled.

        Raises:
            RequestError: ``TASK_ALREADY_SETTLED`` when it is too late.
        """
        return self._run(cancelling(self._endpoint, task_id, reason))

    def complete(
        self,
        task_id: str,
        response: BaseModel | dict[str, Any],
        completed_by_email: str | None = None,
    ) -> Task:
        """Answer a task.

        Args:
            task_id: The task.
            response: The answer; must satisfy the task's ``response_schema``.
            completed_by_email: Who answered; only read when the key is the admin token.

        Returns:
            The task with its answer.

        Raises:
            RequestError: ``RESPONSE_INVALID`` with the fields in ``errors``, or
                ``TASK_ALREADY_SETTLED`` when it is too late.
        """
        steps = completing(self._endpoint, task_id, response, completed_by_email)
        return self._run(steps)

    def audit(self, task_id: str) -> AuditEntries:
        """Return the history of a task, oldest first."""
        trail = self._run(requesting(TASK_AUDIT, self._endpoint, task_id=task_id))
        return trail.items

    def list(
        self,
        *,
        status: Statuses | None = None,
        terminal: bool | None = None,
        assigned_to: str | None = None,
        unassigned: bool | None = None,
        q: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> TaskPage:
        """Return one page of tasks, newest first; all filters given must hold.

        Args:
            status: One status, or several of which one must hold.
            terminal: Only settled (True) or only open (False) ones.
            assigned_to: ``me``, an email address or a user id.
            unassigned: Only those that nobody (True) or somebody (False) has.
            q: Text that the task must contain, in any case.
            limit: At most so many, 1 to 200.
            cursor: The ``next_cursor`` of the page before.

        Returns:
            The tasks in ``items``, and ``next_cursor``, None on the last page.
        """
        steps = listing(
            self._endpoint,
            status,
            terminal=terminal,
            assigned_to=assigned_to,
            unassigned=unassigned,
            q=q,
            limit=limit,
            cursor=cursor,
        )
        return self._run(steps)

    def iterate(
        self,
        *,
        status: Statuses | None = None,
        terminal: bool | None = None,
        assigned_to: str | None = None,
        unassigned: bool | None = None,
        q: str | None = None,
        page_size: int = 50,
    ) -> Iterator[TaskSummary]:
        """Go through all tasks, newest first, fetching pages as needed; see ``list``.

        Args:
            status: As in ``list``, here and below.
            terminal: Only settled or only open ones.
            assigned_to: Whose.
            unassigned: Only those that nobody or somebody has.
            q: Text that the task must contain.
            page_size: How many to fetch at once, 1 to 200.

        Yields:
            One task after the other.
        """
        cursor: str | None = None
        while True:
            page = self.list(
                status=status,
                terminal=terminal,
                assigned_to=assigned_to,
                unassigned=unassigned,
                q=q,
                limit=page_size,
                cursor=cursor,
            )
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def _run(self, steps: Steps[T]) -> T:
        return run_sync(steps, self._transport, self._pace)
