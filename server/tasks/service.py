"""The use cases of tasks: each is one transaction, whoever calls it.

Every channel, route and job that changes a task comes through here.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ..clock import Clock
from ..errors import NoMatchingAssignee, Refusal, TaskNotFound
from ..ids import is_id, new_id
from ..routing.plan import Address, Member, plan
from . import lifecycle
from .checking import Checker
from .deliveries import Lease
from .lifecycle import Change, Command, OpenTo
from .lookup import (
    Full,
    content_of,
    fingerprint,
    named,
    not_theirs,
    replay,
    route,
    undeliverable,
)
from .model import Actor, Content, Draft, Json, Person, Task
from .ports import Deadlines, Events, Observer, Relay, Store, Unobserved, Waker, Writer
from .reading import Reading


class Tasks(Reading):
    """What can be done with tasks.

    Args:
        store: Where they are kept.
        waker: Who parks and wakes the requests that wait for them.
        deadlines: Who settles them when they are overdue.
        relay: Who delivers what they owe once they are settled.
        checker: Who checks payloads and answers against their schemas.
        clock: What time it is.
        events: Who tells those who listen.
        observer: Who counts what happens; nobody by default.
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
    ) -> None:
        super().__init__(store, waker, clock, observer or Unobserved())
        self._deadlines = deadlines
        self._relay = relay
        self._checker = checker
        self._events = events

    async def create(self, draft: Draft, actor: Actor) -> Full:
        """Store a new task, or find the one that its idempotency key made before.

        Raises:
            SchemaInvalid, PayloadInvalid: The content does not hold together.
            IdempotencyKeyReused: The key made a task with other content.
            MarketplaceNotAvailable: `assign_to` asks for the marketplace.
            StorageUnavailable: Nothing was stored.
        """
        wanted = plan(draft.assign_to)
        self._checker.check_content(draft.content)
        print_ = fingerprint(draft.task, draft.content)

        def work(tx: Writer) -> Full:
            now = self._clock.now()
            if isinstance(wanted, Address | Member):
                tx.take_turns()
            change = lifecycle.create(
                draft,
                new_id("tsk", now),
                print_,
                route(tx, wanted),
                now,
                actor,
                [undeliverable(target) for target in draft.notify],
            )
            if not tx.add(change, draft.content):
                return replay(tx, draft.idempotency_key, print_)
            if change.task.assigned_to_user_id is not None:
                tx.note_assigned(change.task.assigned_to_user_id, now)
            tx.announce_due(change.task)
            tx.on_commit(lambda: self._created(change.task, actor))
            return Full(change.task, draft.content)

        return await self._store.write(work, about=())

    async def open(self, task_id: str, actor: Actor) -> Full:
        """Note that a person looks at the task.

        Raises:
            TaskNotFound, TaskAlreadySettled: There is nothing to look at any more.
            Forbidden: It is not the reviewer's to look at.
        """
        return await self._act(
            task_id, "open", actor, lambda _tx, task, now: lifecycle.open_(task, actor, now)
        )

    async def claim(self, task_id: str, actor: Actor) -> Full:
        """Give the task to `actor`, if nobody has it.

        Raises:
            TaskNotFound, TaskAlreadySettled: There is nothing to claim any more.
            TaskAlreadyClaimed: Somebody else was first.
            Forbidden: It is open to other people only.
        """
        return await self._act(
            task_id,
            "claim",
            actor,
            lambda tx, task, now: lifecycle.claim(task, named(tx, actor, active=True), actor, now),
        )

    async def assign(self, task_id: str, assign_to: Json, actor: Actor) -> Full:
        """Give the task to whom `assign_to` names, whoever has it now.

        Raises:
            TaskNotFound, TaskAlreadySettled: There is nothing to assign any more.
            NoMatchingAssignee: Nobody matches; the task stays where it is.
        """
        wanted = plan(assign_to)

        def decide(tx: Writer, task: Task, now: datetime) -> Change:
            match route(tx, wanted):
                case Person() as person:
                    return lifecycle.assign(task, person, now, actor, assign_to)
                case OpenTo(emails):
                    return lifecycle.offer(task, emails, now, actor, assign_to)
                case _:
                    raise NoMatchingAssignee

        return await self._act(task_id, "assign", actor, decide)

    async def complete(self, task_id: str, response: Json, actor: Actor) -> Full:
        """Settle the task with an answer.

        Raises:
            TaskNotFound, TaskAlreadySettled: The answer comes too late.
            ResponseInvalid: It does not satisfy the task's schema; the task is still open.
            Forbidden: It is not the reviewer's to answer.
        """
        if not is_id(task_id, "tsk"):
            raise TaskNotFound
        content = await self._store.read(lambda tx: content_of(tx, task_id))
        # Outside the transaction: a schema may take a while, and it never changes.
        invalid = self._checker.refuse_response(content, response)

        def decide(tx: Writer, task: Task, now: datetime) -> Change:
            by = replace(actor, user_id=named(tx, actor).user_id)
            change = lifecycle.complete(task, response, by, now)
            if invalid is not None:
                raise invalid
            return change

        return await self._act(task_id, "complete", actor, decide, content)

    async def cancel(self, task_id: str, reason: str | None, actor: Actor) -> Full:
        """Settle the task without an answer.

        Raises:
            TaskNotFound, TaskAlreadySettled: There is nothing to cancel any more.
        """
        return await self._act(
            task_id,
            "cancel",
            actor,
            lambda _tx, task, now: lifecycle.cancel(task, reason, actor, now),
        )

    async def delete(self, task_id: str) -> None:
        """Remove the task and its history; whoever waits for it is told that it is gone.

        Raises:
            TaskNotFound: There is none with this id.
        """

        def work(tx: Writer) -> bool:
            if not is_id(task_id, "tsk") or not tx.delete(task_id):
                return False
            self._wake(tx, task_id)
            tx.on_commit(self._events.gone)
            return True

        if not await self._store.write(work):
            raise TaskNotFound

    async def settle_due(self, limit: int) -> int:
        """Time out up to `limit` overdue tasks; return how many there were."""

        def work(tx: Writer) -> int:
            now = self._clock.now()
            due = tx.due(now, limit)
            for task in due:
                self._save(tx, task, lifecycle.expire(task, now))
            return len(due)

        return await self._store.write(work, about=())

    async def purge(self, keep: timedelta, limit: int) -> int:
        """Remove up to `limit` tasks that were settled over `keep` ago; return how many.

        What still owes something stays until that is delivered or abandoned.
        """
        before = self._clock.now() - keep

        def work(tx: Writer) -> int:
            removed = tx.purge(before, limit)
            if removed:
                tx.on_commit(self._events.gone)
            return removed

        return await self._store.write(work)

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
                if actor.type == "reviewer" and not tx.may_act(
                    task_id, Person(actor.email, actor.user_id)
                ):
                    raise not_theirs()
                change = decide(tx, task, now)
            except Refusal as refusal:
                tx.note([lifecycle.refused(task, command, refusal.code, actor, now)])
                return refusal
            if change is not None:
                # Somebody has just acted, and somebody else waits to hear of it.
                self._save(tx, task, change, self._relay.lease)
                task = change.task
            return Full(task, content or content_of(tx, task_id))

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
        owed = tx.save(before, change, lease)
        tx.on_commit(self._events.changed)
        holder = change.task.assigned_to_user_id
        if holder is not None and holder != before.assigned_to_user_id:
            tx.note_assigned(holder, change.task.updated_at)
        if change.task.terminal:
            self._wake(tx, before.id)
            channel = change.task.completed_via_channel or change.entries[-1].actor.channel
            tx.on_commit(lambda: self._observer.settled(change.task, channel))
        if owed:
            tx.announce_owed()
            tx.on_commit(lambda: self._relay.take(owed))

    def _created(self, task: Task, actor: Actor) -> None:
        self._deadlines.expect(task.timeout_at)
        self._observer.created(actor.channel)
        self._events.changed()

    def _wake(self, tx: Writer, task_id: str) -> None:
        """Wake whoever waits for a task: here at once, in other processes by the database."""
        tx.announce_settled(task_id)
        tx.on_commit(lambda: self._waker.wake(task_id))
