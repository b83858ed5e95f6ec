"""What a stream reads of the history, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from awaithumans.server.errors import ResponseInvalid
from awaithumans.server.events.feed import Feed
from awaithumans.server.events.model import Listener
from awaithumans.server.tasks.model import Person
from awaithumans.server.tasks.service import Tasks
from tests.store.kept import Kept, statements
from tests.support.hearing import hearing
from tests.support.made import AGENT, APPROVED, BOB, OLGA, a_draft, an_account
from tests.support.use_cases import Expected, Taken


class Events:
    """The use cases, and a feed of what they do."""

    def __init__(self, kept: Kept) -> None:
        self.feed = Feed(kept.store, kept.clock, None, heartbeat=0.2)
        checker = vars(kept.tasks)["_checker"]
        self.tasks = Tasks(
            kept.store, kept.waker, Expected(), Taken(), checker, kept.clock, self.feed
        )

    async def created(self, **changes: object) -> str:
        return (await self.tasks.create(a_draft(**changes), AGENT)).task.id


@pytest.fixture
async def events(kept: Kept) -> AsyncIterator[Events]:
    events = Events(kept)
    yield events
    await events.feed.stop()


async def test_every_transition_is_told_in_order(events: Events) -> None:
    async with hearing(events.feed) as ear:
        task_id = await events.created()
        await events.tasks.claim(task_id, OLGA)
        await events.tasks.complete(task_id, APPROVED, OLGA)
        told = await ear.heard(3)
    assert told == [(task_id, "created"), (task_id, "claimed"), (task_id, "completed")]


async def test_an_event_says_where_the_task_stands_and_nothing_of_what_it_holds(
    events: Events,
) -> None:
    async with hearing(events.feed) as ear:
        task_id = await events.created()
        event = await ear.next()
    assert event.kind == "task"
    assert event.data == {
        "task_id": task_id,
        "status": "created",
        "version": 1,
        "action": "created",
    }


async def test_a_refusal_is_no_change(events: Events) -> None:
    task_id = await events.created()
    async with hearing(events.feed) as ear:
        with pytest.raises(ResponseInvalid):
            await events.tasks.complete(task_id, {}, OLGA)
        await events.tasks.cancel(task_id, None, AGENT)
        assert await ear.heard(1) == [(task_id, "cancelled")]


async def test_a_stream_goes_on_where_it_broke_off(events: Events) -> None:
    async with hearing(events.feed) as ear:
        first = await events.created()
        await ear.heard(1)
    missed = await events.created()
    async with hearing(events.feed, last=ear.mark) as again:
        assert await again.heard(1) == [(missed, "created")]
        await events.tasks.cancel(first, None, AGENT)
        # The same event may come twice.
        assert await again.until((first, "cancelled")) <= {(missed, "created")}


async def test_who_comes_for_the_first_time_hears_from_now_on(events: Events) -> None:
    await events.created()
    async with hearing(events.feed) as ear:
        later = await events.created()
        assert await ear.heard(1) == [(later, "created")]


async def test_who_was_away_from_the_beginning_hears_everything(events: Events) -> None:
    task_id = await events.created()
    async with hearing(events.feed, last="0-") as ear:
        assert await ear.heard(1) == [(task_id, "created")]


@pytest.mark.parametrize("last", ["", "nonsense", "1-aud_of_another_database", "999999-aud_1"])
async def test_a_place_that_is_not_known_is_answered_with_resync(events: Events, last: str) -> None:
    await events.created()
    async with hearing(events.feed, last=last) as ear:
        assert (await ear.next()).kind == "resync"


async def test_who_was_away_for_too_long_is_told_to_read_everything_again(
    events: Events,
) -> None:
    await events.created()
    async with hearing(events.feed, last="0-") as ear:
        await ear.heard(1)
    await asyncio.gather(*(events.created() for _ in range(500)))
    async with hearing(events.feed, last=ear.mark) as again:
        assert (await again.next()).kind == "resync"
        later = await events.created()
        assert await again.heard(1) == [(later, "created")]


async def test_deleting_makes_everybody_look_again_and_loses_nothing_after_it(
    events: Events,
) -> None:
    kept = await events.created()
    async with hearing(events.feed) as ear:
        deleted = await events.created()
        await ear.heard(1)
        before = ear.mark
        await events.tasks.delete(deleted)
        assert (await ear.next()).kind == "resync"
        # SQLite gives the numbers of what was deleted again.
        after = await events.created()
        assert await ear.heard(1) == [(after, "created")]
        await events.tasks.cancel(kept, None, AGENT)
        assert await ear.heard(1) == [(kept, "cancelled")]
    async with hearing(events.feed, last=before) as again:
        assert (await again.next()).kind == "resync"


async def test_cleaning_up_makes_everybody_look_again(kept: Kept, events: Events) -> None:
    task_id = await events.created()
    await events.tasks.cancel(task_id, None, AGENT)
    async with hearing(events.feed) as ear:
        kept.clock.advance(100_000)
        assert await events.tasks.purge(timedelta(0), 10) == 1
        assert (await ear.next()).kind == "resync"
        assert await events.tasks.purge(timedelta(0), 10) == 0
        assert await ear.hears_nothing()


async def test_a_reviewer_hears_of_their_tasks_and_of_those_taken_from_them(
    kept: Kept, events: Events
) -> None:
    await kept.add_people(an_account("sue"), an_account("bob"))
    sue = Listener(Person("sue@example.com", "usr_sue"))
    async with hearing(events.feed, sue) as ear:
        hers = await events.created(assign_to={"email": "sue@example.com"})
        assert await ear.heard(2) == [(hers, "created"), (hers, "assigned")]
        bobs = await events.created(assign_to={"email": "bob@example.com"})
        await events.created(assign_to={"pool": "nobody's"})
        anybodys = await events.created()
        assert await ear.heard(1) == [(anybodys, "created")]
        await events.tasks.claim(anybodys, BOB)
        assert await ear.heard(1) == [(anybodys, "claimed")]
        await events.tasks.assign(hers, {"email": "bob@example.com"}, OLGA)
        assert await ear.heard(1) == [(hers, "assigned")]
        await events.tasks.complete(hers, APPROVED, BOB)
        await events.tasks.complete(bobs, APPROVED, BOB)
        assert await ear.hears_nothing()
        offered = await events.created()
        await events.tasks.assign(offered, {"user_id": "usr_bob"}, OLGA)
        # What was read together is told as far as it may be known by then.
        assert await ear.until((offered, "assigned")) <= {(offered, "created")}


async def test_a_reviewer_catches_up_with_their_own_only(kept: Kept, events: Events) -> None:
    await kept.add_people(an_account("sue"), an_account("bob"))
    await events.created(assign_to={"email": "bob@example.com"})
    hers = await events.created(assign_to={"email": "sue@example.com"})
    sue = Listener(Person("sue@example.com", "usr_sue"))
    async with hearing(events.feed, sue, last="0-") as ear:
        assert await ear.heard(2) == [(hers, "created"), (hers, "assigned")]
        assert await ear.hears_nothing()


async def test_a_hundred_listeners_cost_no_more_queries_than_one(
    kept: Kept, events: Events
) -> None:
    people = [an_account(f"p{number}") for number in range(50)]
    await kept.add_people(*people)
    listeners = [
        Listener(Person(account.email, account.id), f"session of {account.id}")
        for account in people
    ]
    streams = [
        (await events.feed.open(replace(each, credential=None), None))[0] for each in listeners
    ]
    async with hearing(events.feed) as ear:
        await asyncio.sleep(0.1)
        with statements(kept.store) as made:
            await events.created()
            await ear.heard(1)
        reading = [statement for statement in made if statement.startswith("SELECT")]
        assert len(reading) <= 8
    for stream in streams:
        events.feed.leave(stream)


async def test_while_nobody_listens_nothing_is_read(kept: Kept, events: Events) -> None:
    async with hearing(events.feed):
        await events.created()
    await asyncio.sleep(0.3)
    with statements(kept.store) as made:
        task_id = await events.created()
        await events.tasks.cancel(task_id, None, AGENT)
        await asyncio.sleep(0.3)
    assert not [statement for statement in made if "audit_entries.seq >" in statement]


async def test_the_feed_ends_every_stream_when_the_server_stops(events: Events) -> None:
    async with hearing(events.feed) as ear:
        events.feed.close()
        assert await ear.has_ended()
    async with hearing(events.feed) as late:
        assert await late.has_ended()


async def test_a_listener_whose_session_is_unknown_is_let_go(events: Events) -> None:
    async with hearing(events.feed, Listener(None, "hash of nothing")) as ear:
        await events.created()
        assert await ear.has_ended()


async def test_a_listener_is_let_go_with_a_heartbeat_though_nothing_happens(
    events: Events,
) -> None:
    async with hearing(events.feed, Listener(None, "hash of nothing")) as ear:
        assert await ear.has_ended()
