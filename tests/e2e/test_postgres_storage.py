"""R8 on PostgreSQL: locked, read-only, closed or full: reads go on where they can, writes get 503.

Nothing is restarted: what has passed is over, and who waited all the time gets the answer.
"""

import asyncio
import os
import subprocess
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url

from tests.support.bodies import APPROVED, refund
from tests.support.postgres import Postgres, connected, started
from tests.support.process import ServerProcess
from tests.support.timing import in_time

READY_WITHIN = 5.0
ANSWERED_WITHIN = 10.0


@pytest.fixture(scope="module")
def database(databases: Postgres) -> Iterator[str]:
    with databases.empty() as url:
        yield url


@pytest.fixture(scope="module")
def on_postgres(
    database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ServerProcess, str]]:
    """One process for every test that leaves it and its database as it was."""
    home = tmp_path_factory.mktemp("server")
    server = ServerProcess(home, AWAITHUMANS_DATABASE_URL=database).start()
    yield server, database
    server.kill()


@contextmanager
def locked(url: str) -> Generator[None]:
    """Lock the tasks as something that rewrites the table does; they can still be read."""
    with connected(url) as other, other.transaction():
        other.execute("LOCK TABLE tasks IN EXCLUSIVE MODE")
        yield


@contextmanager
def read_only(url: str) -> Generator[None]:
    """Take no writes, as a database that was demoted, or whose disk its owner protects."""
    name = make_url(url).database
    with connected(url) as other:
        other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
        hang_up(url)
        yield
    with connected(url) as other:
        other.execute("SET default_transaction_read_only = off")
        other.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only".encode())
        hang_up(url)


@contextmanager
def closed(url: str) -> Generator[None]:
    """Let nobody in."""
    name = make_url(url).database
    admin = make_url(url).set(database="postgres").render_as_string(hide_password=False)
    with connected(admin) as beside:
        beside.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        hang_up(admin, name)
        try:
            yield
        finally:
            beside.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


def hang_up(url: str, name: str | None = None) -> None:
    """End every connection of servers to a database."""
    with connected(url) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = coalesce(%s, current_database()) AND pid <> pg_backend_pid() "
            "AND application_name LIKE 'awaithumans%%'",
            [name],
        )


def is_unavailable(response: httpx.Response, code: str = "STORAGE_UNAVAILABLE") -> bool:
    return (
        response.status_code == 503
        and response.json()["error_code"] == code
        and 0 < int(response.headers["Retry-After"]) <= 5
    )


async def until_ready(client: httpx.AsyncClient, server: ServerProcess) -> float:
    began = time.monotonic()
    while (await client.get("/api/ready")).status_code != 200:
        assert time.monotonic() - began < READY_WITHIN, server.output()[-2000:]
        await asyncio.sleep(0.05)
    return time.monotonic() - began


@asynccontextmanager
async def somebody_waits(client: httpx.AsyncClient) -> AsyncGenerator[str]:
    """Park an agent; after the block its task can be answered, and it has the answer at once."""
    made = await client.post("/api/tasks", json=refund())
    assert made.status_code == 201, made.text
    path = f"/api/tasks/{made.json()['id']}"
    poll = asyncio.create_task(client.get(f"{path}/poll?timeout=30"))
    await asyncio.sleep(0.1)
    yield path
    assert not poll.done()
    done = await client.post(f"{path}/complete", json=APPROVED)
    assert done.status_code == 200, done.text
    assert (await asyncio.wait_for(poll, 5)).json()["response"] == APPROVED["response"]


async def writes_are_refused(client: httpx.AsyncClient, path: str) -> None:
    """Make sure that whatever changes something is refused, and soon."""
    began = time.monotonic()
    refused = await asyncio.gather(
        client.post("/api/tasks", json=refund()),
        client.post(f"{path}/complete", json=APPROVED),
        client.post(f"{path}/cancel", json={}),
        client.delete(path),
    )
    in_time(time.monotonic() - began, ANSWERED_WITHIN)
    assert all(map(is_unavailable, refused)), [each.text for each in refused]
    assert is_unavailable(await client.get("/api/ready"), "NOT_READY")
    assert (await client.get("/api/health")).status_code == 200


