"""Carries out the verifications that tasks owe: asks the model, and hands its verdict over.

It is no transaction while the model is asked. The outbox says when, tries again, and gives it to
another process when this one dies.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, Literal, Protocol, TypeVar

from ..errors import StorageUnavailable
from ..tasks.deliveries import Attempt, Delivery, Outcome
from ..tasks.model import Content, Entry, Judgement, Task
from ..tasks.ports import Writer as TaskWriter
from .model import Case, Config, Verdict, VerifierFailure

T = TypeVar("T")
Became = Literal["passed", "refused", "not_understood", "failed"]
# In seconds: with a last try of the database's own patience, it ends well before the lease.
_PATIENCE = 6.0
_PAUSE = 0.5


class Reader(Protocol):
    """Queries within one consistent view of the database."""

    def whole(self, task_id: str) -> tuple[Task, Content] | None:
        """Return the task's state and its content."""
        ...

    def audit(self, task_id: str) -> list[Entry]:
        """Return the task's history, oldest first."""
        ...


class Store(Protocol):
    """Where tasks are kept."""

    async def read(self, work: Callable[[Reader], T]) -> T:
        """Run `work` on a consistent view, off the event loop."""
        ...


class Judges(Protocol):
    """Whoever asks a model."""

    async def judge(self, case: Case) -> Verdict:
        """Return the verdict on an answer.

        Raises:
            VerifierFailure: There is none.
        """
        ...


class Answers(Protocol):
    """What is done with verdicts."""

    async def judge(self, task_id: str, version: int, judgement: Judgement) -> bool:
        """Act on a verdict; False when the answer does not wait any more."""
        ...

    async def not_understood(self, task_id: str, version: int, judgement: Judgement) -> bool:
        """Ask the person again; False when the answer does not wait any more."""
        ...

    def give_up(self, tx: TaskWriter, task_id: str, version: int, reason: str) -> None:
        """Open the task again without a verdict; part of the caller's transaction."""
        ...


class Figures(Protocol):
    """Whoever counts."""

    def judged(
        self, provider: str, outcome: str, tokens: tuple[int, int], seconds: float | None, /
    ) -> None:
        """Take note of what became of one call to a model, and of what it took."""
        ...


class Verification:
    """Sends answers to their verifiers.

    Args:
        store: Where tasks are kept.
        judge: Who asks the model.
        answers: What is done with the verdict.
        figures: Who counts.
    """

    def __init__(self, store: Store, judge: Judges, answers: Answers, figures: Figures) -> None:
        self._store = store
        self._judge = judge
        self._answers = answers
        self._figures = figures

    async def send(self, delivery: Delivery, body: str) -> Outcome:
        """Ask once; whatever goes wrong is an outcome that costs no attempt of the task's."""
        try:
            return await self._send(delivery, json.loads(body))
        except StorageUnavailable:
            return Outcome(None, "The server's database did not answer.")

    async def _send(self, delivery: Delivery, wanted: dict[str, Any]) -> Outcome:
        found = await self._store.read(lambda tx: _case(tx, delivery.task_id, wanted))
        if found is None:
            return Outcome(None, None, obsolete=True)
        try:
            verdict = await self._judge.judge(found)
        except VerifierFailure as failure:
            self._figures.judged(found.config.provider, "failed", (0, 0), None)
            return Outcome(
                None, failure.reason, permanent=failure.permanent, retry_after=failure.retry_after
            )
        became = _became(verdict)
        tokens = (verdict.input_tokens or 0, verdict.output_tokens or 0)
        self._figures.judged(found.config.provider, became, tokens, verdict.seconds)
        hand_over = (
            self._answers.not_understood if became == "not_understood" else self._answers.judge
        )
        judgement = _judgement(found, verdict)
        waited = await _persistently(
            lambda: hand_over(delivery.task_id, wanted["version"], judgement)
        )
        return Outcome(None, None, obsolete=not waited)


async def _persistently(write: Callable[[], Awaitable[bool]]) -> bool:
    """Write, and again for some seconds while the database takes nothing: a verdict is paid for.

    Raises:
        StorageUnavailable: It took nothing to the end.
    """
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return await write()
        except StorageUnavailable:
            if time.monotonic() >= end:
                raise
        await asyncio.sleep(_PAUSE)


class Giving(TaskWriter, Protocol):
    """The transaction in which a verification is given up."""

    def delivery_body(self, delivery_id: str) -> tuple[str, bool]:
        """Return what a delivery that is there sends, and whether its task is redacted."""
        ...


class GivenUp:
    """Opens a task again when no verdict could be had.

    Args:
        answers: Who does it.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def __call__(self, tx: Giving, after: Delivery, attempt: Attempt, _now: object) -> None:
        """Write down an attempt; the last one is what the person is told of."""
        if after.status == "abandoned":
            body, _ = tx.delivery_body(after.id)
            reason = attempt.error or "The verifier gave no verdict."
            self._answers.give_up(tx, after.task_id, json.loads(body)["version"], reason)


def _case(tx: Reader, task_id: str, wanted: dict[str, Any]) -> Case | None:
    """Return what is to be verified; None when the answer does not wait any more."""
    found = tx.whole(task_id)
    if found is None:
        return None
    task, content = found
    if task.status != "submitted" or task.version != wanted["version"]:
        return None
    refusals = [
        line.extra_data["reason"] for line in tx.audit(task_id) if line.action == "rejected"
    ]
    return Case(
        task=task.task,
        payload=content.payload,
        response_schema=content.response_schema,
        config=Config(**content.verifier_config or {}),
        answer=task.response,
        said=wanted["said"],
        refusals=tuple(refusals),
    )


def _became(verdict: Verdict) -> Became:
    if not verdict.understood:
        return "not_understood"
    return "passed" if verdict.passed else "refused"


def _judgement(case: Case, verdict: Verdict) -> Judgement:
    """Return the verdict as tasks know it; only plain words are read as an answer by the model."""
    told = asdict(verdict)
    names = ("model", "input_tokens", "output_tokens", "seconds")
    return Judgement(
        passed=verdict.passed,
        reason=verdict.reason,
        fields=tuple((each.path, each.reason) for each in verdict.fields),
        response=verdict.answer if case.said is not None else None,
        details={"provider": case.config.provider} | {name: told[name] for name in names},
    )
