"""What every change of a task goes through: decided and saved in one transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime

from ..clock import Clock
from ..errors import LinkInvalid, Refusal, TaskNotFound
from ..ids import is_id
from . import lifecycle
from .checking import Checker
from .deliveries import Lease, Packed
from .lookup import Full, content_of, not_theirs, told
from .model import Actor, Content, Person, Task
from .ports import Admission, Deadlines, Events, Observer, Relay, Store, Unobserved, Waker, Writer
from .reading import Reading
from .transitions import Change, Command


class Acting(Reading):
    """The base of the use cases that change tasks.

    Args:
        store: Where they are kept.
        waker: Who parks and wakes the requests that wait for them.
        deadlines: Who settles them when they are overdue.
        relay: Who delivers what they owe.
        checker: Who checks payloads and answers against their schemas.
        clock: What time it is.
        events: Who tells those who listen.
        observer: Who counts what happens; nobody by default.
        reminders: After which parts of its timeout, from 0 to 1, a task's mails are repeated.
        admissions: Who has to admit a new task; each may refuse it.
    """

    def __init__(
        self,
        store: Store,
        waker: Waker,
        deadlines: Deadlines,
        relay: Relay,
        checker: Checker,
        clock: Clock,
        events: Events,
        observer: Observer | None = None,
        reminders: Sequence[float] = (),
        admissions: Sequence[Admission] = (),
    ) -> None:
        super().__init__(store, waker, clock, observer or Unobserved())
        self._deadlines = deadlines
        self._relay = relay
        self._checker = checker
        self._events = events
        self._reminders = tuple(reminders)
        self._admissions = tuple(admissions)

    async def _act(
        self,
        task_id: str,
        command: Command,
        actor: Actor,
        decide: Callable[[Writer, Task, datetime], Change | None],
        content: Content | None = None,
    ) -> Full:
        """Decide and save in one transaction; a refusal is written to the history and raised."""

        def work(tx: Writer) -> Full | Refusal:
            now = self._clock.now()
            task = self._current(tx, task_id, now)
            try:
                _refuse_strangers(tx, task_id, actor)
                change = decide(tx, task, now)
                if actor.link is not None and not tx.spend_link(actor.link, now):
                    raise LinkInvalid
            except Refusal as refusal:
                tx.note([lifecycle.refused(task, command, refusal.code, actor, now)])
                return refusal
            if change is not None:
                # Somebody has just acted, and somebody else waits to hear of it.
                self._save(tx, task, change, self._relay.lease)
                task = change.task
            return Full(task, content or content_of(tx, task_id), told=told(tx, task))

        if not is_id(task_id, "tsk"):
            raise TaskNotFound
        outcome = await self._store.write(work, about=[task_id])
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    def _current(self, tx: Writer, task_id: str, now: datetime) -> Task:
        """Return the task as it is at `now`: if its deadline has passed, it is settled first."""
        task = tx.locked(task_id)
        if task is None:
            raise TaskNotFound
        if not lifecycle.overdue(task, now):
            return task
        change = lifecycle.expire(task, now)
        self._save(tx, task, change)
        return change.task

    def _save(self, tx: Writer, before: Task, change: Change, lease: Lease | None = None) -> None:
        self._owe(tx, tx.save(before, change, lease))
        tx.on_commit(self._events.changed)
        holder = change.task.assigned_to_user_id
        if holder is not None and holder != before.assigned_to_user_id:
            tx.note_assigned(holder, change.task.updated_at)
        if change.task.terminal:
            self._wake(tx, before.id)
            channel = change.task.completed_via_channel or change.entries[-1].actor.channel
            tx.on_commit(lambda: self._observer.settled(change.task, channel))
        if before.status == "submitted":
            self._wake(tx, verdict_on(before.id))
            tx.on_commit(lambda: self._deadlines.expect(before.timeout_at))

    def _owe(self, tx: Writer, owed: Sequence[Packed]) -> None:
        if owed:
            tx.announce_owed()
            tx.on_commit(lambda: self._relay.take(owed))

    def _wake(self, tx: Writer, task_id: str) -> None:
        """Wake whoever waits for a task: here at once, in other processes by the database."""
        tx.announce_settled(task_id)
        tx.on_commit(lambda: self._waker.wake(task_id))


def verdict_on(task_id: str) -> str:
    """Return what those wait for who want to know what becomes of an answer."""
    return f"verdict:{task_id}"


def _refuse_strangers(tx: Writer, task_id: str, actor: Actor) -> None:
    """Keep reviewers from what is not theirs, unless they were asked.

    Raises:
        Forbidden: It is neither theirs nor open to them.
    """
    if actor.type != "reviewer" or actor.invited:
        return
    if not tx.may_act(task_id, Person(actor.email, actor.user_id)):
        raise not_theirs()
