"""What is owed, kept in the same transaction as what owes it; who sends it, one at a time."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Executable

from awaithumans.server.store.postgres_pipe import Pipe
from awaithumans.server.store.queries import Reader, Writer
from awaithumans.server.tasks import lifecycle
from awaithumans.server.tasks.deliveries import Attempt, Backlog, Delivery, DeliveryFilter
from tests.store.kept import Kept, statements
from tests.support.made import AGENT, APPROVED, NOW, TICK

CALLBACK = "https://example.com/done"
LEASE = timedelta(seconds=30)


async def owing(kept: Kept, callback_url: str | None = CALLBACK, **changes: Any) -> str:
    """Settle a task; return its id."""
    full = await kept.created(callback_url=callback_url, **changes)
    await kept.tasks.complete(full.task.id, APPROVED, AGENT)
    return full.task.id


async def listed(kept: Kept, **wanted: Any) -> list[Delivery]:
    return await kept.store.read(lambda tx: tx.deliveries(DeliveryFilter(**wanted)))


async def due(kept: Kept, **bounds: Any) -> list[str]:
    """Return the ids of what is due."""
    given: dict[str, Any] = {
        "full_hosts": [],
        "full_receivers": [],
        "each": 100,
        "limit": 100,
        **bounds,
    }
    now = kept.clock.now()
    waiting = await kept.store.read(lambda tx: tx.due_deliveries(now, **given))
    return [each.id for each in waiting]


async def lease(kept: Kept, *ids: str) -> list[Delivery]:
    now = kept.clock.now()
    found = await kept.store.write(lambda tx: tx.lease_deliveries(ids, now, now + LEASE))
    return [each.delivery for each in found]


async def save(kept: Kept, before: Delivery, **changes: Any) -> bool:
    after = replace(before, **changes)
    return await kept.store.write(lambda tx: tx.save_delivery(before, after))


async def test_a_settled_task_leaves_a_delivery_that_is_due_at_once(kept: Kept) -> None:
    task_id = await owing(kept)
    (delivery,) = await listed(kept)
    assert (delivery.task_id, delivery.target, delivery.kind) == (task_id, CALLBACK, "webhook")
    assert (delivery.status, delivery.attempts, delivery.lease_until) == ("pending", 0, None)
    assert delivery.created_at == delivery.since == delivery.next_attempt_at == NOW
    assert await due(kept) == [delivery.id]
    body, redacted = await kept.store.read(lambda tx: tx.delivery_body(delivery.id))
    assert f'"task_id":"{task_id}"' in body
    assert redacted is False


async def test_the_clock_and_a_cancel_leave_one_too(kept: Kept) -> None:
    for settle in ("expire", "cancel"):
        full = await kept.created(callback_url=CALLBACK, timeout_seconds=60)
        if settle == "expire":
            kept.clock.advance(60)
            await kept.tasks.settle_due(10)
        else:
            await kept.tasks.cancel(full.task.id, None, AGENT)
        assert len(await listed(kept, task_id=full.task.id)) == 1


async def test_a_transition_that_is_not_kept_leaves_none(kept: Kept) -> None:
    full = await kept.created(callback_url=CALLBACK)
    before = await kept.store.read(lambda tx: tx.task(full.task.id))
    assert before is not None

    def work(tx: Writer) -> None:
        tx.save(before, lifecycle.cancel(before, None, AGENT, NOW))
        raise ValueError("after all")

    with pytest.raises(ValueError, match="after all"):
        await kept.store.write(work)
    assert await listed(kept) == []


async def test_a_task_without_a_callback_costs_no_statement_more(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: dict[str | None, list[str]] = {}
    ahead: list[str] = []
    send = Pipe.send

    def noting(pipe: Pipe, statement: Executable, *values: Any, **expected: Any) -> None:
        ahead.append(str(statement))
        send(pipe, statement, *values, **expected)

    monkeypatch.setattr(Pipe, "send", noting)
    for callback_url in (None, CALLBACK):
        full = await kept.created(callback_url=callback_url)
        ahead.clear()
        with statements(kept.store) as asked:
            await kept.tasks.complete(full.task.id, APPROVED, AGENT)
        made[callback_url] = [*asked, *ahead]
    assert not any("deliver" in statement for statement in made[None])
    more = Counter(made[CALLBACK]) - Counter(made[None])
    assert sum("INSERT INTO deliveries" in statement for statement in more) == 1


async def test_what_somebody_sends_is_due_for_nobody_else_until_the_lease_ends(kept: Kept) -> None:
    await owing(kept)
    ids = await due(kept)
    (mine,) = await lease(kept, *ids)
    assert mine.lease_until == mine.next_attempt_at == NOW + LEASE
    assert (await lease(kept, *ids), await due(kept)) == ([], [])
    assert await kept.store.read(lambda tx: tx.next_delivery(NOW)) == NOW + LEASE
    kept.clock.at = NOW + LEASE
    assert await due(kept) == ids
    (theirs,) = await lease(kept, *ids)
    assert theirs.lease_until == NOW + 2 * LEASE
    assert not await save(kept, mine, status="delivered", lease_until=None)
    assert await save(kept, theirs, status="delivered", lease_until=None, next_attempt_at=None)
    assert [one.status for one in await listed(kept)] == ["delivered"]
    assert not await save(kept, theirs, status="abandoned")


async def test_what_is_to_be_tried_later_is_due_later(kept: Kept) -> None:
    await owing(kept)
    (taken,) = await lease(kept, *await due(kept))
    again = NOW + timedelta(minutes=5)
    assert await save(kept, taken, attempts=1, lease_until=None, next_attempt_at=again)
    assert await kept.store.read(lambda tx: tx.next_delivery(NOW)) == again
    assert await kept.store.read(lambda tx: tx.next_delivery(again)) is None
    kept.clock.at = again - TICK
    assert await due(kept) == []
    kept.clock.at = again
    assert await due(kept) == [taken.id]


async def test_every_receiver_comes_first_once_before_anybody_comes_twice(kept: Kept) -> None:
    for path in ("/a", "/a", "/a", "/b", "/c", "/b"):
        await owing(kept, f"https://example.com{path}?x={path}")
        kept.clock.advance(0.001)
    await owing(kept, "http://other.example/a")
    targets = {one.id: one.target.partition("?")[0] for one in await listed(kept)}
    a, b, c = (f"https://example.com{path}" for path in ("/a", "/b", "/c"))
    other = "http://other.example/a"
    assert [targets[id_] for id_ in await due(kept)] == [a, b, c, other, a, b, a]
    assert [targets[id_] for id_ in await due(kept, limit=2)] == [a, b]
    assert [targets[id_] for id_ in await due(kept, each=1)] == [a, b, c, other]
    left = await due(kept, full_receivers=[a, c])
    assert [targets[id_] for id_ in left] == [b, other, b]
    assert [targets[id_] for id_ in await due(kept, full_hosts=["https://example.com"])] == [other]


async def test_attempts_are_kept_and_shown_oldest_first(kept: Kept) -> None:
    await owing(kept)
    (delivery,) = await listed(kept)
    attempts = [
        Attempt(NOW + timedelta(seconds=n), 500 + n, f"failed {n}", n, "\N{REPLACEMENT CHARACTER}")
        for n in range(5)
    ]
    for attempt in attempts:
        await kept.store.write(lambda tx, a=attempt: tx.add_attempt(delivery.id, a))

    for limit, expected in ((9, attempts), (2, attempts[3:])):
        found = await kept.store.read(lambda tx, n=limit: tx.delivery_attempts(delivery.id, n))
        assert found == expected


async def test_a_list_shows_what_is_wanted_newest_first(kept: Kept) -> None:
    tasks: list[str] = []
    for _ in range(4):
        tasks.append(await owing(kept))
        kept.clock.advance(1)
    everything = await listed(kept)
    assert [one.task_id for one in everything] == tasks[::-1]
    (taken,) = await lease(kept, everything[1].id)
    await save(kept, taken, status="abandoned", next_attempt_at=None, lease_until=None)
    assert [one.id for one in await listed(kept, status="abandoned")] == [taken.id]
    assert len(await listed(kept, status="pending")) == 3
    assert await listed(kept, status="pending", task_id=taken.task_id) == []
    before = await listed(kept, before=everything[1].id)
    assert before == everything[2:]
    assert await listed(kept, limit=2, status="pending") == [everything[0], everything[2]]


async def test_the_backlog_says_how_much_is_owed(kept: Kept) -> None:
    assert await kept.store.read(backlog) == Backlog(0, 0, 0, None)
    for _ in range(4):
        await owing(kept)
        kept.clock.advance(1)
    newest, second, third, oldest = await listed(kept)
    taken = await lease(kept, newest.id, second.id, oldest.id)
    changes = {
        newest.id: {"attempts": 3, "next_attempt_at": NOW},
        second.id: {"status": "abandoned", "next_attempt_at": None},
        oldest.id: {"status": "delivered", "next_attempt_at": None},
    }
    for one in taken:
        await save(kept, one, lease_until=None, **changes[one.id])
    assert await kept.store.read(backlog) == Backlog(2, 1, 1, third.since)


def backlog(tx: Reader) -> Backlog:
    return tx.backlog(NOW + timedelta(days=1))


async def test_a_deleted_task_takes_its_deliveries_with_it(kept: Kept) -> None:
    task_id = await owing(kept)
    (taken,) = await lease(kept, *await due(kept))
    attempt = Attempt(NOW, 200, None, 3, "ok")
    await kept.store.write(lambda tx: tx.add_attempt(taken.id, attempt))
    await kept.tasks.delete(task_id)
    assert await kept.count("deliveries") == await kept.count("delivery_attempts") == 0
    assert not await save(kept, taken, status="delivered")


async def test_a_task_is_not_removed_for_its_age_while_it_owes_something(kept: Kept) -> None:
    owes, owes_nothing = await owing(kept), await owing(kept, None)
    kept.clock.advance(100)
    assert await kept.tasks.purge(timedelta(seconds=50), 10) == 1
    assert await kept.ids() == [owes]
    assert owes_nothing not in await kept.ids()
    (taken,) = await lease(kept, *await due(kept))
    await save(kept, taken, status="abandoned", lease_until=None, next_attempt_at=None)
    assert await kept.tasks.purge(timedelta(seconds=50), 10) == 1
    assert await kept.count("deliveries") == 0
