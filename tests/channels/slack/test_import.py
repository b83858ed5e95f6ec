"""What the server needs of Slack before anybody uses it costs nothing to load."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["targets", "blocks", "buttons", "modal", "failures"])
def test_no_library_of_slacks_is_loaded_for_it(module: str) -> None:
    code = f"import sys, awaithumans.server.channels.slack.{module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    ).stdout.split()

    assert {"slack_sdk", "aiohttp"}.isdisjoint(loaded)
