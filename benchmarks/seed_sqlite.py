"""Stores copied rows in a SQLite file."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.copies import Copy, TemplateRow


class SqliteTables:
    """The tables of a SQLite file."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file)
        self._connection.execute("PRAGMA synchronous = OFF")

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def names(self) -> list[str]:
        """Return the tables."""
        found = self._connection.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
            " AND name NOT LIKE 'sqlite_%'"
        )
        return [name for (name,) in found]

    def columns(self, table: str) -> list[str]:
        """Return a table's columns, without one that SQLite numbers itself."""
        keys = self._connection.execute(
            "SELECT name, type FROM pragma_table_info(?) WHERE pk", [table]
        ).fetchall()
        numbered = keys[0][0] if len(keys) == 1 and keys[0][1].upper() == "INTEGER" else None
        found = self._connection.execute("SELECT name FROM pragma_table_info(?)", [table])
        return [name for (name,) in found if name != numbered]

    def unique(self, table: str) -> set[str]:
        """Return the columns that must differ from row to row."""
        indexed = self._connection.execute(
            "SELECT max(i.name) FROM pragma_index_list(?) AS l, pragma_index_info(l.name) AS i"
            ' WHERE l."unique" GROUP BY l.name HAVING count(*) = 1',
            [table],
        )
        keys = self._connection.execute(
            "SELECT max(name) FROM pragma_table_info(?) WHERE pk HAVING count(*) = 1", [table]
        )
        return {name for (name,) in (*indexed, *keys)}

    def rows(self, table: str, columns: list[str], task_id: str) -> list[Sequence[Any]]:
        """Return the rows in which a column is the task's id."""
        where = " OR ".join(f'"{name}" = ?' for name in columns)
        query = f'SELECT {_listed(columns)} FROM "{table}" WHERE {where}'
        return list(self._connection.execute(query, [task_id] * len(columns)))

    def insert(self, row: TemplateRow, copies: list[Copy]) -> None:
        """Store copies of a row."""
        marks = ", ".join("?" * len(row.columns))
        self._connection.executemany(
            f'INSERT INTO "{row.table}" ({_listed(row.columns)}) VALUES ({marks})',
            map(row.copied, copies),
        )

    def commit(self) -> None:
        """End the transaction."""
        self._connection.commit()

    def finish(self) -> None:
        """Write the log back into the file."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _listed(columns: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
