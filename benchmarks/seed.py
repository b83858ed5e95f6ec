"""Fills a database with stored tasks, whatever its schema.

A task that was made through the API is the template: its rows, in whichever tables they lie, are
copied with new ids, keys and times.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from benchmarks.copies import DEADLINE, Copy, SeedError, TemplateRow, Times, template
from benchmarks.seed_postgres import PostgresTables
from benchmarks.seed_sqlite import SqliteTables
from benchmarks.targets import Server

TASKS_PER_COMMIT = 10_000
IDS_RETURNED = 10_000


class Tables(Protocol):
    """A database that no server runs on."""

    def names(self) -> list[str]:
        """Return the tables."""
        ...

    def columns(self, table: str) -> list[str]:
        """Return a table's columns, without one that the database numbers itself."""
        ...

    def unique(self, table: str) -> set[str]:
        """Return the columns that must differ from row to row."""
        ...

    def rows(self, table: str, columns: list[str], task_id: str) -> list[Sequence[Any]]:
        """Return the rows in which a column is the task's id."""
        ...

    def insert(self, row: TemplateRow, copies: list[Copy]) -> None:
        """Store copies of a row."""
        ...

    def commit(self) -> None:
        """Make what was stored durable."""
        ...

    def finish(self) -> None:
        """Leave the database as its own housekeeping would."""
        ...


def copy_task(server: Server, task_id: str, count: int, times: Times) -> list[str]:
    """Store `count` copies of a task; no server may run on the database.

    Returns:
        The ids of the copies, oldest first; of more than 10,000, about that many, evenly spaced.
    """
    ids: list[str] = []
    with _tables(server) as tables:
        rows = _template(tables, task_id)
        for start in range(0, count, TASKS_PER_COMMIT):
            end = min(count, start + TASKS_PER_COMMIT)
            copies = [times.copy(number) for number in range(start, end)]
            for row in rows:
                tables.insert(row, copies)
            tables.commit()
            ids += [copy.task_id for copy in copies]
        tables.finish()
    return ids[:: max(1, count // IDS_RETURNED)]


@contextmanager
def _tables(server: Server) -> Iterator[Tables]:
    tables = SqliteTables(server.file) if server.url is None else PostgresTables(server.url)
    try:
        yield tables
    finally:
        tables.close()


def _template(tables: Tables, task_id: str) -> list[TemplateRow]:
    """Find every row in which the task's id is the value of a column."""
    found: list[TemplateRow] = []
    deadlines = 0
    for table in tables.names():
        columns = tables.columns(table)
        deadlines += DEADLINE in columns
        unique = tables.unique(table)
        for values in tables.rows(table, columns, task_id):
            row = zip(columns, values, strict=True)
            found.append(template(table, row, unique, task_id))
    if not found or deadlines != 1:
        raise SeedError(f"{task_id} has {len(found)} rows and {deadlines} columns {DEADLINE}")
    return found
