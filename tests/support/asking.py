"""Agents that ask through whatever stands before the servers, and people who answer them."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
from pydantic import BaseModel

from awaithumans import AwaitHumans
from awaithumans.server.tasks.model import TERMINAL
from tests.support.process import TOKEN

_numbers = count(1)


class Refund(BaseModel):
    amount: int


class Decision(BaseModel):
    approved: bool
    reason: str


async def ask(url: str, key: str) -> Decision:
    """Ask as an agent does, for 15 minutes at most."""
    async with AwaitHumans(url, TOKEN) as agent:
        return await agent.await_human(
            task=f"Approve {key}?",
            payload_schema=Refund,
            payload=Refund(amount=1),
            response_schema=Decision,
            timeout_seconds=900,
            idempotency_key=key,
        )


@dataclass
class Agents:
    """Some agents that ask at once, each under a key of its own.

    Args:
        url: Where they ask.
        number: How many they are.
    """

    url: str
    number: int
    tasks: dict[str, str] = field(default_factory=dict[str, str])
    """The id of each one's task, by its key."""

    def __post_init__(self) -> None:
        prefix = f"asked {next(_numbers)}"
        self.keys = [f"{prefix}: {number}" for number in range(self.number)]
        self._prefix = prefix
        self._asking = [asyncio.create_task(ask(self.url, key)) for key in self.keys]

    async def waiting(self, client: httpx.AsyncClient, within: float = 30) -> dict[str, str]:
        """Wait until each has its task; return the ids by key."""
        deadline = time.monotonic() + within
        while len(self.tasks) < self.number:
            assert time.monotonic() < deadline, f"{len(self.tasks)} of {self.number} have asked"
            self.tasks = await self._found(client)
            await asyncio.sleep(0.05)
        return self.tasks

    async def _found(self, client: httpx.AsyncClient) -> dict[str, str]:
        found: dict[str, str] = {}
        cursor: str | None = ""
        while cursor is not None:
            query = {"q": self._prefix, "limit": "200"} | ({"cursor": cursor} if cursor else {})
            answer = await persistent(client, "GET", "/api/tasks", params=query)
            page = answer.json()
            found |= {task["idempotency_key"]: task["id"] for task in page["items"]}
            cursor = page["next_cursor"]
        return found

    async def answered(self, client: httpx.AsyncClient, keys: Sequence[str]) -> None:
        """Answer these, one after another, again where it is not known whether one was kept."""
        for key in keys:
            body = {"response": {"approved": True, "reason": key}}
            path = f"/api/tasks/{self.tasks[key]}/complete"
            done = await persistent(client, "POST", path, json=body)
            # Who hears nothing of the first answer sends it again, and is told that it counts.
            assert done.status_code in (200, 409), done.text

    async def all_have_their_answer(self, within: float) -> None:
        decisions = await asyncio.wait_for(asyncio.gather(*self._asking), within)
        assert [decision.reason for decision in decisions] == self.keys

    async def each_was_settled_once(self, client: httpx.AsyncClient) -> None:
        assert set((await self._found(client)).values()) == set(self.tasks.values())
        for task_id in self.tasks.values():
            assert (await one_end(client, task_id))["to_status"] == "completed"


async def one_end(client: httpx.AsyncClient, task_id: str) -> dict[str, Any]:
    """Return the one line of the history that settles the task."""
    items = (await client.get(f"/api/tasks/{task_id}/audit")).json()["items"]
    # What comes after it, such as a refusal or a delivery, is from a terminal status to the same.
    (end,) = [i for i in items if i["to_status"] in TERMINAL and i["from_status"] not in TERMINAL]
    return end


async def persistent(
    client: httpx.AsyncClient, method: str, path: str, within: float = 30, **content: Any
) -> httpx.Response:
    """Send a request until somebody answers it with something else than 503."""
    deadline = time.monotonic() + within
    while True:
        with suppress(httpx.TransportError):
            answer = await client.request(method, path, **content)
            if answer.status_code != 503:
                return answer
            assert 1 <= int(answer.headers["retry-after"]) <= 5
        assert time.monotonic() < deadline, f"{method} {path} was not taken within {within} s"
        await asyncio.sleep(0.1)
