"""Load on a server that is going to be ended, and what it said it had done until then."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from awaithumans.server.tasks.model import TERMINAL
from tests.support.bodies import refund
from tests.support.process import ServerProcess

# Nobody listens there, so that what is owed stays owed.
NOBODY = "http://127.0.0.1:9/done"
ALLOWED = {"AWAITHUMANS_CALLBACK_ALLOW_PRIVATE": "true"}


@dataclass
class Acknowledged:
    """What the server said it had done."""

    created: set[str] = field(default_factory=set[str])
    completed: dict[str, str] = field(default_factory=dict[str, str])
    cancelled: set[str] = field(default_factory=set[str])
    refused: int = 0
    """How many requests got 503, where that is allowed."""

    def add(self, other: "Acknowledged") -> None:
        self.created |= other.created
        self.completed |= other.completed
        self.cancelled |= other.cancelled
        self.refused += other.refused

    @property
    def told(self) -> str:
        settled = len(self.completed) + len(self.cancelled)
        return f"{len(self.created)} tasks acknowledged, {settled} settled"


async def load(
    server: ServerProcess,
    known: Acknowledged,
    number: int,
    *,
    may_refuse: bool = False,
    until: asyncio.Event | None = None,
) -> None:
    """Create tasks and settle them until the connection breaks, or it is told to end.

    Args:
        server: Whom to ask.
        known: Takes what the server says it has done.
        number: Another one for each who loads the server.
        may_refuse: Whether it may answer 503, as when its database is gone.
        until: Tells it to end; what is cancelled instead leaves its connection open.
    """
    dice = random.Random(number)

    async def post(path: str, body: object, status: int) -> httpx.Response | None:
        answer = await client.post(path, json=body)
        if may_refuse and answer.status_code in (409, 503):
            # 409: what was answered 503 before has been kept after all, as it may.
            known.refused += answer.status_code == 503
            await asyncio.sleep(0.05)
            return None
        assert answer.status_code == status, answer.text
        return answer

    async with server.async_client() as client:
        try:
            while until is None or not until.is_set():
                made = await post("/api/tasks", refund(callback_url=NOBODY), 201)
                if made is None:
                    continue
                task_id = made.json()["id"]
                known.created.add(task_id)
                if dice.random() < 0.6:
                    reason = f"{number}-{dice.random()}"
                    body = {"response": {"approved": True, "reason": reason}}
                    if await post(f"/api/tasks/{task_id}/complete", body, 200):
                        known.completed[task_id] = reason
                elif dice.random() < 0.5 and await post(f"/api/tasks/{task_id}/cancel", {}, 200):
                    known.cancelled.add(task_id)
        except httpx.TransportError:
            return


async def check(client: httpx.AsyncClient, task_id: str, known: Acknowledged) -> None:
    """Make sure that a task is what it was said to be, and was settled once at most."""
    found = await client.get(f"/api/tasks/{task_id}")
    assert found.status_code == 200, f"an acknowledged task is lost: {task_id}"
    task = found.json()
    assert task["payload"] == {"amount": 250, "customer": "cus_123"}
    if task_id in known.completed:
        assert task["status"] == "completed"
        assert task["response"]["reason"] == known.completed[task_id]
    if task_id in known.cancelled:
        assert task["status"] == "cancelled"
    history = (await client.get(f"/api/tasks/{task_id}/audit")).json()["items"]
    assert history[0]["action"] == "created"
    reached = [i["to_status"] for i in history if i["from_status"] != i["to_status"]]
    settled = [task["status"]] if task["status"] in TERMINAL else []
    assert [status for status in reached if status in TERMINAL] == settled


async def check_all(client: httpx.AsyncClient, known: Acknowledged) -> None:
    """Make sure of every task that was acknowledged, some at a time."""
    at_once = asyncio.Semaphore(32)

    async def check_one(task_id: str) -> None:
        async with at_once:
            await check(client, task_id, known)

    await asyncio.gather(*map(check_one, known.created))


async def everything(client: httpx.AsyncClient, path: str) -> list[Any]:
    """Return every item of a list."""
    found: list[Any] = []
    cursor: str | None = None
    while True:
        parameters = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(path, params=parameters)).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


async def nothing_is_lost(client: httpx.AsyncClient, known: Acknowledged) -> None:
    """Make sure that the list shows what was acknowledged, and what is settled owes one webhook."""
    stored = {task["id"]: task["status"] for task in await everything(client, "/api/tasks")}
    owed = await everything(client, "/api/admin/webhook-deliveries")
    assert known.created <= stored.keys()
    assert {stored[task_id] for task_id in known.completed} == {"completed"}
    assert {stored[task_id] for task_id in known.cancelled} == {"cancelled"}
    assert Counter(delivery["task_id"] for delivery in owed) == Counter(
        task_id for task_id, status in stored.items() if status in TERMINAL
    )
