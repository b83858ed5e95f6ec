"""The wait itself, decided purely: create, hold long polls until the task settles, conclude.

Nothing here touches the network or a clock of its own; ``steps`` acts on what is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from pydantic import BaseModel

from awaithumans.discovery import Endpoint
from awaithumans.errors import AwaitHumansError
from awaithumans.pacing import Backoff, Deadline, Pace
from awaithumans.refusals import create_error, poll_error, unreachable_error
from awaithumans.steps import Pause, Say, Steps, call
from awaithumans.transport import (
    CANCEL_TASK,
    CREATE_TASK,
    LIST_TASKS,
    POLL_SECONDS,
    POLL_TASK,
    Answer,
    Outcome,
    Refused,
    Unreachable,
)
from awaithumans.verdicts import BEING_VERIFIED, SETTLED, announcement, conclude, timed_out
from awaithumans.watching import Watch
from awaithumans.wire import CreateTaskRequest, PollResult, Task

_CREATE_PATIENCE_SECONDS = 5.0
_LONGEST_RETRY_AFTER_SECONDS = 30.0
# A poll that ends sooner than this without a verdict was not held (the server is stopping).
_HELD_SECONDS = 1.0

R = TypeVar("R", bound=BaseModel)


class Settling:
    """One task, from its creation to the moment at which it settles, however it does.

    Attributes:
        task_id: The task's id; None until the server has said it.
    """

    def __init__(self, request: CreateTaskRequest, endpoint: Endpoint, pace: Pace) -> None:
        self.task_id: str | None = None
        self._request = request
        self._endpoint = endpoint
        self._pace = pace

    def settling(self) -> Steps[tuple[Task, Task | PollResult]]:
        """Create the task (or find it again by its key), and wait until it settles.

        Returns:
            The task, and what the server last said about it: a settled status.

        Raises:
            TaskTimeoutError: The server did not settle it although its deadline is long over.
            AwaitHumansError: The task was refused, or could not be waited for.
        """
        created = yield from creating(self._request, self._endpoint, self._pace)
        task = created.parsed
        self.task_id = task.id
        if task.status in SETTLED:
            return task, task
        yield Say(announcement(task, self._endpoint))
        verdict = yield from self._polling(task, created.headers)
        return task, verdict

    def abandoning(self) -> Steps[None]:
        """Cancel the task, as well as can be: once, whatever comes of it.

        When the wait ended between asking for the task and hearing its id, the task is looked up
        among the newest open ones; creating it again to learn its id would notify people.
        """
        if self.task_id is None:
            found = yield from call(LIST_TASKS, terminal=False, limit=200)
            items = found.parsed.items if isinstance(found, Answer) else []
            mine = [t.id for t in items if t.idempotency_key == self._request.idempotency_key]
            self.task_id = mine[0] if mine else None
        if self.task_id is not None:
            yield from call(CANCEL_TASK, task_id=self.task_id)

    def _polling(self, task: Task, headers: Mapping[str, str]) -> Steps[Task | PollResult]:
        deadline, backoff = Deadline(task.timeout_at, self._pace), Backoff(self._pace)
        deadline.heard(headers)
        watch = Watch(task)
        while True:
            began = self._pace.elapsed()
            outcome = yield from call(POLL_TASK, task_id=task.id, timeout=POLL_SECONDS)
            if isinstance(outcome, Answer):
                found = yield from watch.looking(outcome.parsed)
                if outcome.parsed.status in SETTLED:
                    # Why the verifier refused, only the task itself tells.
                    if found is not None and found.status == "verification_exhausted":
                        return found
                    return outcome.parsed
                deadline.heard(outcome.headers)
            elif isinstance(outcome, Refused) and 400 <= outcome.status < 500:
                raise poll_error(outcome, self._endpoint, task.id)
            if deadline.long_over():
                self._give_up(task, outcome)
            if not isinstance(outcome, Answer):
                yield Pause(backoff.pause(at_least=_retry_after(outcome)))
            elif self._pace.elapsed() - began < _HELD_SECONDS:
                yield Pause(backoff.pause(at_most=_HELD_SECONDS))
            else:
                backoff.reset()

    def _give_up(self, task: Task, outcome: Outcome[PollResult]) -> None:
        if not isinstance(outcome, Answer):
            raise unreachable_error(outcome, self._endpoint, task.id)
        if outcome.parsed.status not in BEING_VERIFIED:
            raise timed_out(task, self._endpoint)


class Wait(Settling, Generic[R]):
    """One task, from its creation to the person's answer."""

    def __init__(
        self, request: CreateTaskRequest, response_schema: type[R], endpoint: Endpoint, pace: Pace
    ) -> None:
        super().__init__(request, endpoint, pace)
        self._response_schema = response_schema

    def steps(self) -> Steps[R]:
        """Create the task (or find it again by its key), wait until it settles, conclude.

        Returns:
            The answer, as a ``response_schema``.

        Raises:
            AwaitHumansError: One of its kinds for every other ending; see ``await_human``.
        """
        task, verdict = yield from self.settling()
        return conclude(task, verdict, self._response_schema, self._endpoint)


def creating(request: CreateTaskRequest, endpoint: Endpoint, pace: Pace) -> Steps[Answer[Task]]:
    """Create a task, trying for about 5 seconds; its key makes trying again harmless.

    Raises:
        TaskCreateError: The server refused it (a status of 300 to 499, or 501), or failed itself
            until the end.
        MarketplaceNotAvailableError: The server has no marketplace.
        ServerUnreachableError: No server answered until the end.
    """
    backoff, began = Backoff(pace), pace.elapsed()
    while True:
        outcome = yield from call(CREATE_TASK, body=request)
        if isinstance(outcome, Answer):
            return outcome
        lasting = isinstance(outcome, Refused) and (outcome.status < 500 or outcome.status == 501)
        pause = backoff.pause(at_least=_retry_after(outcome))
        over = pace.elapsed() + pause - began >= _CREATE_PATIENCE_SECONDS
        if lasting or over:
            raise _not_created(outcome, lasting, endpoint)
        yield Pause(pause)


def _not_created(
    outcome: Refused | Unreachable, lasting: bool, endpoint: Endpoint
) -> AwaitHumansError:
    """A proxy that apologises for the server says no more than a connection that fails."""
    if isinstance(outcome, Refused) and (lasting or outcome.error):
        return create_error(outcome, endpoint)
    return unreachable_error(outcome, endpoint)


def _retry_after(outcome: Refused | Unreachable) -> float:
    """Return how many seconds the server asked for (RFC 9110, 10.2.3), within reason."""
    value = outcome.headers.get("retry-after", "") if isinstance(outcome, Refused) else ""
    if not (value.isascii() and value.isdigit()):
        return 0.0
    return min(float(value), _LONGEST_RETRY_AFTER_SECONDS)
