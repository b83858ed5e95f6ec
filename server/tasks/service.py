"""The use cases of tasks: each is one transaction, whoever calls it.

Every channel, route and job that changes a task comes through here.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ..clock import Clock
from ..errors import NoMatchingAssignee, Refusal, TaskNotFound
from ..ids import is_id, new_id
from ..routing.plan import Address, Member, plan
from . import lifecycle
from .checking import Checker
from .lifecycle import Change, Command, OpenTo
from .lookup import (
    Full,
    content_of,
    fingerprint,
    full,
    named,
    not_theirs,
    replay,
    route,
    task_of,
    undeliverable,
)
from .model import Actor, Content, Draft, Entry, Filter, Json, Person, Task
from .ports import Deadlines, Events, Reader, Store, Waker, Writer


class Tasks:
    """What can be done with tasks.

    Args:
        store: Where they are kept.
        waker: Who parks and wakes the requests that wait for them.
        deadlines: Who settles them when they are overdue.
        checker: Who checks payloads and answers against their schemas.
        clock: What time it is.
        events: Who tells those who listen.
    """

    def __init__(
        self,
        store: Store,
        waker: Waker,
        deadlines: Deadlines,
        checker: Checker,
        clock: Clock,
        events: Events,
    ) -> None:
        self._store = store
        self._waker = waker
        self._deadlines = deadlines
        self._checker = checker
        self._clock = clock
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
            tx.on_commit(lambda: self._deadlines.expect(change.task.timeout_at))
            tx.on_commit(self._events.changed)
            return Full(change.task, draft.content)

        return await self._store.write(work)

    async def get(self, task_id: str, view: Person | None = None) -> Full:
        """Return one task.

        Args:
            task_id: Which.
            view: The reviewer who looks, here and below; None sees everything.

        Raises:
            TaskNotFound: There is none with this id.
            Forbidden: It is neither the reviewer's nor open to them.
        """
        return await self._store.read(lambda tx: full(tx, task_id, view))

    async def page(self, wanted: Filter) -> tuple[list[Task], str | None]:
        """Return a page of tasks, newest first, and the cursor of the next page if there is one."""
        one_more = replace(wanted, limit=wanted.limit + 1)
        found = await self._store.read(lambda tx: tx.tasks(one_more))
        page = found[: wanted.limit]
        return page, page[-1].id if len(found) > wanted.limit else None

    async def poll(self, task_id: str, seconds: float, view: Person | None = None) -> Task:
        """Return the task's state once it is settled, or as it is after `seconds`.

        Subscribes, then reads, then waits: a wake between the two is not missed, and while it
        waits no query is made.

        Raises:
            TaskNotFound: There is none with this id, or it was deleted meanwhile.
            Forbidden: It is neither the reviewer's nor open to them, or not any more.
        """
        with self._waker.subscribe(task_id) as parked:
            task = await self._store.read(lambda tx: task_of(tx, task_id, view))
            if task.terminal or self._waker.closed:
                return task
            await parked.wait(seconds)
        return await self._store.read(lambda tx: task_of(tx, task_id, view))

    async def audit(self, task_id: str, view: Person | None = None) -> list[Entry]:
        """Return the task's history, oldest first.

        Raises:
            TaskNotFound: There is none with this id.
            Forbidden: It is neither the reviewer's nor open to them.
        """

        def work(tx: Reader) -> list[Entry]:
            task_of(tx, task_id, view)
            return tx.audit(task_id)

        return await self._store.read(work)

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
        content = (await self.get(task_id)).content
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

        return await self._store.write(work)

    async def purge(self, keep: timedelta, limit: int) -> int:
        """Remove up to `limit` tasks that were settled over `keep` ago; return how many."""
        before = self._clock.now() - keep

        def work(tx: Writer) -> int:
            removed = tx.purge(before, limit)
            if removed:
                tx.on_commit(self._events.gone)
            return removed

        return await self._store.write(work)

    async def settled_among(self, task_ids: Sequence[str]) -> list[str]:
        """Return those of these tasks that are settled or gone."""
        if not task_ids:
            return []
        still_open = await self._store.read(lambda tx: tx.open_among(task_ids))
        return [task_id for task_id in task_ids if task_id not in still_open]

    async def next_deadline(self) -> datetime | None:
        """Return when the next open task is due."""
        return await self._store.read(lambda tx: tx.next_deadline())

    async def open_count(self) -> int:
        """Return how many tasks are open."""
        return await self._store.read(lambda tx: tx.open_count())

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
                self._save(tx, task, change)
                task = change.task
            return Full(task, content or content_of(tx, task_id))

        outcome = await self._store.write(work)
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    def _current(self, tx: Writer, task_id: str, now: datetime) -> Task:
        """Return the task as it is at `now`: if its deadline has passed, it is settled first."""
        task = tx.locked(task_id) if is_id(task_id, "tsk") else None
        if task is None:
            raise TaskNotFound
        if not lifecycle.overdue(task, now):
            return task
        change = lifecycle.expire(task, now)
        self._save(tx, task, change)
        return change.task

    def _save(self, tx: Writer, before: Task, change: Change) -> None:
        tx.save(before, change)
        tx.on_commit(self._events.changed)
        holder = change.task.assigned_to_user_id
        if holder is not None and holder != before.assigned_to_user_id:
            tx.note_assigned(holder, change.task.updated_at)
        if change.task.terminal:
            self._wake(tx, before.id)

    def _wake(self, tx: Writer, task_id: str) -> None:
        """Wake whoever waits for a task: here at once, in other processes by the database."""
        tx.announce_settled(task_id)
        tx.on_commit(lambda: self._waker.wake(task_id))
