"""Agents as processes of their own: signals, and the quickstart as it stands."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest

from awaithumans import await_human_sync
from tests.sdk.standin import REFUND, StandIn, says
from tests.support.timing import in_time

if TYPE_CHECKING:
    from _typeshed import TraceFunction

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


# A signal that comes between Python's last look for one and the call that blocks is only seen when
# that call returns, which may be after 25 s: nobody should be sent one in that moment here.
SURELY_BLOCKED_SECONDS = 0.25


@contextmanager
def parked(standin: StandIn, *command: str) -> "Generator[subprocess.Popen[str]]":
    """An agent that waits for its answer."""
    with subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, "AWAITHUMANS_URL": standin.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as agent:
        try:
            standin.wait_for("poll")
            time.sleep(SURELY_BLOCKED_SECONDS)
            yield agent
        finally:
            agent.kill()


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 3)]
)
@pytest.mark.parametrize("cancels", [False, True])
def test_ctrl_c_returns_at_once(
    standin: StandIn, number: signal.Signals, status: int, cancels: bool
) -> None:
    with parked(standin, "-c", AGENT, "Wait", "cancel" if cancels else "leave") as agent:
        began = time.monotonic()
        agent.send_signal(number)
        _, said = agent.communicate(timeout=10)
        in_time(time.monotonic() - began, 3)
    assert agent.returncode == status
    assert ("KeyboardInterrupt" in said) is (number is signal.SIGINT)
    expected = "cancelled" if cancels else "created"
    assert [task["status"] for task in standin.tasks.values()] == [expected]


def test_ctrl_c_while_the_server_is_away_returns_at_once(standin: StandIn) -> None:
    with parked(standin, "-c", AGENT, "Wait", "cancel") as agent:
        standin.stop()
        time.sleep(0.3)
        began = time.monotonic()
        agent.send_signal(signal.SIGINT)
        agent.communicate(timeout=10)
        in_time(time.monotonic() - began, 3)
    assert agent.returncode == -signal.SIGINT


@contextmanager
def interrupted_at(line: int) -> Generator[None]:
    """Press Ctrl-C while h11 makes a connection ready for its next request, at so many lines."""
    left, before = line, sys.gettrace()

    def trace(frame: FrameType, event: str, _: object) -> "TraceFunction | None":
        nonlocal left
        if frame.f_code.co_name != "start_next_cycle":
            return None
        left -= event == "line"
        if left == 0:
            raise KeyboardInterrupt
        return trace

    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def test_a_connection_that_ctrl_c_left_halfway_does_not_keep_the_task_open(
    standin: StandIn,
) -> None:
    answered = {"status": "completed", "response": {"approved": True}, "verification_attempt": 0}
    answered |= {"completed_at": None, "timed_out_at": None}
    # More than one: a poll that was sent before Ctrl-C may come to the server after it.
    standin.instead["poll"] = deque([says(200, answered)] * 1000)
    interrupted = 0
    for line in itertools.count(1):
        request: dict[str, Any] = {
            **REFUND,
            "idempotency_key": f"line {line}",
            "cancel_on_abort": True,
        }
        try:
            with interrupted_at(line):
                await_human_sync(server_url=standin.url, **request)
            break
        except KeyboardInterrupt:
            interrupted += 1
        assert {task["status"] for task in standin.tasks.values()} == {"cancelled"}
    assert interrupted > 10


def test_the_quickstart_runs_as_it_stands(standin: StandIn) -> None:
    with parked(standin, str(QUICKSTART)) as agent:
        standin.approve("within policy")
        out, said = agent.communicate(timeout=10)
    assert (agent.returncode, out, said) == (0, "True within policy\n", "")
    assert standin.asked("create")[0]["payload"] == {"amount": 250, "customer": "cus_123"}
