"""Keys are made, listed and revoked; and what a command says that can't reach or use its server."""

import json
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal, without_terminal
from tests.support.process import DevProcess, ServerProcess, run


def test_a_key_alone_is_on_stdout_and_works_as_the_token_does(directory: ServerProcess) -> None:
    done = without_terminal(directory, "create-key", "refund agent")

    key = done.stdout.removesuffix("\n")
    assert key.startswith("ah_sk_")
    assert key.split() == [key]
    assert key not in done.stderr
    assert "shown this once" in done.stderr
    asked = without_terminal(directory, "inbox", "--json", AWAITHUMANS_ADMIN_API_TOKEN=key)
    assert (asked.returncode, asked.stdout) == (0, "[]\n")
    weak = without_terminal(directory, "list-users", AWAITHUMANS_ADMIN_API_TOKEN=key)
    assert weak.returncode == 1
    assert "lacks the scope admin" in weak.stderr
    looked = without_terminal(directory, "doctor", AWAITHUMANS_ADMIN_API_TOKEN=key)
    assert "accepted as api_key, tasks:create, tasks:read, tasks:cancel" in looked.stdout


def test_a_key_is_made_for_what_it_is_for(directory: ServerProcess) -> None:
    done = without_terminal(
        directory,
        *("create-key", "ops", "--scope", "admin", "--scope", "tasks:complete"),
        *("--expires-in-days", "3650", "--json"),
    )

    made = json.loads(done.stdout)
    assert set(made["scopes"]) == {"admin", "tasks:complete"}
    assert made["expires_at"] > made["created_at"]
    listed = without_terminal(
        directory, "list-keys", "--json", AWAITHUMANS_ADMIN_API_TOKEN=made["key"]
    )
    (key,) = [key for key in json.loads(listed.stdout) if key["id"] == made["id"]]
    assert "key" not in key


@pytest.mark.parametrize(
    "arguments",
    [
        ("a", "--scope", "everything"),
        ("a", "--expires-in-days", "0"),
        ("a", "--expires-in-days", "3651"),
    ],
)
def test_a_key_that_can_not_be_is_not_made(
    directory: ServerProcess, arguments: tuple[str, ...]
) -> None:
    done = without_terminal(directory, "create-key", *arguments)

    assert (done.returncode, done.stdout) == (2, "")


def test_a_key_without_a_name_leaves_stdout_empty(directory: ServerProcess) -> None:
    done = without_terminal(directory, "create-key", "")

    assert (done.returncode, done.stdout) == (1, "")
    assert "name" in done.stderr


def test_keys_are_listed_in_columns(directory: ServerProcess) -> None:
    made = json.loads(without_terminal(directory, "create-key", "watcher\x1b[2J", "--json").stdout)

    listed = without_terminal(directory, "list-keys")

    names, *rows = listed.stdout.splitlines()
    assert names.split() == ["ID", "NAME", "KEY", "SCOPES", "EXPIRES", "LAST", "USED"]
    (row,) = [row for row in rows if row.startswith(made["id"])]
    assert [part.strip() for part in row.split("  ") if part.strip()] == [
        made["id"],
        "watcher[2J",
        f"{made['hint']}...",
        "tasks:create, tasks:read, tasks:cancel",
        "never",
        "never",
    ]
    assert made["key"] not in listed.stdout


def test_a_revoked_key_is_refused_and_told_so(directory: ServerProcess) -> None:
    made = json.loads(
        without_terminal(directory, "create-key", "old", "--scope", "admin", "--json").stdout
    )

    hesitant = Terminal(directory, "revoke-key", made["id"])
    hesitant.answer(f"Revoke old ({made['hint']}...)? [y/N]: ", "n\n")
    assert hesitant.end() == 1
    piped = without_terminal(directory, "revoke-key", made["id"], typed="y\n")
    assert (piped.returncode, "--yes" in piped.stderr) == (1, True)
    using: dict[str, str] = {"AWAITHUMANS_ADMIN_API_TOKEN": made["key"]}
    assert without_terminal(directory, "list-keys", **using).returncode == 0
    done = without_terminal(directory, "revoke-key", made["id"], "--yes")

    assert done.stdout == "Revoked old.\n"
    refused = without_terminal(directory, "list-keys", **using)
    assert refused.returncode == 1
    assert "nor an API key that is good (any more)" in refused.stderr
    assert made["key"] not in refused.stderr
    looked = without_terminal(directory, "doctor", **using)
    assert looked.returncode == 1
    assert "awaithumans create-key NAME" in looked.stdout


@pytest.mark.parametrize("key_id", ["key_00000000000000000000000000", "", ".."])
def test_a_key_that_is_not_there_is_not_found(directory: ServerProcess, key_id: str) -> None:
    done = without_terminal(directory, "revoke-key", key_id, "--yes")

    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no API key with this id" in done.stderr


def test_a_server_for_development_is_found_by_itself(tmp_path: Path) -> None:
    process = DevProcess(tmp_path).start()
    try:
        process.printed("Press Ctrl-C")
        made = run(tmp_path, "create-key", "agent", "--json")
    finally:
        process.stop()

    assert json.loads(made.stdout)["name"] == "agent"


@pytest.mark.parametrize(
    "command",
    [
        ("add-user", "--email", "new@example.com"),
        ("list-users",),
        ("set-password", "new@example.com", "--remove"),
        ("remove-user", "new@example.com", "--yes"),
        ("create-key", "agent"),
        ("list-keys",),
        ("revoke-key", "key_1", "--yes"),
    ],
)
@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"AWAITHUMANS_URL": "http://127.0.0.1:9"}, "Is the server running?"),
        ({"AWAITHUMANS_ADMIN_API_TOKEN": "not-the-token-of-it"}, "No valid credentials"),
        ({"AWAITHUMANS_ADMIN_API_TOKEN": ""}, "No key was sent"),
    ],
)
def test_a_server_that_can_not_be_used_is_one_clear_message(
    directory: ServerProcess, command: tuple[str, ...], environment: dict[str, str], words: str
) -> None:
    done = without_terminal(directory, *command, **environment)

    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr


@pytest.mark.parametrize("command", [("list-users",), ("list-keys",), ("create-key", "agent")])
def test_with_json_an_error_is_json_too(directory: ServerProcess, command: tuple[str, ...]) -> None:
    done = without_terminal(
        directory, *command, "--json", AWAITHUMANS_ADMIN_API_TOKEN="not-the-token-of-it"
    )

    assert done.returncode == 1
    assert json.loads(done.stdout)["error_code"] == "UNAUTHORIZED"
