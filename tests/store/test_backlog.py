"""What is open, counted for whoever watches the server; on both databases."""

from awaithumans.server.tasks.model import Backlog
from tests.store.kept import Kept
from tests.support.made import AGENT, OLGA


async def test_an_empty_database_has_no_backlog(kept: Kept) -> None:
    assert await kept.tasks.backlog() == Backlog({}, 0, 0.0)


async def test_the_backlog_is_what_is_open_by_status_and_what_is_overdue(kept: Kept) -> None:
    made = [await kept.created(timeout_seconds=seconds) for seconds in (60, 90, 3600, 3600)]
    await kept.tasks.assign(made[0].task.id, {"email": "sue@example.com"}, OLGA)
    await kept.tasks.cancel(made[3].task.id, None, AGENT)
    assert await kept.tasks.backlog() == Backlog({"assigned": 1, "created": 2}, 0, 0.0)
    kept.clock.advance(100)
    assert await kept.tasks.backlog() == Backlog({"assigned": 1, "created": 2}, 2, 40.0)
    assert await kept.tasks.settle_due(10) == 2
    assert await kept.tasks.backlog() == Backlog({"created": 1}, 0, 0.0)
