"""A verdict that comes while the database takes nothing."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from tests.support import inprocess
from tests.support import vendors as model
from tests.verification.conftest import verifying


async def test_a_verdict_is_kept_until_the_database_takes_it_and_is_paid_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hasty = [
        "PRAGMA busy_timeout = 100" if "busy_timeout" in pragma else pragma
        for pragma in vars(inprocess)["_HASTY"]
    ]
    monkeypatch.setattr(inprocess, "_HASTY", hasty)

    def locks(asked: model.Asked) -> model.Answer:
        """Answer while another program holds the database's lock."""
        other = sqlite3.connect(tmp_path / "awaithumans.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        asyncio.get_running_loop().call_later(1.5, other.close)
        return model.verdict()(asked)

    async with verifying(tmp_path, locks) as having:
        task = await having.task()
        assert (await having.submit(task, wait=10)).json()["status"] == "completed"
        assert len(having.vendors.asked) == 1
    assert "Traceback" not in caplog.text
    assert "a mistake of the server" not in caplog.text
