"""What verifying leaves behind: nothing secret, and nothing lost when a process dies."""

import asyncio
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from awaithumans import AwaitHumans, await_human
from awaithumans.server.observing import logs
from awaithumans.verifiers.claude import claude_verifier
from tests.sdk.standin import REFUND
from tests.support import vendors as model
from tests.support.bodies import refund
from tests.support.process import COMMAND, TOKEN, ServerProcess, clean_environment
from tests.support.vendors import PROVIDERS, Vendors, vendors
from tests.verification.conftest import KEY, PLAIN, RULES, verifying

EXAMPLE = Path(__file__).parents[2] / "examples" / "verifier" / "agent.py"
CANARY = "payload-canary-4711"
MANNERS = (
    model.verdict(),
    model.refuses("No."),
    model.fails(400, "invalid_request_error"),
    model.fails(401),
    model.garbage,
    model.declines,
)


@pytest.fixture
def log() -> Any:
    """Where the server logs to, as loud as it can."""
    import logging

    stream = io.StringIO()
    root, ours = logging.getLogger(), logging.getLogger("awaithumans")
    before = root.handlers[:], root.level, ours.level, logging.raiseExceptions
    logs.configure("json", "debug", [TOKEN], stream)
    yield stream
    root.handlers[:], level, own, logging.raiseExceptions = before
    root.setLevel(level)
    ours.setLevel(own)
    logging.captureWarnings(False)


async def test_the_key_and_the_payload_reach_neither_log_nor_history(
    tmp_path: Path, log: io.StringIO
) -> None:
    async with verifying(tmp_path) as having:
        seen: list[str] = []
        for number, manner in enumerate(MANNERS):
            having.vendors.manner = manner
            for provider in PROVIDERS:
                task = await having.task(
                    provider,
                    payload={"amount": 1, "customer": CANARY},
                    idempotency_key=f"{provider}-{number}",
                )
                seen.append((await having.submit(task, wait=0)).text)
                seen.append(str(await having.judged(task, seconds=1)))
                seen.append((await having.client.get(f"{task}/audit")).text)
        assert all(CANARY in asked.section("payload") for asked in having.vendors.asked)
        seen += [(await having.client.get(path)).text for path in ("/metrics", "/api/status")]
        deliveries = await having.client.get("/api/admin/webhook-deliveries?kind=verification")
        seen += [
            (await having.client.get(f"/api/admin/webhook-deliveries/{each['id']}")).text
            for each in deliveries.json()["items"]
        ]
    told = [each for each in seen if "'payload':" not in each and '"payload":' not in each]
    assert len(told) > len(MANNERS) * len(PROVIDERS)
    assert KEY not in "".join(seen) + log.getvalue()
    assert CANARY not in "".join(told) + log.getvalue()


def server_of(home: Path, having: Vendors, **environment: str) -> ServerProcess:
    urls = {"AWAITHUMANS_ANTHROPIC_URL": having.base_urls["claude"]}
    return ServerProcess(home, ANTHROPIC_API_KEY=KEY, **urls | environment)


async def test_what_a_dead_process_was_verifying_is_verified_by_the_next(tmp_path: Path) -> None:
    async with vendors(model.hangs) as having:
        server = server_of(tmp_path, having, AWAITHUMANS_VERIFIER_SECONDS="2")
        await asyncio.to_thread(server.start)
        try:
            verifier = {"provider": "claude", "instructions": RULES}
            async with server.async_client() as client:
                made = await client.post("/api/tasks", json=refund(verifier_config=verifier))
                task = f"/api/tasks/{made.json()['id']}"
                answer = {"response": PLAIN}
                submitted = await client.post(f"{task}/complete?wait=0", json=answer)
                assert submitted.json()["status"] == "submitted"
                while not having.asked:
                    await asyncio.sleep(0.01)
            server.kill()
            having.manner = model.verdict()
            await asyncio.to_thread(server.start)
            async with server.async_client() as client:
                polled: dict[str, Any] = {}
                while polled.get("status") != "completed":
                    polled = (await client.get(f"{task}/poll?timeout=30")).json()
            assert (polled["response"], polled["verification_attempt"]) == (PLAIN, 1)
        finally:
            server.stop()


