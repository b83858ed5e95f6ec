import subprocess
import sys
import textwrap
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

from awaithumans import command

NO_CLICK = """
import importlib.abc, importlib.metadata, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"click", "fastapi", "sqlalchemy"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None

sys.meta_path.insert(0, Absent())
real = importlib.metadata.distribution

def distribution(name):
    if name in {"click", "fastapi", "sqlalchemy"}:
        raise importlib.metadata.PackageNotFoundError(name)
    return real(name)

importlib.metadata.distribution = distribution
import awaithumans.command
sys.exit(awaithumans.command.main())
"""


def test_without_the_server_extra_one_line_says_what_to_install(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(NO_CLICK)], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert 'pip install "awaithumans[server]"' in done.stderr
    assert "click" in done.stderr


def with_cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> None:
    """Put another awaithumans.server.cli in place."""
    (tmp_path / "cli.py").write_text(code)
    package = ModuleType("awaithumans.server")
    package.__path__ = [str(tmp_path)]
    monkeypatch.setitem(sys.modules, "awaithumans.server", package)
    monkeypatch.delitem(sys.modules, "awaithumans.server.cli", raising=False)


def test_the_servers_commands_get_the_command_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_cli(monkeypatch, tmp_path, "def main(): return 7")
    assert command.main() == 7


@pytest.mark.parametrize("missing", ["awaithumans.server.nowhere", "nowhere_at_all"])
def test_a_bug_is_shown_as_one_when_the_extra_is_complete(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
) -> None:
    with_cli(monkeypatch, tmp_path, f"import {missing}")
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        command.main()


def absent(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    real = metadata.distribution

    def distribution(name: str) -> metadata.Distribution:
        if name in names:
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "distribution", distribution)


def test_a_bug_of_ours_is_shown_as_one_even_when_the_extra_is_incomplete(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_cli(monkeypatch, tmp_path, "import awaithumans.server.nowhere")
    absent(monkeypatch, "click")
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        command.main()


def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_cli(monkeypatch, tmp_path, "import nowhere_at_all")
    absent(monkeypatch, "click", "sqlalchemy")
    assert command.main() == 1
    assert capsys.readouterr().err == (
        "awaithumans: this command needs the server, and click, sqlalchemy is not installed. "
        'Run: pip install "awaithumans[server]"\n'
    )


def test_a_name_that_cannot_be_imported_is_a_bug(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_cli(monkeypatch, tmp_path, "from json import nowhere")
    absent(monkeypatch, "click")
    with pytest.raises(ImportError, match="nowhere"):
        command.main()
