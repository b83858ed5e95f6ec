"""The one history of migrations, on PostgreSQL."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from psycopg.rows import dict_row
from sqlalchemy import Engine, create_engine, inspect

from awaithumans.server.auth.callers import Callers
from awaithumans.server.store import migrate as module
from awaithumans.server.store.migrate import HEAD, DatabaseTooNew, current_revision, migrate
from awaithumans.server.store.postgres import PostgresStore, address
from awaithumans.server.store.tables import metadata
from awaithumans.server.tasks.model import Filter
from tests.store.before import CASES, TASK_COLUMNS, fill, let_in, owe
from tests.store.kept import kept_in
from tests.support.postgres import Connection, Postgres, connected
from tests.support.timing import in_time

MIGRATIONS = Path(module.__file__).parent / "migrations"
OLD_TABLES = ("tasks", "task_contents", "audit_entries", "users", "sessions", "setup_tokens")
STARTER = """
import asyncio, sys
from awaithumans.server.store.postgres import PostgresStore

async def main():
    store = PostgresStore(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    await store.start()
    print(await store.revision())
    await store.stop()

asyncio.run(main())
"""


@pytest.fixture
def empty_url(databases: Postgres) -> Iterator[str]:
    """A database without a schema."""
    with databases.empty() as url:
        yield url


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    engine = create_engine(address(empty_url))
    yield engine
    engine.dispose()


class Marked:
    """Takes rows with the marks of SQLite."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def executemany(self, sql: str, parameters: Iterable[tuple[Any, ...]], /) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(sql.replace("?", "%s").encode(), list(parameters))


def bring_up(engine: Engine, revision: str) -> None:
    """Take the steps of the schema up to this one."""
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@pytest.fixture
def old(engine: Engine, empty_url: str) -> list[str]:
    """A database of the version before, with everything that people may have; the tasks' ids."""
    bring_up(engine, "0001")
    with connected(empty_url) as connection:
        let_in(Marked(connection))
        return fill(Marked(connection), CASES)


def contents(url: str, tables: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return every row of these tables."""
    with connected(url) as connection, connection.cursor(row_factory=dict_row) as cursor:
        return {
            table: cursor.execute(f"SELECT * FROM {table} ORDER BY 1".encode()).fetchall()
            for table in tables
        }


def test_a_migrated_database_has_exactly_the_tables_that_the_queries_see(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def indexes(engine: Engine) -> dict[str, Any]:
    """Return the definition of every index, its condition included, and the foreign keys."""
    look = inspect(engine)
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        )
        foreign = {table: look.get_foreign_keys(table) for table in metadata.tables}
        made = {name: definition for name, definition in found if "alembic" not in name}
        return made | foreign


def test_a_migrated_database_is_the_one_that_the_tables_would_make(
    engine: Engine, databases: Postgres
) -> None:
    migrate(engine)
    with databases.empty() as url:
        other = create_engine(address(url))
        metadata.create_all(other)
        assert indexes(engine) == indexes(other)
        other.dispose()


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    assert current_revision(engine) == ""
    migrate(engine)
    before = indexes(engine)
    migrate(engine)
    assert current_revision(engine) == HEAD
    assert indexes(engine) == before


async def test_nothing_is_lost_and_nothing_is_changed(old: list[str], empty_url: str) -> None:
    before = contents(empty_url, OLD_TABLES)
    async with kept_in(empty_url):
        pass
    after = contents(empty_url, OLD_TABLES)
    gone = {"sessions": {"expires_at"}}
    for table in OLD_TABLES:
        assert len(after[table]) == len(before[table]) > 0
        for was, now in zip(before[table], after[table], strict=True):
            kept = {name: value for name, value in was.items() if name not in gone.get(table, ())}
            assert {name: now[name] for name in kept} == kept


async def test_every_task_is_open_to_whom_it_was_open_before(
    old: list[str], empty_url: str
) -> None:
    async with kept_in(empty_url) as kept:
        found = {
            task.id: task for task in await kept.store.read(lambda tx: tx.tasks(Filter(limit=200)))
        }
        olga = await Callers(kept.store, "admin", kept.clock).recognize(None, "olga's cookie")
        assert olga is not None
        assert olga.email == "olga@example.com"
    rows = contents(empty_url, ["task_invitations"])["task_invitations"]
    for task_id, case in zip(old, CASES, strict=True):
        assert found[task_id].open_to == case.open_to, case
        invited = sorted(row["email"] for row in rows if row["task_id"] == task_id)
        assert invited == sorted(case.invited), case
        settled = {row["settled_at"] is not None for row in rows if row["task_id"] == task_id}
        assert settled <= {found[task_id].terminal}


async def test_what_was_owed_before_there_were_channels_is_owed_still(
    old: list[str], engine: Engine, empty_url: str
) -> None:
    bring_up(engine, "0004")
    with connected(empty_url) as connection:
        owe(Marked(connection), old)
    tables = ("deliveries", "delivery_attempts")
    before = contents(empty_url, tables)
    async with kept_in(empty_url) as kept:
        assert await kept.store.revision() == HEAD
        for task_id in old:
            full = await kept.tasks.get(task_id)
            assert (full.task.verifier, full.task.max_attempts, full.task.verdict) == (
                None,
                0,
                None,
            )
            assert full.content.verifier_config is None
            assert full.told == ()
    assert contents(empty_url, tables) == before
    assert len(before["deliveries"]) == len(before["delivery_attempts"]) == len(old)


COPIES = 100_000 // len(CASES)
_KEPT = [name for name in TASK_COLUMNS if name not in ("id", "idempotency_key")]
_COPIED = f"""
INSERT INTO tasks (id, idempotency_key, {", ".join(_KEPT)})
    SELECT old.id || '-' || n, old.idempotency_key || '-' || n, {", ".join(_KEPT)}
    FROM tasks AS old, generate_series(2, {COPIES}) AS n;
INSERT INTO task_contents SELECT tasks.id, payload, payload_schema, content.response_schema,
        form_definition, initial_response
    FROM tasks JOIN task_contents AS content ON content.task_id = split_part(tasks.id, '-', 1)
    WHERE tasks.id LIKE '%-%';
INSERT INTO audit_entries
        (id, task_id, from_status, to_status, action, actor_type, extra_data, created_at)
    SELECT line.id || '-' || split_part(tasks.id, '-', 2), tasks.id, from_status, to_status,
        action, actor_type, extra_data, line.created_at
    FROM tasks JOIN audit_entries AS line ON line.task_id = split_part(tasks.id, '-', 1)
    WHERE tasks.id LIKE '%-%';
"""


async def test_a_hundred_thousand_tasks_are_brought_up_within_a_minute(
    old: list[str], empty_url: str
) -> None:
    with connected(empty_url) as connection:
        connection.execute(_COPIED.encode())
        before = {table: counted(connection, table) for table in OLD_TABLES}
        digest = states(connection)
    began = time.monotonic()
    async with kept_in(empty_url) as kept:
        seconds = time.monotonic() - began
        assert await kept.store.revision() == HEAD
    print(f"\n{before['tasks']} tasks brought up in {seconds:.1f} s")
    assert before["tasks"] == len(CASES) * COPIES
    in_time(seconds, 60)
    with connected(empty_url) as connection:
        assert {table: counted(connection, table) for table in OLD_TABLES} == before
        assert states(connection) == digest
        for open_to in ("anybody", "invited", "nobody"):
            of_these = COPIES * sum(case.open_to == open_to for case in CASES)
            assert counted(connection, f"tasks WHERE open_to = '{open_to}'") == of_these
        invited = COPIES * sum(len(case.invited) for case in CASES)
        assert counted(connection, "task_invitations") == invited


def counted(connection: Connection, what: str) -> int:
    (found,) = connection.execute(f"SELECT count(*) FROM {what}".encode()).fetchone() or (0,)
    return found


def states(connection: Connection) -> tuple[Any, ...] | None:
    """Return a number that changes when any task of the version before does."""
    row = f"row({', '.join(TASK_COLUMNS)})::text"
    query = f"SELECT sum(hashtextextended({row}, 0)) FROM tasks"
    return connection.execute(query.encode()).fetchone()


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(empty_url: str) -> None:
    async with kept_in(empty_url) as kept:
        full = await kept.created()
    with connected(empty_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(DatabaseTooNew):
            await PostgresStore(empty_url).start()
        connection.execute(f"UPDATE alembic_version SET version_num = '{HEAD}'".encode())
    async with kept_in(empty_url) as kept:
        assert await kept.tasks.get(full.task.id) == full


async def test_half_a_migration_is_never_kept(empty_url: str) -> None:
    with connected(empty_url) as connection:
        connection.execute("CREATE TABLE setup_tokens (mine text)")
        with pytest.raises(Exception, match=r"."):
            await PostgresStore(empty_url).start()
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert tables.fetchall() == [("setup_tokens",)]
        connection.execute("DROP TABLE setup_tokens")
    async with kept_in(empty_url) as kept:
        assert await kept.store.revision() == HEAD


@pytest.mark.parametrize("made", ["empty", "0001"])
async def test_of_four_stores_that_start_at_once_on_a_database_all_come_up(
    request: pytest.FixtureRequest, empty_url: str, made: str
) -> None:
    if made == "0001":
        request.getfixturevalue("old")
    stores = [PostgresStore(empty_url, connections=2) for _ in range(4)]
    outcomes = await asyncio.gather(*(store.start() for store in stores), return_exceptions=True)
    up = [store for store, outcome in zip(stores, outcomes, strict=True) if outcome is None]
    try:
        assert outcomes == [None] * 4
        assert [await store.revision() for store in stores] == [HEAD] * 4
    finally:
        for store in up:
            await store.stop()


def test_two_processes_that_start_at_once_on_an_empty_database_both_come_up(
    databases: Postgres,
) -> None:
    for _ in range(3):
        with databases.empty() as url:
            starting = [
                subprocess.Popen(
                    [sys.executable, "-c", STARTER, url],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
                for _ in range(2)
            ]
            for process in starting:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n"
            for process in starting:
                assert process.stdin is not None
                process.stdin.write("go\n")
                process.stdin.flush()
            done = [process.communicate(timeout=30) for process in starting]
            assert [out for out, _ in done] == [f"{HEAD}\n"] * 2, done