async def test_an_agent_hears_of_a_refusal_though_the_next_answer_passed_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = model.refuses("There is no reason.")
    async with vendors(model.in_turn(refusal, model.verdict())) as having:
        server = server_of(tmp_path, having)
        await asyncio.to_thread(server.start)
        monkeypatch.setenv("AWAITHUMANS_URL", server.url)
        monkeypatch.setenv("AWAITHUMANS_ADMIN_API_TOKEN", TOKEN)
        try:
            asking = asyncio.create_task(
                await_human(**REFUND, verifier=claude_verifier(RULES, max_attempts=2))
            )
            async with server.async_client() as client:
                task = await _asked(client)
                for reason in ("", "It was broken."):
                    answer = {"response": {"approved": True, "reason": reason}}
                    await client.post(f"{task}/complete", json=answer)
            assert (await asyncio.wait_for(asking, 10)).approved
        finally:
            server.stop()
    (record,) = (each for each in caplog.records if each.name == "awaithumans")
    assert record.getMessage().startswith("answer 1 of 2 to tsk_")
    assert record.getMessage().endswith("refused by the verifier: There is no reason.")


async def test_in_a_terminal_a_refused_answer_is_asked_again_with_the_reason(
    tmp_path: Path,
) -> None:
    refusal = model.refuses("There is no reason.", (["reason"], "It is empty."))
    failure = model.fails(401)
    manner = model.in_turn(refusal, failure, model.verdict(), refusal)
    async with vendors(manner) as having:
        server = server_of(tmp_path, having)
        await asyncio.to_thread(server.start)
        try:
            once, twice = await _inbox(server, 3, "yes\n\ny\n" * 3), await _inbox(server, 1)
        finally:
            server.stop()
    assert once.returncode == 0, once.stderr
    said = [text for text in once.stdout.splitlines() if "refused" in text or "checked" in text]
    assert said[0].endswith("The answer was refused: There is no reason.")
    assert "The answer could not be checked, and can be submitted again: Anthropic" in said[1]
    assert "  reason: It is empty." in once.stdout
    assert once.stdout.rstrip().endswith("Submitted.")
    assert twice.returncode == 0, twice.stderr
    assert "The answer was refused: There is no reason." in twice.stdout
    assert "It was the last attempt" in twice.stdout
    assert "Submitted." not in twice.stdout


async def _inbox(
    server: ServerProcess, attempts: int, typed: str = "yes\n\ny\n"
) -> "subprocess.CompletedProcess[str]":
    """Answer a new task in a terminal."""
    verifier = {"provider": "claude", "instructions": RULES, "max_attempts": attempts}
    async with server.async_client() as client:
        body = refund(verifier_config=verifier, task=f"Of {attempts} attempts")
        task_id = (await client.post("/api/tasks", json=body)).json()["id"]
    told = {"AWAITHUMANS_URL": server.url, "AWAITHUMANS_ADMIN_API_TOKEN": TOKEN}
    return await asyncio.to_thread(
        subprocess.run,
        [COMMAND, "inbox", task_id],
        input=typed,
        env=clean_environment(server.home) | told,
        capture_output=True,
        text=True,
        timeout=30,
    )


async def test_a_program_that_answers_waits_as_long_as_the_server_for_the_verdict(
    tmp_path: Path,
) -> None:
    async with vendors(model.late(11, model.verdict())) as having:
        server = server_of(tmp_path, having)
        await asyncio.to_thread(server.start)
        try:
            verifier = claude_verifier(RULES)
            async with AwaitHumans(server_url=server.url, api_key=TOKEN) as client:
                task = await client.tasks.create(**REFUND, verifier=verifier)
                done = await client.tasks.complete(task.id, response=PLAIN)
        finally:
            server.kill()
    assert done.status == "completed"


async def test_the_example_runs_as_it_stands(tmp_path: Path) -> None:
    refusal = model.refuses("There is no reason.")
    async with vendors(model.in_turn(refusal, model.verdict())) as having:
        server = server_of(tmp_path, having)
        await asyncio.to_thread(server.start)
        try:
            agent = _agent(server)
            async with server.async_client() as client:
                task = await _asked(client)
                refused = await client.post(
                    f"{task}/complete", json={"response": {"approved": True}}
                )
                assert refused.json()["status"] == "rejected"
                done = await client.post(f"{task}/complete", json={"response": PLAIN})
                assert done.json()["status"] == "completed"
            out, _ = await asyncio.to_thread(agent.communicate, timeout=30)
            assert (agent.returncode, out) == (0, "True It was broken.\n")
        finally:
            server.stop()


def _agent(server: ServerProcess) -> "subprocess.Popen[str]":
    told = {"AWAITHUMANS_URL": server.url, "AWAITHUMANS_ADMIN_API_TOKEN": TOKEN}
    return subprocess.Popen(
        [sys.executable, str(EXAMPLE)],
        env=clean_environment(server.home) | told,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def _asked(client: httpx.AsyncClient) -> str:
    """Return the path of the agent's task, once it is there."""
    for _ in range(500):
        found = (await client.get("/api/tasks")).json()["items"]
        if found:
            return f"/api/tasks/{found[0]['id']}"
        await asyncio.sleep(0.02)
    raise AssertionError("the agent asks nothing")
