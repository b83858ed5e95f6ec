"""Links to tasks, made beside a server that runs."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import create_engine

from awaithumans.server.auth.links import Links
from awaithumans.server.clock import SystemClock
from awaithumans.server.directory.credentials import Purpose
from awaithumans.server.store.queries import Writer
from tests.dashboard.site import SUE, Site

T = TypeVar("T")
Make = Callable[[str, Purpose], Awaitable[str]]


class Beside:
    """The server's database, from another process."""

    def __init__(self, home: Path) -> None:
        self._engine = create_engine(f"sqlite:///{home / 'data' / 'awaithumans.db'}")

    async def read(self, work: Callable[[Writer], T]) -> T:
        return await self.write(work)

    async def write(self, work: Callable[[Writer], T]) -> T:
        with self._engine.begin() as connection:
            return work(Writer(connection, []))


def links_of(site: Site) -> Make:
    """Return what makes links to Sue, as the senders of mails do."""
    links = Links(Beside(site.server.home), SystemClock())

    async def make(task_id: str, purpose: Purpose) -> str:
        token = await links.make(task_id, SUE, None, "email", purpose)
        if purpose == "open":
            return f"/api/links/{token}"
        return f"/api/channels/email/action/{token}?choice=0"

    return make
