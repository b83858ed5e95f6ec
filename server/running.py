"""The database and the jobs of a server: opened together, and ended in order."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from .auth.passwords import Passwords
from .events.feed import Feed
from .events.others import Processes
from .outbox.relay import Relay
from .scheduler.deadlines import DeadlineClock
from .scheduler.retention import Retention
from .store.sqlite import SqliteStore
from .tasks.service import Tasks
from .wake.local import LocalWaker

if TYPE_CHECKING:
    from .channels.slack.channel import SlackChannel
    from .store.postgres import PostgresStore
    from .wake.postgres import PostgresEars

Database: TypeAlias = "SqliteStore | PostgresStore"


@dataclass(frozen=True, slots=True)
class Jobs:
    """What works beside the requests."""

    store: Database
    tasks: Tasks
    ears: "PostgresEars | None"
    deadlines: DeadlineClock
    retention: Retention
    relay: Relay
    waker: LocalWaker
    feed: Feed
    others: Processes | None
    passwords: Passwords
    slack: "SlackChannel | None"

    def release(self) -> None:
        """Let go of everybody who waits: the server stops."""
        self.waker.close()
        self.feed.close()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Open the database and start the jobs; end them, and let who waits go, on the way out."""
        await self.store.start()
        try:
            if self.ears is not None:
                self.ears.start()
            self.deadlines.start(self.tasks)
            self.retention.start(self.tasks)
            self.relay.start()
            if self.slack is not None:
                await self.slack.start()
            yield
        finally:
            await self._end()

    async def _end(self) -> None:
        if self.slack is None:
            await self.relay.stop()
        else:
            await asyncio.gather(self.slack.stop(), self.relay.stop())
            await self.slack.close()
        await self.retention.stop()
        await self.deadlines.stop()
        if self.ears is not None:
            await self.ears.stop()
        self.waker.close()
        await self.feed.stop()
        if self.others is not None:
            await self.others.stop()
        await self.store.stop()
        self.passwords.close()
