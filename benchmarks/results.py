"""What was recorded: the numbers, and the pages and the picture that are made from them.

`python -m benchmarks.results` makes them anew from `results/results.json`.
"""

import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks import plot, report
from benchmarks.plan import Plan, Row

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
README = ROOT / "README.md"
NUMBERS, PICTURE, PAGE = "results.json", "speed.svg", "README.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


@dataclass(frozen=True)
class Results:
    """What one run measured, where and when."""

    measured_on: str
    machine: dict[str, str]
    plan: dict[str, Any]
    rows: list[Row]

    @classmethod
    def of(cls, machine: dict[str, str], plan: Plan, rows: list[Row]) -> "Results":
        """Return what was measured today."""
        today = datetime.now(timezone.utc).date().isoformat()
        return cls(today, machine, dataclasses.asdict(plan), rows)

    @classmethod
    def read(cls, folder: Path = RESULTS) -> "Results":
        """Return what is recorded in a folder."""
        numbers = json.loads((folder / NUMBERS).read_text())
        rows = [Row(**row) for row in numbers.pop("rows")]
        return cls(**numbers, rows=rows)

    def write(self, folder: Path = RESULTS) -> None:
        """Write the numbers, the picture and the page."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / NUMBERS).write_text(json.dumps(dataclasses.asdict(self), indent=2) + "\n")
        (folder / PICTURE).write_text(self.picture())
        (folder / PAGE).write_text(self.page())

    def picture(self) -> str:
        """Return the plot, as SVG."""
        return plot.svg(self.rows, self._conditions())

    def page(self) -> str:
        """Return the page of the folder of results."""
        return _PAGE.format(
            measured_on=self.measured_on,
            facts=report.facts(self.machine),
            table=report.table(self.rows),
            verdict=report.verdict(self.rows),
            picture=PICTURE,
        )

    def section(self) -> str:
        """Return what the project's README shows, between its marks."""
        return _SECTION.format(
            conditions=self._conditions(),
            table=report.table(self.rows),
            verdict=report.verdict(self.rows),
            picture=f"benchmarks/results/{PICTURE}",
        )

    def shown_in(self, readme: str) -> str:
        """Return a README with this section instead of the one that it has."""
        before, _, rest = readme.partition(f"{BEGIN}\n")
        _, _, after = rest.partition(f"{END}\n")
        return f"{before}{BEGIN}\n{self.section()}{END}\n{after}"

    def _conditions(self) -> str:
        machine = self.machine
        versions = ", ".join(
            f"{name} {machine[name]}"
            for name in ("Python", "SQLite", "PostgreSQL")
            if name in machine
        )
        return (
            f"Measured on {self.measured_on}: {machine['cores']} cores of {machine['processor']}, "
            f"load generator included; {versions}."
        )


_PAGE = """\
# Measured

Written by `make bench` on {measured_on}; `results.json` has the same in numbers. What each line
means is told in [the benchmarks' README](../README.md).

{facts}

![How much of each promise is used, by database]({picture})

{table}

{verdict}
"""
_SECTION = """\
{conditions}

![How much of each promise is used, by database]({picture})

{table}

{verdict}
"""


def main() -> None:
    """Make the pages and the picture anew."""
    results = Results.read()
    results.write()
    show(results)


def show(results: Results) -> None:
    """Bring the project's README up to date."""
    README.write_text(results.shown_in(README.read_text()))


if __name__ == "__main__":
    main()
