from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import pytest

from awaithumans.server.tasks.model import Channel, Status
from awaithumans.server.tasks.statistics import Reader, Statistician, Statistics, quantile
from tests.support.clock import ManualClock
from tests.support.made import NOW

T = TypeVar("T")
TODAY = NOW.replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.mark.parametrize(
    ("values", "median", "p95"),
    [
        ([], None, None),
        ([7.0], 7.0, 7.0),
        ([1.0, 2.0], 1.0, 2.0),
        ([float(n) for n in range(1, 101)], 50.0, 95.0),
        ([float(n) for n in range(1, 21)], 10.0, 19.0),
    ],
)
def test_a_quantile_is_the_smallest_value_that_so_many_do_not_exceed(
    values: list[float], median: float | None, p95: float | None
) -> None:
    assert quantile(values, 0.5) == median
    assert quantile(values, 0.95) == p95


class Counts:
    """A view of a database that counts how often it is read."""

    def __init__(self) -> None:
        self.reads = 0

    def count_by_status(self, since: datetime) -> dict[Status, int]:
        assert since == TODAY - timedelta(days=1)
        return {"completed": 2, "submitted": 3, "verification_exhausted": 2}

    def count_by_channel(self, since: datetime) -> dict[Channel | None, int]:
        assert since == TODAY - timedelta(days=1)
        return {"slack": 2, None: 1}

    def count_by_day(self, days: Sequence[datetime]) -> list[tuple[int, int]]:
        assert list(days) == [TODAY + timedelta(days=n) for n in (-1, 0, 1)]
        return [(3, 1), (4, 2)]

    def newest_waits(self, since: datetime, most: int) -> list[float]:
        assert since < TODAY
        return [9.0, 1.0, 5.0][:most]

    async def read(self, work: Callable[[Reader], T]) -> T:
        self.reads += 1
        return work(self)


async def test_a_window_is_whole_days_and_ends_with_today() -> None:
    counts = Counts()
    found = await Statistician(counts, ManualClock(NOW)).count(2)
    assert (found.window_days, found.since) == (2, TODAY - timedelta(days=1))
    assert [(day.day, day.created, day.completed) for day in found.by_day] == [
        (TODAY.date() - timedelta(days=1), 3, 1),
        (TODAY.date(), 4, 2),
    ]
    assert (found.created, found.completion_rate) == (7, 0.5)
    assert (found.median, found.p95) == (5.0, 9.0)
    assert found.by_channel == {"slack": 2, None: 1}


async def test_what_was_counted_a_moment_ago_is_given_again_and_then_forgotten() -> None:
    counts, clock = Counts(), ManualClock(NOW)
    statistician = Statistician(counts, clock)
    first = await statistician.count(2)
    clock.advance(9.9)
    assert await statistician.count(2) is first
    assert counts.reads == 1
    clock.advance(0.1)
    assert await statistician.count(2) == first
    assert counts.reads == 2


def test_nothing_settled_has_no_rate() -> None:
    none = Statistics(1, NOW, {"created": 3}, (), {}, None, None)
    assert (none.created, none.completion_rate) == (3, None)
