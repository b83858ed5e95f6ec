"""Says what was measured: as a table, in a sentence, and on what."""

from benchmarks.plan import Row

HEADINGS = ["what", "on", "measured", "target", "verdict", "floor"]
VERDICTS = {True: "holds", False: "MISSES", None: "shown"}


def table(rows: list[Row]) -> str:
    """Return the rows as a Markdown table, its columns aligned."""
    cells = [HEADINGS, *(_texts(row) for row in rows)]
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
    return [row.what, row.database, row.measured, row.target, VERDICTS[row.holds], row.floor]


def verdict(rows: list[Row]) -> str:
    """Return the outcome in one sentence."""
    missed = [f"{row.what} ({row.database})" for row in rows if row.holds is False]
    held = sum(row.holds is True for row in rows)
    if not missed:
        return f"All {held} targets hold."
    return f"MISSES {len(missed)} of {held + len(missed)} targets: {'; '.join(missed)}."


def facts(machine: dict[str, str]) -> str:
    """Return the machine's facts, one per line."""
    return "\n".join(f"- {name}: {value}" for name, value in machine.items())
