"""A PostgreSQL that is busy, locked or gone: refusals that pass, without a restart (R8)."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, text

from awaithumans.server.errors import StorageUnavailable
from awaithumans.server.store import migrate
from awaithumans.server.store import postgres as module
from awaithumans.server.store.postgres import PostgresStore
from awaithumans.server.store.queries import Reader, Writer
from tests.store.kept import Kept, kept_in
from tests.support.bodies import APPROVED, refund
from tests.support.clock import RunningClock
from tests.support.inprocess import InProcess, in_process
from tests.support.made import an_account
from tests.support.postgres import Postgres, connected, started
from tests.support.timing import at_most
from tests.support.two_servers import parked

DATABASES = ["postgresql"]


@pytest.fixture
async def served(tmp_path: Path, database_url: str) -> AsyncIterator[InProcess]:
    async with in_process(tmp_path / "data", database_url=database_url) as served:
        yield served


@contextmanager
def locked(
    url: str, statement: str = "LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE"
) -> Generator[None]:
    """Hold a lock, as a curious person or another program would."""
    with connected(url) as other, other.transaction():
        other.execute(statement.encode())
        yield


def is_503(answer: httpx.Response, code: str = "STORAGE_UNAVAILABLE") -> bool:
    told = (answer.status_code, answer.json().get("error_code"))
    return told == (503, code) and 1 <= int(answer.headers["retry-after"]) <= 5


async def still_serves(served: InProcess) -> None:
    made = await served.client.post("/api/tasks", json=refund())
    assert made.status_code == 201, made.text
    path = f"/api/tasks/{made.json()['id']}"
    done = await served.client.post(f"{path}/complete", json=APPROVED)
    assert done.status_code == 200, done.text
    assert (await served.client.get(path)).json() == done.json()


async def comes_to_serve(served: InProcess, within: float) -> None:
    deadline = time.monotonic() + within
    while (await served.stranger.get("/api/ready")).status_code != 200:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    await still_serves(served)


async def test_when_no_connection_is_free_whoever_comes_is_told_to_come_again(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresStore.__init__, "__defaults__", (2,))
    async with in_process(tmp_path / "data", database_url=database_url) as served:
        await still_serves(served)
        # Two seconds for a connection and two for the lock, and not so for one after the other.
        with locked(database_url), at_most(6):
            answers = await asyncio.gather(
                *(served.client.get("/api/tasks") for _ in range(20)),
                *(served.client.post("/api/tasks", json=refund()) for _ in range(20)),
            )
            assert all(map(is_503, answers))
            assert (await served.stranger.get("/api/health")).status_code == 200
        with at_most(1):
            await still_serves(served)


async def test_a_locked_table_refuses_for_as_long_as_it_lasts(
    served: InProcess, database_url: str
) -> None:
    await still_serves(served)
    with locked(database_url), at_most(3.5):
        assert is_503(await served.client.post("/api/tasks", json=refund()))
    with locked(database_url, "LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"):
        assert is_503(await served.stranger.get("/api/ready"), "NOT_READY")
    await comes_to_serve(served, 1)


async def test_a_task_that_another_program_holds_is_refused_alone(
    served: InProcess, database_url: str
) -> None:
    made = (await served.client.post("/api/tasks", json=refund())).json()
    path = f"/api/tasks/{made['id']}"
    row = f"SELECT FROM tasks WHERE id = '{made['id']}' FOR UPDATE"
    with locked(database_url, row), at_most(5):
        refused, *others = await asyncio.gather(
            served.client.post(f"{path}/complete", json=APPROVED),
            *(served.client.post("/api/tasks", json=refund()) for _ in range(20)),
        )
        assert is_503(refused)
        assert {other.status_code for other in others} == {201}
        assert (await served.client.get(path)).json() == made
    assert (await served.client.post(f"{path}/complete", json=APPROVED)).status_code == 200


def sleeping(seconds: float) -> Any:
    def work(tx: Reader) -> None:
        connection: Connection = vars(tx)["_connection"]
        connection.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})

    return work


async def test_a_statement_that_takes_too_long_is_ended_and_refused(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(module._LIMITS, "statement_timeout", 200)  # pyright: ignore[reportPrivateUsage] -- to shorten it
    async with kept_in(database_url) as kept:
        for act in (kept.store.read, kept.store.write):
            with at_most(2), pytest.raises(StorageUnavailable):
                await act(sleeping(10))
        await kept.created()


async def test_of_a_write_whose_database_falls_silent_nobody_says_that_nothing_was_changed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept after all, once the database speaks again."""
    monkeypatch.setattr(module, "_LONGEST_SECONDS", 0.2)
    async with kept_in(database_url) as kept:

        def work(tx: Writer) -> None:
            tx.add_account(an_account("sue"))
            sleeping(1)(tx)

        with pytest.raises(StorageUnavailable) as refusal:
            await kept.store.write(work)
        assert "not known" in refusal.value.message
        with pytest.raises(StorageUnavailable) as refusal:
            await kept.store.read(sleeping(1))
        assert "nothing was changed" in refusal.value.message
        await asyncio.sleep(1.5)
        assert await kept.count("users") == 1


