"""Agents as processes of their own: signals, and the quickstart as it stands."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.sdk.standin import StandIn

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "examples" / "quickstart" / "agent.py"

AGENT = """
import signal, sys
from pydantic import BaseModel
from awaithumans import await_human_sync

class Empty(BaseModel):
    pass

signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
signal.signal(signal.SIGINT, signal.default_int_handler)
await_human_sync(
    task=sys.argv[1], payload_schema=Empty, payload=Empty(), response_schema=Empty,
    timeout_seconds=60, cancel_on_abort="cancel" in sys.argv,
)
"""


def start(standin: StandIn, *command: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, "AWAITHUMANS_URL": standin.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 3)]
)
@pytest.mark.parametrize("cancels", [False, True])
def test_ctrl_c_returns_at_once(
    standin: StandIn, number: signal.Signals, status: int, cancels: bool
) -> None:
    agent = start(standin, "-c", AGENT, "Wait", "cancel" if cancels else "leave")
    standin.wait_for("poll")
    began = time.monotonic()
    agent.send_signal(number)
    _, said = agent.communicate(timeout=10)
    assert time.monotonic() - began < 3
    assert agent.returncode == status
    assert ("KeyboardInterrupt" in said) is (number is signal.SIGINT)
    expected = "cancelled" if cancels else "created"
    assert [task["status"] for task in standin.tasks.values()] == [expected]


def test_ctrl_c_while_the_server_is_away_returns_at_once(standin: StandIn) -> None:
    agent = start(standin, "-c", AGENT, "Wait", "cancel")
    standin.wait_for("poll")
    standin.stop()
    time.sleep(0.3)
    began = time.monotonic()
    agent.send_signal(signal.SIGINT)
    agent.communicate(timeout=10)
    assert time.monotonic() - began < 3
    assert agent.returncode == -signal.SIGINT


def test_the_quickstart_runs_as_it_stands(standin: StandIn) -> None:
    agent = start(standin, str(QUICKSTART))
    standin.wait_for("poll")
    standin.approve("within policy")
    out, said = agent.communicate(timeout=10)
    assert (agent.returncode, out, said) == (0, "True within policy\n", "")
    assert standin.asked("create")[0]["payload"] == {"amount": 250, "customer": "cus_123"}
