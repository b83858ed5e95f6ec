"""What can't work ends with one clear line that says what to do, and never with a traceback."""

import os
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from awaithumans.server.store.migrate import HEAD
from tests.support.process import PAYLOAD_KEY, TOKEN, DevProcess, ServerProcess, free_port, run

COMPLETE = {
    "AWAITHUMANS_ADMIN_API_TOKEN": TOKEN,
    "AWAITHUMANS_PAYLOAD_KEY": PAYLOAD_KEY,
    "AWAITHUMANS_PUBLIC_URL": "https://humans.example.com",
}


def refused(home: Path, command: str, *arguments: str, **environment: str) -> list[str]:
    """Start what can't work; return the lines of its message."""
    port = {"AWAITHUMANS_PORT": str(free_port())}
    done = run(home, command, *arguments, **(port | environment))
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    assert "serving on" not in done.stdout
    lines = done.stderr.splitlines()
    assert lines
    assert all(line.startswith("awaithumans: ") for line in lines), lines
    assert not (home / ".awaithumans-dev.json").exists()
    return lines


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize("command", ["dev", "serve"])
def test_a_port_in_use_is_named(tmp_path: Path, command: str, taken: int) -> None:
    (line,) = refused(tmp_path, command, "--port", str(taken), **COMPLETE)
    assert line == (
        f"awaithumans: Port {taken} is in use. Stop what listens there, or choose another port: "
        "--port, or AWAITHUMANS_PORT."
    )


@pytest.mark.parametrize("host", ["192.0.2.1", "not a host", "nowhere.invalid"])
def test_an_address_of_another_machine_is_named(tmp_path: Path, host: str) -> None:
    (line,) = refused(tmp_path, "dev", "--host", host)
    assert f"Can't listen on {host}" in line


@pytest.mark.parametrize("command", ["dev", "serve"])
@pytest.mark.parametrize("folder", ["/proc/nope", "/dev/null"])
def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, command: str, folder: str
) -> None:
    (line,) = refused(tmp_path, command, AWAITHUMANS_DATA_DIR=folder, **COMPLETE)
    assert f"Can't write to {folder}" in line
    assert "AWAITHUMANS_DATA_DIR" in line


def test_serve_names_everything_that_is_missing(tmp_path: Path) -> None:
    lines = refused(tmp_path, "serve")
    assert [line.split()[1] for line in lines] == list(COMPLETE)
    assert all(" is not set: " in line for line in lines)
    assert not (tmp_path / ".awaithumans").exists()


@pytest.mark.parametrize("missing", COMPLETE)
def test_serve_names_the_one_setting_that_is_missing_or_empty(tmp_path: Path, missing: str) -> None:
    rest = {name: value for name, value in COMPLETE.items() if name != missing}
    for given in (rest, rest | {missing: ""}):
        (line,) = refused(tmp_path, "serve", **given)
        assert line.startswith(f"awaithumans: {missing} is not set: ")


@pytest.mark.parametrize("command", ["dev", "serve"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWAITHUMANS_PORT", "many"),
        ("AWAITHUMANS_PORT", "70000"),
        ("AWAITHUMANS_PUBLIC_URL", "humans.example.com"),
        ("AWAITHUMANS_PAYLOAD_KEY", "sk-secret-and-too-short"),
        ("AWAITHUMANS_ADMIN_API_TOKEN", "sk-secret"),
        ("AWAITHUMANS_DATABASE_URL", "mysql://sue:sk-secret@localhost/tasks"),
    ],
)
def test_a_bad_value_names_its_variable_and_is_not_echoed(
    tmp_path: Path, command: str, name: str, value: str
) -> None:
    (line,) = refused(tmp_path, command, **(COMPLETE | {name: value}))
    assert name in line
    assert "secret" not in line


def test_a_bad_value_in_the_file_of_settings_is_named_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AWAITHUMANS_PAYLOAD_KEY=short\n")
    (line,) = refused(tmp_path, "dev")
    assert "AWAITHUMANS_PAYLOAD_KEY" in line


def test_a_name_that_nothing_reads_is_warned_about_and_the_server_starts(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AWAITHUMANS_TOKEN=1\n")
    server = DevProcess(tmp_path, AWAITHUMANS_PROT="3001", AWAITHUMANS_URL="http://a").start()
    try:
        warnings = [line for line in server.output().splitlines() if "warning" in line]
        assert [line.split("nothing reads ")[1].split(";")[0] for line in warnings] == [
            "AWAITHUMANS_PROT",
            "AWAITHUMANS_TOKEN",
        ]
    finally:
        server.kill()


@pytest.mark.parametrize("content", [b"This is no database.\n" * 200, os.urandom(4096)])
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    database = tmp_path / "tasks.db"
    database.write_bytes(content)
    (line,) = refused(tmp_path, "dev", AWAITHUMANS_DATABASE_URL=f"sqlite:///{database}")
    assert f"{database} can't be used as a database: file is not a database" in line
    assert "move it away" in line
    assert database.read_bytes() == content


def test_a_folder_where_the_database_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "tasks.db").mkdir()
    (line,) = refused(tmp_path, "dev", AWAITHUMANS_DATABASE_URL="sqlite:///tasks.db")
    assert "tasks.db can't be used as a database" in line


def made_by_a_server(home: Path) -> Path:
    server = ServerProcess(home).start()
    server.stop()
    return home / "data" / "awaithumans.db"


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    database = made_by_a_server(tmp_path)
    connection = sqlite3.connect(database)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    (line,) = refused(tmp_path, "dev", AWAITHUMANS_DATA_DIR=str(database.parent))
    assert "was made by a newer version" in line
    assert "Upgrade awaithumans" in line
    assert HEAD != "9999"


def test_a_database_that_another_program_has_locked_is_named(tmp_path: Path) -> None:
    database = made_by_a_server(tmp_path)
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    environment = COMPLETE | {"AWAITHUMANS_DATA_DIR": str(database.parent)}
    done = run(tmp_path, "serve", "--port", str(free_port()), **environment)
    connection.execute("ROLLBACK")
    connection.close()
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    last = done.stderr.splitlines()[-1]
    assert f"{database} can't be written: another program has it locked" in last


def test_a_second_server_on_the_same_database_is_refused(tmp_path: Path) -> None:
    first = ServerProcess(tmp_path).start()
    try:
        data = str(tmp_path / "data")
        (line,) = refused(tmp_path, "serve", AWAITHUMANS_DATA_DIR=data, **COMPLETE)
        assert line.startswith("awaithumans: Another server runs on ")
        with first.client() as client:
            assert client.get("/api/ready").status_code == 200
    finally:
        first.kill()


def test_serve_says_where_it_serves_and_how_to_make_the_first_operator(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path).start()
    try:
        first, second = server.printed("token=").splitlines()
        assert first == f"awaithumans: serving on 127.0.0.1:{server.port}, {server.url}"
        assert second.startswith(f"awaithumans: make the first operator: {server.url}/setup?token=")
    finally:
        server.kill()
