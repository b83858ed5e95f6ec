"""The server within the test's own process, with a clock to move."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from awaithumans.server.app import Server, build
from awaithumans.server.config import load
from tests.support.clock import ManualClock
from tests.support.process import TOKEN


@dataclass
class InProcess:
    server: Server
    clock: ManualClock
    client: httpx.AsyncClient
    """Holds the admin token."""
    stranger: httpx.AsyncClient
    """Holds nothing."""


@asynccontextmanager
async def in_process(folder: Path, clock: ManualClock | None = None) -> AsyncGenerator[InProcess]:
    clock = clock or ManualClock()
    settings = load(data_dir=folder, public_url="http://testserver")
    server = build(settings, TOKEN, clock)
    # A 500 is an answer to look at, not an exception of the test.
    transport = httpx.ASGITransport(server.app, raise_app_exceptions=False)
    async with (
        server.running(),
        httpx.AsyncClient(
            transport=transport,
            base_url="http://testserver",
            headers={"Authorization": f"Bearer {TOKEN}"},
        ) as client,
        httpx.AsyncClient(transport=transport, base_url="http://testserver") as stranger,
    ):
        yield InProcess(server, clock, client, stranger)
