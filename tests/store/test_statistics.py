"""The statistics, on both databases."""

from datetime import date, timedelta

import pytest

from awaithumans.server.tasks.statistics import Statistician
from tests.store.kept import Kept, explained, statements
from tests.support.made import AGENT, APPROVED, NOW, OLGA, SUE

_DAY = 86_400


@pytest.fixture
def statistician(kept: Kept) -> Statistician:
    return Statistician(kept.store, kept.clock)


async def test_nothing_is_counted_as_nothing(statistician: Statistician) -> None:
    counted = await statistician.count(7)
    assert (counted.created, counted.by_status, counted.by_channel) == (0, {}, {})
    assert (counted.completion_rate, counted.median, counted.p95) == (None, None, None)
    assert [each.created + each.completed for each in counted.by_day] == [0] * 7
    assert counted.by_day[-1].day == NOW.date()
    assert counted.by_day[0].day == NOW.date() - timedelta(days=6)


async def test_tasks_and_answers_are_counted_by_status_day_and_channel(
    kept: Kept, statistician: Statistician
) -> None:
    old = await kept.created(timeout_seconds=30 * _DAY)
    kept.clock.advance(7 * _DAY)
    for actor, seconds in ((OLGA, 10), (SUE, 20), (AGENT, 30)):
        task = await kept.created()
        kept.clock.advance(seconds)
        await kept.tasks.complete(task.task.id, APPROVED, actor)
    await kept.tasks.cancel((await kept.created()).task.id, None, AGENT)
    kept.clock.advance(_DAY)
    await kept.created()
    await kept.tasks.complete(old.task.id, APPROVED, OLGA)
    counted = await statistician.count(3)
    assert counted.by_status == {"completed": 3, "cancelled": 1, "created": 1}
    assert counted.created == 5
    assert counted.completion_rate == 0.75
    assert [(each.created, each.completed) for each in counted.by_day] == [(0, 0), (4, 3), (1, 1)]
    assert counted.by_day[1].day == date(2026, 3, 8)
    assert counted.by_channel == {"dashboard": 3, "api": 1}
    assert counted.median == 20.0
    assert counted.p95 == 8 * _DAY + 60


async def test_a_window_begins_at_midnight(kept: Kept, statistician: Statistician) -> None:
    kept.clock.advance(-(12 * 3600 + 0.25) - 0.001)
    await kept.created()
    kept.clock.advance(0.002)
    await kept.created()
    assert (await statistician.count(1)).created == 1
    assert (await statistician.count(2)).created == 2


async def test_what_was_counted_a_moment_ago_is_given_again(
    kept: Kept, statistician: Statistician
) -> None:
    await statistician.count(30)
    await kept.created()
    with statements(kept.store) as made:
        assert (await statistician.count(30)).created == 0
        assert made == []
        kept.clock.advance(11)
        assert (await statistician.count(30)).created == 1


async def test_a_year_is_counted_with_four_queries(kept: Kept, statistician: Statistician) -> None:
    with statements(kept.store) as made:
        assert len((await statistician.count(365)).by_day) == 365
    made = [statement for statement in made if statement != "BEGIN"]
    assert len(made) == 4
    if kept.store.kind == "sqlite":
        plans = [step for statement in made for step in explained(kept, statement)]
        assert not [step for step in plans if step == "SCAN tasks"]
        assert [step for step in plans if "COVERING INDEX ix_tasks_completed" in step]
