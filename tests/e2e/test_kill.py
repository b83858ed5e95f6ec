"""R3: `kill -9` under load: what was acknowledged is there, and the server is soon back."""

import asyncio
import random
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from awaithumans.server.tasks.model import TERMINAL
from tests.support.bodies import refund
from tests.support.process import ServerProcess
from tests.support.soak import rounds

WORKERS = 8
BACK_WITHIN = 3.0
# Nobody listens there, so that what is owed stays owed.
NOBODY = "http://127.0.0.1:9/done"


@dataclass
class Acknowledged:
    """What the server said it had done."""

    created: set[str] = field(default_factory=set[str])
    completed: dict[str, str] = field(default_factory=dict[str, str])
    cancelled: set[str] = field(default_factory=set[str])

    def add(self, other: "Acknowledged") -> None:
        self.created |= other.created
        self.completed |= other.completed
        self.cancelled |= other.cancelled


async def load(server: ServerProcess, known: Acknowledged, number: int) -> None:
    """Create tasks and settle them until the connection breaks."""
    dice = random.Random(number)
    async with server.async_client() as client:
        try:
            while True:
                made = await client.post("/api/tasks", json=refund(callback_url=NOBODY))
                assert made.status_code == 201, made.text
                task_id = made.json()["id"]
                known.created.add(task_id)
                if dice.random() < 0.6:
                    reason = f"{number}-{dice.random()}"
                    body = {"response": {"approved": True, "reason": reason}}
                    done = await client.post(f"/api/tasks/{task_id}/complete", json=body)
                    assert done.status_code == 200, done.text
                    known.completed[task_id] = reason
                elif dice.random() < 0.5:
                    gone = await client.post(f"/api/tasks/{task_id}/cancel", json={})
                    assert gone.status_code == 200, gone.text
                    known.cancelled.add(task_id)
        except httpx.TransportError:
            return


async def check(client: httpx.AsyncClient, task_id: str, known: Acknowledged) -> None:
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
    terminal = [i for i in history if i["to_status"] in TERMINAL and i["action"] != "refused"]
    settled = [task["status"]] if task["status"] in TERMINAL else []
    assert [item["to_status"] for item in terminal] == settled


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


async def test_nothing_acknowledged_is_lost_and_the_server_is_back_within_3_seconds(
    tmp_path: Path,
) -> None:
    dice = random.Random(3)
    server = ServerProcess(tmp_path, AWAITHUMANS_CALLBACK_ALLOW_PRIVATE="true").start()
    known = Acknowledged()
    back: list[float] = []
    try:
        for number in range(rounds(12, 100)):
            now = Acknowledged()
            workers = asyncio.gather(*(load(server, now, number * 100 + n) for n in range(WORKERS)))
            await asyncio.sleep(dice.uniform(0.1, 0.5))
            await asyncio.to_thread(server.kill)
            await workers
            began = time.monotonic()
            await asyncio.to_thread(server.start)
            back.append(time.monotonic() - began)
            async with server.async_client() as client:
                await asyncio.gather(*(check(client, task_id, now) for task_id in now.created))
            known.add(now)
        async with server.async_client() as client:
            tasks = await everything(client, "/api/tasks")
            stored = {task["id"]: task["status"] for task in tasks}
            owed = await everything(client, "/api/admin/webhook-deliveries")
    finally:
        server.kill()
    assert known.created <= stored.keys()
    assert {stored[task_id] for task_id in known.completed} == {"completed"}
    assert {stored[task_id] for task_id in known.cancelled} == {"cancelled"}
    assert Counter(delivery["task_id"] for delivery in owed) == Counter(
        task_id for task_id, status in stored.items() if status in TERMINAL
    )
    print(
        f"\n{len(back)} kills, {len(known.created)} tasks acknowledged, "
        f"{len(known.completed) + len(known.cancelled)} settled; back after "
        f"{statistics.median(back):.2f} s (median), {max(back):.2f} s (longest)"
    )
    assert max(back) <= BACK_WITHIN
    assert "Traceback" not in server.output()


async def test_agents_that_were_parked_get_the_answer_after_the_restart(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path).start()
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
