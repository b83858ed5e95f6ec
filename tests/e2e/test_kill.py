"""R3: `kill -9` under load: what was acknowledged is there, and the server is soon back."""

import asyncio
import random
import signal
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.e2e.acknowledged import ALLOWED, Acknowledged, check_all, load, nothing_is_lost
from tests.support.bodies import refund
from tests.support.postgres import Postgres, connected, started
from tests.support.process import ServerProcess
from tests.support.soak import rounds, stretched
from tests.support.timing import in_time

WORKERS = 8
BACK_WITHIN = 3.0


def tell(what: str, known: Acknowledged, back: list[float]) -> None:
    print(
        f"\n{len(back)} times {what}, {known.told}; back after "
        f"{statistics.median(back):.2f} s (median), {max(back):.2f} s (longest)"
    )


@pytest.mark.quiet
async def test_nothing_acknowledged_is_lost_and_the_server_is_back_within_3_seconds(
    tmp_path: Path,
) -> None:
    dice = random.Random(3)
    server = ServerProcess(tmp_path, **ALLOWED).start()
    known = Acknowledged()
    back: list[float] = []
    try:
        for number in range(rounds(12, 100)):
            now = Acknowledged()
            workers = asyncio.gather(*(load(server, now, number * 100 + n) for n in range(WORKERS)))
            await asyncio.sleep(dice.uniform(0.1, 0.5))
            await asyncio.to_thread(server.kill)
            await workers
            back.append(await restarted(server))
            async with server.async_client() as client:
                await check_all(client, now)
            known.add(now)
        async with server.async_client() as client:
            await nothing_is_lost(client, known)
    finally:
        server.kill()
    tell("killed", known, back)
    in_time(max(back), stretched(BACK_WITHIN))
    assert "Traceback" not in server.output()


async def restarted(server: ServerProcess) -> float:
    """Start a server again; return after how many seconds it serves."""
    began = time.monotonic()
    await asyncio.to_thread(server.start)
    return time.monotonic() - began


@contextmanager
def two_processes(folder: Path, url: str) -> Any:
    servers: list[ServerProcess] = []
    with ExitStack() as stack:
        for name in ("one", "other"):
            (folder / name).mkdir()
            server = ServerProcess(folder / name, AWAITHUMANS_DATABASE_URL=url, **ALLOWED)
            stack.callback(server.kill)
            servers.append(server.start())
        yield servers


async def test_of_two_processes_one_is_killed_and_the_other_serves_on(
    tmp_path: Path, databases: Postgres
) -> None:
    dice = random.Random(4)
    known = Acknowledged()
    back: list[float] = []
    with databases.empty() as url, two_processes(tmp_path, url) as servers:
        for number in range(rounds(4, 100)):
            victim, other = servers[number % 2], servers[1 - number % 2]
            now = Acknowledged()
            seeds = range(number * 100, number * 100 + WORKERS // 2)
            dying = asyncio.gather(*(load(victim, now, seed) for seed in seeds))
            until = asyncio.Event()
            living = asyncio.gather(*(load(other, now, seed + 50, until=until) for seed in seeds))
            await asyncio.sleep(dice.uniform(0.1, 0.5))
            await asyncio.to_thread(victim.kill)
            await dying
            back.append(await restarted(victim))
            until.set()
            await living
            async with victim.async_client() as client:
                await check_all(client, now)
            known.add(now)
        async with servers[0].async_client() as client:
            await nothing_is_lost(client, known)
        for server in servers:
            assert "Traceback" not in server.output()
    tell("one of two killed", known, back)
    in_time(max(back), stretched(BACK_WITHIN))


async def test_postgresql_crashes_under_load_and_nothing_acknowledged_is_lost(
    tmp_path: Path,
) -> None:
    known = Acknowledged()
    back: list[float] = []
    with started() as postgres:
        url = postgres.get_uri()
        with connected(url) as beside:
            # As it is by default: what is acknowledged outlives the process.
            beside.execute("ALTER DATABASE postgres SET synchronous_commit = on")
        with two_processes(tmp_path, url) as servers:
            for number in range(rounds(2, 30)):
                now, until = Acknowledged(), asyncio.Event()
                loads = asyncio.gather(
                    *(
                        load(servers[n % 2], now, number * 100 + n, may_refuse=True, until=until)
                        for n in range(WORKERS)
                    )
                )
                await asyncio.sleep(0.5)
                await asyncio.to_thread(crash, postgres)
                await asyncio.sleep(0.3)
                await asyncio.to_thread(postgres.ensure_postgres_running)
                back.append(await serving_again(servers))
                await asyncio.sleep(0.2)
                until.set()
                await loads
                async with servers[number % 2].async_client() as client:
                    await check_all(client, now)
                known.add(now)
            for server in servers:
                assert "Traceback" not in server.output()
    tell(f"PostgreSQL crashed ({known.refused} requests refused)", known, back)
    assert known.refused
    in_time(max(back), stretched(2 * BACK_WITHIN))


def crash(postgres: Any) -> None:
    """End PostgreSQL without a checkpoint; it has to recover from its log."""
    process: psutil.Process = postgres.get_postmaster_info().process
    process.send_signal(signal.SIGQUIT)
    process.wait(10)


async def serving_again(servers: Sequence[ServerProcess]) -> float:
    """Wait until every server is ready; return how long that took in seconds."""
    began = time.monotonic()
    for server in servers:
        async with server.async_client() as client:
            while (await client.get("/api/ready")).status_code != 200:
                assert time.monotonic() - began < 20, server.output()[-2000:]
                await asyncio.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_agents_that_were_parked_get_the_answer_after_the_restart(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url = {} if database == "sqlite" else {"AWAITHUMANS_DATABASE_URL": "database_url"}
    environment = {name: request.getfixturevalue(fixture) for name, fixture in url.items()}
    server = ServerProcess(tmp_path, **environment).start()
    try:
        async with server.async_client() as client:
            task_id = (await client.post("/api/tasks", json=refund())).json()["id"]
            poll = asyncio.create_task(client.get(f"/api/tasks/{task_id}/poll?timeout=30"))
            await asyncio.sleep(0.2)
            await asyncio.to_thread(server.kill)
            outcome = (await asyncio.gather(poll, return_exceptions=True))[0]
            assert isinstance(outcome, httpx.TransportError)
        await asyncio.to_thread(server.start)
        async with server.async_client() as client:
            poll = asyncio.create_task(client.get(f"/api/tasks/{task_id}/poll?timeout=30"))
            await asyncio.sleep(0.1)
            body = {"response": {"approved": True}}
            await client.post(f"/api/tasks/{task_id}/complete", json=body)
            assert (await poll).json()["response"] == {"approved": True}
    finally:
        server.kill()
