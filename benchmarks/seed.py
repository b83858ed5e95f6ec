"""Fills a SQLite file with stored tasks, whatever its schema.

A task that was made through the API is the template: its rows, in whichever tables they lie, are
copied with new ids, keys and times.
"""

import re
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ulid import ULID

ID = re.compile(r"([a-z]{2,5})_[0-9A-HJKMNP-TV-Z]{26}")
DEADLINE = "timeout_at"
# Integers of this size are times in microseconds: the year 2020 and later.
FIRST_TIME_US = 1_577_836_800_000_000
TASKS_PER_COMMIT = 10_000
IDS_RETURNED = 10_000


class SeedError(Exception):
    """The database is not what the seeding expects."""


@dataclass(frozen=True)
class Times:
    """When the copies were made: the first at `first_us`, then one every `step_us`."""

    first_us: int
    step_us: int
    deadline_us: int | None = None
    """The deadline of every copy; None keeps the template's distance."""


@dataclass(frozen=True)
class Copy:
    """What is new about one copy."""

    task_id: str
    at_us: int
    deadline_us: int | None


Change = Callable[[Copy], Any]


@dataclass(frozen=True)
class TemplateRow:
    """A row of the template task, and how some of its values change from copy to copy."""

    table: str
    values: list[Any]
    changes: list[tuple[int, Change]]

    def copied(self, copy: Copy) -> list[Any]:
        """Return the row for a copy."""
        values = self.values.copy()
        for position, change in self.changes:
            values[position] = change(copy)
        return values


def copy_task(database: Path, task_id: str, count: int, times: Times) -> list[str]:
    """Store `count` copies of a task; no server may run on the file.

    Returns:
        The ids of the copies, oldest first; of more than 10,000, about that many, evenly spaced.
    """
    ids: list[str] = []
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        rows = _template(connection, task_id)
        for start in range(0, count, TASKS_PER_COMMIT):
            copies = [
                _copy(times, number)
                for number in range(start, min(count, start + TASKS_PER_COMMIT))
            ]
            _insert(connection, rows, copies)
            ids += [copy.task_id for copy in copies]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return ids[:: max(1, count // IDS_RETURNED)]


def _copy(times: Times, number: int) -> Copy:
    at_us = times.first_us + number * times.step_us
    return Copy(_new_id("tsk", at_us), at_us, times.deadline_us)


def _new_id(kind: str, at_us: int) -> str:
    return f"{kind}_{ULID.from_timestamp(at_us / 1_000_000)}"


def _insert(connection: sqlite3.Connection, rows: list[TemplateRow], copies: list[Copy]) -> None:
    connection.execute("BEGIN")
    for row in rows:
        marks = ", ".join("?" * len(row.values))
        connection.executemany(
            f'INSERT INTO "{row.table}" VALUES ({marks})', map(row.copied, copies)
        )
    connection.execute("COMMIT")


def _template(connection: sqlite3.Connection, task_id: str) -> list[TemplateRow]:
    """Find every row in which the task's id is the value of a column."""
    found: list[TemplateRow] = []
    deadlines = 0
    tables = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        " AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for (table,) in tables:
        names = [
            name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", [table])
        ]
        deadlines += DEADLINE in names
        where = " OR ".join(f'"{name}" = ?' for name in names)
        query = f'SELECT * FROM "{table}" WHERE {where} ORDER BY 1'
        for values in connection.execute(query, [task_id] * len(names)).fetchall():
            columns = zip(names, values, strict=True)
            found.append(
                TemplateRow(table, list(values), _changes(connection, table, columns, task_id))
            )
    if not found or deadlines != 1:
        raise SeedError(f"{task_id} has {len(found)} rows and {deadlines} columns {DEADLINE}")
    return found


def _changes(
    connection: sqlite3.Connection, table: str, columns: "zip[tuple[str, Any]]", task_id: str
) -> list[tuple[int, Change]]:
    numbered, unique = _keys(connection, table)
    created_us = int(ULID.from_str(task_id.split("_")[1]).timestamp * 1_000_000)
    changes: list[tuple[int, Change]] = []
    for position, (name, value) in enumerate(columns):
        if name == numbered:
            changes.append((position, lambda _: None))
        elif value == task_id:
            changes.append((position, lambda copy: copy.task_id))
        elif value is not None and (name in unique or name == "id"):
            changes.append((position, _fresh(value)))
        elif isinstance(value, int) and value >= FIRST_TIME_US:
            changes.append((position, _time(name, value - created_us)))
    return changes


def _keys(connection: sqlite3.Connection, table: str) -> tuple[str | None, set[str]]:
    """Return the column that SQLite numbers itself, and all that must differ from row to row."""
    keys = connection.execute(
        "SELECT name, type FROM pragma_table_info(?) WHERE pk", [table]
    ).fetchall()
    single = keys[0] if len(keys) == 1 else (None, "")
    unique = connection.execute(
        "SELECT max(i.name) FROM pragma_index_list(?) AS l, pragma_index_info(l.name) AS i"
        ' WHERE l."unique" GROUP BY l.name HAVING count(*) = 1',
        [table],
    )
    return (
        single[0] if single[1].upper() == "INTEGER" else None,
        {name for (name,) in unique} | {single[0]},
    )


def _fresh(value: Any) -> Change:
    """Make values of the same kind: ids of that time, or anything random."""
    if isinstance(value, str) and (found := ID.fullmatch(value)):
        kind = found[1]
        return lambda copy: _new_id(kind, copy.at_us)
    if isinstance(value, str):
        return lambda _: secrets.token_hex(16)
    if isinstance(value, bytes):
        return lambda _: secrets.token_bytes(len(value))
    raise SeedError(f"cannot make a unique value like {value!r}")


def _time(name: str, distance_us: int) -> Change:
    """Keep the distance from the task's creation, unless it is a deadline that is given."""
    if name == DEADLINE:
        return lambda copy: copy.deadline_us or copy.at_us + distance_us
    return lambda copy: copy.at_us + distance_us
