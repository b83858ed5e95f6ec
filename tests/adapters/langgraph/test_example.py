"""The example and the documentation as they stand."""

import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from awaithumans import AwaitHumansSync
from tests.sdk.standin import StandIn
from tests.support.process import DevProcess, clean_environment

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "examples" / "langgraph" / "refund.py"


def start(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(PROGRAM)],
        env=clean_environment(folder),
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_example_finds_a_server_for_development_and_runs_as_it_stands(tmp_path: Path) -> None:
    server = DevProcess(tmp_path).start()
    try:
        found = json.loads((tmp_path / ".awaithumans-dev.json").read_text())
        with AwaitHumansSync(found["url"], found["admin_api_token"]) as client:
            program = start(tmp_path)
            deadline = time.monotonic() + 60
            while not (tasks := client.tasks.list(terminal=False).items):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert tasks[0].task == "Approve the refund of $250 to cus_123?"
            client.tasks.complete(tasks[0].id, {"approved": True})
        out, _ = program.communicate(timeout=60)
    finally:
        server.kill()
    assert (program.returncode, out) == (0, "$250 paid\n")


def test_the_program_of_the_documentation_runs_as_it_stands(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answers() -> None:
        standin.wait_for("poll")
        standin.settle("completed", response={"approved": True})

    monkeypatch.setenv("AWAITHUMANS_URL", standin.url)
    threading.Thread(target=answers, daemon=True).start()
    (program,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs/langgraph.md").read_text(), re.DOTALL
    )
    # A module of its own, where LangGraph looks for what the annotations name.
    module: Any = ModuleType("documented")
    monkeypatch.setitem(sys.modules, "documented", module)
    exec(program, module.__dict__)
    assert module.final == {"amount": 250, "approved": True}
