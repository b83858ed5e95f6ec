"""A database of the version before, with everything in it that people may have, brought up."""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from awaithumans.server.auth.callers import Callers
from awaithumans.server.auth.tokens import digest
from awaithumans.server.store import migrate as module
from awaithumans.server.store.migrate import HEAD
from awaithumans.server.tasks.model import Actor, Filter, Person
from tests.store.before import CASES, TWO, copy, fill, let_in, owe
from tests.store.kept import Kept, kept_in
from tests.support.made import AGENT, NOW, an_account
from tests.support.timing import in_time

MIGRATIONS = Path(module.__file__).parent / "migrations"


def contents(path: Path, tables: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return every row of these tables."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1")]
            for table in tables
        }


OLD_TABLES = ("tasks", "task_contents", "audit_entries", "users", "sessions", "setup_tokens")


def bring_up(path: Path, revision: str) -> None:
    """Take the steps of the schema up to this one."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


@pytest.fixture
def old(path: Path) -> Iterator[sqlite3.Connection]:
    """An empty database of the version before."""
    path.parent.mkdir()
    bring_up(path, "0001")
    with closing(sqlite3.connect(path)) as connection:
        yield connection


async def test_nothing_is_lost_and_nothing_is_changed(old: sqlite3.Connection, path: Path) -> None:
    fill(old, CASES)
    let_in(old)
    old.commit()
    before = contents(path, OLD_TABLES)
    async with kept_in(path):
        pass
    after = contents(path, OLD_TABLES)
    gone = {"sessions": {"expires_at"}}
    for table in OLD_TABLES:
        assert len(after[table]) == len(before[table]) > 0
        for was, now in zip(before[table], after[table], strict=True):
            kept = {name: value for name, value in was.items() if name not in gone.get(table, ())}
            assert {name: now[name] for name in kept} == kept


async def test_every_task_is_open_to_whom_it_was_open_before(
    old: sqlite3.Connection, path: Path
) -> None:
    ids = fill(old, CASES)
    old.commit()
    async with kept_in(path) as kept:
        found = {task.id: task for task in await everything(kept)}
    rows = contents(path, ["task_invitations"])["task_invitations"]
    for task_id, case in zip(ids, CASES, strict=True):
        assert found[task_id].open_to == case.open_to, case
        assert found[task_id].assign_to == case.assign_to
        invited = sorted(row["email"] for row in rows if row["task_id"] == task_id)
        assert invited == sorted(case.invited), case
        settled = {row["settled_at"] is not None for row in rows if row["task_id"] == task_id}
        assert settled <= {found[task_id].terminal}


async def everything(kept: Kept) -> list[Any]:
    return await kept.store.read(lambda tx: tx.tasks(Filter(limit=200)))


async def test_the_same_tasks_made_now_are_open_to_the_same_people(
    old: sqlite3.Connection, path: Path
) -> None:
    fresh = [
        case
        for case in CASES
        if case.status == "created" and set(case.assign_to or ()) != {"emails", "role", "pool"}
    ]
    ids = fill(old, fresh)
    old.commit()
    async with kept_in(path) as kept:
        for task_id, case in zip(ids, fresh, strict=True):
            moved = (await kept.tasks.get(task_id)).task
            made = (await kept.created(assign_to=case.assign_to)).task
            assert moved.open_to == made.open_to, case
            for email in (*TWO, "stranger@example.com"):
                one, other = await kept.store.read(
                    lambda tx, m=moved, n=made, e=email: tuple(
                        tx.may_act(task.id, Person(e, "usr_x")) for task in (m, n)
                    )
                )
                assert one is other, case


async def test_whoever_was_invited_before_can_claim_and_answer(
    old: sqlite3.Connection, path: Path
) -> None:
    waiting = [case for case in CASES if case.status == "created" and case.invited]
    ids = fill(old, waiting)
    old.commit()
    invited = Actor("reviewer", "b@x.y", "usr_b", "dashboard")
    async with kept_in(path) as kept:
        for task_id in ids:
            assert (await kept.tasks.claim(task_id, invited)).task.assigned_to_user_id == "usr_b"
            assert (await kept.tasks.complete(task_id, {}, invited)).task.terminal


async def test_people_and_sessions_of_before_get_in_as_before(
    old: sqlite3.Connection, path: Path
) -> None:
    let_in(old)
    old.commit()
    async with kept_in(path) as kept:
        callers = Callers(kept.store, "admin", kept.clock)
        olga = await callers.recognize(None, "olga's cookie")
        assert olga is not None
        assert (olga.kind, olga.email, olga.display_name) == (
            "operator",
            "olga@example.com",
            "Ölga",
        )
        for cookie in ("gone's cookie", "old cookie", "no cookie"):
            assert await callers.recognize(None, cookie) is None
        sue = await kept.store.read(lambda tx: tx.account("usr_sue"))
        assert sue == an_account("sue")
        assert await kept.store.read(lambda tx: tx.has_setup_token(digest("setup")))


async def test_what_was_there_can_be_worked_with(old: sqlite3.Connection, path: Path) -> None:
    ids = fill(old, CASES)
    let_in(old)
    old.commit()
    async with kept_in(path) as kept:
        for task_id in ids:
            full = await kept.tasks.get(task_id)
            assert full.content.payload == {"a": "é"}
            assert len(await kept.tasks.audit(task_id)) == 2
            if not full.task.terminal:
                await kept.tasks.delete(task_id)
        left = contents(path, ["task_invitations"])["task_invitations"]
        terminal = [
            i for i, c in zip(ids, CASES, strict=True) if c.status in ("cancelled", "completed")
        ]
        assert {row["task_id"] for row in left} <= set(terminal)


async def test_tasks_of_before_owe_nothing_and_new_ones_do(
    old: sqlite3.Connection, path: Path
) -> None:
    ids = fill(old, CASES)
    old.commit()
    async with kept_in(path) as kept:
        for task_id in ids:
            if not (await kept.tasks.get(task_id)).task.terminal:
                await kept.tasks.cancel(task_id, None, AGENT)
        assert await kept.count("deliveries", "kind = 'webhook'") == 0
        made = await kept.created(callback_url="https://example.com/done")
        await kept.tasks.cancel(made.task.id, None, AGENT)
        assert await kept.count("deliveries", "kind = 'webhook'") == 1


async def test_what_was_owed_before_there_were_channels_is_owed_still(
    old: sqlite3.Connection, path: Path
) -> None:
    ids = fill(old, CASES)
    old.commit()
    bring_up(path, "0004")
    tables = ("deliveries", "delivery_attempts")
    owe(old, ids)
    old.commit()
    before = contents(path, tables)
    async with kept_in(path) as kept:
        assert await kept.store.revision() == HEAD
        due = await kept.store.read(
            lambda tx: tx.due_deliveries(NOW + timedelta(minutes=1), [], [], 99, 99)
        )
        assert len(due) == len(ids)
        for task_id in ids:
            full = await kept.tasks.get(task_id)
            assert (full.task.verifier, full.task.max_attempts, full.task.verdict) == (
                None,
                0,
                None,
            )
            assert full.content.verifier_config is None
            # Nobody was told of them, though they named a channel.
            assert full.told == ()
            if not full.task.terminal:
                answered = await kept.tasks.complete(task_id, {}, AGENT)
                assert answered.task.status == "completed"
    after = contents(path, tables)
    for table in tables:
        # What was answered now is told in Slack, as it would be of a new task.
        assert [row for row in after[table] if row in before[table]] == before[table]


async def test_a_hundred_thousand_tasks_are_brought_up_within_a_minute(
    old: sqlite3.Connection, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(old, CASES)
    count = copy(old, 100_000 // len(CASES))
    let_in(old)
    old.commit()
    size = path.stat().st_size
    began = time.monotonic()
    async with kept_in(path) as kept:
        seconds = time.monotonic() - began
        assert await kept.tasks.open_count() == count * open_share() // len(CASES)
    with capsys.disabled():
        print(f"\n{count} tasks ({size >> 20} MiB) brought up in {seconds:.1f} s")
    in_time(seconds, 60)
    with closing(sqlite3.connect(path)) as connection:
        for table, rows in (("tasks", 1), ("task_contents", 1), ("audit_entries", 2)):
            (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert found == rows * count
        opened = dict(
            connection.execute("SELECT open_to, count(*) FROM tasks GROUP BY 1").fetchall()
        )
        (invited,) = connection.execute("SELECT count(*) FROM task_invitations").fetchone()
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    share = count // len(CASES)
    assert opened == {
        name: share * sum(case.open_to == name for case in CASES)
        for name in ("anybody", "invited", "nobody")
    }
    assert invited == share * sum(len(case.invited) for case in CASES)


def open_share() -> int:
    return sum(case.status in ("created", "assigned", "in_progress") for case in CASES)