async def reads_go_on(client: httpx.AsyncClient, path: str) -> None:
    for read in (path, "/api/tasks", f"{path}/audit", f"{path}/poll?timeout=1"):
        answer = await client.get(read)
        assert answer.status_code == 200, (read, answer.text)


Fault = Callable[[str], AbstractContextManager[None]]


@pytest.mark.parametrize("fault", [locked, read_only, closed])
async def test_it_refuses_what_it_cannot_do_and_goes_on_when_that_is_over(
    on_postgres: tuple[ServerProcess, str], fault: Fault
) -> None:
    server, url = on_postgres
    async with server.async_client() as client, somebody_waits(client) as path:
        await until_ready(client, server)
        with fault(url):
            await writes_are_refused(client, path)
            if fault is closed:
                assert is_unavailable(await client.get(path))
            else:
                await reads_go_on(client, path)
        back = await until_ready(client, server)
        print(f"\n{fault.__name__}: ready again {back:.2f} s after")
    assert "Traceback" not in server.output()


@contextmanager
def mounted(folder: Path, size: str) -> Generator[None]:
    """Have a file system of this size, or skip the test where that is not allowed."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a file system can't be mounted here: {getattr(error, 'stderr', error)}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def small_disk() -> Generator[tuple[str, Path]]:
    """A PostgreSQL whose database lies on a disk of 24 MiB; its URL, and the disk."""
    with started() as postgres:
        # Beside the data: a folder that the user whom PostgreSQL runs as can get to.
        disk = postgres.pgdata.parent / "disk"
        disk.mkdir()
        with mounted(disk, "24m"):
            space = disk / "space"
            space.mkdir()
            owner = postgres.pgdata.stat()
            os.chown(space, owner.st_uid, owner.st_gid)
            with connected(postgres.get_uri()) as admin:
                admin.execute(f"CREATE TABLESPACE small LOCATION '{space}'".encode())
                admin.execute("CREATE DATABASE small TABLESPACE small")
                url = make_url(postgres.get_uri()).set(database="small")
                try:
                    yield url.render_as_string(hide_password=False), disk
                finally:
                    admin.execute("DROP DATABASE small WITH (FORCE)")
                    admin.execute("DROP TABLESPACE small")


def fill(disk: Path) -> Path:
    """Write until nothing more goes on the disk."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    return ballast


def large(number: int) -> dict[str, Any]:
    return refund(payload={"amount": number, "customer": os.urandom(20_000).hex()})


async def test_a_full_disk_refuses_writes_goes_on_reading_and_recovers(tmp_path: Path) -> None:
    with small_disk() as (url, disk):
        server = ServerProcess(tmp_path, AWAITHUMANS_DATABASE_URL=url).start()
        try:
            async with server.async_client() as client, somebody_waits(client) as path:
                ballast = fill(disk)
                answers = [await client.post("/api/tasks", json=large(n)) for n in range(20)]
                kept = [each.json()["id"] for each in answers if each.status_code == 201]
                refused = [each for each in answers if each.status_code != 201]
                assert refused
                assert all(map(is_unavailable, refused)), [each.text for each in refused]
                assert is_unavailable(await client.get("/api/ready"), "NOT_READY")
                await reads_go_on(client, path)
                ballast.unlink()
                back = await until_ready(client, server)
                print(f"\nfull disk: ready again {back:.2f} s after")
                assert (await client.post("/api/tasks", json=large(0))).status_code == 201
                for task_id in kept:
                    assert (await client.get(f"/api/tasks/{task_id}")).status_code == 200
            assert "Traceback" not in server.output()
        finally:
            server.kill()
