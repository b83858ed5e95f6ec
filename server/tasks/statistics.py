"""How much is asked and how fast it is answered."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from ..clock import Clock
from .model import TERMINAL, Channel, Status

T = TypeVar("T")

_DAY = timedelta(days=1)
# The times of more answers say the same, and take longer to sort.
_MOST_WAITS = 10_000
# For how long a result is given again: whoever reloads a page costs nothing.
_FRESH = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Day:
    """One day, in UTC: how many tasks were made, and how many were answered."""

    day: date
    created: int
    completed: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """A window of days that ends with today.

    `by_status` counts the tasks made in it, as they are now; `by_channel`, `median` and `p95` (in
    seconds from creation) are of the answers that came in it.
    """

    window_days: int
    since: datetime
    by_status: dict[Status, int]
    by_day: tuple[Day, ...]
    by_channel: dict[Channel | None, int]
    median: float | None
    p95: float | None

    @property
    def created(self) -> int:
        """How many tasks were made."""
        return sum(self.by_status.values())

    @property
    def completion_rate(self) -> float | None:
        """Which part of the tasks made, of those that are settled, was answered."""
        settled = sum(count for status, count in self.by_status.items() if status in TERMINAL)
        return self.by_status.get("completed", 0) / settled if settled else None


class Reader(Protocol):
    """Queries within one consistent view of the database."""

    def count_by_status(self, since: datetime) -> dict[Status, int]:
        """Return how many of the tasks made since then are in each status."""
        ...

    def count_by_channel(self, since: datetime) -> dict[Channel | None, int]:
        """Return how many answers since then came by each channel."""
        ...

    def count_by_day(self, days: Sequence[datetime]) -> list[tuple[int, int]]:
        """Return how many tasks were made and answered between each time and the next."""
        ...

    def newest_waits(self, since: datetime, most: int) -> list[float]:
        """Return how many seconds the newest answers since then took to come."""
        ...


class Store(Protocol):
    """Where tasks are kept."""

    async def read(self, work: Callable[[Reader], T]) -> T:
        """Run `work` on a consistent view, off the event loop."""
        ...


class Statistician:
    """Counts.

    Args:
        store: Where tasks are kept.
        clock: What time it is.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._turn = asyncio.Lock()
        self._counted: dict[int, tuple[datetime, Statistics]] = {}

    async def count(self, window_days: int) -> Statistics:
        """Return the statistics of so many days; what was counted a moment ago is given again.

        Raises:
            StorageUnavailable: The database does not answer.
        """
        async with self._turn:
            now = self._clock.now()
            counted = self._counted.get(window_days)
            if counted is None or not counted[0] <= now < counted[0] + _FRESH:
                counted = now, await self._store.read(lambda tx: _count(tx, window_days, now))
                self._counted = {**self._fresh(now), window_days: counted}
            return counted[1]

    def _fresh(self, now: datetime) -> dict[int, tuple[datetime, Statistics]]:
        return {days: each for days, each in self._counted.items() if now < each[0] + _FRESH}


def _count(tx: Reader, window_days: int, now: datetime) -> Statistics:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - (window_days - 1) * _DAY
    days = [since + number * _DAY for number in range(window_days + 1)]
    counts = tx.count_by_day(days)
    waits = sorted(tx.newest_waits(since, _MOST_WAITS))
    return Statistics(
        window_days,
        since,
        tx.count_by_status(since),
        tuple(Day(day.date(), *count) for day, count in zip(days, counts, strict=False)),
        tx.count_by_channel(since),
        quantile(waits, 0.5),
        quantile(waits, 0.95),
    )


def quantile(ordered: Sequence[float], part: float) -> float | None:
    """Return the smallest value that at least this part of all does not exceed; None of nothing."""
    if not ordered:
        return None
    rank = -(-len(ordered) * round(part * 100) // 100)
    return ordered[max(rank, 1) - 1]
