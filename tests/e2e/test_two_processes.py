"""Two server processes on one PostgreSQL, behind a balancer (R1, R2, R6)."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.asking import Agents, one_end
from tests.support.balancer import Balancer, balanced
from tests.support.bodies import refund
from tests.support.postgres import Postgres
from tests.support.process import ServerProcess
from tests.support.soak import rounds

AGENTS = rounds(30, 100)
HALF = AGENTS // rounds(1, 10)


@pytest.fixture(scope="module")
def pair(
    databases: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[ServerProcess]]:
    """Two servers that start at once on an empty database."""
    with databases.empty() as url:
        servers = [
            ServerProcess(tmp_path_factory.mktemp("server"), AWAITHUMANS_DATABASE_URL=url)
            for _ in range(2)
        ]
        for server in servers:
            server.launch()
        try:
            for server in servers:
                server.wait_until_ready()
            yield servers
        finally:
            for server in servers:
                server.kill()


@pytest.fixture
async def balancer(pair: list[ServerProcess]) -> AsyncIterator[Balancer]:
    async with balanced(*(server.port for server in pair)) as balancer:
        yield balancer


async def test_of_20_who_settle_a_task_at_once_one_does_and_who_waits_is_told(
    balancer: Balancer,
) -> None:
    async with balancer.client() as client:
        for number in range(rounds(20, 200)):
            task_id = (await client.post("/api/tasks", json=refund())).json()["id"]
            polls = [
                asyncio.create_task(client.get(f"/api/tasks/{task_id}/poll?timeout=30"))
                for _ in range(2)
            ]
            bodies = [{"response": {"approved": True, "reason": str(n)}} for n in range(12)]
            racers = [
                *(client.post(f"/api/tasks/{task_id}/complete", json=body) for body in bodies),
                *(client.post(f"/api/tasks/{task_id}/cancel", json={}) for _ in range(8)),
            ]
            random.Random(number).shuffle(racers)
            answers = await asyncio.gather(*racers)
            assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 19}
            (won,) = [answer.json() for answer in answers if answer.status_code == 200]
            assert (await client.get(f"/api/tasks/{task_id}")).json() == won
            for poll in await asyncio.wait_for(asyncio.gather(*polls), 2):
                assert poll.json()["status"] == won["status"]
            await one_end(client, task_id)
    assert min(balancer.served.values()) > rounds(20, 200)


async def test_100_creates_with_one_key_make_one_task(balancer: Balancer) -> None:
    body = refund()
    async with balancer.client() as client:
        answers = await asyncio.gather(
            *(client.post("/api/tasks", json=body) for _ in range(100)),
        )
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
        other = await asyncio.gather(
            *(client.post("/api/tasks", json=body | {"task": "Another?"}) for _ in range(10))
        )
        assert {answer.status_code for answer in other} == {409}


async def test_creating_and_cancelling_in_a_loop_never_makes_a_second_task(
    balancer: Balancer,
) -> None:
    body = refund(task="Created and cancelled over two.")
    async with balancer.client() as client:

        async def agent(_number: int) -> set[str]:
            seen: set[str] = set()
            for _ in range(rounds(10, 100)):
                task_id = (await client.post("/api/tasks", json=body)).json()["id"]
                seen.add(task_id)
                cancelled = await client.post(f"/api/tasks/{task_id}/cancel", json={})
                assert cancelled.status_code in (200, 409)
            return seen

        (task_id,) = set[str]().union(*await asyncio.gather(*map(agent, range(8))))
        found = await client.get("/api/tasks", params={"q": "Created and cancelled over two."})
        assert [task["id"] for task in found.json()["items"]] == [task_id]
        assert (await one_end(client, task_id))["to_status"] == "cancelled"


async def test_agents_that_wait_while_a_server_restarts_each_get_their_answer(
    balancer: Balancer, pair: list[ServerProcess]
) -> None:
    agents = Agents(balancer.url, AGENTS)
    one, other = pair
    async with other.async_client() as client, one.async_client() as there:
        await agents.waiting(client)
        for number in range(0, AGENTS, HALF):
            assert await asyncio.to_thread(one.stop) == 0
            await agents.answered(client, agents.keys[number : number + HALF // 2])
            await asyncio.to_thread(one.start)
            await agents.answered(there, agents.keys[number + HALF // 2 : number + HALF])
        await agents.all_have_their_answer(within=20)
        await agents.each_was_settled_once(client)


async def test_agents_whose_connections_a_proxy_drops_each_get_their_answer(
    balancer: Balancer, pair: list[ServerProcess]
) -> None:
    agents = Agents(balancer.url, AGENTS)
    async with pair[0].async_client() as client, balancer.client() as anywhere:
        await agents.waiting(client)
        async with balancer.dropping():
            await agents.answered(anywhere, agents.keys)
            await agents.all_have_their_answer(within=30)
        await agents.each_was_settled_once(client)
    assert balancer.dropped


async def test_a_killed_servers_work_is_done_by_the_other(
    balancer: Balancer, pair: list[ServerProcess]
) -> None:
    agents = Agents(balancer.url, AGENTS)
    one, other = pair
    async with other.async_client() as client:
        await agents.waiting(client)
        await asyncio.to_thread(one.kill)
        await agents.answered(client, agents.keys)
        await agents.all_have_their_answer(within=20)
        await agents.each_was_settled_once(client)
    await asyncio.to_thread(one.start)
