"""The use cases of answers: submitting one, and acting on its verdict."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ..errors import Forbidden, ResponseInvalid, TaskNotFound
from ..ids import is_id
from ..routing.plan import normal
from . import answering
from .acting import Acting, verdict_on
from .lookup import Full, content_of, named
from .model import Actor, Content, Json, Judgement, Task
from .ports import Writer
from .transitions import Change

# One person by mail, about one task: a program that answers each mail comes to an end.
MOST_ASKED = 10


class Answers(Acting):
    """What can be done with answers."""

    async def complete(self, task_id: str, response: Json, actor: Actor, wait: float = 0) -> Full:
        """Settle the task with an answer; where it has a verifier, submit the answer to that.

        Args:
            task_id: Which.
            response: The answer.
            actor: Who answers.
            wait: For how many seconds to wait for the verdict, if there is to be one.

        Returns:
            The task: completed; or as it is after its verdict, or `submitted` after `wait`.

        Raises:
            TaskNotFound, TaskAlreadySettled: The answer comes too late.
            VerificationInProgress: An answer is being verified.
            ResponseInvalid: It does not satisfy the task's schema; the task is still open.
            Forbidden: It is not the reviewer's to answer.
            LinkInvalid: The link that it came by is spent.
        """
        content = await self._content(task_id)
        # Outside the transaction: a schema may take a while, and it never changes.
        invalid = self._checker.refuse_response(content, response)

        def decide(tx: Writer, task: Task, now: datetime) -> Change:
            by = replace(actor, user_id=named(tx, actor).user_id)
            change = answering.complete(task, response, by, now)
            if invalid is not None:
                raise invalid
            return change

        if content.verifier_config is None:
            return await self._act(task_id, "complete", actor, decide, content)
        with self._waker.subscribe(verdict_on(task_id)) as parked:
            full = await self._act(task_id, "submit", actor, decide, content)
            if full.task.status != "submitted" or self._waker.closed or wait <= 0:
                return full
            await parked.wait(wait)
        return await self.get(task_id)

    async def say(self, task_id: str, said: str, actor: Actor, mail: str | None = None) -> Full:
        """Submit an answer in plain words, which the task's verifier has to understand first.

        Args:
            task_id: Which task.
            said: The answer.
            actor: Who answers.
            mail: The id of the mail that it came by, if it came by one: a mail that was taken
                before is taken, and changes nothing.

        Raises:
            ResponseInvalid: The task has no verifier, so that nobody would understand it.
            Forbidden: As for `complete`; or whoever sent the mail is told that it was not taken.
            TaskNotFound, TaskAlreadySettled, VerificationInProgress, LinkInvalid: As for
                `complete`.
        """

        def decide(tx: Writer, task: Task, now: datetime) -> Change | None:
            if mail is not None and tx.came_by(task_id, mail, said, actor.email):
                return None
            if mail is not None and _told_of(tx, task_id, actor, mail, said):
                raise Forbidden("Whoever sent this mail is told that it was not taken.")
            if task.verifier is None:
                raise ResponseInvalid(
                    "This task takes no answer in plain words, for it has no verifier that would "
                    "understand it. Answer it by its form.",
                    [],
                )
            by = replace(actor, user_id=named(tx, actor).user_id)
            return answering.say(task, said, by, now, mail)

        return await self._act(task_id, "submit", actor, decide)

    async def judge(self, task_id: str, version: int, judgement: Judgement) -> bool:
        """Act on a verdict; False when the answer that was submitted does not wait any more.

        Args:
            task_id: Which task.
            version: The task's version since the answer was submitted.
            judgement: The verdict; what it understood of plain words has to satisfy the task's
                schema, else the person is asked again.
        """
        try:
            unclear = await self._unclear(task_id, judgement)
        except TaskNotFound:
            return False

        def decide(task: Task, now: datetime) -> Change:
            if unclear is None or task.response is not None:
                return answering.judge(task, judgement, now)
            asking = replace(judgement, reason=unclear)
            return answering.unverified(task, "not_understood", asking, now)

        return await self._decided(task_id, version, decide)

    async def not_understood(self, task_id: str, version: int, judgement: Judgement) -> bool:
        """Ask the person again, whose plain words gave no answer; False as for `judge`."""
        return await self._decided(
            task_id,
            version,
            lambda task, now: answering.unverified(task, "not_understood", judgement, now),
        )

    def give_up(self, tx: Writer, task_id: str, version: int, reason: str) -> None:
        """Open the task again, for no verdict could be had; part of the caller's transaction."""
        task = _waiting(tx, task_id, version)
        if task is not None:
            change = answering.unverified(
                task, "failed", Judgement(passed=False, reason=reason), self._clock.now()
            )
            self._save(tx, task, _asking(tx, change), self._relay.lease)

    async def _decided(
        self, task_id: str, version: int, decide: Callable[[Task, datetime], Change]
    ) -> bool:
        def work(tx: Writer) -> bool:
            task = _waiting(tx, task_id, version)
            if task is None:
                return False
            change = _asking(tx, decide(task, self._clock.now()))
            self._save(tx, task, change, self._relay.lease)
            return True

        return await self._store.write(work, about=[task_id])

    async def _unclear(self, task_id: str, judgement: Judgement) -> str | None:
        """Return why plain words, as they were understood, are no answer; None if they are one."""
        if judgement.response is None:
            return "No answer was understood." if judgement.passed else None
        content = await self._content(task_id)
        # Outside the transaction, as for `complete`.
        refused = self._checker.refuse_response(content, judgement.response)
        if refused is None:
            return None
        wrong = "; ".join(f"{_way(each.loc)}: {each.msg}" for each in refused.problems)
        return f"What was understood is no answer. {wrong}"

    async def _content(self, task_id: str) -> Content:
        if not is_id(task_id, "tsk"):
            raise TaskNotFound
        return await self._store.read(lambda tx: content_of(tx, task_id))


def _waiting(tx: Writer, task_id: str, version: int) -> Task | None:
    """Return the task, if its answer of this version still waits for its verdict."""
    task = tx.locked(task_id)
    waits = task is not None and task.status == "submitted" and task.version == version
    return task if waits else None


def _asking(tx: Writer, change: Change) -> Change:
    """Return the change, without asking anybody again who was asked so often already."""
    if change.ask_again is None:
        return change
    email = normal(change.ask_again)
    asked = [
        one
        for one in tx.notifications(change.task.id)
        if one.purpose == "again" and normal(one.target.partition(":")[2]) == email
    ]
    return change if len(asked) < MOST_ASKED else replace(change, ask_again=None)


def _told_of(tx: Writer, task_id: str, actor: Actor, mail: str, said: str) -> bool:
    """Whether it was refused at the same moment, when it was handed over twice."""
    email = actor.email or ""
    return any(one.is_of(email, mail, said) for one in tx.replies_not_taken(task_id))


def _way(loc: tuple[str | int, ...]) -> str:
    """Return the way into the answer, without the two steps that lead to it."""
    return ".".join(map(str, loc[2:])) or "the answer"
