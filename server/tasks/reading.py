"""What can be asked of tasks without changing them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ..clock import Clock
from .lookup import Full, backlog, full, task_of
from .model import Backlog, Entry, Filter, Person, Task
from .ports import Observer, Reader, Store, Waker


class Reading:
    """The use cases that only read.

    Args:
        store: Where tasks are kept.
        waker: Who parks and wakes the requests that wait for them.
        clock: What time it is.
        observer: Who counts what happens.
    """

    def __init__(self, store: Store, waker: Waker, clock: Clock, observer: Observer) -> None:
        self._store = store
        self._waker = waker
        self._clock = clock
        self._observer = observer

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
        woken_at = self._clock.now()
        task = await self._store.read(lambda tx: task_of(tx, task_id, view))
        if task.terminal:
            self._observer.woken(task, woken_at)
        return task

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

    async def backlog(self) -> Backlog:
        """Return what is open now; a count of open tasks, never of all that ever were."""
        now = self._clock.now()
        return await self._store.read(lambda tx: backlog(tx, now))
