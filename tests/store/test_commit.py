"""What a write promises, whichever database takes it and whatever is written beside it."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from awaithumans.server.errors import StorageUnavailable, TaskNotFound
from awaithumans.server.running import Database
from awaithumans.server.store.queries import Writer
from awaithumans.server.tasks.model import Filter
from tests.store.kept import Kept, adding, kept_in, making
from tests.support.clock import ManualClock
from tests.support.made import APPROVED, NOW, SUE, an_account
from tests.support.two_servers import until

CLOCK = ManualClock(NOW)


def hold(store: Database) -> tuple[threading.Event, "asyncio.Task[None]"]:
    """Keep the writer busy, so that what is written meanwhile goes into one commit."""
    go_on = threading.Event()

    def work(_tx: Writer) -> None:
        assert go_on.wait(10)

    return go_on, asyncio.create_task(store.write(work))


async def together(store: Database, works: list[Any]) -> list[Any]:
    """Run units of work in one batch; return the outcome of each."""
    go_on, held = hold(store)
    await asyncio.sleep(0.02)
    outcomes = asyncio.gather(*(store.write(work) for work in works), return_exceptions=True)
    await asyncio.sleep(0.02)
    go_on.set()
    await held
    return await outcomes


class Mistake(Exception):
    """Something of the server's own."""


def writes_and_fails(error: Exception) -> Any:
    draft, change = making(CLOCK)

    def work(tx: Writer) -> None:
        tx.add(change, draft.content)
        tx.on_commit(lambda: pytest.fail("it was not committed"))
        raise error

    return work


def twice(tx: Writer) -> None:
    """Break a constraint."""
    tx.add_account(an_account("sue"))
    tx.add_account(an_account("sue"))


@pytest.mark.parametrize("place", [0, 9])
@pytest.mark.parametrize(
    ("work", "error"),
    [
        (writes_and_fails(Mistake("half-way")), Mistake),
        (writes_and_fails(TaskNotFound()), TaskNotFound),
        # So ends a create whose key's task is deleted at this moment.
        (writes_and_fails(StorageUnavailable()), StorageUnavailable),
        (twice, IntegrityError),
    ],
)
async def test_a_unit_that_fails_leaves_nothing_and_the_others_are_committed(
    kept: Kept, work: Any, error: type[Exception], place: int
) -> None:
    works = [adding(CLOCK) for _ in range(9)]
    works.insert(place, work)
    outcomes = await together(kept.store, works)
    assert isinstance(outcomes.pop(place), error)
    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert set(await kept.ids(limit=50)) == {task.id for task in outcomes}
    assert await kept.count("task_contents") == await kept.count("audit_entries") == 9
    assert await kept.count("users") == 0


async def test_many_writes_at_once_are_all_kept(kept: Kept) -> None:
    made = await asyncio.gather(*(kept.created() for _ in range(300)))
    assert len({full.task.id for full in made}) == 300
    for table in ("tasks", "task_contents", "audit_entries"):
        assert await kept.count(table) == 300


async def test_what_follows_a_commit_has_happened_when_the_write_returns(kept: Kept) -> None:
    full = await kept.created()
    with kept.waker.subscribe(full.task.id) as parked:
        await kept.tasks.complete(full.task.id, APPROVED, SUE)
        await asyncio.wait_for(parked.wait(30), 0.1)


async def test_what_follows_a_commit_follows_it_once_on_the_event_loop(kept: Kept) -> None:
    seen: list[str] = []
    draft, change = making(CLOCK)

    def work(tx: Writer) -> None:
        tx.add(change, draft.content)
        tx.on_commit(lambda: seen.append(threading.current_thread().name))

    outcomes = await together(kept.store, [work, writes_and_fails(Mistake("beside it"))])
    assert outcomes[0] is None
    assert seen == [threading.main_thread().name]


@pytest.mark.parametrize("about", [None, ()])
async def test_what_follows_a_commit_and_fails_hinders_nobody(
    kept: Kept, about: tuple[str, ...] | None, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> None:
        raise Mistake("afterwards")

    def work(tx: Writer) -> str:
        tx.on_commit(fails)
        return "stored"

    writes = (kept.store.write(work, about) for _ in range(3))
    assert await asyncio.wait_for(asyncio.gather(*writes), 5) == ["stored"] * 3
    await until(lambda: sum("afterwards" in str(one.exc_info) for one in caplog.records) == 3)


async def test_a_write_whose_caller_went_away_is_committed_all_the_same(kept: Kept) -> None:
    go_on, held = hold(kept.store)
    draft, change = making(CLOCK)
    followed: list[int] = []
    begun = threading.Event()

    def work(tx: Writer) -> None:
        begun.set()
        tx.add(change, draft.content)
        tx.on_commit(lambda: followed.append(1))

    write = asyncio.create_task(kept.store.write(work))
    # SQLite's one writer is busy: there it waits.
    await asyncio.to_thread(begun.wait, 0.02 if kept.store.kind == "sqlite" else 10)
    write.cancel()
    await asyncio.gather(write, return_exceptions=True)
    go_on.set()
    await held
    await kept.store.write(lambda _tx: None)
    await until(lambda: bool(followed))
    assert await kept.ids() == [change.task.id]
    assert followed == [1]


async def test_a_reader_sees_no_half_transaction(store: Database) -> None:
    half_way, go_on = threading.Event(), threading.Event()
    draft, change = making(CLOCK)

    def work(tx: Writer) -> None:
        tx.add(change, draft.content)
        half_way.set()
        assert go_on.wait(10)

    write = asyncio.create_task(store.write(work))
    await asyncio.to_thread(half_way.wait, 10)
    assert await store.read(lambda tx: tx.tasks(Filter())) == []
    go_on.set()
    await write
    assert await store.read(lambda tx: tx.tasks(Filter())) == [change.task]


async def test_what_waits_when_the_store_stops_is_committed(stored_at: Path | str) -> None:
    async with kept_in(stored_at) as kept:
        go_on, held = hold(kept.store)
        await asyncio.sleep(0.02)
        writes = asyncio.gather(*(kept.store.write(adding(CLOCK)) for _ in range(20)))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.05, go_on.set)
    await asyncio.gather(held, writes)
    async with kept_in(stored_at) as kept:
        assert await kept.count("tasks") == 20
