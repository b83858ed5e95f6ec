"""What the server needs of Slack before anybody uses it costs nothing to load."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module", ["targets", "blocks", "buttons", "modal", "failures", "setup", "ports"]
)
def test_no_library_of_slacks_is_loaded_for_it(module: str) -> None:
    assert_light(f"awaithumans.server.channels.slack.{module}")


@pytest.mark.parametrize("module", ["app", "cli.main"])
def test_a_server_without_slack_loads_none_of_it(module: str) -> None:
    assert_light(f"awaithumans.server.{module}")


def assert_light(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    ).stdout.split()

    assert {"slack_sdk", "aiohttp"}.isdisjoint(loaded)
