"""What `doctor` finds, and what it finds of the database."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg

from ..config import Settings
from ..store.migrate import HEAD

State = Literal["ok", "warning", "problem"]
_PATIENCE = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do if it is not well."""

    what: str
    state: State
    found: str
    fix: str | None = None


def database(settings: Settings) -> Iterator[Finding]:
    """Look at the database, and at the folder of its file if it is one."""
    if settings.postgres is not None:
        yield _server(settings, settings.postgres)
        return
    yield _folder(settings)
    yield _file(settings.database_path)


def _folder(settings: Settings) -> Finding:
    folder = _existing(settings.database_path.parent)
    # A file without a name leaves nothing behind; permissions alone would tell root nothing.
    with suppress(OSError), tempfile.TemporaryFile(dir=folder):
        return Finding("data folder", "ok", str(settings.database_path.parent))
    return Finding(
        "data folder",
        "problem",
        f"{settings.database_path.parent} can't be written to",
        "Make it writable, or name another one: AWAITHUMANS_DATA_DIR.",
    )


def _existing(path: Path) -> Path:
    """Return the nearest folder above `path` that is there: what is below will be made."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _file(path: Path) -> Finding:
    if not path.is_file():
        return Finding("database", "ok", f"{path} is not there yet; the first start makes it")
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA quick_check(1)").fetchone()
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        fix = "Restore it from a backup, or move it away and start again."
        return Finding("database", "problem", f"{path} can't be used: {error}", fix)
    return _revision(str(path), revision)


def _server(settings: Settings, url: str) -> Finding:
    try:
        with psycopg.connect(url, connect_timeout=_PATIENCE) as connection:
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        found = f"{settings.database} is empty; the first start makes the tables"
        return Finding("database", "ok", found)
    except psycopg.Error as error:
        fix = "Start the database, or correct AWAITHUMANS_DATABASE_URL."
        found = f"{settings.database} can't be used: {' '.join(str(error).split())}"
        return Finding("database", "problem", found, fix)
    return _revision(settings.database, revision)


def _revision(what: str, row: tuple[str, ...] | None) -> Finding:
    at = row[0] if row else "no revision"
    if at > HEAD:
        fix = "Upgrade awaithumans: a newer version made this database."
        return Finding("database", "problem", f"{what} is at {at}, this version at {HEAD}", fix)
    return Finding("database", "ok", f"{what}, schema {at}")
