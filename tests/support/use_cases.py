"""`Tasks` on a store in memory, with a clock to move: everything but the disk."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from awaithumans.server.tasks.checking import Checker
from awaithumans.server.tasks.deliveries import Kind, Owed, Packed
from awaithumans.server.tasks.lookup import Full
from awaithumans.server.tasks.ports import Admission
from awaithumans.server.tasks.service import Tasks
from awaithumans.server.wake.local import LocalWaker
from tests.support.clock import ManualClock
from tests.support.made import AGENT, NOW, a_draft
from tests.support.memory import MemoryStore


class Expected:
    """Takes note of deadlines and does nothing about them."""

    def __init__(self) -> None:
        self.deadlines: list[datetime] = []

    def expect(self, deadline: datetime) -> None:
        self.deadlines.append(deadline)


class Taken:
    """Takes note of what is to be delivered, and does nothing about it."""

    def __init__(self, lease: timedelta | None = None) -> None:
        self.owed: list[Packed] = []
        self.leases = lease

    def lease(self, owed: Owed, now: datetime) -> datetime | None:
        return None if self.leases is None else now + self.leases

    def take(self, owed: Sequence[Packed]) -> None:
        self.owed += owed


class Noted:
    """Takes note of what would be told, and tells nobody."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def changed(self) -> None:
        self.told.append("changed")

    def gone(self) -> None:
        self.told.append("gone")


class Backwards:
    """Keeps passwords in a way that a test can see through."""

    async def hash(self, password: str) -> str:
        return password[::-1]


@dataclass
class UseCases:
    store: MemoryStore = field(default_factory=MemoryStore)
    waker: LocalWaker = field(default_factory=LocalWaker)
    expected: Expected = field(default_factory=Expected)
    taken: Taken = field(default_factory=Taken)
    events: Noted = field(default_factory=Noted)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    reminders: Sequence[float] = ()
    admissions: Sequence[Admission] = ()

    def __post_init__(self) -> None:
        self.tasks = Tasks(
            self.store,
            self.waker,
            self.expected,
            self.taken,
            Checker(),
            self.clock,
            self.events,
            reminders=self.reminders,
            admissions=self.admissions,
        )

    async def created(self, **changes: Any) -> Full:
        return await self.tasks.create(a_draft(**changes), AGENT)

    def owed(self, task_id: str, *kinds: Kind) -> list[Packed]:
        """Return what a task owes, of these kinds."""
        mine = [each for each in self.store.rows.owed if each.delivery.task_id == task_id]
        return [each for each in mine if each.delivery.kind in kinds]

    async def actions(self, task_id: str) -> list[str]:
        return [entry.action for entry in await self.tasks.audit(task_id)]

    async def refusals(self, task_id: str) -> list[tuple[str, str]]:
        return [
            (entry.extra_data["command"], entry.extra_data["error_code"])
            for entry in await self.tasks.audit(task_id)
            if entry.action == "refused"
        ]

    async def park(self, task_id: str, seconds: float = 30) -> "asyncio.Task[Any]":
        """Return a poll that waits."""
        poll = asyncio.create_task(self.tasks.poll(task_id, seconds))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not poll.done()
        return poll
