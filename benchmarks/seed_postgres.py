"""Stores copied rows in PostgreSQL, by COPY."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

import psycopg
from psycopg import errors

from benchmarks.copies import Copy, TemplateRow

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class PostgresTables:
    """The tables of a PostgreSQL database."""

    def __init__(self, url: str) -> None:
        self._connection = cast("psycopg.Connection[Any]", psycopg.connect(url))
        # Copies refer to what their template refers to; a plain user has it checked row by row.
        with suppress(errors.InsufficientPrivilege), self._connection.transaction():
            self._connection.execute("SET session_replication_role = replica")

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def names(self) -> list[str]:
        """Return the tables."""
        return self._all("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")

    def columns(self, table: str) -> list[str]:
        """Return a table's columns, without one that PostgreSQL numbers itself."""
        return self._all(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND table_schema = 'public' AND is_identity = 'NO'"
            " AND coalesce(column_default, '') NOT LIKE 'nextval%%' ORDER BY ordinal_position",
            table,
        )

    def unique(self, table: str) -> set[str]:
        """Return the columns that must differ from row to row."""
        found = self._all(
            "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid"
            " AND attnum = indkey[0] WHERE indrelid = %s::regclass AND indisunique"
            " AND indnkeyatts = 1 AND indpred IS NULL",
            table,
        )
        return set(found)

    def rows(self, table: str, columns: list[str], task_id: str) -> list[Sequence[Any]]:
        """Return the rows in which a column is the task's id."""
        where = " OR ".join(f'"{name}"::text = %s' for name in columns)
        query = f'SELECT {_listed(columns)} FROM "{table}" WHERE {where} ORDER BY ctid'
        return self._connection.execute(query.encode(), [task_id] * len(columns)).fetchall()

    def insert(self, row: TemplateRow, copies: list[Copy]) -> None:
        """Store copies of a row."""
        changing = dict(row.changes)
        line = "\t".join(
            "%s" if number in changing else _written(value).replace("%", "%%")
            for number, value in enumerate(row.values)
        )
        changes = [changing[number] for number in sorted(changing)]
        lines = [line % tuple(_written(change(copy)) for change in changes) for copy in copies]
        statement = f'COPY "{row.table}" ({_listed(row.columns)}) FROM STDIN'
        with self._connection.cursor() as cursor, cursor.copy(statement.encode()) as copying:
            copying.write("\n".join(lines) + "\n")

    def commit(self) -> None:
        """End the transaction."""
        self._connection.commit()

    def finish(self) -> None:
        """Do what autovacuum would have done meanwhile."""
        self._connection.autocommit = True
        self._connection.execute("VACUUM (ANALYZE)")
        with suppress(errors.InsufficientPrivilege):
            self._connection.execute("CHECKPOINT")

    def _all(self, query: str, *values: str) -> list[str]:
        found = self._connection.execute(query.encode(), values or None).fetchall()
        return [name for (name,) in found]


def _listed(columns: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _written(value: Any) -> str:
    """Return a value as COPY's text format has it."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    return str(value).translate(_ESCAPES)
