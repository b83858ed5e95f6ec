"""Prints what was measured, and records it."""

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks.plan import Plan, Row

RESULTS = Path(__file__).resolve().parent / "results"
HEADINGS = ["what", "measured", "floor", "target", ""]
VERDICTS = {True: "holds", False: "MISSES", None: "shown"}


def table(rows: list[Row]) -> str:
    """Return the rows as a Markdown table, its columns aligned."""
    cells = [HEADINGS, *([*_texts(row)] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    lines = [
        "| "
        + " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True))
        + " |"
        for line in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _texts(row: Row) -> list[str]:
    return [row.what, row.measured, row.floor, row.target, VERDICTS[row.holds]]


def verdict(rows: list[Row]) -> str:
    """Return the outcome in one sentence."""
    missed = [row.what for row in rows if row.holds is False]
    held = sum(row.holds is True for row in rows)
    if not missed:
        return f"All {held} targets hold."
    return f"MISSES {len(missed)} of {held + len(missed)} targets: {'; '.join(missed)}."


def facts(machine: dict[str, str]) -> str:
    """Return the machine's facts, one per line."""
    return "\n".join(f"- {name}: {value}" for name, value in machine.items())


def record(machine: dict[str, str], plan: Plan, rows: list[Row]) -> None:
    """Write the results as numbers and as a page."""
    RESULTS.mkdir(exist_ok=True)
    measured_on = datetime.now(timezone.utc).date().isoformat()
    numbers: dict[str, Any] = {
        "measured_on": measured_on,
        "machine": machine,
        "plan": vars(plan),
        "rows": [vars(row) for row in rows],
    }
    (RESULTS / "sqlite.json").write_text(json.dumps(numbers, indent=2) + "\n")
    page = PAGE.format(
        measured_on=measured_on, facts=facts(machine), table=table(rows), verdict=verdict(rows)
    )
    (RESULTS / "README.md").write_text(page)


PAGE = """\
# Measured on SQLite

Written by `python -m benchmarks --record` on {measured_on}; `sqlite.json` has the same in numbers.
What each line means is told in [the benchmarks' README](../README.md).

{facts}

{table}

{verdict}
"""
