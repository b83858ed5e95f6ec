"""SQLite: one writer that commits waiting writes together, readers beside it.

A write is acknowledged once it is on disk (WAL, `synchronous=FULL`). While one commit waits for
the disk, the next writes queue up, and go together in the next commit.
"""

import asyncio
import fcntl
import logging
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any, ClassVar, Literal, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from ..errors import StorageUnavailable
from .migrate import current_revision, migrate
from .queries import Reader, Writer

T = TypeVar("T")
_log = logging.getLogger(__name__)

_TOGETHER = 64
_READERS = 2
_PRAGMAS = (
    "PRAGMA busy_timeout = 2000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -65536",
    "PRAGMA mmap_size = 268435456",
    "PRAGMA temp_store = MEMORY",
)


class DatabaseInUse(Exception):
    """Another process has the database file open as its own."""


@dataclass(slots=True)
class _Write:
    """One unit of work that waits for its commit."""

    work: Callable[[Writer], Any]
    future: "asyncio.Future[Any]"
    on_commit: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    result: Any = None
    error: Exception | None = None


class SqliteStore:
    """A store in one file, for one server process.

    Args:
        path: The database file; made, with its folder, if it is not there.
    """

    kind = "sqlite"
    # Writes that wait together are one commit.
    pools: ClassVar[Mapping[Literal["read", "write", "together"], tuple[str, int]]] = {
        "read": ("readers", _READERS),
        "write": ("commit", _TOGETHER),
        "together": ("commit", _TOGETHER),
    }

    def __init__(self, path: Path) -> None:
        # The lock lies beside the file itself, by whatever links it is reached.
        self._path = path.resolve()
        self._queue: SimpleQueue[_Write | None] = SimpleQueue()
        self._local = threading.local()
        self._opened: list[Connection] = []
        self._stopping = False

    async def start(self) -> None:
        """Take the file, bring its schema up to date, and start the writer.

        Raises:
            DatabaseInUse: Another process runs on this file.
            OSError: The folder or the file can't be made or read.
            StorageUnavailable: It is not a database, or damaged.
        """
        self._loop = asyncio.get_running_loop()
        self._lock = _take(self._path)
        self._engine = _engine(self._path)
        try:
            await asyncio.to_thread(migrate, self._engine)
        except BaseException:
            self._engine.dispose()
            self._lock.close()
            raise
        self._file = _identity(self._path)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="sqlite-read")
        self._thread = threading.Thread(target=self._write_forever, name="sqlite-write")
        self._thread.start()

    async def stop(self) -> None:
        """Commit what waits, then let go of the file."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._readers.shutdown()
        for connection in self._opened:
            connection.close()
        self._engine.dispose()
        self._lock.close()

    async def read(self, work: Callable[[Reader], T]) -> T:
        """Run `work` on a consistent view, off the event loop.

        Raises:
            StorageUnavailable: The database does not answer.
        """
        return await self._loop.run_in_executor(self._readers, self._read, work)

    async def write(
        self,
        work: Callable[[Writer], T],
        about: Sequence[str] | None = None,  # noqa: ARG002 -- there is one writer: all share
    ) -> T:
        """Run `work` in one transaction, off the event loop; return once it is on disk.

        Raises:
            StorageUnavailable: The database did not take it; nothing was changed.
        """
        write = _Write(work, self._loop.create_future())
        self._queue.put(write)
        return await write.future

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
        try:
            return await asyncio.to_thread(current_revision, self._engine)
        except SQLAlchemyError as error:
            raise self._unavailable(error) from error

    def _read(self, work: Callable[[Reader], T]) -> T:
        try:
            connection = self._connection()
            with connection.begin():
                return work(Reader(connection))
        except SQLAlchemyError as error:
            raise self._unavailable(error) from error

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._engine.connect()
            self._opened.append(connection)
        return connection

    def _write_forever(self) -> None:
        while not self._stopping:
            batch = self._next(_TOGETHER)
            failure = self._commit(batch) if batch else None
            if failure is not None:
                if _is_locked(failure):
                    # Whoever waits behind would wait as long for the same answer.
                    batch += self._next(self._queue.qsize())
                refusal = self._unavailable(failure)
                for write in batch:
                    write.error = refusal
            self._loop.call_soon_threadsafe(_deliver, batch)

    def _next(self, most: int) -> list[_Write]:
        """Return the writes that wait, up to `most`; wait for the first, if any may be."""
        waiting = [self._queue.get() for _ in range(min(most, max(1, self._queue.qsize())))]
        self._stopping = self._stopping or None in waiting
        return [write for write in waiting if write is not None]

    def _commit(self, batch: list[_Write]) -> Exception | None:
        """Run every unit of the batch in a savepoint of its own, and commit them together.

        Returns:
            Why nothing of the batch was stored, or None.
        """
        try:
            # A transaction that reads first would not wait for a lock, but fail at once.
            connection = self._connection().execution_options(begin="BEGIN IMMEDIATE")
            with connection.begin():
                for write in batch:
                    _attempt(connection, write)
                self._still_there()
        except Exception as error:  # noqa: BLE001 -- whatever it is, those who wait must hear of it
            return error
        return None

    def _still_there(self) -> None:
        """Refuse to commit to a file that was deleted: it takes writes, and loses them later."""
        if _identity(self._path) != self._file:
            raise FileNotFoundError(f"{self._path} was replaced")

    def _unavailable(self, error: Exception) -> StorageUnavailable:
        # The driver's own words: SQLAlchemy's would carry the parameters, which are people's data.
        told = error.orig if isinstance(error, DBAPIError) else error
        reason = told if isinstance(told, sqlite3.Error | OSError) else type(told).__name__
        _log.error("the database did not answer: %s", reason)
        return StorageUnavailable()


def _attempt(connection: Connection, write: _Write) -> None:
    connection.exec_driver_sql("SAVEPOINT unit")
    try:
        write.result = write.work(Writer(connection, write.on_commit))
    except Exception as error:
        # The database's failures are everybody's; all others belong to whoever asked for this unit.
        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
            raise
        connection.exec_driver_sql("ROLLBACK TO unit")
        write.on_commit.clear()
        write.error = error
    connection.exec_driver_sql("RELEASE unit")


def _deliver(batch: list[_Write]) -> None:
    """Tell everybody, on the event loop, once the batch is on disk."""
    for write in batch:
        if write.error is None:
            for act in write.on_commit:
                # Before whoever asked goes on; one that fails is nobody else's trouble.
                write.future.get_loop().call_soon(act)
        if write.future.done():
            continue
        if write.error is not None:
            write.future.set_exception(write.error)
        else:
            write.future.set_result(write.result)


def _is_locked(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and "locked" in str(error.orig)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _take(path: Path) -> Any:
    """Hold the database for this process: agents are woken by the process that takes the answer."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    lock = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise DatabaseInUse(str(path)) from None
    return lock


def _engine(path: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    # The driver would begin and commit by its own rules; SQLAlchemy does it instead.
    connection.isolation_level = None
    # SQLite's own knows only the letters of ASCII.
    connection.create_function("lower", 1, _lower, deterministic=True)
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
