"""Messages and verifications on their way through the relay, on both databases."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from awaithumans.server.outbox import recording
from awaithumans.server.outbox.backoff import MESSAGES, VERDICTS
from awaithumans.server.outbox.ports import Record
from awaithumans.server.outbox.ports import Writer as OutboxWriter
from awaithumans.server.outbox.relay import Carrier, Relay
from awaithumans.server.tasks.checking import Checker
from awaithumans.server.tasks.deliveries import Attempt, Delivery, DeliveryFilter, Kind, Outcome
from awaithumans.server.tasks.service import Tasks
from tests.store.kept import Kept, statements
from tests.store.test_relay import Counted, Sending, all_are, deliveries, settled
from tests.support.made import AGENT, APPROVED, NOW, SUE, a_draft, a_verified_draft
from tests.support.use_cases import Expected, Noted, Taken

MAIL, CHANNEL = "email:sue@example.com", "slack:#ops"
ARRIVED = Outcome(None, None)


def reminding(kept: Kept, *parts: float) -> Tasks:
    """Return the use cases of a server that reminds."""
    made = (kept.store, kept.waker, Expected(), Taken(), Checker(), kept.clock, Noted())
    return Tasks(*made, reminders=parts)


@asynccontextmanager
async def carrying(
    kept: Kept, sending: Sending, *kinds: Kind, record: Record | None = None, **carrier: Any
) -> AsyncGenerator[Relay]:
    """Run a relay that carries these kinds."""
    counted = Counted()
    relay = Relay(kept.store, kept.clock, counted, lambda: 0.5)
    given: dict[str, Any] = {"schedule": MESSAGES} | carrier
    told = record or recording.Messages(kept.tasks.arrived)
    for kind in kinds:
        relay.carry(kind, Carrier(sending, told, **given))
    relay.start()
    try:
        yield relay
    finally:
        await asyncio.wait_for(relay.stop(), 10)


async def lines(kept: Kept, task_id: str) -> list[tuple[str, dict[str, Any]]]:
    return [(e.action, e.extra_data) for e in await kept.tasks.audit(task_id)][1:]


async def test_a_message_that_arrives_makes_the_task_notified(kept: Kept) -> None:
    full = await kept.created(notify=(MAIL,))
    (shown,) = full.told
    assert (shown.target, shown.purpose, shown.status) == (MAIL, "new", "pending")
    async with carrying(kept, Sending(ARRIVED), "email") as relay:
        delivery = await settled(kept, relay, all_are("delivered"))
    now = await kept.tasks.get(full.task.id)
    assert (now.task.status, now.task.version) == ("notified", 2)
    (shown,) = now.told
    assert (shown.delivery_id, shown.status, shown.attempts) == (delivery.id, "delivered", 1)
    assert shown.delivered_at == NOW
    said = {"target": MAIL, "delivery_id": delivery.id, "attempt": 1}
    assert await lines(kept, full.task.id) == [("notified", said)]


async def test_a_channel_that_will_never_do_fails_once_and_says_why(kept: Kept) -> None:
    full = await kept.created(notify=(CHANNEL,))
    never = Outcome(None, "the slack channel is not configured", permanent=True)
    async with carrying(kept, Sending(never), "slack") as relay:
        delivery = await settled(kept, relay, all_are("abandoned"))
    assert (delivery.attempts, delivery.next_attempt_at) == (1, None)
    now = await kept.tasks.get(full.task.id)
    assert (now.task.status, now.told[0].last_error) == ("created", never.error)
    ((action, said),) = await lines(kept, full.task.id)
    assert (action, said["reason"], said["target"]) == ("notification_failed", never.error, CHANNEL)


async def test_what_nobody_needs_any_more_is_skipped_and_never_sent_again(kept: Kept) -> None:
    full = await kept.created(notify=(MAIL,))
    async with carrying(kept, Sending(Outcome(None, None, obsolete=True)), "email") as relay:
        delivery = await settled(kept, relay, all_are("skipped"))
        kept.clock.advance(10**6)
        relay.wake()
        await asyncio.sleep(0.05)
    assert (delivery.next_attempt_at, delivery.delivered_at) == (None, None)
    assert [action for action, _ in await lines(kept, full.task.id)] == ["notification_skipped"]
    skipped = DeliveryFilter(status="skipped", kind="email")
    assert await kept.store.read(lambda tx: tx.deliveries(skipped)) == [delivery]


async def test_a_receiver_that_asks_for_time_gets_it(kept: Kept) -> None:
    await kept.created(notify=(CHANNEL,))
    busy = Outcome(429, "too many", retry_after=77.0)
    async with carrying(kept, Sending(busy), "slack") as relay:
        delivery = await settled(kept, relay, lambda found: found[0].attempts == 1)
    assert delivery.next_attempt_at == NOW + timedelta(seconds=77)


async def test_reminders_come_later_and_are_no_backlog_before(kept: Kept) -> None:
    tasks = reminding(kept, 0.5, 0.9)
    full = await tasks.create(a_draft(notify=(MAIL, CHANNEL), timeout_seconds=1000), AGENT)
    assert [each.purpose for each in full.told] == ["new", "new", "reminder", "reminder"]
    half, most = NOW + timedelta(seconds=500), NOW + timedelta(seconds=900)

    async def owed() -> tuple[int, Any]:
        found = await kept.store.read(lambda tx: tx.backlog(kept.clock.now()))
        return found.pending, found.oldest_pending_at

    assert await owed() == (2, NOW)
    sending = Sending(ARRIVED)
    async with carrying(kept, sending, "email", "slack") as relay:
        await settled(kept, relay, lambda found: _arrived(found) == 2)
        assert await owed() == (0, None)
        assert await kept.store.read(lambda tx: tx.next_delivery(NOW)) == half
        kept.clock.at = half
        assert await owed() == (1, half)
        relay.wake()
        await settled(kept, relay, lambda found: _arrived(found) == 3)
        kept.clock.at = most
        relay.wake()
        await settled(kept, relay, all_are("delivered"))
    assert [one.since for one in sending.sent[2:]] == [half, most]


def _arrived(found: list[Delivery]) -> int:
    return sum(one.status == "delivered" for one in found)


async def test_a_reminder_of_a_settled_task_does_not_keep_it(kept: Kept) -> None:
    tasks = reminding(kept, 0.5)
    full = await tasks.create(a_draft(notify=(MAIL,), timeout_seconds=10**6), AGENT)
    await tasks.cancel(full.task.id, None, AGENT)
    kept.clock.advance(100)
    # The first message is still owed.
    assert await tasks.purge(timedelta(seconds=50), 10) == 0
    async with carrying(kept, Sending(ARRIVED), "email") as relay:
        await settled(kept, relay, lambda found: found[-1].status == "delivered")
        assert [one.status for one in await deliveries(kept)] == ["pending", "delivered"]
    assert await tasks.purge(timedelta(seconds=50), 10) == 1
    assert await deliveries(kept) == []


async def test_each_kind_has_the_lease_that_its_attempts_take(kept: Kept) -> None:
    for _ in range(3):
        full = await kept.tasks.create(a_verified_draft(notify=(MAIL,)), AGENT)
        await kept.tasks.complete(full.task.id, APPROVED, SUE)
    sending = Sending()
    relay = Relay(kept.store, kept.clock)
    seconds: dict[Kind, int] = {"email": 30, "verification": 90}
    for kind, lease in seconds.items():
        carrier = Carrier(sending, recording.nothing, MESSAGES, timedelta(seconds=lease))
        relay.carry(kind, carrier)
    relay.start()
    await settled(kept, relay, all_are("delivered"))
    await relay.stop()
    assert len(sending.sent) == 6
    for one in sending.sent:
        assert one.lease_until == NOW + timedelta(seconds=seconds[one.kind])


class GivesUp:
    """Writes down what became of a verification, as the verifiers' room does."""

    def __init__(self, tasks: Tasks, version: int) -> None:
        self.tasks = tasks
        self.version = version
        self.fails = False

    def __call__(self, tx: OutboxWriter, after: Delivery, attempt: Attempt, _now: object) -> None:
        if after.status == "abandoned":
            self.tasks.give_up(tx, after.task_id, self.version, attempt.error or "")
        if self.fails:
            raise RuntimeError("after it was given up")


