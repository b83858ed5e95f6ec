"""Fixtures of the tests of Slack."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.slack.office import Office, office
from tests.contract.conftest import log

__all__ = ["log"]


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Office]:
    """A server that has Slack, on an empty SQLite file."""
    async with office(tmp_path, callback_allow_private=True) as made:
        yield made
