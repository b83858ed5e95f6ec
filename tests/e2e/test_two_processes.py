"""Two server processes on one PostgreSQL, behind a balancer (R1, R2, R6)."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from itertools import count
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from awaithumans import AwaitHumans
from awaithumans.server.tasks.model import TERMINAL
from tests.support.balancer import Balancer, balanced
from tests.support.bodies import refund
from tests.support.postgres import Postgres
from tests.support.process import TOKEN, ServerProcess
from tests.support.soak import rounds

AGENTS = 30
_numbers = count(1)


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


async def one_end(client: httpx.AsyncClient, task_id: str) -> dict[str, Any]:
    """Return the one line of the history that settles the task."""
    items = (await client.get(f"/api/tasks/{task_id}/audit")).json()["items"]
    (end,) = [i for i in items if i["to_status"] in TERMINAL and i["action"] != "refused"]
    return end


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


class Refund(BaseModel):
    amount: int


class Decision(BaseModel):
    approved: bool
    reason: str


async def ask(url: str, key: str) -> Decision:
    async with AwaitHumans(url, TOKEN) as agent:
        return await agent.await_human(
            task=f"Approve {key}?",
            payload_schema=Refund,
            payload=Refund(amount=1),
            response_schema=Decision,
            timeout_seconds=900,
            idempotency_key=key,
        )


async def waiting(client: httpx.AsyncClient, prefix: str) -> dict[str, str]:
    """Return the id of each agent's task once all have asked, by key."""
    while True:
        found = await client.get("/api/tasks", params={"q": prefix, "limit": 200})
        tasks = {task["idempotency_key"]: task["id"] for task in found.json()["items"]}
        if len(tasks) == AGENTS:
            return tasks
        await asyncio.sleep(0.05)


async def answer(server: ServerProcess, tasks: dict[str, str]) -> None:
    async with server.async_client() as client:
        for key, task_id in tasks.items():
            body = {"response": {"approved": True, "reason": key}}
            done = await client.post(f"/api/tasks/{task_id}/complete", json=body)
            assert done.status_code == 200, done.text


async def test_agents_that_wait_while_a_server_restarts_each_get_their_answer(
    balancer: Balancer, pair: list[ServerProcess]
) -> None:
    prefix = f"restart {next(_numbers)}"
    keys = [f"{prefix}: {number}" for number in range(AGENTS)]
    agents = [asyncio.create_task(ask(balancer.url, key)) for key in keys]
    one, other = pair
    async with other.async_client() as client:
        tasks = await asyncio.wait_for(waiting(client, prefix), 20)
        half = dict(list(tasks.items())[: AGENTS // 2])
        assert await asyncio.to_thread(one.stop) == 0
        await answer(other, half)
        starting = asyncio.create_task(asyncio.to_thread(one.start))
        await starting
        await answer(one, {key: task_id for key, task_id in tasks.items() if key not in half})
        decisions = await asyncio.wait_for(asyncio.gather(*agents), 20)
        assert [decision.reason for decision in decisions] == keys
        for task_id in tasks.values():
            assert (await one_end(client, task_id))["to_status"] == "completed"
        assert len((await waiting(client, prefix)).values()) == AGENTS


async def test_agents_whose_connections_a_proxy_drops_each_get_their_answer(
    balancer: Balancer, pair: list[ServerProcess]
) -> None:
    prefix = f"drop {next(_numbers)}"
    keys = [f"{prefix}: {number}" for number in range(AGENTS)]
    agents = [asyncio.create_task(ask(balancer.url, key)) for key in keys]
    async with pair[0].async_client() as client:
        tasks = await asyncio.wait_for(waiting(client, prefix), 20)
        for number, (key, task_id) in enumerate(tasks.items()):
            if number % 5 == 0:
                balancer.drop(every=3)
            await answer(pair[number % 2], {key: task_id})
        decisions = await asyncio.wait_for(asyncio.gather(*agents), 20)
        assert [decision.reason for decision in decisions] == keys
        for task_id in tasks.values():
            assert (await one_end(client, task_id))["to_status"] == "completed"


async def test_a_killed_servers_work_is_done_by_the_other(
    balancer: Balancer, pair: list[ServerProcess]
) -> None:
    prefix = f"kill {next(_numbers)}"
    keys = [f"{prefix}: {number}" for number in range(AGENTS)]
    agents = [asyncio.create_task(ask(balancer.url, key)) for key in keys]
    one, other = pair
    async with other.async_client() as client:
        tasks = await asyncio.wait_for(waiting(client, prefix), 20)
        await asyncio.to_thread(one.kill)
        await answer(other, tasks)
        decisions = await asyncio.wait_for(asyncio.gather(*agents), 20)
        assert [decision.reason for decision in decisions] == keys
    await asyncio.to_thread(one.start)
