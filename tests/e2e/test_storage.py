"""R8: a locked or vanished database over HTTP: reads go on, writes get 503, and it passes."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.bodies import APPROVED, refund
from tests.support.process import ServerProcess
from tests.support.timing import in_time


@pytest.fixture
def database(server: ServerProcess) -> Path:
    return server.home / "data" / "awaithumans.db"


@pytest.fixture
def lock(database: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    connection.close()


def is_unavailable(response: httpx.Response) -> bool:
    return (
        response.status_code == 503
        and response.json()["error_code"] == "STORAGE_UNAVAILABLE"
        and 0 < int(response.headers["Retry-After"]) <= 5
    )


def test_while_it_is_locked_reads_go_on_writes_get_503_and_afterwards_all_is_well(
    server: ServerProcess, database: Path
) -> None:
    with server.client() as client:
        made = client.post("/api/tasks", json=refund()).json()
        path = f"/api/tasks/{made['id']}"
        connection = sqlite3.connect(database, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        assert is_unavailable(client.post(f"{path}/complete", json=APPROVED))
        in_time(time.monotonic() - began, 10)
        began = time.monotonic()
        assert client.get(path).json() == made
        assert client.get("/api/tasks").status_code == 200
        assert client.get(f"{path}/poll?timeout=1").json()["status"] == "created"
        assert client.get("/api/health").status_code == 200
        in_time(time.monotonic() - began, 3)
        connection.execute("ROLLBACK")
        connection.close()
        done = client.post(f"{path}/complete", json=APPROVED)
        assert done.json()["status"] == "completed"
        assert client.get("/api/ready").status_code == 200
    assert "Traceback" not in server.output()


def test_it_is_not_ready_while_it_cannot_write(
    server: ServerProcess, lock: sqlite3.Connection
) -> None:
    with server.client() as client:
        refused = client.get("/api/ready")
        assert refused.status_code == 503
        assert refused.json()["error_code"] == "NOT_READY"
        lock.execute("ROLLBACK")
        assert client.get("/api/ready").status_code == 200


def test_once_its_file_is_gone_writes_are_refused(server: ServerProcess, database: Path) -> None:
    with server.client() as client:
        assert client.post("/api/tasks", json=refund()).status_code == 201
        for file in database.parent.glob("awaithumans.db*"):
            file.unlink()
        assert is_unavailable(client.post("/api/tasks", json=refund()))
        assert client.get("/api/health").status_code == 200
    assert "Traceback" not in server.output()
