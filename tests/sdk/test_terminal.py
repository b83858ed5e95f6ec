import contextlib
import io
import os
import pty
import signal
import sys
import threading
from typing import Any

import pytest

from awaithumans import await_human_sync
from tests.sdk.standin import REFUND, StandIn


def ask(standin: StandIn, task: str = "Approve?") -> None:
    threading.Thread(target=lambda: (standin.wait_for("poll"), standin.approve())).start()
    asked: dict[str, Any] = {**REFUND, "task": task}
    await_human_sync(**asked, server_url=standin.url)


def shown_on_a_terminal(standin: StandIn, task: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Ask with a real terminal as stderr; return what it shows."""
    ours, theirs = pty.openpty()
    with (
        contextlib.closing(os.fdopen(ours)),
        os.fdopen(theirs, "w") as stderr,
        monkeypatch.context() as patch,
    ):
        patch.setattr(sys, "stderr", stderr)
        ask(standin, task)
        os.set_blocking(ours, False)
        with contextlib.suppress(BlockingIOError):
            return os.read(ours, 4096).decode()
    return ""


def test_one_line_on_a_terminal_says_where_to_answer(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = shown_on_a_terminal(standin, "Approve\x1b]0;evil\x07 this?", monkeypatch)
    assert shown == (
        "awaithumans: waiting for a person: Approve ]0;evil this? -> "
        f"{standin.url}/task?id={next(iter(standin.tasks))} (or run: awaithumans inbox)\r\n"
    )


def test_a_terminal_that_wants_quiet_has_it(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWAITHUMANS_QUIET", "1")
    assert shown_on_a_terminal(standin, "Approve?", monkeypatch) == ""


def test_a_log_file_gets_no_line(standin: StandIn, capfd: pytest.CaptureFixture[str]) -> None:
    ask(standin)
    assert capfd.readouterr().err == ""


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("stderr", [None, closed()], ids=["none", "closed"])
def test_a_process_without_a_usable_stderr_waits_as_well(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO | None
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stderr)
        ask(standin)


@pytest.mark.parametrize("cancels", [False, True])
def test_ctrl_c_leaves_the_task_open_unless_asked_otherwise(
    standin: StandIn, cancels: bool
) -> None:
    threading.Thread(
        target=lambda: (standin.wait_for("poll"), os.kill(os.getpid(), signal.SIGINT))
    ).start()
    with pytest.raises(KeyboardInterrupt):
        await_human_sync(**REFUND, server_url=standin.url, cancel_on_abort=cancels)
    expected = "cancelled" if cancels else "created"
    assert [task["status"] for task in standin.tasks.values()] == [expected]
