"""PostgreSQL: any number of server processes on one database.

What is short and about single tasks goes together in one transaction with what else waits; all
other units have a transaction of their own, in one of a bounded number of threads, each with a
connection. Who can't get one in time is told to come again instead of waiting for ever.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Literal, TypeVar

import psycopg
from psycopg import errors
from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from ..errors import StorageUnavailable
from .migrate import current_revision, migrate
from .postgres_batches import TOGETHER, Batches
from .postgres_pipe import OutcomeUnknown, commit, flush_before_others, piped
from .postgres_queries import PostgresWriter
from .queries import Reader, Writer

T = TypeVar("T")
_log = logging.getLogger(__name__)

_CONNECTIONS = 8
_WAIT_SECONDS = 2.0
_LONGEST_SECONDS = 12.0
_ATTEMPTS = 3
# In milliseconds; what takes longer is a fault, and must not keep a connection.
_LIMITS = {
    "statement_timeout": 10_000,
    "lock_timeout": 2_000,
    "idle_in_transaction_session_timeout": 10_000,
}
# Reads are single queries, or a task and its content, which never changes: none needs a snapshot.
_READING = {"isolation_level": "AUTOCOMMIT"}
# In milliseconds: whoever holds a row for longer must not keep a whole batch waiting.
_IMPATIENT = {"lock_timeout": 20}


class PostgresStore:
    """A store on a PostgreSQL server, shared with other server processes.

    Args:
        url: `postgresql://…`, as libpq and everybody else writes it.
        connections: How many connections it holds at most, beside the one of its batches.
    """

    kind = "postgresql"

    def __init__(self, url: str, connections: int = _CONNECTIONS) -> None:
        self._url = address(url)
        self._connections = connections
        self.pools: dict[Literal["read", "write", "together"], tuple[str, int]] = {
            "read": ("connections", connections),
            "write": ("connections", connections),
            "together": ("commit", TOGETHER),
        }

    async def start(self) -> None:
        """Connect, and bring the schema up to date; of several processes, one does it.

        Raises:
            DatabaseTooNew: A newer version of the server made the database.
            StorageUnavailable: There is no database to reach, or no right to use it.
        """
        self._loop = asyncio.get_running_loop()
        self._engine = _engine(self._url, self._connections, _LIMITS)
        # A migration takes as long as it takes, and whoever comes second waits for it.
        unlimited = _engine(self._url, 1, {})
        try:
            await asyncio.to_thread(migrate, unlimited)
        except SQLAlchemyError as error:
            raise _unavailable(error) from error
        finally:
            unlimited.dispose()
        self._threads = ThreadPoolExecutor(self._connections, "postgres")
        self._batching = _engine(self._url, 1, _LIMITS | _IMPATIENT)
        self._batches = Batches(self._batching, self.write, _WAIT_SECONDS, _LONGEST_SECONDS)

    async def stop(self) -> None:
        """Let the units that run and wait end, then close the connections."""
        await self._batches.stop()
        self._batching.dispose()
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    async def read(self, work: Callable[[Reader], T]) -> T:
        """Run `work` off the event loop; each of its queries sees what was committed before it.

        Raises:
            StorageUnavailable: The database does not answer, or no connection gets free.
        """
        return await self._in_thread(lambda: self._again(lambda: self._read(work)))

    async def write(self, work: Callable[[Writer], T], about: Sequence[str] | None = None) -> T:
        """Run `work` in one transaction, off the event loop; return once it is durable.

        Args:
            work: The unit; it may be run more than once, before it is kept.
            about: The tasks it changes, if it is short and changes no others: it may then share
                its transaction with other such units. None gives it one of its own.

        Raises:
            StorageUnavailable: The database did not take it, or no connection gets free.
        """
        if about is not None:
            return await self._batches.write(work, about)
        return await self._in_thread(lambda: self._again(lambda: self._write(work)), changes=True)

    async def check(self) -> None:
        """Write something, as any write would.

        Raises:
            StorageUnavailable: The database does not take it.
        """
        await self.write(lambda tx: tx.touch())

    async def revision(self) -> str:
        """Return the migration that the database is at.

        Raises:
            StorageUnavailable: The database does not answer.
        """
        return await self._in_thread(lambda: self._again(lambda: current_revision(self._engine)))

    async def _in_thread(self, unit: Callable[[], T], *, changes: bool = False) -> T:
        """Run a unit as soon as a thread is free; let it be if none gets free in time."""
        outcome: asyncio.Future[T] = self._loop.create_future()
        running = self._threads.submit(unit)
        running.add_done_callback(
            lambda ended: self._loop.call_soon_threadsafe(_pass_on, ended, outcome)
        )
        # What has begun is not ended by this.
        patience = self._loop.call_later(_WAIT_SECONDS, running.cancel)
        silence = self._loop.call_later(_LONGEST_SECONDS, _give_up, outcome, changes)
        try:
            return await outcome
        finally:
            patience.cancel()
            silence.cancel()

    def _again(self, unit: Callable[[], T], attempts: int = _ATTEMPTS) -> T:
        """Run a unit, and again where it is known that nothing of it was kept."""
        try:
            return unit()
        except _Undone as undone:
            if attempts == 1:
                raise _unavailable(undone.error) from undone.error
            return self._again(unit, attempts - 1)
        except OutcomeUnknown as unknown:
            _log.exception("a commit was cut off")
            raise StorageUnavailable(unknown=True) from unknown
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise _unavailable(error) from error

    def _read(self, work: Callable[[Reader], T]) -> T:
        try:
            with self._engine.connect().execution_options(**_READING) as connection:
                return work(Reader(connection))
        except DBAPIError as error:
            raise _sorted(error) from error

    def _write(self, work: Callable[[Writer], T]) -> T:
        on_commit: list[Callable[[], None]] = []
        with piped(self._engine) as (connection, pipe):
            try:
                result = work(PostgresWriter(connection, on_commit, pipe))
                pipe.flush()
            except DBAPIError as error:
                # Before the commit: whatever it was, nothing of this was kept.
                raise _sorted(error) from error
            commit(connection)
        # From here, because whoever asked for this may have hung up meanwhile.
        for act in on_commit:
            self._loop.call_soon_threadsafe(act)
        return result


class _Undone(Exception):
    """The database undid a unit, and would take it now."""

    def __init__(self, error: DBAPIError) -> None:
        super().__init__(str(error))
        self.error = error


def _pass_on(ended: "Future[T]", outcome: "asyncio.Future[T]") -> None:
    """Tell what came of a unit, if anybody waits for it still."""
    error = StorageUnavailable() if ended.cancelled() else ended.exception()
    if outcome.done():
        return
    if error is None:
        outcome.set_result(ended.result())
    else:
        outcome.set_exception(error)


def _give_up(outcome: "asyncio.Future[Any]", changes: bool) -> None:
    """Wait no longer for a database that has fallen silent; its thread is free when it speaks."""
    if not outcome.done():
        outcome.set_exception(StorageUnavailable(unknown=changes))


def address(url: str) -> URL:
    """Return the URL for SQLAlchemy: its driver named, whatever its version would choose."""
    return make_url(url).set(drivername="postgresql+psycopg")


def _engine(url: URL, connections: int, limits: dict[str, int]) -> Engine:
    options = " ".join(f"-c {name}={value}" for name, value in limits.items())
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_WAIT_SECONDS,
        hide_parameters=True,
        connect_args={
            "options": options,
            "connect_timeout": 5,
            "application_name": "awaithumans",
            # A peer that is gone without a word is found out by the system (tcp(7)).
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 2,
            "tcp_user_timeout": 10_000,
        },
    )
    flush_before_others(engine)
    return engine


def _sorted(error: DBAPIError) -> Exception:
    """Tell what is worth another attempt from what is not."""
    if isinstance(error, IntegrityError):
        return error
    transient = (errors.SerializationFailure, errors.DeadlockDetected)
    lost = error.connection_invalidated
    return _Undone(error) if lost or isinstance(error.orig, transient) else error


def _unavailable(error: Exception) -> StorageUnavailable:
    # The driver's own words: SQLAlchemy's would carry the parameters, which are people's data.
    told = error.orig if isinstance(error, DBAPIError) else error
    reason = told if isinstance(told, psycopg.Error) else type(told).__name__
    _log.error("the database did not answer: %s", reason)
    return StorageUnavailable()
