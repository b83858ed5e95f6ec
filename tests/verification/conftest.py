"""A server whose verifiers ask vendors on loopback."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from awaithumans.server.verification.model import ProviderName
from tests.contract.conftest import hold_to_contract
from tests.support.bodies import refund
from tests.support.inprocess import InProcess, in_process
from tests.support.vendors import PROVIDERS, Manner, Vendors, vendors, verdict

KEY = "vendor-key-0123456789"
KEY_ENVS: dict[ProviderName, str] = {
    "claude": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "azure_openai": "AZURE_OPENAI_API_KEY",
}
URLS: dict[ProviderName, str] = {
    "claude": "anthropic_url",
    "openai": "openai_url",
    "gemini": "gemini_url",
    "azure_openai": "azure_openai_url",
}
RULES = "Refuse any decision that lacks a reason."
PLAIN = {"approved": True, "reason": "It was broken."}


@dataclass
class Verifying:
    served: InProcess
    vendors: Vendors

    @property
    def client(self) -> httpx.AsyncClient:
        return self.served.client

    async def task(self, provider: ProviderName = "claude", **changes: Any) -> str:
        """Return the path of a new task with a verifier."""
        config = {"provider": provider, "instructions": RULES}
        if provider == "azure_openai":
            config["model"] = "our-deployment"
        config |= changes.pop("config", {})
        made = await self.client.post("/api/tasks", json=refund(verifier_config=config, **changes))
        assert made.status_code == 201, made.text
        return f"/api/tasks/{made.json()['id']}"

    async def submit(self, task: str, wait: int = 25, **answer: Any) -> httpx.Response:
        """Answer a task."""
        body = {"response": PLAIN | answer}
        return await self.client.post(f"{task}/complete?wait={wait}", json=body)

    async def state(self, task: str) -> dict[str, Any]:
        return (await self.client.get(task)).json()

    async def actions(self, task: str) -> list[str]:
        """Return what happened to a task, but its first line."""
        history = (await self.client.get(f"{task}/audit")).json()["items"]
        return [line["action"] for line in history][1:]

    async def judged(self, task: str, seconds: float = 0.0) -> dict[str, Any]:
        """Return the task once a verifier has said something; the clock moves on as below."""
        return await self._until(task, lambda state: state["verdict"] is not None, seconds)

    async def becomes(self, task: str, status: str, seconds: float = 0.0) -> dict[str, Any]:
        """Return the task once it has this status; the clock moves on by `seconds` at each look."""
        return await self._until(task, lambda state: state["status"] == status, seconds)

    async def _until(
        self, task: str, holds: Callable[[dict[str, Any]], bool], seconds: float = 0.0
    ) -> dict[str, Any]:
        state = await self.state(task)
        for _ in range(600):
            if holds(state):
                return state
            self.served.clock.advance(seconds)
            if seconds:
                self.served.server.jobs.relay.wake()
            await asyncio.sleep(0.02)
            state = await self.state(task)
        raise AssertionError(f"it stays {state['status']}")


@asynccontextmanager
async def verifying(
    folder: Path, manner: Manner | None = None, **settings: Any
) -> AsyncGenerator[Verifying]:
    """Run a server, and the vendors that behave in this manner; by default they pass all."""
    keys = {KEY_ENVS[provider]: KEY for provider in PROVIDERS}
    async with vendors(manner or verdict()) as listening:
        given: dict[str, Any] = {URLS[name]: url for name, url in listening.base_urls.items()}
        with patch.dict("os.environ", keys):
            async with in_process(folder, **given | settings) as served:
                await hold_to_contract(served.client, served.stranger)
                yield Verifying(served, listening)
