import json
import platform
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from awaithumans.server.cli import main
from awaithumans.server.cli.showing import stop
from awaithumans.server.cli.starting import unwritable
from awaithumans.server.config import load


def commands() -> list[str]:
    return main.list_commands(click.Context(main))


def test_help_lists_the_commands_in_the_order_of_use() -> None:
    shown = CliRunner().invoke(main, ["--help"])
    assert shown.exit_code == 0
    places = [shown.output.index(f"\n  {name} ") for name in commands()]
    assert places == sorted(places)
    assert commands()[0] == "dev"


@pytest.mark.parametrize("name", commands())
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_has_help_with_an_example(name: str, flag: str) -> None:
    shown = CliRunner().invoke(main, [name, flag])
    assert shown.exit_code == 0
    assert f"Example: awaithumans {name}" in shown.output


def test_a_command_that_is_not_there_is_named() -> None:
    shown = CliRunner().invoke(main, ["nonsense"])
    assert shown.exit_code == 2
    assert "nonsense" in shown.output


@pytest.mark.parametrize("port", ["0", "65536", "many"])
@pytest.mark.parametrize("name", ["dev", "serve"])
def test_a_port_that_is_none_is_refused(name: str, port: str) -> None:
    shown = CliRunner().invoke(main, [name, "--port", port])
    assert shown.exit_code == 2
    assert "--port" in shown.output


def test_the_version_is_printed_for_people_and_for_programs() -> None:
    assert CliRunner().invoke(main, ["version"]).output == f"{version('awaithumans')}\n"
    printed = json.loads(CliRunner().invoke(main, ["version", "--json"]).output)
    assert printed == {"version": version("awaithumans"), "python": platform.python_version()}


def test_every_line_of_a_message_says_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        stop("One thing.\nAnother thing.")
    assert end.value.code == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "awaithumans: One thing.\nawaithumans: Another thing.\n"


def test_a_folder_that_cannot_be_written_is_named_with_what_to_do() -> None:
    settings = load(data_dir=Path("/srv/tasks"))
    message = unwritable(settings, PermissionError(13, "Permission denied"))
    assert message == (
        "Can't write to /srv/tasks: Permission denied. Make the folder writable, or name another "
        "one: AWAITHUMANS_DATA_DIR."
    )
