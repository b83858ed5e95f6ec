"""What other processes say: a task is settled, a deadline is near, something is owed, or new."""

import asyncio
from contextlib import suppress
from typing import Protocol

from ..clock import from_rfc3339
from ..errors import StorageUnavailable
from ..events.feed import Feed
from ..events.others import Processes
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
        feed: Who tells those who listen here.
        others: The processes that say so, if there may be any.
    """

    def __init__(
        self,
        tasks: Tasks,
        waker: Lot,
        deadlines: DeadlineClock,
        relay: Sending,
        feed: Feed,
        others: Processes | None,
    ) -> None:
        self._tasks = tasks
        self._waker = waker
        self._deadlines = deadlines
        self._relay = relay
        self._feed = feed
        self._others = others

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
        elif self._others is not None and what in ("watching", "changed", "gone"):
            self._others.heard(what, subject, self._feed.heard)

    async def missed(self) -> None:
        """Read again what is waited for, until that works: announcements may have been lost."""
        while not await self._read_again():  # noqa: ASYNC110 -- the database gives no sign
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _read_again(self) -> bool:
        try:
            for task_id in await self._tasks.settled_among(self._waker.waited_for()):
                self._waker.wake(task_id)
            due = await self._tasks.next_deadline()
            self._feed.heard("gone")
        except StorageUnavailable:
            return False
        if due is not None:
            self._deadlines.expect(due)
        self._relay.wake()
        return True
