"""A database that does not answer is a 503 that passes, without a restart (R8)."""

import asyncio
import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from awaithumans.server.store import sqlite as module
from tests.contract.conftest import hold_to_contract
from tests.support.bodies import APPROVED, refund
from tests.support.inprocess import InProcess, in_process
from tests.support.timing import in_time

_PERSON = {"email": "sue@example.com", "password": "correct horse battery"}


@pytest.fixture
async def impatient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A server that waits for a lock for 0.1 s instead of 5."""
    pragmas = tuple(
        "PRAGMA busy_timeout = 100" if "busy_timeout" in pragma else pragma
        for pragma in module._PRAGMAS  # pyright: ignore[reportPrivateUsage] -- to shorten one
    )
    monkeypatch.setattr(module, "_PRAGMAS", pragmas)
    async with in_process(tmp_path / "data") as running:
        await hold_to_contract(running.client, running.stranger)
        yield running


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    """Hold the database as another program could."""
    other = sqlite3.connect(folder / "data" / "awaithumans.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def _gone(served: InProcess) -> Generator[None]:
    """Have every statement fail, as on a disk that was pulled out."""
    engine: Engine = served.server.app.state.parts.database._engine

    def fail(*_: Any) -> None:
        raise OperationalError("SELECT", {}, sqlite3.OperationalError("disk I/O error"))

    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fail)


async def _create(served: InProcess) -> httpx.Response:
    return await served.client.post("/api/tasks", json=refund())


def _is_503(response: httpx.Response, code: str = "STORAGE_UNAVAILABLE") -> bool:
    # The hook has looked at Retry-After: it is there, and from 1 to 5.
    return (response.status_code, response.json().get("error_code")) == (503, code)


async def test_a_locked_database_refuses_writes_reads_on_and_recovers(
    impatient: InProcess, tmp_path: Path
):
    task = (await _create(impatient)).json()
    address = f"/api/tasks/{task['id']}"
    client = impatient.client
    with _locked(tmp_path):
        started = time.monotonic()
        writes = await asyncio.gather(
            client.post("/api/tasks", json=refund()),
            client.post(f"{address}/complete", json=APPROVED),
            client.post(f"{address}/claim", json={"claimed_by_email": "sue@example.com"}),
            client.post(f"{address}/open"),
            client.post(f"{address}/cancel"),
            client.delete(address),
        )
        in_time(time.monotonic() - started, 5)
        assert all(map(_is_503, writes))
        assert (await client.get(address)).json() == task
        assert len((await client.get("/api/tasks")).json()["items"]) == 1
        assert (await client.get("/api/health")).status_code == 200
    settled = await client.post(f"{address}/complete", json=APPROVED)
    assert settled.json()["status"] == "completed"
    audit = (await client.get(f"{address}/audit")).json()["items"]
    assert [entry["action"] for entry in audit] == ["created", "completed"]


async def test_a_locked_database_does_not_sign_anybody_in(impatient: InProcess, tmp_path: Path):
    token = await impatient.server.first_run.print_token()
    setup = {"token": token, **_PERSON}
    with _locked(tmp_path):
        assert _is_503(await impatient.stranger.post("/api/setup/operator", json=setup))
    made = await impatient.stranger.post("/api/setup/operator", json=setup)
    assert made.status_code == 201
    with _locked(tmp_path):
        assert _is_503(await impatient.stranger.post("/api/auth/login", json=_PERSON))
    assert (await impatient.stranger.post("/api/auth/login", json=_PERSON)).status_code == 200


async def test_a_database_that_is_gone_is_a_503_wherever_it_is_asked(served: InProcess):
    task = (await _create(served)).json()
    paths = [
        "/api/tasks",
        f"/api/tasks/{task['id']}",
        f"/api/tasks/{task['id']}/audit",
        f"/api/tasks/{task['id']}/poll?timeout=1",
        "/api/setup/status",
    ]
    with _gone(served):
        assert _is_503(await _create(served))
        for path in paths:
            assert _is_503(await served.client.get(path)), path
        assert (await served.stranger.get("/api/health")).status_code == 200
        cookie = {"Cookie": "awaithumans_session=x"}
        assert _is_503(await served.stranger.get("/api/auth/me", headers=cookie))
    assert (await served.client.get(f"/api/tasks/{task['id']}")).json() == task
    assert (await _create(served)).status_code == 201


async def test_ready_says_that_the_database_is_gone(served: InProcess):
    assert (await served.stranger.get("/api/ready")).status_code == 200
    with _gone(served):
        assert _is_503(await served.stranger.get("/api/ready"), "NOT_READY")
    assert (await served.stranger.get("/api/ready")).status_code == 200


async def test_the_status_page_says_that_the_database_is_gone(served: InProcess):
    with _gone(served):
        assert _is_503(await served.client.get("/api/status"))


async def test_ready_says_that_nothing_can_be_written(impatient: InProcess, tmp_path: Path):
    with _locked(tmp_path):
        assert _is_503(await impatient.stranger.get("/api/ready"), "NOT_READY")


async def test_ready_says_that_nobody_settles_what_is_overdue(served: InProcess):
    await served.server.app.state.parts.deadlines.stop()
    response = await served.stranger.get("/api/ready")
    assert _is_503(response, "NOT_READY")
