"""R2: one key is one task, however often and however hard it is asked for."""

import asyncio

import httpx

from tests.support.bodies import APPROVED, refund
from tests.support.process import ServerProcess
from tests.support.soak import rounds


def replayed(response: httpx.Response) -> bool:
    return response.headers.get("Idempotent-Replayed") == "true"


async def rows(client: httpx.AsyncClient, text: str) -> list[str]:
    """Return the ids of the tasks with this text."""
    page = (await client.get("/api/tasks", params={"q": text, "limit": 200})).json()
    return [item["id"] for item in page["items"]]


async def test_of_100_who_create_with_one_key_at_once_one_makes_the_task(
    shared_server: ServerProcess,
) -> None:
    async with shared_server.async_client() as client:
        for number in range(rounds(5, 50)):
            body = refund(idempotency_key=f"at-once-{number}", task=f"At once {number}.")
            responses = await asyncio.gather(
                *(client.post("/api/tasks", json=body) for _ in range(100))
            )
            assert {r.status_code for r in responses} == {201}
            assert sum(not replayed(r) for r in responses) == 1
            (task_id,) = {r.json()["id"] for r in responses}
            assert await rows(client, f"At once {number}.") == [task_id]
            audit = (await client.get(f"/api/tasks/{task_id}/audit")).json()["items"]
            assert [item["action"] for item in audit] == ["created"]


async def test_another_body_under_a_used_key_is_refused_each_time(
    shared_server: ServerProcess,
) -> None:
    async with shared_server.async_client() as client:
        first = refund(idempotency_key="other-body", task="The first body.")
        made = await client.post("/api/tasks", json=first)
        others = [
            first | {"task": "The other body."},
            first | {"payload": {"amount": 251, "customer": "cus_123"}},
            first | {"response_schema": {"type": "object", "title": "Other"}},
        ]
        for _ in range(3):
            responses = await asyncio.gather(
                *(client.post("/api/tasks", json=body) for body in others * 10)
            )
            assert {(r.status_code, r.json()["error_code"]) for r in responses} == {
                (409, "IDEMPOTENCY_KEY_REUSED")
            }
        again = await client.post("/api/tasks", json=first)
        assert (again.json(), replayed(again)) == (made.json(), True)
        assert await rows(client, "The other body.") == []


async def test_of_two_bodies_that_race_for_a_key_one_wins(shared_server: ServerProcess) -> None:
    async with shared_server.async_client() as client:
        for number in range(rounds(5, 50)):
            key = f"two-bodies-{number}"
            bodies = [refund(idempotency_key=key, task=f"Body {each} of {key}.") for each in "ab"]
            responses = await asyncio.gather(
                *(client.post("/api/tasks", json=body) for body in bodies * 25)
            )
            made = [r for r in responses if r.status_code == 201]
            assert len({r.json()["id"] for r in made}) == 1
            assert sum(not replayed(r) for r in made) == 1
            assert len(made) == 25
            assert {r.status_code for r in responses} == {201, 409}
            assert len(await rows(client, f"of {key}.")) == 1


async def test_creating_and_cancelling_in_a_loop_never_makes_a_second_task(
    shared_server: ServerProcess,
) -> None:
    body = refund(idempotency_key="in-a-loop", task="Created and cancelled.")
    async with shared_server.async_client() as client:

        async def agent(_number: int) -> set[str]:
            seen: set[str] = set()
            for _ in range(15):
                task_id = (await client.post("/api/tasks", json=body)).json()["id"]
                seen.add(task_id)
                cancelled = await client.post(f"/api/tasks/{task_id}/cancel", json={})
                assert cancelled.status_code in (200, 409)
            return seen

        seen = set[str]().union(*await asyncio.gather(*map(agent, range(8))))
        (task_id,) = seen
        assert await rows(client, "Created and cancelled.") == [task_id]
        audit = (await client.get(f"/api/tasks/{task_id}/audit")).json()["items"]
        assert [i["action"] for i in audit if i["action"] != "refused"] == ["created", "cancelled"]


async def test_a_settled_task_is_returned_with_its_answer(shared_server: ServerProcess) -> None:
    body = refund(idempotency_key="answered")
    async with shared_server.async_client() as client:
        task_id = (await client.post("/api/tasks", json=body)).json()["id"]
        await client.post(f"/api/tasks/{task_id}/complete", json=APPROVED)
        again = await client.post("/api/tasks", json=body)
        assert replayed(again)
        assert (again.json()["status"], again.json()["response"]) == (
            "completed",
            APPROVED["response"],
        )
