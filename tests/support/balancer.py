"""A TCP balancer in front of several servers: each connection goes to the next that takes it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx

from tests.support.process import TOKEN

_CHUNK = 65536


class Balancer:
    """Forwards bytes; `drop` ends what is open, as a proxy that is restarted does.

    Args:
        ports: Where the servers listen on this machine.
    """

    def __init__(self, *ports: int) -> None:
        self._ports = list(ports)
        self._open: set[asyncio.Task[None]] = set()
        self.served = dict.fromkeys(ports, 0)
        self.url = ""

    def client(self, **options: Any) -> httpx.AsyncClient:
        """Return a client with the admin token; each request has a connection of its own."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Connection": "close"}
        limits = httpx.Limits(max_keepalive_connections=0)
        return httpx.AsyncClient(
            base_url=self.url, headers=headers, timeout=40, limits=limits, **options
        )

    def drop(self, every: int = 1) -> int:
        """End every so many-th connection that is open; return how many."""
        ended = list(self._open)[::every]
        for one in ended:
            one.cancel()
        return len(ended)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection to its end."""
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            # Dropped, by whichever side or by `drop`: both sides are closed, and that is all.
            with suppress(OSError, asyncio.CancelledError):
                await self._forward(reader, writer)
        finally:
            self._open.discard(task)
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
        for _ in self._ports:
            port = self._ports.pop(0)
            self._ports.append(port)
            try:
                found = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
            self.served[port] += 1
            return found
        raise ConnectionRefusedError


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()


@asynccontextmanager
async def balanced(*ports: int) -> AsyncGenerator[Balancer]:
    """Balance between servers on these ports."""
    balancer = Balancer(*ports)
    listening = await asyncio.start_server(balancer.handle, "127.0.0.1", 0, backlog=1024)
    balancer.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield balancer
    finally:
        listening.close()
        balancer.drop()
        while balancer.drop():
            await asyncio.sleep(0.01)
