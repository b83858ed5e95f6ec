from collections.abc import Iterator
from itertools import count

import pytest

from tests.support.process import ServerProcess

_numbers = count(1)


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for all tests that bring people and keys of their own."""
    process = ServerProcess(tmp_path_factory.mktemp("directory")).start()
    yield process
    process.kill()


@pytest.fixture
def email() -> str:
    """The address of nobody yet."""
    return f"sue{next(_numbers)}@example.com"
