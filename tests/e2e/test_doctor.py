"""`awaithumans doctor` finds what is wrong, names the fix, and changes nothing."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.process import COMMAND, TOKEN, ServerProcess, clean_environment, free_port, run


def doctor(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    found = clean_environment(home) | {"AWAITHUMANS_PORT": str(free_port()), **environment}
    return subprocess.run(
        [COMMAND, "doctor", "--json"],
        env=found,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=30,
    )


def findings(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    return {finding["what"]: finding for finding in json.loads(done.stdout)}


def test_a_new_machine_has_no_problem_and_learns_what_to_do(tmp_path: Path) -> None:
    done = doctor(tmp_path)

    found = findings(done)
    assert done.returncode == 0
    assert found["database"]["state"] == "ok"
    assert "awaithumans dev" in found["agents"]["fix"]
    assert list(tmp_path.iterdir()) == []


def test_a_running_server_is_found_and_its_key_is_tried(
    shared_server: ServerProcess, tmp_path: Path
) -> None:
    done = doctor(
        tmp_path,
        AWAITHUMANS_URL=shared_server.url,
        AWAITHUMANS_ADMIN_API_TOKEN=TOKEN,
        AWAITHUMANS_PORT=str(shared_server.port),
    )

    found = findings(done)
    assert done.returncode == 0
    assert "runs on" in found["port"]["found"]
    assert "admin_token" in found["agents' key"]["found"]


def test_a_wrong_key_is_a_problem(shared_server: ServerProcess, tmp_path: Path) -> None:
    done = doctor(
        tmp_path,
        AWAITHUMANS_URL=shared_server.url,
        AWAITHUMANS_ADMIN_API_TOKEN="not-the-token-of-it",
    )

    assert done.returncode == 1
    assert findings(done)["agents' key"]["state"] == "problem"


@pytest.mark.parametrize(
    ("environment", "what", "words"),
    [
        ({"AWAITHUMANS_PORT": "http"}, "configuration", "AWAITHUMANS_PORT"),
        ({"AWAITHUMANS_DATA_DIR": "/proc/nowhere"}, "data folder", "can't be written"),
        ({"AWAITHUMANS_PAYLOAD_KEY": "short"}, "configuration", "AWAITHUMANS_PAYLOAD_KEY"),
        ({"AWAITHUMANS_DATABASE_URL": "mysql://x"}, "configuration", "DATABASE_URL"),
    ],
)
def test_a_setting_that_can_not_work_is_a_problem(
    tmp_path: Path, environment: dict[str, str], what: str, words: str
) -> None:
    done = doctor(tmp_path, **environment)

    assert done.returncode == 1
    assert words in findings(done)[what]["found"]
    assert findings(done)[what]["fix"]


def test_a_damaged_database_is_a_problem(tmp_path: Path) -> None:
    folder = tmp_path / ".awaithumans"
    folder.mkdir()
    (folder / "awaithumans.db").write_bytes(b"this is no database" * 100)

    done = doctor(tmp_path)

    assert done.returncode == 1
    assert "not a database" in findings(done)["database"]["found"]


def test_a_port_that_something_else_has_is_a_problem(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = doctor(tmp_path, AWAITHUMANS_PORT=str(taken.getsockname()[1]))

    assert done.returncode == 1
    assert "AWAITHUMANS_PORT" in findings(done)["port"]["fix"]


def test_a_corrupt_discovery_file_is_a_problem_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / ".awaithumans-dev.json").write_text("{not json")

    done = doctor(tmp_path)

    assert done.returncode == 1
    assert ".awaithumans-dev.json" in findings(done)["agents"]["found"]


def test_a_misspelled_variable_is_a_warning(tmp_path: Path) -> None:
    done = doctor(tmp_path, AWAITHUMANS_PROT="3001")

    assert done.returncode == 0
    assert "AWAITHUMANS_PROT" in findings(done)["configuration"]["found"]


def test_a_slack_that_is_half_configured_is_a_problem_and_no_server_starts(tmp_path: Path) -> None:
    half = {"AWAITHUMANS_SLACK_APP_TOKEN": "xapp-1-canary"}
    done = doctor(tmp_path, **half)
    (found,) = [one for one in json.loads(done.stdout) if one["what"] == "slack"]
    assert (done.returncode, found["state"]) == (1, "problem")
    assert found["found"].startswith("AWAITHUMANS_SLACK_BOT_TOKEN is not set")
    assert "xoxb-" in found["fix"]
    assert "canary" not in done.stdout

    refused = run(tmp_path, "serve", **half)
    assert refused.returncode == 1
    assert "AWAITHUMANS_SLACK_BOT_TOKEN is not set" in refused.stderr
    whole = doctor(tmp_path, AWAITHUMANS_SLACK_BOT_TOKEN="xoxb-1", **half)
    (found,) = [one for one in json.loads(whole.stdout) if one["what"] == "slack"]
    assert (found["state"], found["found"]) == ("ok", "answers come by Socket Mode")
