"""Servers whose every response is held to the contract."""

import io
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from awaithumans.server.api import contract
from awaithumans.server.observing import logs
from tests.contract.conformance import Conformance
from tests.support.inprocess import InProcess, in_process
from tests.support.process import TOKEN, ServerProcess


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[InProcess]:
    """The server within this process; a response that breaks the contract fails the test."""
    async with in_process(tmp_path / "data") as running:
        await hold_to_contract(running.client, running.stranger)
        yield running


@pytest.fixture
def conformance(shared_server: ServerProcess) -> Conformance:
    """A judge of the shared server's responses."""
    docs = httpx.get(f"{shared_server.url}/api/docs").text
    return Conformance(contract.document(), docs)


@pytest.fixture
def checked(shared_server: ServerProcess, conformance: Conformance) -> Iterator[httpx.Client]:
    """A client of the shared server, with the admin token; each response is judged."""
    with shared_server.client(event_hooks={"response": [conformance.hook]}) as client:
        yield client


async def hold_to_contract(*clients: httpx.AsyncClient) -> Conformance:
    """Have every response that these clients get judged, and return the judge."""
    docs = (await clients[0].get("/api/docs")).text
    judge = Conformance(contract.document(), docs)
    for client in clients:
        client.event_hooks = {"response": [judge.async_hook]}
    return judge


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Where the server logs to, in the way of `serve`."""
    stream = io.StringIO()
    root, ours = logging.getLogger(), logging.getLogger("awaithumans")
    before = root.handlers[:], root.level, ours.level, logging.raiseExceptions
    logs.configure("json", "info", [TOKEN], stream)
    yield stream
    root.handlers[:], level, own, logging.raiseExceptions = before
    root.setLevel(level)
    ours.setLevel(own)
    logging.captureWarnings(False)
