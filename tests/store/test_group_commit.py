import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, StatementError

from awaithumans.server.store.queries import Writer
from awaithumans.server.store.sqlite import SqliteStore
from awaithumans.server.tasks.model import Filter
from tests.store.kept import Kept, adding, making, statements
from tests.support.clock import ManualClock
from tests.support.made import APPROVED, NOW, SUE, an_account

DATABASES = ["sqlite"]
CLOCK = ManualClock(NOW)


def rows(path: Path, query: str) -> list[Any]:
    """Ask the file itself, as another program would."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def hold(store: SqliteStore) -> tuple[threading.Event, "asyncio.Task[None]"]:
    """Keep the writer busy, so that what is written meanwhile goes into one commit."""
    go_on = threading.Event()

    def work(_tx: Writer) -> None:
        assert go_on.wait(10)

    return go_on, asyncio.create_task(store.write(work))


async def together(store: SqliteStore, works: list[Any]) -> list[Any]:
    """Run units of work in one batch; return the outcome of each."""
    go_on, held = hold(store)
    await asyncio.sleep(0.02)
    outcomes = asyncio.gather(*(store.write(work) for work in works), return_exceptions=True)
    await asyncio.sleep(0.02)
    go_on.set()
    await held
    return await outcomes


async def test_many_writes_at_once_are_all_in_the_file(kept: Kept) -> None:
    made = await asyncio.gather(*(kept.created() for _ in range(300)))
    stored = {row[0] for row in rows(kept.path, "SELECT id FROM tasks")}
    assert stored == {full.task.id for full in made}
    assert rows(kept.path, "SELECT count(*) FROM task_contents") == [(300,)]
    assert rows(kept.path, "SELECT count(*) FROM audit_entries") == [(300,)]


async def test_what_waits_together_is_committed_together(store: SqliteStore, path: Path) -> None:
    with statements(store) as made:
        await together(store, [adding(CLOCK) for _ in range(50)])
    assert sum(statement == "BEGIN IMMEDIATE" for statement in made) == 2
    assert rows(path, "SELECT count(*) FROM tasks") == [(50,)]


class Mistake(Exception):
    """Something of the server's own."""


def writes_and_fails(error: Exception) -> Any:
    draft, change = making(CLOCK)

    def work(tx: Writer) -> None:
        tx.add(change, draft.content)
        tx.on_commit(lambda: pytest.fail("it was not committed"))
        raise error

    return work


@pytest.mark.parametrize("place", [0, 5, 9])
async def test_a_unit_that_fails_leaves_nothing_and_the_others_are_committed(
    store: SqliteStore, path: Path, place: int
) -> None:
    works = [adding(CLOCK) for _ in range(9)]
    works.insert(place, writes_and_fails(Mistake("half-way")))
    outcomes = await together(store, works)
    assert isinstance(outcomes.pop(place), Mistake)
    stored = {row[0] for row in rows(path, "SELECT id FROM tasks")}
    assert stored == {task.id for task in outcomes}
    assert rows(path, "SELECT count(*) FROM task_contents") == [(9,)]
    assert rows(path, "SELECT count(*) FROM audit_entries") == [(9,)]


async def test_a_unit_that_breaks_a_constraint_fails_alone(store: SqliteStore, path: Path) -> None:
    account = an_account("sue")

    def twice(tx: Writer) -> None:
        tx.add_account(account)
        tx.add_account(account)

    outcomes = await together(store, [adding(CLOCK), twice, adding(CLOCK)])
    assert [isinstance(outcome, Exception) for outcome in outcomes] == [False, True, False]
    assert isinstance(outcomes[1], IntegrityError)
    assert "sue@example.com" not in str(outcomes[1])
    assert rows(path, "SELECT count(*) FROM tasks") == [(2,)]
    assert rows(path, "SELECT count(*) FROM users") == [(0,)]


async def test_a_value_that_cannot_be_stored_fails_alone(store: SqliteStore, path: Path) -> None:
    unstorable = adding(CLOCK, task_metadata={"secret": "\ud800"})
    outcomes = await together(store, [adding(CLOCK), unstorable, adding(CLOCK)])
    assert isinstance(outcomes[1], StatementError)
    assert "secret" not in str(outcomes[1])
    assert rows(path, "SELECT count(*) FROM tasks") == [(2,)]


async def test_what_follows_a_commit_follows_it(store: SqliteStore, path: Path) -> None:
    seen: list[tuple[int, str]] = []
    draft, change = making(CLOCK)

    def work(tx: Writer) -> None:
        tx.add(change, draft.content)
        tx.on_commit(
            lambda: seen.append(
                (
                    len(rows(path, "SELECT id FROM tasks")),
                    threading.current_thread().name,
                )
            )
        )
        assert rows(path, "SELECT id FROM tasks") == []

    await store.write(work)
    assert seen == [(1, threading.main_thread().name)]


async def test_what_follows_a_commit_has_happened_when_the_write_returns(kept: Kept) -> None:
    full = await kept.created()
    with kept.waker.subscribe(full.task.id) as parked:
        await kept.tasks.complete(full.task.id, APPROVED, SUE)
        await asyncio.wait_for(parked.wait(30), 0.1)


async def test_a_write_whose_caller_went_away_is_committed_all_the_same(
    store: SqliteStore, path: Path
) -> None:
    go_on, held = hold(store)
    draft, change = making(CLOCK)
    followed: list[int] = []

    def work(tx: Writer) -> None:
        tx.add(change, draft.content)
        tx.on_commit(lambda: followed.append(1))

    write = asyncio.create_task(store.write(work))
    await asyncio.sleep(0.02)
    write.cancel()
    await asyncio.gather(write, return_exceptions=True)
    go_on.set()
    await held
    await store.write(lambda _tx: None)
    assert rows(path, "SELECT id FROM tasks") == [(change.task.id,)]
    assert followed == [1]


async def test_a_reader_sees_no_half_transaction(store: SqliteStore) -> None:
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


async def test_a_reader_sees_one_moment_however_long_it_reads(store: SqliteStore) -> None:
    began, go_on = threading.Event(), threading.Event()

    def work(tx: Any) -> tuple[int, int]:
        first = len(tx.tasks(Filter()))
        began.set()
        assert go_on.wait(10)
        return first, len(tx.tasks(Filter()))

    read = asyncio.create_task(store.read(work))
    await asyncio.to_thread(began.wait, 10)
    await store.write(adding(CLOCK))
    go_on.set()
    assert await read == (0, 0)
    assert len(await store.read(lambda tx: tx.tasks(Filter()))) == 1


async def test_what_waits_when_the_store_stops_is_committed(path: Path) -> None:
    store = SqliteStore(path)
    await store.start()
    go_on, held = hold(store)
    await asyncio.sleep(0.02)
    writes = asyncio.gather(*(store.write(adding(CLOCK)) for _ in range(20)))
    await asyncio.sleep(0)
    stop = asyncio.create_task(store.stop())
    await asyncio.sleep(0.02)
    go_on.set()
    await asyncio.gather(held, writes, stop)
    assert rows(path, "SELECT count(*) FROM tasks") == [(20,)]
