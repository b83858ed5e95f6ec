"""Verifiers of two server processes on one PostgreSQL: who dies, who hangs, who is asked."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support import vendors as model
from tests.support.asking import one_end
from tests.support.bodies import APPROVED, refund
from tests.support.postgres import Postgres
from tests.support.process import ServerProcess
from tests.support.receiver import receiver
from tests.support.timing import in_time
from tests.support.vendors import PROVIDERS, Vendors, vendors
from tests.verification.conftest import KEY, KEY_ENVS, RULES, URLS

# What a lease lasts when a verdict may take two seconds, and what it takes to notice its end.
LEASE_SECONDS = 2 + 15 + 5


@dataclass
class Pair:
    one: ServerProcess
    other: ServerProcess
    vendors: Vendors


@asynccontextmanager
async def pair(
    databases: Postgres, folder: Path, manner: model.Manner, seconds: int = 2
) -> AsyncGenerator[Pair]:
    """Two servers whose keys are in their `.env`, and the vendors that behave in this manner."""
    async with vendors(manner) as having:
        urls = {f"AWAITHUMANS_{URLS[name]}".upper(): url for name, url in having.base_urls.items()}
        told = {
            "AWAITHUMANS_VERIFIER_SECONDS": str(seconds),
            "AWAITHUMANS_CALLBACK_ALLOW_PRIVATE": "true",
        }
        with databases.empty() as url:
            servers: list[ServerProcess] = []
            for name in ("one", "other"):
                home = folder / name
                home.mkdir()
                keys = "".join(f"{KEY_ENVS[provider]}={KEY}\n" for provider in PROVIDERS)
                (home / ".env").write_text(keys)
                server = ServerProcess(home, AWAITHUMANS_DATABASE_URL=url, **urls, **told)
                for variable in KEY_ENVS.values():
                    server.environment.pop(variable, None)
                servers.append(server)
            try:
                for server in servers:
                    await asyncio.to_thread(server.start, 60)
                yield Pair(servers[0], servers[1], having)
            finally:
                for server in servers:
                    server.kill()


async def a_task(client: httpx.AsyncClient, number: int = 0, **changes: Any) -> str:
    """Make a task with a verifier; return its path."""
    provider = PROVIDERS[number % 4]
    verifier = {"provider": provider, "instructions": RULES, "model": "a-model"}
    verifier |= changes.pop("config", {})
    body = refund(verifier_config=verifier, task=f"Refund? #{number}", **changes)
    made = await client.post("/api/tasks", json=body)
    assert made.status_code == 201, made.text
    return f"/api/tasks/{made.json()['id']}"


async def settled(client: httpx.AsyncClient, task: str, within: float) -> dict[str, Any]:
    """Wait for a task as an agent does."""
    end = time.monotonic() + within
    while True:
        polled = (await client.get(f"{task}/poll?timeout=5")).json()
        if polled["status"] in ("completed", "verification_exhausted"):
            return polled
        assert time.monotonic() < end, polled


async def test_what_a_killed_server_was_verifying_is_verified_by_the_other(
    databases: Postgres, tmp_path: Path
) -> None:
    """One answer passes, and one is refused for the last time: each is told once."""

    def mixed(asked: model.Asked) -> model.Answer:
        passes = "#0" in asked.section("task")
        return (model.verdict() if passes else model.refuses("No."))(asked)

    async with receiver() as there, pair(databases, tmp_path, model.hangs) as two:
        async with two.one.async_client() as first:
            passing = await a_task(first, 0, callback_url=there.url, idempotency_key="0")
            config = {"max_attempts": 1}
            told = {"callback_url": there.url, "idempotency_key": "1", "config": config}
            failing = await a_task(first, 1, **told)
            for task in (passing, failing):
                submitted = await first.post(f"{task}/complete?wait=0", json=APPROVED)
                assert submitted.json()["status"] == "submitted"
            while len(two.vendors.asked) < 2:
                await asyncio.sleep(0.01)
        two.one.signal(signal.SIGKILL)
        two.vendors.manner = mixed
        async with two.other.async_client() as client:
            passed = await settled(client, passing, LEASE_SECONDS)
            exhausted = await settled(client, failing, LEASE_SECONDS)
            for task in (passing, failing):
                await one_end(client, task.rsplit("/", 1)[1])
        await there.got(2)
        await asyncio.sleep(1)
    assert (passed["status"], passed["response"]) == ("completed", APPROVED["response"])
    assert (exhausted["status"], exhausted["response"]) == ("verification_exhausted", None)
    assert (passed["verification_attempt"], exhausted["verification_attempt"]) == (1, 1)
    assert len(two.vendors.asked) == 4
    assert sorted(call.json["status"] for call in there.calls) == [
        "completed",
        "verification_exhausted",
    ]


async def test_ten_at_once_over_both_are_one_call_for_each_attempt_left(
    databases: Postgres, tmp_path: Path
) -> None:
    async with (
        pair(databases, tmp_path, model.refuses("No.")) as two,
        two.one.async_client() as one,
        two.other.async_client() as other,
    ):
        task = await a_task(one, config={"max_attempts": 2})
        for attempt in (1, 2):
            answered = await asyncio.gather(
                *((one, other)[n % 2].post(f"{task}/complete", json=APPROVED) for n in range(10))
            )
            # Whoever comes after a refusal submits again, and takes the attempt that is left.
            assert Counter(each.status_code for each in answered)[200] >= 1
            if len(two.vendors.asked) == 2:
                break
            assert len(two.vendors.asked) == attempt
        polled = await settled(one, task, 5)
        assert (polled["status"], polled["verification_attempt"]) == ("verification_exhausted", 2)
        assert len(two.vendors.asked) == 2


async def test_a_hundred_mixed_cases_over_both_while_one_vendor_hangs(
    databases: Postgres, tmp_path: Path
) -> None:
    """Claude hangs; the verdicts of the others, and every request, come in their time."""

    def mixed(asked: model.Asked) -> model.Answer:
        if asked.provider == "claude":
            return model.hangs(asked)
        number = int(asked.section("task").rsplit("#", 1)[1].split()[0].strip('"'))
        return (model.verdict() if number % 2 else model.refuses("No."))(asked)

    async with (
        pair(databases, tmp_path, mixed, seconds=20) as two,
        two.one.async_client() as one,
        two.other.async_client() as other,
    ):
        tasks = [await a_task((one, other)[n % 2], n) for n in range(100)]

        async def submit(number: int) -> tuple[int, str, float]:
            began = time.monotonic()
            server = (one, other)[number // 2 % 2]
            done = await server.post(f"{tasks[number]}/complete", json=APPROVED)
            assert done.status_code == 200, done.text
            return number, done.json()["status"], time.monotonic() - began

        answered = await asyncio.gather(*map(submit, range(100)))
        told = sorted(seconds for number, _, seconds in answered if number % 4)
        hung = sorted(seconds for number, _, seconds in answered if not number % 4)
        print(f"\nverdicts in {told[-1]:.1f} s at most; with a vendor that hangs {hung[-1]:.1f} s")
        for number, status, seconds in answered:
            in_time(seconds, 30)
            if number % 4:
                assert status == ("completed" if number % 2 else "rejected")
        in_time(told[-1], 15)
        assert "Traceback" not in two.one.output() + two.other.output()


async def test_a_server_that_is_told_to_stop_answers_all_who_wait_for_a_verdict(
    databases: Postgres, tmp_path: Path
) -> None:
    async with pair(databases, tmp_path, model.hangs, seconds=20) as two:
        limits = httpx.Limits(max_connections=None)
        async with two.one.async_client(limits=limits) as client:
            tasks = [await a_task(client, n) for n in range(200)]
            waiting = [
                asyncio.create_task(client.post(f"{task}/complete?wait=28", json=APPROVED))
                for task in tasks
            ]
            while not len(two.vendors.asked) >= 50:
                await asyncio.sleep(0.05)
            await asyncio.sleep(1)
            began = time.monotonic()
            assert await asyncio.to_thread(two.one.stop) == 0
            in_time(time.monotonic() - began, 5)
            for each in await asyncio.gather(*waiting):
                assert (each.status_code, each.json()["status"]) == (200, "submitted")
        two.vendors.manner = model.verdict()
        async with two.other.async_client() as client:
            for task in tasks:
                assert (await settled(client, task, LEASE_SECONDS + 20))["status"] == "completed"
        assert "Traceback" not in two.one.output() + two.other.output()
