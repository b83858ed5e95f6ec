"""schemathesis with every check on, against a server process (S1)."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.process import TOKEN, ServerProcess, unmeasured
from tests.support.slack import CLIENT_ID, CLIENT_SECRET
from tests.support.slack_requests import SECRET

_SOAK = bool(os.environ.get("AWAITHUMANS_SOAK"))
_HERE = Path(__file__).parent
_ROOT = _HERE.parent.parent
_COMMAND = str(Path(sys.executable).parent / "schemathesis")
_SEED = "20261122"
_IDS = {
    "task_id": re.compile(r"(?<=^/api/tasks/)[^/]+"),
    "user_id": re.compile(r"(?<=^/api/admin/users/)[^/]+"),
    "key_id": re.compile(r"(?<=^/api/admin/keys/)[^/]+"),
    "token": re.compile(r"(?<=^/api/links/)[^/]+|(?<=^/api/channels/email/action/)[^/]+"),
    "identity_id": re.compile(r"(?<=^/api/channels/email/identities/)[^/]+"),
    "team_id": re.compile(r"(?<=^/api/channels/slack/installations/)[^/]+"),
    "delivery_id": re.compile(r"(?<=^/api/admin/webhook-deliveries/)[^/]+"),
}

# Phases, examples of each operation, and how often each answer must have been seen at least:
# a run that is refused everything proves nothing.
_RUNS: dict[str, tuple[str, int, int, dict[str, int]]] = {
    "single requests": (
        "examples,coverage,fuzzing",
        400 if _SOAK else 20,
        1_200,
        {
            "POST /api/tasks 201": 40,
            "POST /api/tasks 422": 60,
            "POST /api/tasks 501": 1,
            "GET /api/tasks 200": 30,
            "GET /api/tasks/{task_id} 404": 2,
            "POST /api/admin/users 201": 20,
            "POST /api/admin/users 422": 30,
            "GET /api/admin/users 200": 30,
            "PATCH /api/admin/users/{user_id} 404": 2,
            "POST /api/admin/keys 201": 20,
            "DELETE /api/admin/keys/{key_id} 404": 2,
            "POST /api/links/{token} 410": 10,
            "POST /api/channels/email/action/{token} 410": 10,
            "POST /api/channels/email/identities 201": 20,
            "POST /api/channels/email/identities 422": 30,
            "POST /api/channels/slack/interactions 401": 2,
            "POST /api/channels/slack/interactions 422": 20,
            "POST /api/channels/slack/events 200": 10,
            "POST /api/channels/slack/events 401": 2,
            "POST /api/channels/slack/events 422": 10,
            "GET /api/admin/webhook-deliveries 200": 20,
            "POST /api/auth/login 401": 20,
            "POST /api/setup/operator 403": 20,
        },
    ),
    "sequences": (
        "stateful",
        1_500 if _SOAK else 500,
        700,
        {
            "POST /api/tasks 201": 50,
            "GET /api/tasks/{task_id} 200": 2,
            "GET /api/tasks/{task_id}/audit 200": 5,
            "GET /api/tasks/{task_id}/poll 200": 2,
            "POST /api/tasks/{task_id}/open 200": 2,
            "POST /api/tasks/{task_id}/claim 200": 2,
            "POST /api/tasks/{task_id}/assign 200": 1,
            "POST /api/tasks/{task_id}/complete 200": 2,
            "POST /api/tasks/{task_id}/cancel 200": 2,
            "DELETE /api/tasks/{task_id} 204": 2,
            "POST /api/admin/users 201": 20,
            "GET /api/admin/users/{user_id} 200": 2,
            "PATCH /api/admin/users/{user_id} 200": 2,
            "POST /api/admin/users/{user_id}/password 204": 2,
            "DELETE /api/admin/users/{user_id} 204": 2,
            "POST /api/admin/keys 201": 5,
            "DELETE /api/admin/keys/{key_id} 204": 2,
            "POST /api/channels/email/identities 201": 5,
            "GET /api/channels/email/identities/{identity_id} 200": 1,
            "DELETE /api/channels/email/identities/{identity_id} 204": 1,
        },
    ),
}


@pytest.fixture
def with_slack(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server that takes what Slack signs, in which nobody has installed the app yet."""
    given = {
        "AWAITHUMANS_SLACK_SIGNING_SECRET": SECRET,
        "AWAITHUMANS_SLACK_CLIENT_ID": CLIENT_ID,
        "AWAITHUMANS_SLACK_CLIENT_SECRET": CLIENT_SECRET,
    }
    process = ServerProcess(tmp_path, **given).start()
    yield process
    process.kill()


@pytest.mark.timeout(3600 if _SOAK else 300)
@pytest.mark.parametrize("name", _RUNS)
def test_schemathesis_finds_nothing(with_slack: ServerProcess, tmp_path: Path, name: str):
    phases, examples, least, seen = _RUNS[name]
    report = tmp_path / "report.har"
    run = _run(with_slack, phases, examples, report)
    assert run.returncode == 0, run.stdout[-20_000:]
    answers = Counter(map(_answer, json.loads(report.read_text())["log"]["entries"]))
    print(f"{name}: {answers.total()} requests, {dict(sorted(answers.items()))}")
    assert answers.total() >= least
    assert {what: answers[what] for what in seen if answers[what] < seen[what]} == {}
    assert [what for what in answers if what[-3] == "5" and not what.endswith("501")] == []
    log = with_slack.output()
    assert "Traceback" not in log
    assert "ERROR" not in log


def _run(
    server: ServerProcess, phases: str, examples: int, report: Path
) -> subprocess.CompletedProcess[str]:
    environment = unmeasured(report.parent) | {
        "ST_TOKEN": TOKEN,
        "SCHEMATHESIS_HOOKS": "tests.contract.schemathesis_hooks",
        "PYTHONPATH": str(_ROOT),
    }
    seeded = [] if _SOAK else ["--seed", _SEED]
    return subprocess.run(
        [
            _COMMAND,
            f"--config-file={_HERE / 'schemathesis.toml'}",
            "run",
            str(_ROOT / "openapi.yaml"),
            f"--url={server.url}",
            f"--phases={phases}",
            f"--max-examples={examples}",
            f"--report-har-path={report}",
            "--generation-database=none",
            "--no-color",
            *seeded,
        ],
        cwd=report.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _answer(entry: dict[str, Any]) -> str:
    """Return what was asked and what came back, with ids left out."""
    path = re.sub(r"^https?://[^/]+", "", entry["request"]["url"]).partition("?")[0]
    for name, pattern in _IDS.items():
        path = pattern.sub(f"{{{name}}}", path)
    return f"{entry['request']['method']} {path} {entry['response']['status']}"
