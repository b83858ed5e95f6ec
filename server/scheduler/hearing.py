"""What other processes say: a task is settled, a deadline is earlier, something is owed."""

import asyncio
from contextlib import suppress
from typing import Protocol

from ..clock import from_rfc3339
from ..errors import StorageUnavailable
from ..tasks.service import Tasks
from .deadlines import DeadlineClock

_PAUSE_SECONDS = 0.5


class Lot(Protocol):
    """Who parks the requests."""

    def waited_for(self) -> list[str]:
        """Return the ids of the tasks that some request waits for."""
        ...

    def wake(self, task_id: str) -> None:
        """Wake every request that waits for this task."""
        ...


class Sending(Protocol):
    """Who delivers what is owed."""

    def wake(self) -> None:
        """Take note that something is due now."""
        ...


class Hearing:
    """Acts on what is heard; a hint that was lost is made up for by reading once.

    Args:
        tasks: Who reads what is waited for.
        waker: Who parks the requests.
        deadlines: Who settles overdue tasks.
        relay: Who delivers what is owed.
    """

    def __init__(self, tasks: Tasks, waker: Lot, deadlines: DeadlineClock, relay: Sending) -> None:
        self._tasks = tasks
        self._waker = waker
        self._deadlines = deadlines
        self._relay = relay

    def heard(self, announcement: str) -> None:
        """Act on one announcement; see `announce_…` of `tasks.ports`. Foreign words are no harm."""
        what, _, subject = announcement.partition(" ")
        if what == "settled":
            self._waker.wake(subject)
        elif what == "owed":
            self._relay.wake()
        elif what == "due":
            with suppress(ValueError, OverflowError):
                self._deadlines.expect(from_rfc3339(subject))

    async def missed(self) -> None:
        """Read again what is waited for, until that works: announcements may have been lost."""
        while not await self._read_again():  # noqa: ASYNC110 -- the database gives no sign
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _read_again(self) -> bool:
        try:
            for task_id in await self._tasks.settled_among(self._waker.waited_for()):
                self._waker.wake(task_id)
            due = await self._tasks.next_deadline()
        except StorageUnavailable:
            return False
        if due is not None:
            self._deadlines.expect(due)
        self._relay.wake()
        return True