async def test_a_verification_is_given_up_in_the_transaction_that_abandons_it(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    full = await kept.tasks.create(a_verified_draft(), AGENT)
    task = (await kept.tasks.complete(full.task.id, APPROVED, SUE)).task
    gives_up = GivesUp(kept.tasks, task.version)
    gives_up.fails = True
    away = Sending(Outcome(None, "no answer within 30 s"))
    lease = timedelta(seconds=60)
    async with carrying(
        kept, away, "verification", record=gives_up, schedule=VERDICTS, lease=lease
    ) as relay:
        await settled(kept, relay, lambda _: "after it was given up" in caplog.text)
        # Nothing of it was kept, and it is sent again once its lease ends.
        assert (await deliveries(kept))[0].attempts == 0
        assert (await kept.tasks.get(task.id)).task == task
        gives_up.fails = False
        kept.clock.advance(60)
        for attempts in range(1, 5):
            relay.wake()
            await settled(kept, relay, lambda found, n=attempts: found[0].attempts == n)
            kept.clock.advance(20)
    (delivery,) = await deliveries(kept)
    assert delivery.status == "abandoned"
    after = (await kept.tasks.get(task.id)).task
    assert (after.status, after.verification_attempt) == ("in_progress", 0)
    assert after.verdict is not None
    assert after.verdict["reason"] == "no answer within 30 s"


async def test_a_task_that_tells_nobody_costs_no_statement_for_it(kept: Kept) -> None:
    with statements(kept.store) as plain:
        full = await kept.created()
        await kept.tasks.complete(full.task.id, APPROVED, AGENT)
    assert not any("deliver" in each or "links" in each for each in plain)
    with statements(kept.store) as telling:
        full = await kept.created(notify=(MAIL, CHANNEL))
    inserts = [each for each in telling if "INSERT INTO deliveries" in each]
    assert len(inserts) == 2
    assert sum("deliver" in each for each in telling) == 3


async def test_creating_again_what_tells_people_tells_nobody_again(kept: Kept) -> None:
    draft = a_draft(notify=(MAIL,))
    made = await asyncio.gather(*(kept.tasks.create(draft, AGENT) for _ in range(20)))
    assert len({full.task.id for full in made}) == 1
    assert sum(not full.replayed for full in made) == 1
    assert all(full.told == made[0].told for full in made)
    assert len(await deliveries(kept)) == 1
