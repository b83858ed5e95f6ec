"""Fixtures that every room's tests may use."""

import signal
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest

from tests.support import quiet
from tests.support.inprocess import InProcess, in_process
from tests.support.postgres import Postgres, postgres
from tests.support.process import ServerProcess

ROOM = pytest.StashKey[quiet.Room]()


def pytest_sessionstart() -> None:
    """Let Ctrl-C mean what it means, here and in what is started from here.

    A shell that runs tests in the background has them ignore it, and the tests that press it hang.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Give a test that is marked `quiet` the machine to itself, before its time begins to count."""
    if not quiet.several():
        return (yield)
    with quiet.admitted(alone=item.get_closest_marker("quiet") is not None) as room:
        item.stash[ROOM] = room
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give a test that was too slow the machine to itself when it runs again."""
    if getattr(item, "execution_count", 1) > 1 and ROOM in item.stash:
        item.stash[ROOM].enter(alone=True)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[InProcess]:
    """The server within this process, on an empty SQLite file, with a clock to move."""
    async with in_process(tmp_path / "data") as running:
        yield running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server process that this test may kill."""
    process = ServerProcess(tmp_path).start()
    yield process
    process.kill()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server process for all tests that leave it running."""
    process = ServerProcess(tmp_path_factory.mktemp("shared")).start()
    yield process
    process.kill()


@pytest.fixture(scope="session")
def databases() -> Iterator[Postgres]:
    """One PostgreSQL server for all tests."""
    with postgres() as server:
        yield server


@pytest.fixture
def database_url(databases: Postgres) -> Iterator[str]:
    """The URL of a PostgreSQL database of this test's own, without rows."""
    with databases.migrated() as url:
        yield url
