import sys
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest

from awaithumans.server.running import Database
from tests.store.kept import Kept, kept_in
from tests.support.sqlite import migrated
from tests.support.two_servers import TwoServers, two_servers

BOTH = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what uses a store on both databases, but where a module's `DATABASES` names its own."""
    if "stored_at" in metafunc.fixturenames:
        databases = vars(sys.modules[metafunc.function.__module__]).get("DATABASES", BOTH)
        metafunc.parametrize("stored_at", databases, indirect=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "tasks.db"


@pytest.fixture
def stored_at(request: pytest.FixtureRequest, path: Path) -> Path | str:
    """Where an empty database is: a file, or a URL."""
    if request.param == "sqlite":
        return migrated(path)
    return request.getfixturevalue("database_url")


@pytest.fixture
async def kept(stored_at: Path | str) -> AsyncGenerator[Kept]:
    """The use cases on an empty database, with a clock to move."""
    async with kept_in(stored_at) as kept:
        yield kept


@pytest.fixture
def store(kept: Kept) -> Database:
    return kept.store


@pytest.fixture
async def two(tmp_path: Path, database_url: str) -> AsyncIterator[TwoServers]:
    """Two servers on one PostgreSQL, with a clock that goes on and can be moved."""
    async with two_servers(tmp_path / "data", database_url) as two:
        yield two
