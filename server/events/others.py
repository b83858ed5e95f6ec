"""The other server processes on the same database: told only what somebody there listens for."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress

from ..errors import StorageUnavailable
from .ports import Store

# For how long a process counts as listening after it said so; it says so every 15 seconds.
_LISTENING = 45.0
# Seconds for which announcements are gathered into one.
_GATHERING = 0.05


class Processes:
    """Announces to other processes, and hears them.

    Announcements are made beside the changes and not in their transactions: a change costs nothing
    more while nobody listens elsewhere, and thousands of changes are one announcement. One that is
    lost with its process is made up for by the next one, or by the next heartbeat.

    Args:
        store: What carries the announcements.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._own = secrets.token_hex(8)
        self._listening_until = 0.0
        self._untold: set[str] = set()
        self._jobs: set[asyncio.Task[None]] = set()

    def watch(self) -> None:
        """Tell the others that somebody listens here."""
        self._start("watching", 0.0)

    def tell(self, what: str) -> None:
        """Tell the others what happened here, if anybody listens there."""
        if what not in self._untold and self._now() < self._listening_until:
            self._start(what, _GATHERING)

    def heard(self, what: str, who: str, happened: Callable[[str], None]) -> None:
        """Take note of an announcement; call `happened` with what happened elsewhere."""
        if who == self._own:
            return
        if what == "watching":
            self._listening_until = self._now() + _LISTENING
        else:
            happened(what)

    async def stop(self) -> None:
        """Leave the rest untold."""
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)

    def _start(self, what: str, pause: float) -> None:
        self._untold.add(what)
        job = asyncio.get_running_loop().create_task(self._announce(what, pause))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _announce(self, what: str, pause: float) -> None:
        try:
            await asyncio.sleep(pause)
        finally:
            self._untold.discard(what)
        with suppress(StorageUnavailable):
            await self._store.write(lambda tx: tx.announce(f"{what} {self._own}"))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
