"""Two servers on one PostgreSQL: who listens to one hears what happens on the other."""

import asyncio
import time
from functools import partial

import pytest
from sqlalchemy import text

from awaithumans.server.events.feed import Feed
from awaithumans.server.tasks.model import Entry
from tests.store.kept import engine_of, statements
from tests.support.bodies import APPROVED
from tests.support.hearing import hearing
from tests.support.made import AGENT, NOW
from tests.support.timing import in_time
from tests.support.two_servers import TwoServers, until

SOON = 1.0
_LINE = text(
    "INSERT INTO audit_entries"
    " (id, task_id, to_status, action, actor_type, extra_data, created_at)"
    " VALUES (:id, :task_id, 'created', 'opened', 'system', '{}', 0)"
)


@pytest.fixture(autouse=True)
async def _both_listening(two: TwoServers) -> None:
    """What begins to listen may have missed something, and says so."""
    for server in (two.one, two.other):
        ears = server.server.app.state.parts.ears
        await until(partial(getattr, ears, "listening"))


async def _heard_of(two: TwoServers) -> None:
    """Wait until the one knows that somebody listens to the other."""
    others = vars(two.one.server.jobs.feed)["_others"]

    def knows() -> bool:
        return vars(others)["_listening_until"] > 0  # pyright: ignore[reportUnknownVariableType] -- of vars

    await until(knows)


async def test_what_happens_on_one_is_heard_on_the_other_within_a_second(two: TwoServers) -> None:
    async with hearing(two.other.server.jobs.feed) as ear:
        await _heard_of(two)
        began = time.monotonic()
        task_id = await two.created()
        assert await ear.heard(1) == [(task_id, "created")]
        path = f"/api/tasks/{task_id}"
        await two.one.client.post(f"{path}/complete", json=APPROVED)
        assert await ear.heard(1) == [(task_id, "completed")]
        await two.one.client.delete(path)
        assert (await ear.next()).kind == "resync"
        in_time(time.monotonic() - began, 3 * SOON)


async def test_what_happened_before_the_other_knew_is_heard_too(two: TwoServers) -> None:
    async with hearing(two.other.server.jobs.feed) as ear:
        task_id = await two.created()
        assert await ear.heard(1) == [(task_id, "created")]


async def test_a_stream_goes_on_at_another_server(two: TwoServers) -> None:
    async with hearing(two.one.server.jobs.feed) as ear:
        first = await two.created()
        assert await ear.heard(1) == [(first, "created")]
    missed = await two.created()
    async with hearing(two.other.server.jobs.feed, last=ear.mark) as again:
        assert await again.heard(1) == [(missed, "created")]


async def test_a_change_announces_nothing_while_nobody_listens(two: TwoServers) -> None:
    with statements(two.one.store) as made:
        task_id = await two.created()
        await two.one.server.tasks.cancel(task_id, None, AGENT)
        await asyncio.sleep(0.2)
    assert sum("pg_notify" in statement for statement in made) <= 2


async def test_many_changes_are_few_announcements(two: TwoServers) -> None:
    async with hearing(two.other.server.jobs.feed) as ear:
        await _heard_of(two)
        with statements(two.one.store) as made:
            made_ids = await asyncio.gather(*(two.created() for _ in range(40)))
            told = await ear.heard(40)
        creates = sum("INSERT INTO tasks" in statement for statement in made)
        announced = sum("pg_notify" in statement for statement in made)
    assert {task_id for task_id, _ in told} == set(made_ids)
    assert announced < creates + 20


async def test_a_line_that_is_committed_after_a_later_one_is_told(two: TwoServers) -> None:
    """Two transactions take numbers in one order and commit in the other."""
    early, late = await two.created(), await two.created()
    store = two.one.store
    async with hearing(two.one.server.jobs.feed) as ear:
        with engine_of(store).connect() as slow:
            slow.execute(_LINE, {"id": "aud_early", "task_id": early})
            await store.write(
                lambda tx: tx.note([Entry(late, "created", "created", "opened", AGENT, NOW)])
            )
            feed: Feed = two.one.server.jobs.feed
            feed.changed()
            assert await ear.heard(1) == [(late, "opened")]
            place = ear.mark
            slow.commit()
        feed.changed()
        assert await ear.heard(1) == [(early, "opened")]
    async with hearing(two.other.server.jobs.feed, last=place) as again:
        assert (early, "opened") in await again.heard(2)
