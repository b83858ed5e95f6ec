"""Webhooks of real server processes: broken receivers beside healthy ones, two servers, kill -9."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.bodies import refund
from tests.support.postgres import Postgres
from tests.support.process import ServerProcess
from tests.support.receiver import (
    OK,
    Manner,
    answers,
    answers_after,
    drips,
    hangs,
    receiver,
    says,
)
from tests.support.soak import rounds
from tests.support.timing import in_time

ALLOWED = {"AWAITHUMANS_CALLBACK_ALLOW_PRIVATE": "true"}
PATH = "/api/admin/webhook-deliveries"
# A lease, and what it takes to notice that it has ended.
LEASE_SECONDS = 25.0
GARBAGE = (
    answers(302, headers="location: http://127.0.0.1:9/\r\n"),
    answers(500),
    says(b"\x00\xff no HTTP \r\n\r\n"),
    says(b""),
)


@pytest.fixture(scope="module")
def pair(
    databases: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[ServerProcess]]:
    """Two servers on one database."""
    with databases.empty() as url:
        servers = [
            ServerProcess(
                tmp_path_factory.mktemp("server"), AWAITHUMANS_DATABASE_URL=url, **ALLOWED
            )
            for _ in range(2)
        ]
        for server in servers:
            server.launch()
        try:
            for server in servers:
                server.wait_until_ready(60)
            yield servers
        finally:
            for server in servers:
                server.kill()


async def created(client: httpx.AsyncClient, *urls: str) -> list[str]:
    """Make a task for each callback; return their ids."""
    some = asyncio.Semaphore(20)

    async def make(url: str) -> str:
        async with some:
            made = await client.post("/api/tasks", json=refund(callback_url=url))
        assert made.status_code == 201, made.text
        return made.json()["id"]

    return await asyncio.gather(*(make(url) for url in urls))


async def cancelled(client: httpx.AsyncClient, *task_ids: str) -> None:
    some = asyncio.Semaphore(20)

    async def cancel(task_id: str) -> None:
        async with some:
            assert (await client.post(f"/api/tasks/{task_id}/cancel")).status_code == 200

    await asyncio.gather(*map(cancel, task_ids))


async def until_delivered(client: httpx.AsyncClient, within: float) -> None:
    """Wait until nothing is owed any more."""
    deadline = time.monotonic() + within
    while (await client.get("/api/status")).json()["outbox"]["pending"]:
        assert time.monotonic() < deadline, (await client.get("/api/status")).json()["outbox"]
        await asyncio.sleep(0.1)


async def test_healthy_receivers_get_theirs_whatever_others_do(tmp_path: Path) -> None:
    manners: list[Manner] = [hangs] * 40 + [drips] * 10 + [*GARBAGE] * 5 + [OK] * 100
    server = await asyncio.to_thread(ServerProcess(tmp_path, **ALLOWED).start, 60)
    try:
        async with AsyncExitStack() as stack, server.async_client() as client:
            there = [await stack.enter_async_context(receiver(manner)) for manner in manners]
            # Each that hangs is owed more than one, and all of it before anything healthy.
            task_ids = await created(client, *(one.url for one in there for _ in range(3)))
            began = time.monotonic()
            await cancelled(client, *task_ids)
            settled = time.monotonic()
            healthy = [one for one in there if one.manner is OK]
            await asyncio.gather(*(one.got(3, within=20) for one in healthy))
            late = sorted(call.at - settled for one in healthy for call in one.calls)
    finally:
        server.kill()
    print(f"\n450 settled in {settled - began:.1f} s, the last healthy one {late[-1]:.2f} s later")
    assert late[int(len(late) * 0.99)] <= 5
    assert all(set(one.ids.values()) == {1} for one in healthy)
    assert "Traceback" not in server.output()


async def test_two_servers_send_each_webhook_once(pair: list[ServerProcess]) -> None:
    wanted = rounds(200, 1000)
    async with (
        receiver(answers_after(1.5)) as there,
        pair[0].async_client() as one,
        pair[1].async_client() as other,
    ):
        task_ids = await created(one, *[there.url] * wanted)
        half = wanted // 2
        began = time.monotonic()
        await asyncio.gather(cancelled(one, *task_ids[:half]), cancelled(other, *task_ids[half:]))
        await there.got(wanted, within=wanted * 0.3)
        await until_delivered(one, 20)
        seconds = time.monotonic() - began
    print(f"\n{wanted} webhooks of 1.5 s each by two servers in {seconds:.1f} s")
    assert len(there.ids) == wanted
    assert set(there.ids.values()) == {1}
    assert {call.json["task_id"] for call in there.calls} == set(task_ids)


async def test_a_killed_servers_webhooks_are_sent_by_the_other(pair: list[ServerProcess]) -> None:
    wanted = rounds(60, 200)
    async with receiver(answers_after(0.5)) as there, pair[1].async_client() as client:
        async with pair[0].async_client() as first:
            task_ids = await created(first, *[there.url] * wanted)
            await cancelled(first, *task_ids)
        await there.got(wanted // 4, within=30)
        await asyncio.to_thread(pair[0].kill)
        in_flight = 32
        await until_delivered(client, LEASE_SECONDS + 30)
        await asyncio.to_thread(pair[0].start, 60)
    assert {call.json["task_id"] for call in there.calls} == set(task_ids)
    assert len(there.ids) == wanted
    twice = [id_ for id_, times in there.ids.items() if times > 1]
    print(f"\n{len(twice)} of {wanted} webhooks came twice after a kill")
    assert len(twice) <= in_flight
    assert max(there.ids.values()) <= 2


async def test_a_server_that_is_told_to_stop_does_so_though_a_receiver_hangs(
    tmp_path: Path,
) -> None:
    server = await asyncio.to_thread(ServerProcess(tmp_path, **ALLOWED).start, 60)
    try:
        async with receiver(hangs) as there:
            async with server.async_client() as client:
                await cancelled(client, *await created(client, there.url))
            await there.got()
            began = time.monotonic()
            assert await asyncio.to_thread(server.stop) == 0
            in_time(time.monotonic() - began, 5)
            await asyncio.to_thread(server.start, 60)
            # It was given back, and waits for no lease.
            await there.got(2, within=5)
            assert len(there.ids) == 1
    finally:
        server.kill()
