"""Agents as processes of their own: signals, terminals, and the quickstart as it stands."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

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


def start(standin: StandIn, *command: str, **more: Any) -> "subprocess.Popen[str]":
    quiet: dict[str, str] = more.pop("env", {})
    return subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, "AWAITHUMANS_URL": standin.url, **quiet},
        stdout=subprocess.PIPE,
        text=True,
        **{"stderr": subprocess.PIPE, **more},
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


def on_a_terminal(standin: StandIn, title: str, **env: str) -> str:
    """Run the agent with a terminal as stderr; return what the terminal shows."""
    ours, theirs = pty.openpty()
    agent = start(standin, "-c", AGENT, title, stderr=theirs, env=env)
    os.close(theirs)
    standin.wait_for("poll")
    standin.settle("completed", response={})
    agent.communicate(timeout=10)
    assert agent.returncode == 0
    shown = b""
    with contextlib.suppress(OSError):  # the terminal's end
        while more := os.read(ours, 4096):
            shown += more
    os.close(ours)
    return shown.decode()


def test_one_line_on_a_terminal_says_where_to_answer(standin: StandIn) -> None:
    shown = on_a_terminal(standin, "Approve\x1b]0;evil\x07 this?")
    task_id = next(iter(standin.tasks))
    assert shown == (
        "awaithumans: waiting for a person: Approve ]0;evil this? -> "
        f"{standin.url}/task?id={task_id} (or run: awaithumans inbox)\r\n"
    )


def test_a_terminal_that_wants_quiet_has_it(standin: StandIn) -> None:
    assert on_a_terminal(standin, "Approve?", AWAITHUMANS_QUIET="1") == ""


def test_the_quickstart_runs_as_it_stands(standin: StandIn) -> None:
    agent = start(standin, str(QUICKSTART))
    standin.wait_for("poll")
    standin.approve("within policy")
    out, said = agent.communicate(timeout=10)
    assert (agent.returncode, out, said) == (0, "True within policy\n", "")
    assert standin.asked("create")[0]["payload"] == {"amount": 250, "customer": "cus_123"}


@pytest.mark.parametrize("stderr", ["None", "io.StringIO()", "closed()"])
def test_a_process_without_a_usable_stderr_waits_as_well(standin: StandIn, stderr: str) -> None:
    agent = start(
        standin,
        "-c",
        "import io, sys\n"
        "def closed():\n    s = io.StringIO(); s.close(); return s\n"
        f"sys.stderr = {stderr}\n{AGENT}",
        "Wait",
    )
    standin.wait_for("poll")
    standin.settle("completed", response={})
    agent.communicate(timeout=10)
    assert agent.returncode == 0
