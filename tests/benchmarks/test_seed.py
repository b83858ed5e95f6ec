"""A database that is filled for a measurement holds tasks like those that people make."""

from pathlib import Path

import pytest

from awaithumans.server.tasks.model import Filter
from benchmarks.copies import Times
from benchmarks.seed import copy_task
from benchmarks.targets import Server
from tests.store.kept import kept_in
from tests.support.made import APPROVED, NOW, SUE

FIRST_US = int(NOW.timestamp()) * 1_000_000


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_copies_are_tasks_of_their_own_that_differ_in_nothing_else(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url = None if database == "sqlite" else request.getfixturevalue("database_url")
    server = Server(Path("awaithumans"), tmp_path, url)
    place = server.file if url is None else url
    async with kept_in(place) as kept:
        made = await kept.created(payload={"amount": 1, "customer": "a\tb\\c\nd %s é"})
        await kept.tasks.complete(made.task.id, APPROVED, SUE)
    ids = copy_task(server, made.task.id, 30, Times(FIRST_US, 1_000_000))
    async with kept_in(place) as kept:
        stored = await kept.store.read(lambda tx: tx.tasks(Filter(limit=200)))
        assert {task.id for task in stored} == {made.task.id, *ids}
        assert len({task.idempotency_key for task in stored}) == len(ids) + 1 == 31
        template = await kept.tasks.get(made.task.id)
        for task_id in ids:
            copy = await kept.tasks.get(task_id)
            assert copy.content == template.content
            assert (copy.task.status, copy.task.response) == ("completed", template.task.response)
            history = await kept.tasks.audit(task_id)
            assert [entry.action for entry in history] == ["created", "completed"]
        fresh = await kept.created()
        assert (await kept.tasks.cancel(fresh.task.id, None, SUE)).task.terminal