HANG_UP_AT_COMMIT = """
CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER hang_up AFTER INSERT ON tasks DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION hang_up();
"""


async def test_of_a_write_whose_commit_was_not_answered_nobody_says_that_nothing_was_changed(
    kept: Kept, database_url: str
) -> None:
    with connected(database_url) as connection:
        connection.execute(HANG_UP_AT_COMMIT)
        with pytest.raises(StorageUnavailable) as refusal:
            await kept.created()
        assert "not known" in refusal.value.message
        connection.execute("DROP FUNCTION hang_up CASCADE")
    await kept.created()


async def test_who_waits_for_a_migration_waits_as_long_as_it_takes(databases: Postgres) -> None:
    key = vars(migrate)["_LOCK"]
    with databases.empty() as url, connected(url) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [key])
        store = PostgresStore(url)
        start = asyncio.create_task(store.start())
        await asyncio.sleep(2.5)
        assert not start.done()
        other.execute("SELECT pg_advisory_unlock(%s)", [key])
        await asyncio.wait_for(start, 10)
        await store.stop()


async def test_connections_that_the_database_ended_are_replaced_unnoticed(kept: Kept) -> None:
    url = vars(kept.store)["_url"].set(drivername="postgresql").render_as_string(False)
    await asyncio.gather(*(kept.ids() for _ in range(20)))
    for _ in range(3):
        full = await kept.created()
        with connected(url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert full.task.id in await kept.ids()
        await asyncio.gather(*(kept.created() for _ in range(20)))
    assert await kept.count("tasks") == 63


async def test_however_much_is_asked_it_holds_as_many_connections_as_the_guide_says(
    kept: Kept, database_url: str
) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "production.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"up to (\d+) connections for its work and one that listens", guide)
    assert re.findall(r"has to be over (\d+) . processes", guide) == [str(int(told) + 1)]

    def slow(tx: Reader) -> None:
        connection: Connection = vars(tx)["_connection"]
        connection.execute(text("SELECT pg_sleep(0.3)"))

    asked = asyncio.gather(
        *(kept.store.read(slow) for _ in range(10)), *(kept.created() for _ in range(10))
    )
    await asyncio.sleep(0.2)
    with connected(database_url) as other:
        held = other.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'awaithumans'"
        ).fetchone()
    await asked
    assert held == (int(told),)


async def test_a_server_that_stops_is_a_503_and_its_return_needs_no_restart(
    tmp_path: Path,
) -> None:
    with started() as postgres:
        async with in_process(tmp_path / "data", database_url=postgres.get_uri()) as served:
            task = (await served.client.post("/api/tasks", json=refund())).json()
            path = f"/api/tasks/{task['id']}"
            (poll,) = await parked(served, task["id"])
            key = await served.key("metrics:read")
            await asyncio.to_thread(postgres.stop)
            with at_most(6):
                refused = await asyncio.gather(
                    *(served.client.get(p) for p in ("/api/tasks", path, f"{path}/audit")),
                    *(served.client.post("/api/tasks", json=refund()) for _ in range(20)),
                    served.client.post(f"{path}/complete", json=APPROVED),
                    served.stranger.get(
                        "/api/auth/me", headers={"Cookie": "awaithumans_session=x"}
                    ),
                )
            assert all(map(is_503, refused))
            assert is_503(await served.stranger.get("/api/ready"), "NOT_READY")
            assert (await served.stranger.get("/api/health")).status_code == 200
            assert not poll.done()
            # The guide says so: the admin token gets figures, a key can't be looked up.
            assert "awaithumans_database_up 0.0" in (await served.client.get("/metrics")).text
            assert is_503(await key.get("/metrics"))
            await asyncio.to_thread(postgres.ensure_postgres_running)
            await comes_to_serve(served, 5)
            assert (await served.client.get(path)).json() == task
            done = await served.client.post(f"{path}/complete", json=APPROVED)
            assert done.status_code == 200
            assert (await asyncio.wait_for(poll, 1)).json()["status"] == "completed"


async def test_a_deadline_that_passes_while_the_server_is_gone_is_met_when_it_is_back(
    tmp_path: Path,
) -> None:
    with started() as postgres:
        url, clock = postgres.get_uri(), RunningClock()
        async with in_process(tmp_path / "data", clock, database_url=url) as served:
            task = (await served.client.post("/api/tasks", json=refund(timeout_seconds=60))).json()
            (poll,) = await parked(served, task["id"])
            await asyncio.to_thread(postgres.stop)
            clock.advance(60)
            deadlines = served.server.app.state.parts.deadlines
            deadlines.expect(clock.at)
            await asyncio.sleep(1.5)
            assert deadlines.alive
            await asyncio.to_thread(postgres.ensure_postgres_running)
            assert (await asyncio.wait_for(poll, 6)).json()["status"] == "timed_out"
