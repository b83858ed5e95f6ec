"""A workflow's own memory: verdicts that came by signal, and what was asked so far."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pydantic import Field, ValidationError
from temporalio import workflow

from awaithumans.adapters.temporal.messages import SETTLED_SIGNAL
from awaithumans.verdicts import SETTLED
from awaithumans.wire import PollResult


class Verdict(PollResult):
    """How a task ended, and which."""

    task_id: str = Field(min_length=1)


class Mailbox:
    """Keeps every verdict, whether somebody waits for it yet or not.

    A webhook may be faster than the activity that created its task, and may come twice.

    Attributes:
        verdicts: How tasks ended, by task id.
    """

    def __init__(self) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self._asked: Counter[str] = Counter()

    def receive(self, message: Any) -> None:
        """Keep the verdict of a signal; one that is not a verdict must not stop the workflow."""
        try:
            verdict = verdict_of(message)
        except ValueError as error:
            workflow.logger.warning("a signal about a task is not a verdict: %s", error)
        else:
            self.verdicts.setdefault(verdict.task_id, verdict)

    def count(self, content: str) -> int:
        """Return how often the same was asked before, and count this time."""
        self._asked[content] += 1
        return self._asked[content] - 1


def mailbox() -> Mailbox:
    """Return the running workflow's mailbox: it is where the signal's handler is."""
    engine: Any = workflow
    handler = engine.get_signal_handler(SETTLED_SIGNAL)
    if handler is not None:
        return handler.__self__
    box = Mailbox()
    engine.set_signal_handler(SETTLED_SIGNAL, box.receive)
    return box


def verdict_of(message: Any) -> Verdict:
    """Return the verdict of a webhook's body or a signal.

    Raises:
        ValueError: It is none; the message does not repeat its values.
    """
    try:
        verdict = Verdict.model_validate(message)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        at = ".".join(map(str, fault["loc"])) or "the whole"
        raise ValueError(f"{at}: {fault['msg']}") from None
    if verdict.status not in SETTLED:
        raise ValueError(f"status: {verdict.status} is not how a task ends")
    return verdict
