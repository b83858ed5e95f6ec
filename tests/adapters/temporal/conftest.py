import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from tests.adapters.temporal.engine import Engine, binary, receiving
from tests.support.process import ServerProcess


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "ADMIN_API_TOKEN", "PAYLOAD_KEY", "CALLBACK_URL"):
        monkeypatch.delenv(f"AWAITHUMANS_{name}", raising=False)


@pytest.fixture(scope="session")
def temporal_address() -> Iterator[str]:
    """A Temporal server for all tests."""
    kind: Any = WorkflowEnvironment
    environment = asyncio.run(kind.start_local(dev_server_existing_path=binary("temporal")))
    yield environment.client.service_client.config.target_host
    asyncio.run(environment.shutdown())


@pytest.fixture(scope="session")
def humans_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """An awaithumans server that may call receivers on this machine."""
    home = tmp_path_factory.mktemp("humans")
    server = ServerProcess(home, AWAITHUMANS_CALLBACK_ALLOW_PRIVATE="true").start()
    yield server
    server.kill()


@pytest.fixture
async def engine(temporal_address: str, humans_server: ServerProcess) -> AsyncIterator[Engine]:
    client = await Client.connect(temporal_address)
    async with between(client, humans_server) as engine:
        yield engine


@pytest.fixture
async def skipping(humans_server: ServerProcess) -> AsyncIterator[Engine]:
    """Another Temporal server, which skips time while somebody waits for a result."""
    path = binary("temporal-test-server")
    starting = WorkflowEnvironment.start_time_skipping(test_server_existing_path=path)
    async with await starting as environment, between(environment.client, humans_server) as engine:
        yield engine


@asynccontextmanager
async def between(client: Client, server: ServerProcess) -> AsyncGenerator[Engine]:
    async with receiving(client) as url, server.async_client() as humans:
        page = (await humans.get("/api/tasks", params={"limit": 1})).json()["items"]
        yield Engine(client, humans, url, page[0]["id"] if page else "")
