"""Hearing from other processes: one listening connection, read by the event loop itself.

A notification is a hint; the row is the truth. While the connection is gone hints are lost, so
that what is waited for is read again, once, when it is back.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeAlias

import psycopg
from psycopg.conninfo import make_conninfo

_log = logging.getLogger(__name__)

Connection: TypeAlias = psycopg.Connection[Any]

CHANNEL = "awaithumans"
_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)
# In seconds. A peer that is gone without a word is found out by the system (tcp(7), keepalive).
_CONNECTION = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "application_name": "awaithumans listening",
}


class PostgresEars:
    """Listens on one channel; nothing runs while nobody speaks.

    Args:
        conninfo: Where the database is, as libpq writes it.
        channel: What to listen to.
        heard: Called with each notification.
        missed: Reads what they would have said, when notifications may have been lost.
    """

    def __init__(
        self,
        conninfo: str,
        channel: str,
        heard: Callable[[str], None],
        missed: Callable[[], Awaitable[None]],
    ) -> None:
        self._conninfo = conninfo
        self._channel = channel
        self._heard = heard
        self._missed = missed
        self._job: asyncio.Task[None] | None = None
        self.listening = False

    def start(self) -> None:
        """Begin to listen, as soon as there is something to connect to."""
        self._job = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Stop listening."""
        if self._job is not None:
            self._job.cancel()
            await asyncio.gather(self._job, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            connection = await self._connected()
            try:
                await self._listen(connection)
                _log.error("lost the connection that listens; connecting again")
            except Exception:  # noqa: BLE001 -- a job that ends silently is worse than any error
                _log.exception("listening failed; connecting again")
                await asyncio.sleep(_PAUSES[-1])
            finally:
                self.listening = False
                with suppress(psycopg.Error):
                    connection.close()

    async def _connected(self) -> Connection:
        failures = 0
        while True:
            connection = await asyncio.to_thread(self._try_to_connect)
            if connection is not None:
                return connection
            await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
            failures += 1

    def _try_to_connect(self) -> Connection | None:
        try:
            return self._connect()
        except psycopg.Error:
            return None

    def _connect(self) -> Connection:
        conninfo = make_conninfo(self._conninfo, **_CONNECTION)
        connection: Connection = psycopg.connect(conninfo, autocommit=True)
        connection.execute(f'LISTEN "{self._channel}"'.encode())
        return connection

    async def _listen(self, connection: Connection) -> None:
        """Return when the connection is lost."""
        loop = asyncio.get_running_loop()
        lost: asyncio.Future[None] = loop.create_future()
        # libpq closes the socket when the connection is lost, and then has no number any more.
        number = connection.fileno()
        loop.add_reader(number, self._read, connection, number, lost)
        try:
            # Whatever happened before this moment was not heard.
            await self._missed()
            self.listening = True
            await lost
        finally:
            # Once it is lost the number is somebody else's, an agent's connection or any other.
            if not lost.done():
                loop.remove_reader(number)

    def _read(self, connection: Connection, number: int, lost: "asyncio.Future[None]") -> None:
        try:
            connection.pgconn.consume_input()
            while (notification := connection.pgconn.notifies()) is not None:
                self._heard(notification.extra.decode(errors="replace"))
        except psycopg.Error:
            # Now, before another connection gets the same number.
            asyncio.get_running_loop().remove_reader(number)
            if not lost.done():
                lost.set_result(None)
