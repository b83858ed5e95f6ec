"""The console script: hands over to the server's commands, or says how to install them."""

from __future__ import annotations

import re
import sys
from importlib import import_module, metadata

_CLI = "awaithumans.server.cli"
_SERVER_EXTRA = re.compile(r"""extra\s*==\s*['"]server['"]""")
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def main() -> int | None:
    """Run the command line.

    Returns:
        The exit status: the command's own, or 1 when the server extra is not installed.

    Raises:
        ModuleNotFoundError: A module is missing although the extra is complete, which is a bug.
    """
    try:
        cli = import_module(_CLI)
    except ModuleNotFoundError as error:
        missing = _missing()
        ours = (error.name or "").partition(".")[0] == "awaithumans"
        if ours or not missing:
            raise
        _explain(missing)
        return 1
    return cli.main()


def _missing() -> list[str]:
    """Return the distributions of the server extra that are not installed."""
    wanted = [need for need in metadata.requires("awaithumans") or [] if _SERVER_EXTRA.search(need)]
    names = [match.group() for need in wanted if (match := _NAME.match(need))]
    return [name for name in names if not _installed(name)]


def _installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _explain(missing: list[str]) -> None:
    sys.stderr.write(
        f"awaithumans: this command needs the server, and {', '.join(missing)} "
        'is not installed. Run: pip install "awaithumans[server]"\n'
    )
