"""The use cases on a real SQLite file, or on a real PostgreSQL."""

import itertools
import sqlite3
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, Engine, Executable, event

from awaithumans.server.directory.model import Account
from awaithumans.server.ids import new_id
from awaithumans.server.running import Database
from awaithumans.server.store.postgres import PostgresStore
from awaithumans.server.store.postgres_pipe import Pipe
from awaithumans.server.store.queries import Reader, Writer
from awaithumans.server.store.sqlite import SqliteStore
from awaithumans.server.tasks import lifecycle
from awaithumans.server.tasks.checking import Checker
from awaithumans.server.tasks.lifecycle import OpenTo, Routed
from awaithumans.server.tasks.lookup import Full
from awaithumans.server.tasks.model import Draft, Filter, Task
from awaithumans.server.tasks.service import Tasks
from awaithumans.server.tasks.transitions import Change
from awaithumans.server.wake.local import LocalWaker
from tests.support.clock import ManualClock
from tests.support.made import AGENT, NOW, a_draft
from tests.support.use_cases import Expected, Noted, Taken

Query = Callable[[Reader], object]


@dataclass
class Kept:
    store: Database
    waker: LocalWaker
    clock: ManualClock
    tasks: Tasks

    async def created(self, **changes: Any) -> Full:
        return await self.tasks.create(a_draft(**changes), AGENT)

    async def add_people(self, *accounts: Account) -> None:
        def work(tx: Writer) -> None:
            for account in accounts:
                tx.add_account(account)

        await self.store.write(work)

    async def ids(self, **wanted: Any) -> list[str]:
        """Return the ids that a list of at most 50 shows."""
        found = await self.store.read(lambda tx: tx.tasks(Filter(**wanted)))
        return [task.id for task in found]

    async def count(self, table: str, where: str = "true") -> int:
        """Count rows of a table, beside whatever is being written."""

        def work(tx: Reader) -> int:
            connection: Connection = vars(tx)["_connection"]
            query = f"SELECT count(*) FROM {table} WHERE {where}"
            return connection.exec_driver_sql(query).scalar_one()

        return await self.store.read(work)

    @property
    def path(self) -> Path:
        """The file, where there is one."""
        return vars(self.store)["_path"]


@asynccontextmanager
async def kept_in(place: Path | str) -> AsyncGenerator[Kept]:
    """Open a file, or the database at a URL; give the use cases on it, with a clock to move."""
    store = SqliteStore(place) if isinstance(place, Path) else PostgresStore(place)
    waker, clock = LocalWaker(), ManualClock(NOW)
    await store.start()
    try:
        tasks = Tasks(store, waker, Expected(), Taken(), Checker(), clock, Noted())
        yield Kept(store, waker, clock, tasks)
    finally:
        await store.stop()


def making(
    clock: ManualClock, routed: Routed | None = None, **changes: Any
) -> tuple[Draft, Change]:
    """Return a new task that is not stored yet."""
    draft = a_draft(**changes)
    change = lifecycle.create(
        draft, new_id("tsk", clock.now()), "print", routed or OpenTo(), clock.now(), AGENT
    )
    return draft, change


def adding(clock: ManualClock, **changes: Any) -> Callable[[Writer], Task]:
    """Return a unit of work that stores a new task."""
    draft, change = making(clock, **changes)

    def work(tx: Writer) -> Task:
        assert tx.add(change, draft.content) is not None
        return change.task

    return work


def engine_of(store: Database) -> Engine:
    return vars(store)["_engine"]


@contextmanager
def statements(store: Database) -> Generator[list[str]]:
    """Note every statement that the store makes."""
    made: list[str] = []
    own: set[int] = set()

    def note(_connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        made.append(statement)

    def take(driver: Any, *_rest: Any) -> None:
        own.add(id(driver))

    def note_and_send(pipe: Pipe, statement: Executable, *rest: Any, **by: Any) -> None:
        if id(vars(pipe)["_driver"]) in own:
            made.append(str(statement))
        send(pipe, statement, *rest, **by)

    send, engines = Pipe.send, [engine_of(store)]
    if isinstance(store, PostgresStore):
        engines.append(vars(store)["_batching"])
    heard = [("before_cursor_execute", note), ("checkout", take)]
    with ExitStack() as stack:
        for engine, (name, listener) in itertools.product(engines, heard):
            event.listen(engine, name, listener)
            stack.callback(event.remove, engine, name, listener)
        stack.enter_context(patch.object(Pipe, "send", note_and_send))
        yield made


def explained(kept: Kept, statement: str) -> list[str]:
    """Return the plan of a statement."""
    with closing(engine_of(kept.store).raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", [None] * statement.count("?"))
        return [row[3] for row in cursor.fetchall()]


def steps_of(tx: Reader, query: Query) -> int:
    """Count the steps of SQLite's machine."""
    driver: sqlite3.Connection = vars(tx)["_connection"].connection.driver_connection
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    driver.set_progress_handler(step, 10)
    try:
        query(tx)
    finally:
        driver.set_progress_handler(None, 10)
    return steps
