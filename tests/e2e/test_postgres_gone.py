"""R6 on PostgreSQL: it restarts, or a proxy before it drops connections; agents wait on."""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.asking import Agents
from tests.support.balancer import balanced, before_postgres
from tests.support.postgres import Postgres, started
from tests.support.process import ServerProcess
from tests.support.soak import rounds

AGENTS = rounds(30, 100)
# In seconds, between two answers: some of the connections are to be lost between them.
PACE = 0.05


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


async def launched(stack: ExitStack, folder: Path, url: str) -> list[ServerProcess]:
    """Start two processes on one database; whatever stands before it goes on meanwhile."""
    servers: list[ServerProcess] = []
    for name in ("one", "other"):
        (folder / name).mkdir()
        server = ServerProcess(folder / name, AWAITHUMANS_DATABASE_URL=url)
        stack.callback(server.kill)
        server.launch()
        servers.append(server)
    for server in servers:
        await asyncio.to_thread(server.wait_until_ready)
    return servers


async def come_to_be_ready(servers: list[ServerProcess], within: float = 10) -> float:
    """Wait until every server says that it is ready; return how many seconds that took."""
    began = time.monotonic()
    for server in servers:
        async with server.async_client() as client:
            while (await client.get("/api/ready")).status_code != 200:
                assert time.monotonic() - began < within, server.output()[-2000:]
                await asyncio.sleep(0.05)
    return time.monotonic() - began


async def test_agents_wait_while_postgresql_restarts_and_each_gets_its_answer(
    stack: ExitStack, tmp_path: Path
) -> None:
    postgres = stack.enter_context(started())
    servers = await launched(stack, tmp_path, postgres.get_uri())
    back: list[float] = []
    async with balanced(*(server.port for server in servers)) as balancer:
        for number in range(rounds(1, 10)):
            agents = Agents(balancer.url, AGENTS)
            async with balancer.client() as client:
                await agents.waiting(client)
                half = len(agents.keys) // 2
                answering = asyncio.create_task(agents.answered(client, agents.keys[:half]))
                await asyncio.sleep(random.Random(number).uniform(0, 0.2))
                await asyncio.to_thread(postgres.stop)
                refused = await client.get("/api/ready")
                assert (refused.status_code, refused.json()["error_code"]) == (503, "NOT_READY")
                assert (await client.get("/api/health")).status_code == 200
                await asyncio.to_thread(postgres.ensure_postgres_running)
                back.append(await come_to_be_ready(servers))
                await answering
                await agents.answered(client, agents.keys[half:])
                await agents.all_have_their_answer(within=30)
                await agents.each_was_settled_once(client)
    print(f"\n{len(back)} restarts of PostgreSQL, ready again {max(back):.2f} s after (longest)")
    for server in servers:
        assert "Traceback" not in server.output()


async def test_connections_to_the_database_and_to_the_servers_drop_and_each_gets_its_answer(
    stack: ExitStack, tmp_path: Path, databases: Postgres
) -> None:
    url = stack.enter_context(databases.empty())
    async with before_postgres(url) as (proxy, through):
        servers = await launched(stack, tmp_path, through)
        async with balanced(*(server.port for server in servers)) as balancer:
            began = time.monotonic()
            for _ in range(rounds(1, 10)):
                async with balancer.client() as client:
                    agents = Agents(balancer.url, AGENTS)
                    await agents.waiting(client)
                async with proxy.dropping(), balancer.dropping(), balancer.client() as client:
                    for key in agents.keys:
                        await agents.answered(client, [key])
                        await asyncio.sleep(PACE)
                    await agents.all_have_their_answer(within=60)
                async with balancer.client() as client:
                    await come_to_be_ready(servers)
                    await agents.each_was_settled_once(client)
            seconds = time.monotonic() - began
        for server in servers:
            assert "Traceback" not in server.output()
            await asyncio.to_thread(server.stop)
    dropped = f"{proxy.dropped} connections to PostgreSQL and {balancer.dropped} to the servers"
    print(f"\n{rounds(1, 10) * AGENTS} agents in {seconds:.1f} s; {dropped} dropped")
    assert proxy.dropped
    assert balancer.dropped
