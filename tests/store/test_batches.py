"""Units that wait at the same time share a transaction, and never each other's trouble."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from awaithumans.server.errors import IdempotencyKeyReused, StorageUnavailable
from awaithumans.server.store import postgres
from awaithumans.server.store.queries import Writer
from awaithumans.server.tasks import lifecycle
from awaithumans.server.tasks.lifecycle import OpenTo
from awaithumans.server.tasks.lookup import Full
from awaithumans.server.tasks.model import Entry
from tests.store.kept import Kept, kept_in
from tests.support.made import AGENT, APPROVED, NOW, SUE, a_draft
from tests.support.postgres import connected
from tests.support.timing import at_most

DATABASES = ["postgresql"]


def changes(url: str) -> int:
    """Return how many transactions have changed anything."""
    with connected(url) as other:
        found = other.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
    assert found is not None
    return found[0]


@contextmanager
def committing_takes(url: str, seconds: float, then: str = "") -> Generator[None]:
    """Let every commit of a new task take a while, as a slow disk would."""
    with connected(url) as other:
        other.execute(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN PERFORM pg_sleep({seconds}); {then} RETURN NULL; END $$".encode()
        )
        other.execute(
            "CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON tasks DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION dawdle()"
        )
        yield
        other.execute("DROP TRIGGER dawdle ON tasks")


async def test_what_waits_at_the_same_time_is_committed_together(database_url: str) -> None:
    async with kept_in(database_url) as kept:
        before = changes(database_url)
        made = await asyncio.gather(*(kept.created() for _ in range(60)))
        done = await asyncio.gather(
            *(kept.tasks.complete(full.task.id, APPROVED, SUE) for full in made)
        )
        assert {full.task.status for full in done} == {"completed"}
        assert await kept.count("audit_entries") == 120
    assert changes(database_url) - before < 30


async def test_a_replay_among_new_tasks_hinders_none_of_them(kept: Kept) -> None:
    first = await kept.created(idempotency_key="again")
    outcomes = await asyncio.gather(
        *(kept.created() for _ in range(10)),
        kept.created(idempotency_key="again"),
        kept.created(idempotency_key="again", task="Something else?"),
        *(kept.created() for _ in range(10)),
        return_exceptions=True,
    )
    assert [type(one) for one in outcomes].count(Full) == 21
    replayed, reused = outcomes[10:12]
    assert isinstance(replayed, Full)
    assert (replayed.replayed, replayed.task) == (True, first.task)
    assert isinstance(reused, IdempotencyKeyReused)
    assert await kept.count("tasks") == 21
    assert await kept.count("task_contents") == 21
    assert await kept.count("audit_entries") == 21


async def test_a_unit_that_fails_after_it_wrote_is_undone_and_the_others_are_kept(
    kept: Kept,
) -> None:
    calls = 0

    def fail(tx: Writer) -> None:
        nonlocal calls
        calls += 1
        draft = a_draft()
        change = lifecycle.create(draft, "tsk_A", "0" * 64, OpenTo(), NOW, AGENT)
        assert tx.add(change, draft.content) is not None
        raise ZeroDivisionError

    outcomes = await asyncio.gather(
        *(kept.created() for _ in range(5)),
        kept.store.write(fail, about=()),
        *(kept.created() for _ in range(5)),
        return_exceptions=True,
    )
    assert [type(one) for one in outcomes] == [Full] * 5 + [ZeroDivisionError] + [Full] * 5
    assert await kept.count("tasks") == 10
    assert calls == 2


async def test_units_about_one_task_see_what_was_done_before_them_in_the_batch(
    kept: Kept,
) -> None:
    for _ in range(10):
        task_id = (await kept.created()).task.id
        outcomes = await asyncio.gather(
            kept.tasks.cancel(task_id, None, AGENT),
            *(kept.tasks.complete(task_id, APPROVED, SUE) for _ in range(5)),
            *(kept.tasks.cancel(task_id, None, AGENT) for _ in range(5)),
            return_exceptions=True,
        )
        assert [type(one) for one in outcomes].count(Full) == 1
        entries = await kept.tasks.audit(task_id)
        assert sum(entry.to_status in ("completed", "cancelled") for entry in entries) == 11
        assert [entry.action for entry in entries].count("refused") == 10


async def test_units_that_wait_while_a_batch_hangs_are_told_to_come_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with kept_in(database_url) as kept:
        with committing_takes(database_url, 4):
            first = asyncio.create_task(kept.created())
            await asyncio.sleep(0.3)
            with at_most(2.5), pytest.raises(StorageUnavailable, match="nothing was changed"):
                await kept.created()
            assert isinstance(await first, Full)
        assert await kept.count("tasks") == 1


async def test_a_unit_of_a_batch_that_hung_and_was_undone_is_not_begun_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asked was told that the outcome is not known; it is undone, and stays so."""
    monkeypatch.setattr(postgres, "_LONGEST_SECONDS", 0.2)
    draft, calls = a_draft(), 0

    def work(tx: Writer) -> None:
        nonlocal calls
        calls += 1
        change = lifecycle.create(draft, f"tsk_{calls}", "0" * 64, OpenTo(), NOW, AGENT)
        tx.add(change, draft.content)

    async with kept_in(database_url) as kept:
        with committing_takes(database_url, 0.5, "RAISE EXCEPTION 'no';"):
            with pytest.raises(StorageUnavailable, match="not known"):
                await kept.store.write(work, about=())
            await asyncio.sleep(1)
        assert await kept.count("tasks") == 0
    assert calls == 1


async def test_a_unit_whose_statement_the_database_refuses_hinders_none_of_the_others(
    kept: Kept,
) -> None:
    """It was sent ahead, and is refused when others' statements have been sent behind it."""
    task_id = (await kept.created()).task.id
    nonsense: Any = None

    def refused(tx: Writer) -> None:
        tx.note([Entry(task_id, None, "created", nonsense, AGENT, NOW, {})])

    for _ in range(3):
        outcomes = await asyncio.gather(
            kept.created(),
            kept.created(),
            kept.store.write(refused, about=[task_id]),
            kept.created(),
            kept.tasks.cancel((await kept.created()).task.id, None, AGENT),
            return_exceptions=True,
        )
        assert [type(one) for one in outcomes] == [Full, Full, StorageUnavailable, Full, Full]
    assert await kept.count("tasks") == 13
    assert await kept.count("audit_entries") == 16
