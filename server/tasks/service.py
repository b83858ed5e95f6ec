"""The use cases of tasks: each is one transaction, whoever calls it.

Every channel, route and job that changes a task comes through here.
"""

from datetime import datetime, timedelta

from ..errors import NoMatchingAssignee, Refusal, TaskNotFound
from ..ids import is_id, new_id
from ..routing.plan import Address, Member, plan
from . import lifecycle
from .acting import verdict_on
from .lifecycle import OpenTo
from .lookup import Full, fingerprint, made_before, named, replay, route, told
from .model import Actor, Draft, Entry, Json, Person, Task
from .ports import Reader, Writer
from .replies import Replies
from .transitions import Change


class Tasks(Replies):
    """What can be done with tasks; `Acting` says what they need."""

    async def create(self, draft: Draft, actor: Actor) -> Full:
        """Store a new task, or find the one that its idempotency key made before.

        What is there already is found even if it would not be admitted any more.

        Raises:
            SchemaInvalid, PayloadInvalid: The content does not hold together.
            IdempotencyKeyReused: The key made a task with other content.
            MarketplaceNotAvailable: `assign_to` asks for the marketplace.
            Refusal: A new task is not admitted.
            StorageUnavailable: Nothing was stored.
        """
        wanted = plan(draft.assign_to)
        self._checker.check_content(draft.content)
        print_ = fingerprint(draft.task, draft.content)
        try:
            for admit in self._admissions:
                admit(draft)
        except Refusal as refusal:
            return await self._found(draft.idempotency_key, print_, refusal)

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
                self._reminders,
            )
            owed = tx.add(change, draft.content, self._relay.lease)
            if owed is None:
                return replay(tx, draft.idempotency_key, print_)
            self._owe(tx, owed)
            if change.task.assigned_to_user_id is not None:
                tx.note_assigned(change.task.assigned_to_user_id, now)
            tx.announce_due(change.task)
            tx.on_commit(lambda: self._created(change.task, actor))
            return Full(change.task, draft.content, told=told(tx, change.task))

        return await self._store.write(work, about=())

    async def _found(self, idempotency_key: str, print_: str, refusal: Refusal) -> Full:
        """Return the task that the key made before; a new one is refused.

        Raises:
            IdempotencyKeyReused: It was made with other content.
            Refusal: There is none: `refusal`.
        """

        def work(tx: Reader) -> Full | None:
            return made_before(tx, idempotency_key, print_)

        found = await self._store.read(work)
        if found is None:
            raise refusal
        return found

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
            for waited_for in (task_id, verdict_on(task_id)):
                self._wake(tx, waited_for)
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

        What still owes something stays until that is delivered or abandoned; a reminder that is
        yet to come is nothing that a settled task owes.
        """
        now = self._clock.now()

        def work(tx: Writer) -> int:
            removed = tx.purge(now - keep, now, limit)
            if removed:
                tx.on_commit(self._events.gone)
            return removed

        return await self._store.write(work)

    def arrived(self, tx: Writer, task_id: str, **said: object) -> None:
        """Note that somebody was told of a task; part of the caller's transaction.

        Args:
            tx: The transaction.
            task_id: Which task.
            said: What the history says of it.
        """
        task = tx.locked(task_id)
        if task is None:
            return
        change = lifecycle.notify(task, self._clock.now(), **said)
        if isinstance(change, Entry):
            tx.note([change])
            tx.on_commit(self._events.changed)
        else:
            self._save(tx, task, change)

    def _created(self, task: Task, actor: Actor) -> None:
        self._deadlines.expect(task.timeout_at)
        self._observer.created(actor.channel)
        self._events.changed()
