"""A person answers in a terminal: prompts, pipes, mistakes, and other people being faster."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.bodies import APPROVED, refund
from tests.support.process import COMMAND, TOKEN, ServerProcess, clean_environment


@pytest.fixture
def server(shared_server: ServerProcess) -> ServerProcess:
    """The shared server, with every open task of earlier tests out of the way."""
    with shared_server.client() as client:
        while items := client.get("/api/tasks", params={"terminal": "false"}).json()["items"]:
            for item in items:
                client.post(f"/api/tasks/{item['id']}/cancel").raise_for_status()
    return shared_server


def inbox(
    server: ServerProcess, home: Path, *arguments: str, typed: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    found = clean_environment(home) | {
        "AWAITHUMANS_URL": server.url,
        "AWAITHUMANS_ADMIN_API_TOKEN": TOKEN,
        **environment,
    }
    return subprocess.run(
        [COMMAND, "inbox", *arguments],
        input=typed,
        env=found,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=30,
    )


def ask(server: ServerProcess, **changes: Any) -> str:
    with server.client() as client:
        return client.post("/api/tasks", json=refund(**changes)).raise_for_status().json()["id"]


def look(server: ServerProcess, task_id: str) -> dict[str, Any]:
    with server.client() as client:
        return client.get(f"/api/tasks/{task_id}").raise_for_status().json()


def test_a_task_is_listed_shown_filled_in_and_submitted(
    server: ServerProcess, tmp_path: Path
) -> None:
    task_id = ask(server)
    typed = "1\nmaybe\nyes\nwithin policy\ny\n"

    done = inbox(server, tmp_path, "--as", "sue@example.com", typed=typed)

    assert done.returncode == 0, done.stderr
    assert "Approve refund?" in done.stdout
    assert "customer: cus_123" in done.stdout
    assert "This must be yes or no." in done.stdout
    assert "No open tasks." in done.stdout
    task = look(server, task_id)
    assert task["status"] == "completed"
    assert task["response"] == {"approved": True, "reason": "within policy"}
    assert task["completed_by_email"] == "sue@example.com"


def test_looking_at_a_task_moves_it_to_in_progress_and_hanging_up_leaves_it_open(
    server: ServerProcess, tmp_path: Path
) -> None:
    task_id = ask(server)

    done = inbox(server, tmp_path, task_id, typed="yes\n")

    assert done.returncode == 130
    assert "Nothing more was submitted." in done.stderr
    assert look(server, task_id)["status"] == "in_progress"


def test_an_optional_field_that_is_left_out_is_not_in_the_answer(
    server: ServerProcess, tmp_path: Path
) -> None:
    task_id = ask(server)

    done = inbox(server, tmp_path, task_id, typed="no\n\n\n")

    assert done.returncode == 0, done.stdout + done.stderr
    assert look(server, task_id)["response"] == {"approved": False}


def test_what_steers_a_terminal_is_not_printed(server: ServerProcess, tmp_path: Path) -> None:
    payload = {"amount": 1, "customer": "\x1b]0;owned\x07 \u202eevil"}
    task_id = ask(server, task="Pay\x1b[2J now?", payload=payload)

    done = inbox(server, tmp_path, task_id, typed="")

    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout)
    assert "Pay[2J now?" in done.stdout


def test_with_json_the_open_tasks_are_printed_with_their_content(
    server: ServerProcess, tmp_path: Path
) -> None:
    task_id = ask(server)

    done = inbox(server, tmp_path, "--json")

    (task,) = json.loads(done.stdout)
    assert task["id"] == task_id
    assert task["payload"] == {"amount": 250, "customer": "cus_123"}


def test_with_json_an_answer_is_read_from_a_pipe(server: ServerProcess, tmp_path: Path) -> None:
    task_id = ask(server)

    done = inbox(server, tmp_path, "--json", task_id, typed=json.dumps(APPROVED["response"]))

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "completed"


def test_with_json_a_wrong_answer_is_refused_and_the_task_stays_open(
    server: ServerProcess, tmp_path: Path
) -> None:
    task_id = ask(server)

    done = inbox(server, tmp_path, "--json", task_id, typed='{"approved": "perhaps"}')

    assert done.returncode == 1
    assert json.loads(done.stdout)["error_code"] == "RESPONSE_INVALID"
    assert look(server, task_id)["status"] == "created"


@pytest.mark.parametrize("typed", ["", "yes", "[1]", '{"approved":'])
def test_with_json_what_is_no_object_is_refused_before_anything_is_sent(
    server: ServerProcess, tmp_path: Path, typed: str
) -> None:
    task_id = ask(server)

    done = inbox(server, tmp_path, "--json", task_id, typed=typed)

    assert done.returncode == 1
    assert "A JSON object is expected" in done.stderr
    assert look(server, task_id)["status"] == "created"


def test_whoever_answers_second_is_told_in_one_line(server: ServerProcess, tmp_path: Path) -> None:
    task_id = ask(server)
    with server.client() as client:
        client.post(f"/api/tasks/{task_id}/complete", json=APPROVED).raise_for_status()

    done = inbox(server, tmp_path, "--json", task_id, typed='{"approved": false}')

    assert done.returncode == 1
    assert json.loads(done.stdout)["error_code"] == "TASK_ALREADY_SETTLED"
    assert look(server, task_id)["response"] == APPROVED["response"]


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"AWAITHUMANS_URL": "http://127.0.0.1:9"}, "127.0.0.1:9"),
        ({"AWAITHUMANS_ADMIN_API_TOKEN": "not-the-token-of-it"}, "UNAUTHORIZED|credentials"),
        ({"AWAITHUMANS_URL": "ftp://nowhere"}, "ftp://nowhere"),
    ],
)
def test_a_server_that_can_not_be_used_is_one_clear_message(
    server: ServerProcess, tmp_path: Path, environment: dict[str, str], words: str
) -> None:
    done = inbox(server, tmp_path, **environment)

    assert done.returncode == 1
    assert any(word in done.stderr for word in words.split("|"))
    assert "Traceback" not in done.stderr


def test_a_task_that_is_not_there_is_one_clear_message(
    server: ServerProcess, tmp_path: Path
) -> None:
    done = inbox(server, tmp_path, "tsk_00000000000000000000000000")

    assert done.returncode == 1
    assert "no task with this id" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_nested_answer_is_asked_part_by_part(server: ServerProcess, tmp_path: Path) -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "required": ["verdict", "lines", "payer"],
        "properties": {
            "verdict": {"enum": ["pay", "hold", "refuse"]},
            "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
            "payer": {"anyOf": [{"$ref": "#/$defs/Line"}, {"type": "null"}]},
            "labels": {"type": "object", "additionalProperties": {"type": "integer"}},
        },
        "$defs": {
            "Line": {
                "type": "object",
                "required": ["amount"],
                "properties": {"amount": {"type": "integer", "minimum": 1}},
            }
        },
    }
    task_id = ask(server, response_schema=schema)
    typed = "2\nyes\n7\nno\nno\nyes\nurgent\n3\n\ny\n"

    done = inbox(server, tmp_path, task_id, typed=typed)

    assert look(server, task_id)["response"] == {
        "verdict": "hold",
        "lines": [{"amount": 7}],
        "payer": None,
        "labels": {"urgent": 3},
    }, done.stdout
