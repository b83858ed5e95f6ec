"""While an agent waits: what the verifier makes of the answers, told to the program's log."""

from __future__ import annotations

from awaithumans.findings import missed, warning
from awaithumans.steps import Steps, Warn, call
from awaithumans.transport import GET_TASK, TASK_AUDIT, Answer
from awaithumans.wire import PollResult, Task

_ALWAYS_TOLD = {"rejected", "verification_exhausted"}


class Watch:
    """Follows one task's verifier; a poll tells that it spoke, and the task what it said.

    It asks at most once for each attempt, and what comes of that never ends the wait.
    """

    def __init__(self, task: Task) -> None:
        self._task_id = task.id
        self._most = task.max_attempts
        self._heard = -1
        self._found: Task | None = None

    def looking(self, polled: PollResult) -> Steps[Task | None]:
        """Look at the task if a poll shows that its verifier spoke, and warn of what it said.

        Returns:
            The task as it was when last looked at; None if it never was.
        """
        if polled.status == "completed":
            yield from self._looking_back(polled)
        if not self._is_news(polled):
            return self._found
        self._heard = polled.verification_attempt
        found = yield from call(GET_TASK, task_id=self._task_id)
        if isinstance(found, Answer):
            self._found = found.parsed
            self._heard = max(self._heard, found.parsed.verification_attempt)
            line = warning(found.parsed)
            if line is not None:
                yield Warn(line)
        return self._found

    def _looking_back(self, polled: PollResult) -> Steps[None]:
        """Warn of answers that were refused since the last poll, before the one that passed."""
        heard = max(self._heard, 0)
        if polled.verification_attempt <= heard + 1:
            return
        history = yield from call(TASK_AUDIT, task_id=self._task_id)
        if isinstance(history, Answer):
            for line in missed(history.parsed.items, heard, self._most):
                yield Warn(line)

    def _is_news(self, polled: PollResult) -> bool:
        spoke = polled.verification_attempt > 0 or polled.status in _ALWAYS_TOLD
        return spoke and polled.status != "completed" and polled.verification_attempt > self._heard
