"""Settles overdue tasks; sleeps until the next deadline instead of looking for one."""

import asyncio
import logging
from datetime import datetime, timedelta

from ..clock import Clock
from ..errors import StorageUnavailable
from ..tasks.service import Tasks

_log = logging.getLogger(__name__)

# Small enough that other writes get in between; each batch is one transaction.
_BATCH = 100
_RETRY = timedelta(seconds=1)
# What is due but can't be settled is in somebody else's hands at this moment.
_TAKEN = timedelta(seconds=0.05)
# A laptop that slept wakes to a clock that jumped: look again after this long at the latest.
_LONGEST_SLEEP = timedelta(minutes=1)


class DeadlineClock:
    """Times tasks out when they are due."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next: datetime | None = None
        self._sooner = asyncio.Event()
        self._job: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether the job runs."""
        return self._job is not None and not self._job.done()

    @property
    def next_deadline(self) -> datetime | None:
        """When the next open task is due, as far as is known."""
        return self._next

    def expect(self, deadline: datetime) -> None:
        """Take note that a task is due at `deadline`."""
        if self._next is None or deadline < self._next:
            self._next = deadline
            self._sooner.set()

    def start(self, tasks: Tasks) -> None:
        """Begin to settle what is due."""
        self._job = asyncio.get_running_loop().create_task(self._run(tasks))

    async def stop(self) -> None:
        """Stop; what is due stays due, and the next start settles it."""
        if self._job is not None:
            self._job.cancel()
            await asyncio.gather(self._job, return_exceptions=True)

    async def _run(self, tasks: Tasks) -> None:
        while True:
            try:
                await self._settle(tasks)
            except StorageUnavailable:
                self._next = self._clock.now() + _RETRY
            except Exception:  # noqa: BLE001 -- a job that ends silently is worse than any error
                _log.exception("settling overdue tasks failed; trying again")
                self._next = self._clock.now() + _RETRY
            await self._sleep()

    async def _settle(self, tasks: Tasks) -> None:
        self._next = None
        settled = _BATCH
        while settled == _BATCH:
            settled = await tasks.settle_due(_BATCH)
        earliest = await tasks.next_deadline()
        if earliest is not None:
            now = self._clock.now()
            self.expect(now + _TAKEN if settled == 0 and earliest <= now else earliest)

    async def _sleep(self) -> None:
        """Sleep until the next deadline, or until an earlier one is expected."""
        while True:
            self._sooner.clear()
            now = self._clock.now()
            due = self._next
            if due is not None and due <= now:
                return
            rest = _LONGEST_SLEEP if due is None else min(due - now, _LONGEST_SLEEP)
            # Not `wait_for`: before Python 3.12 it swallows a cancel that comes with the event.
            timer = asyncio.get_running_loop().call_later(rest.total_seconds(), self._sooner.set)
            try:
                await self._sooner.wait()
            finally:
                timer.cancel()
            if self._next == due and rest == _LONGEST_SLEEP:
                # Nobody has expected anything: look, for another process may have died with a
                # deadline that only it knew of.
                return
