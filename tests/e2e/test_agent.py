"""An agent that waits while the server dies and comes back gets its answer, once."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.support.process import TOKEN, ServerProcess, clean_environment
from tests.support.timing import in_time

AGENT = """
import time
from pydantic import BaseModel
from awaithumans import await_human_sync

class Refund(BaseModel):
    amount: int

class Decision(BaseModel):
    approved: bool
    reason: str = "none given"

began = time.monotonic()
print("asking", flush=True)
decision = await_human_sync(
    task="Approve the agent's refund?",
    payload_schema=Refund,
    payload=Refund(amount=250),
    response_schema=Decision,
    timeout_seconds=900,
    idempotency_key="the-agents-refund",
)
assert type(decision) is Decision
print(f"approved={decision.approved!r} reason={decision.reason!r}", flush=True)
"""


def agent(server: ServerProcess) -> "subprocess.Popen[str]":
    environment = clean_environment(server.home) | {
        "AWAITHUMANS_URL": server.url,
        "AWAITHUMANS_ADMIN_API_TOKEN": TOKEN,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", AGENT],
        env=environment,
        cwd=server.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def waits(server: ServerProcess) -> str:
    """Wait until the agent's request is parked; return the task's id."""
    deadline = time.monotonic() + 20
    with server.client() as client:
        while time.monotonic() < deadline:
            items = client.get("/api/tasks", params={"q": "the agent's"}).json()["items"]
            if items and client.get("/api/status").json()["parked_requests"]:
                return items[0]["id"]
            time.sleep(0.05)
    raise AssertionError(server.output())


@pytest.mark.parametrize("kills", [1, 3])
def test_an_agent_gets_its_answer_though_the_server_was_killed_while_it_waited(
    tmp_path: Path, kills: int
) -> None:
    server = ServerProcess(tmp_path).start()
    waiting = agent(server)
    try:
        task_id = waits(server)
        for _ in range(kills):
            server.kill()
            time.sleep(0.5)
            assert waiting.poll() is None
            server.start()
            assert waits(server) == task_id
        with server.client() as client:
            body = {"response": {"approved": True}, "completed_by_email": "sue@example.com"}
            assert client.post(f"/api/tasks/{task_id}/complete", json=body).status_code == 200
        shown, errors = waiting.communicate(timeout=20)
        assert waiting.returncode == 0, errors
        assert shown == "asking\napproved=True reason='none given'\n"
        assert errors == ""
        began = time.monotonic()
        again = agent(server)
        assert again.communicate(timeout=20)[0] == shown
        in_time(time.monotonic() - began, 5)
        with server.client() as client:
            history = client.get(f"/api/tasks/{task_id}/audit").json()["items"]
            assert [item["action"] for item in history] == ["created", "completed"]
    finally:
        waiting.kill()
        waiting.communicate()
        server.kill()


@pytest.mark.quiet
def test_an_agent_that_starts_before_the_server_waits_for_it(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path)
    waiting = agent(server)
    try:
        assert waiting.stdout is not None
        # It tries for about five seconds, and starting takes a part of them.
        assert waiting.stdout.readline() == "asking\n"
        time.sleep(0.1)
        assert waiting.poll() is None
        server.start()
        task_id = waits(server)
        with server.client() as client:
            client.post(f"/api/tasks/{task_id}/complete", json={"response": {"approved": False}})
        shown, _ = waiting.communicate(timeout=20)
        assert shown == "approved=False reason='none given'\n"
    finally:
        waiting.kill()
        waiting.communicate()
        server.kill()


def test_an_agent_is_told_that_its_task_was_cancelled(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path).start()
    waiting = agent(server)
    try:
        task_id = waits(server)
        httpx.post(
            f"{server.url}/api/tasks/{task_id}/cancel",
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        _, errors = waiting.communicate(timeout=20)
        assert waiting.returncode == 1
        assert "TaskCancelledError" in errors
    finally:
        waiting.kill()
        waiting.communicate()
        server.kill()
