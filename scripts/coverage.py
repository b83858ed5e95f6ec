"""Hold the coverage of branches to its floors: 100 % of the pure rooms, 90 % of everything.

Usage: python scripts/coverage.py, after `pytest --cov`
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

FLOORS = {"server/tasks/": 100.0, "server/routing/": 100.0, "server/forms/": 100.0, "": 90.0}


def main() -> int:
    """Print each floor and what was measured; 1 if one is not reached."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(report)]
        subprocess.run(command, check=True)
        files = json.loads(report.read_text())["files"]
    short = 0
    for room, floor in FLOORS.items():
        inside = [entry for name, entry in files.items() if room in name]
        covered = sum(covered_of(entry["summary"]) for entry in inside)
        there = sum(there_of(entry["summary"]) for entry in inside)
        reached = 100.0 * covered / there if there else 0.0
        holds = reached >= floor
        short += not holds
        verdict = "ok   " if holds else "SHORT"
        print(f"{verdict} {room or 'everything':20} {reached:6.2f} % of {floor} %")
        if not holds and floor == 100.0:
            print_gaps({name: entry for name, entry in files.items() if room in name})
    return 1 if short else 0


def covered_of(summary: dict[str, int]) -> int:
    """Return how many lines and branches ran."""
    return summary["covered_lines"] + summary["covered_branches"]


def there_of(summary: dict[str, int]) -> int:
    """Return how many lines and branches there are."""
    return summary["num_statements"] + summary["num_branches"]


def print_gaps(files: dict[str, dict[str, list[object]]]) -> None:
    """Name what did not run."""
    for name, entry in files.items():
        if entry["missing_lines"] or entry["missing_branches"]:
            print(f"      {name}: {entry['missing_lines']} {entry['missing_branches']}")


if __name__ == "__main__":
    sys.exit(main())
