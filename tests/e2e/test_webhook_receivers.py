"""The receivers in examples/ run as they stand, and believe our server only."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from awaithumans.callbacks import standard_webhook_secret
from tests.support.bodies import APPROVED, refund
from tests.support.process import PAYLOAD_KEY, ServerProcess, free_port

EXAMPLES = Path(__file__).parents[2] / "examples" / "webhook_receiver"
BODY = json.dumps({"task_id": "tsk_1", "status": "completed", "response": {"approved": True}})
PLAIN = [sys.executable, "plain.py"]
FASTAPI = [sys.executable, "-m", "uvicorn", "with_fastapi:app", "--log-level=warning", "--port"]


class Example:
    """A receiver in a process of its own."""

    def __init__(self, command: list[str]) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/awaithumans"
        self.process = subprocess.Popen(
            [*command, str(port)],
            cwd=EXAMPLES,
            env={**os.environ, "AWAITHUMANS_PAYLOAD_KEY": PAYLOAD_KEY},
            stdout=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                httpx.get(self.url)
                return
            except httpx.TransportError:
                time.sleep(0.02)
        self.process.kill()
        raise AssertionError("the example does not listen")

    def send(self, late: float = 0, **changed: str) -> int:
        moment = datetime.fromtimestamp(time.time() - late, timezone.utc)
        headers = {
            "webhook-id": "dlv_1",
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(standard_webhook_secret(PAYLOAD_KEY)).sign(
                "dlv_1", moment, BODY
            ),
        }
        headers |= {name.replace("_", "-"): value for name, value in changed.items()}
        return httpx.post(self.url, content=BODY, headers=headers).status_code

    def line(self) -> str:
        """Return what it prints next."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def said(self) -> str:
        self.process.terminate()
        return self.process.communicate(timeout=10)[0]


@pytest.fixture(params=[PLAIN, FASTAPI], ids=["plain", "fastapi"])
def example(request: pytest.FixtureRequest) -> Iterator[Example]:
    receiver = Example(request.param)
    yield receiver
    receiver.process.kill()
    receiver.process.communicate()


def test_a_webhook_is_taken_once_and_a_foreign_or_old_one_not_at_all(example: Example) -> None:
    assert example.send(webhook_signature="v1,AAAA") == 401
    assert example.send(late=301) == 401
    assert example.send() == 204
    assert example.send() == 204
    assert example.said() == "tsk_1 completed {'approved': True}\n"


@pytest.fixture(scope="module")
def sending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that may call receivers on this machine."""
    home = tmp_path_factory.mktemp("sending")
    process = ServerProcess(home, AWAITHUMANS_CALLBACK_ALLOW_PRIVATE="true").start()
    yield process
    process.kill()


def test_an_answer_comes_to_the_example(example: Example, sending: ServerProcess) -> None:
    with sending.client() as client:
        task = client.post("/api/tasks", json=refund(callback_url=example.url)).json()
        answered = client.post(f"/api/tasks/{task['id']}/complete", json=APPROVED)
        assert answered.status_code == 200
    assert example.line() == f"{task['id']} completed {APPROVED['response']}\n"


@pytest.mark.parametrize("command", [[*PLAIN, "0"], [*FASTAPI, "0"]], ids=["plain", "fastapi"])
def test_without_a_key_the_example_says_so_at_once(command: list[str]) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "AWAITHUMANS_PAYLOAD_KEY"}
    done = subprocess.run(
        command, cwd=EXAMPLES, env=environment, capture_output=True, text=True, timeout=20
    )
    assert done.returncode != 0
    assert "Set AWAITHUMANS_PAYLOAD_KEY" in done.stderr
