"""A TCP proxy in front of several servers: each connection goes to the next that takes it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

import httpx
from sqlalchemy import make_url

from tests.support.process import TOKEN

_CHUNK = 65536

# A port of this machine, a host and its port, or a socket.
Door: TypeAlias = int | tuple[str, int] | Path


class Balancer:
    """Forwards bytes; `drop` ends what is open, as a proxy that is restarted does.

    Args:
        doors: Where the servers listen.
    """

    def __init__(self, *doors: Door) -> None:
        self._doors = list(doors)
        self._open: dict[asyncio.Task[None], None] = {}
        self.served = dict.fromkeys(doors, 0)
        self.dropped = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, **options: Any) -> httpx.AsyncClient:
        """Return a client with the admin token; each request has a connection of its own."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Connection": "close"}
        limits = httpx.Limits(max_keepalive_connections=0)
        return httpx.AsyncClient(
            base_url=self.url, headers=headers, timeout=40, limits=limits, **options
        )

    def drop(self, every: int = 1) -> int:
        """End every so many-th connection that is open, the oldest first; return how many."""
        ended = list(self._open)[::every]
        for one in ended:
            one.cancel()
        self.dropped += len(ended)
        return len(ended)

    @asynccontextmanager
    async def dropping(self, every: int = 10, pause: float = 0.2) -> AsyncGenerator[None]:
        """Until the block ends, drop a share of the connections, at once and again and again."""

        async def drop() -> None:
            while True:
                self.drop(every)
                await asyncio.sleep(pause)

        job = asyncio.create_task(drop())
        await asyncio.sleep(0)
        try:
            yield
        finally:
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection to its end."""
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = None
        try:
            # Dropped, by whichever side or by `drop`: both sides are closed, and that is all.
            with suppress(OSError, asyncio.CancelledError):
                await self._forward(reader, writer)
        finally:
            del self._open[task]
            writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await self._connect()
        try:
            there = asyncio.ensure_future(_pump(reader, behind_writer))
            back = asyncio.ensure_future(_pump(behind_reader, writer))
            try:
                await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
            finally:
                there.cancel()
                back.cancel()
                await asyncio.gather(there, back, return_exceptions=True)
        finally:
            behind_writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the server whose turn it is, or to the next that listens."""
        for _ in self._doors:
            door = self._doors.pop(0)
            self._doors.append(door)
            try:
                found = await _opened(door)
            except OSError:
                continue
            self.served[door] += 1
            return found
        raise ConnectionRefusedError


async def _opened(door: Door) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if isinstance(door, Path):
        return await asyncio.open_unix_connection(door)
    host, port = ("127.0.0.1", door) if isinstance(door, int) else door
    return await asyncio.open_connection(host, port)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()


@asynccontextmanager
async def balanced(*doors: Door) -> AsyncGenerator[Balancer]:
    """Balance between servers behind these doors."""
    balancer = Balancer(*doors)
    listening = await asyncio.start_server(balancer.handle, "127.0.0.1", 0, backlog=1024)
    balancer.port = listening.sockets[0].getsockname()[1]
    try:
        yield balancer
    finally:
        listening.close()
        while balancer.drop():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def before_postgres(url: str) -> AsyncGenerator[tuple[Balancer, str]]:
    """Stand before PostgreSQL; give the proxy, and the URL of the same database through it."""
    there = make_url(url)
    host = str(there.query.get("host", there.host))
    port = there.port or 5432
    door = Path(host) / f".s.PGSQL.{port}" if host.startswith("/") else (host, port)
    async with balanced(door) as proxy:
        through = there.set(host="127.0.0.1", port=proxy.port).difference_update_query(["host"])
        yield proxy, through.render_as_string(hide_password=False)
