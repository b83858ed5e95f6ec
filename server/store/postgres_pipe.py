"""Statements that are sent to PostgreSQL ahead, without waiting for what comes of each.

A round trip costs more than the statement: while one is waited for, the interpreter's lock goes to
the event loop, and comes back late. What nobody needs an answer to is sent in pipeline mode
(https://www.postgresql.org/docs/current/libpq-pipeline-mode.html), and waited for once.
"""

from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, Executable, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

_DIALECT = PGDialect_psycopg()
_PIPE = "pipe"


class Pipe:
    """What was sent on one connection, within one transaction."""

    def __init__(self, driver: "psycopg.Connection[Any]") -> None:
        self._driver = driver
        self._mode: ExitStack | None = None
        self._checked: list[tuple[psycopg.Cursor[Any], Hashable]] = []
        self.statements = 0
        """How many statements were run, ahead or not."""
        self.missed: set[Hashable] = set()
        """Whose statements did not find the row that they were to change."""

    def send(
        self, statement: Executable, values: Mapping[str, Any], changes_one: Hashable = None
    ) -> None:
        """Send a statement.

        Args:
            statement: One that is kept: it is compiled once.
            values: Its parameters.
            changes_one: Who is noted in `missed` if it changes no row; None if it may.
        """
        text, prepare = _compiled(statement, tuple(values))
        if self._mode is None:
            self._mode = ExitStack()
            self._mode.enter_context(self._driver.pipeline())
        cursor = self._driver.cursor()
        with self._told():
            cursor.execute(text, prepare(values), prepare=True)
        self.statements += 1
        if changes_one is not None:
            self._checked.append((cursor, changes_one))

    def flush(self) -> None:
        """Wait until all that was sent is done.

        Raises:
            DBAPIError: One of the statements failed, and so the transaction.
        """
        if self._mode is not None:
            mode, self._mode = self._mode, None
            with self._told():
                mode.close()
            self.missed |= {who for cursor, who in self._checked if cursor.rowcount != 1}
            self._checked.clear()

    def drop(self) -> None:
        """Leave the pipeline mode, whatever came of what was sent."""
        if self._mode is not None:
            with suppress(psycopg.Error):
                self._mode.close()
            self._mode = None

    @contextmanager
    def _told(self) -> Generator[None]:
        """Tell the driver's errors as SQLAlchemy does."""
        try:
            yield
        except psycopg.Error as error:
            lost = self._driver.closed
            raise DBAPIError(None, None, error, True, lost) from error


class OutcomeUnknown(Exception):
    """The connection broke while the database was told to commit."""


@contextmanager
def piped(engine: Engine) -> Generator[tuple[Connection, Pipe]]:
    """Take a connection with a pipe; what is not committed when the block ends is undone."""
    with engine.connect() as connection:
        driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
        pipe = connection.info[_PIPE] = Pipe(driver)
        connection.begin()
        try:
            yield connection, pipe
        except BaseException:
            pipe.drop()
            if driver.closed:
                connection.invalidate()
            raise


def commit(connection: Connection) -> None:
    """Make the transaction durable.

    Raises:
        OutcomeUnknown: Perhaps it is, and perhaps nothing of it is.
        DBAPIError: Nothing of it is.
    """
    try:
        connection.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise OutcomeUnknown from error
        raise


def flush_before_others(engine: Engine) -> None:
    """Let whatever is run in the usual way see what was sent ahead."""
    event.listen(engine, "before_cursor_execute", _flush)


def _flush(connection: Connection, *_: Any) -> None:
    pipe: Pipe | None = connection.info.get(_PIPE)
    if pipe is not None:
        pipe.flush()
        pipe.statements += 1


@cache
def _compiled(
    statement: Executable, names: Sequence[str]
) -> tuple[bytes, Callable[[Mapping[str, Any]], dict[str, Any]]]:
    """Return the statement in the driver's own words, and what turns values into parameters."""
    element = cast("ClauseElement", statement)
    compiled = cast("SQLCompiler", element.compile(dialect=_DIALECT, column_keys=list(names)))
    written = {
        name: bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
        for bind, name in compiled.bind_names.items()
    }

    def prepare(values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value if (write := written[name]) is None else write(value)
            for name, value in compiled.construct_params(values).items()
        }

    return str(compiled).encode(), prepare
