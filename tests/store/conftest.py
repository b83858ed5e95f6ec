from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from awaithumans.server.store.sqlite import SqliteStore
from tests.store.kept import Kept, kept_in


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "tasks.db"


@pytest.fixture
async def kept(path: Path) -> AsyncGenerator[Kept]:
    """The use cases on an empty SQLite file, with a clock to move."""
    async with kept_in(path) as kept:
        yield kept


@pytest.fixture
def store(kept: Kept) -> SqliteStore:
    return kept.store
