"""The relay on real databases, with a sender that does what the test says."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from awaithumans.server.errors import StorageUnavailable
from awaithumans.server.outbox import recording
from awaithumans.server.outbox import relay as module
from awaithumans.server.outbox.backoff import WEBHOOKS
from awaithumans.server.outbox.ports import Result
from awaithumans.server.outbox.relay import Carrier, Relay
from awaithumans.server.tasks.checking import Checker
from awaithumans.server.tasks.deliveries import Delivery, DeliveryFilter, Kind, Outcome
from awaithumans.server.tasks.service import Tasks
from tests.store.kept import Kept
from tests.support.made import AGENT, APPROVED, NOW
from tests.support.two_servers import until
from tests.support.use_cases import Expected, Noted, Taken

CALLBACK = "https://example.com/done"
ARRIVED, FAILED = Outcome(204, None, "thanks"), Outcome(500, "the receiver answered 500", "no")


class Sending:
    """Sends nothing, and answers as it is told."""

    def __init__(self, answer: Outcome = ARRIVED) -> None:
        self.answer: Outcome | Callable[[Delivery], Awaitable[Outcome]] = answer
        self.sent: list[Delivery] = []
        self.bodies: list[str] = []

    @property
    def ids(self) -> Counter[str]:
        return Counter(delivery.id for delivery in self.sent)

    async def send(self, delivery: Delivery, body: str) -> Outcome:
        self.sent.append(delivery)
        self.bodies.append(body)
        return self.answer if isinstance(self.answer, Outcome) else await self.answer(delivery)


class Counted:
    def __init__(self) -> None:
        self.results: list[tuple[Kind, Result]] = []

    def attempted(self, kind: Kind, result: Result, seconds: float) -> None:
        assert seconds >= 0
        self.results.append((kind, result))


async def hang(_delivery: Delivery) -> Outcome:
    await asyncio.sleep(60)
    return ARRIVED


@asynccontextmanager
async def relaying(
    kept: Kept, sending: Sending, counted: Counted | None = None
) -> AsyncGenerator[Relay]:
    relay = Relay(kept.store, kept.clock, counted, lambda: 0.5)
    relay.carry("webhook", Carrier(sending, recording.webhook, WEBHOOKS))
    relay.start()
    try:
        yield relay
    finally:
        await asyncio.wait_for(relay.stop(), 10)


def answered_beside(kept: Kept, relay: Relay) -> Tasks:
    """Return the use cases of a process in which this relay runs."""
    return Tasks(kept.store, kept.waker, Expected(), relay, Checker(), kept.clock, Noted())


async def owing(kept: Kept, callback_url: str = CALLBACK, **changes: Any) -> str:
    full = await kept.created(callback_url=callback_url, **changes)
    await kept.tasks.complete(full.task.id, APPROVED, AGENT)
    return full.task.id


async def deliveries(kept: Kept) -> list[Delivery]:
    return await kept.store.read(lambda tx: tx.deliveries(DeliveryFilter(limit=1000)))


async def settled(kept: Kept, relay: Relay, holds: Callable[[list[Delivery]], bool]) -> Delivery:
    """Wait until the deliveries are as they should be; return the newest."""
    for _ in range(500):
        found = await deliveries(kept)
        if holds(found) and not relay.sending:
            return found[0]
        await asyncio.sleep(0.01)
    raise AssertionError(str(await deliveries(kept)))


def all_are(status: str) -> Callable[[list[Delivery]], bool]:
    return lambda found: all(delivery.status == status for delivery in found)


async def test_what_is_owed_is_sent_and_the_history_says_so(kept: Kept) -> None:
    task_id = await owing(kept)
    sending, counted = Sending(), Counted()
    async with relaying(kept, sending, counted) as relay:
        delivery = await settled(kept, relay, all_are("delivered"))
    assert (delivery.attempts, delivery.delivered_at) == (1, NOW)
    assert (delivery.last_status_code, delivery.last_error) == (204, None)
    assert (delivery.next_attempt_at, delivery.lease_until) == (None, None)
    (attempt,) = await kept.store.read(lambda tx: tx.delivery_attempts(delivery.id, 9))
    assert (attempt.status_code, attempt.error, attempt.answer) == (204, None, "thanks")
    last = (await kept.tasks.audit(task_id))[-1]
    assert (last.action, last.actor.type, last.to_status) == ("delivered", "system", "completed")
    assert last.extra_data == {
        "delivery_id": delivery.id,
        "kind": "webhook",
        "host": "https://example.com",
        "attempt": 1,
        "status_code": 204,
    }
    assert counted.results == [("webhook", "delivered")]


async def test_an_answer_is_sent_without_a_transaction_between(kept: Kept) -> None:
    full = await kept.created(callback_url=CALLBACK)
    sending, asked, before = Sending(), [0], [0]
    async with relaying(kept, sending) as relay:
        await asyncio.sleep(0.3)
        tasks = answered_beside(kept, relay)
        for name in ("read", "write"):
            real = getattr(kept.store, name)

            async def counting(*work: Any, real: Any = real, **about: Any) -> Any:
                asked[0] += 1
                return await real(*work, **about)

            vars(kept.store)[name] = counting

        async def note(_delivery: Delivery) -> Outcome:
            before[0] = asked[0]
            return ARRIVED

        sending.answer = note
        await tasks.complete(full.task.id, APPROVED, AGENT)
        # Looking asks the store, too.
        while not before[0]:
            await asyncio.sleep(0.01)
        delivery = await settled(kept, relay, all_are("delivered"))
        for name in ("read", "write"):
            del vars(kept.store)[name]
    # The task and its schema are read, and the transition is written.
    assert before == [2]
    assert (delivery.attempts, sending.ids) == (1, Counter([delivery.id]))


async def test_answers_for_a_crowded_receiver_wait_for_room_and_for_no_lease(kept: Kept) -> None:
    made = [await kept.created(callback_url=CALLBACK, idempotency_key=str(n)) for n in range(10)]
    sending, released = Sending(), asyncio.Event()

    async def wait(_delivery: Delivery) -> Outcome:
        await asyncio.wait_for(released.wait(), 10)
        return ARRIVED

    sending.answer = wait
    async with relaying(kept, sending) as relay:
        tasks = answered_beside(kept, relay)
        # At once: each is decided before any has begun.
        await asyncio.gather(*(tasks.complete(one.task.id, APPROVED, AGENT) for one in made))

        async def leased() -> int:
            return sum(one.lease_until is not None for one in await deliveries(kept))

        for _ in range(500):
            if await leased() == 1:
                break
            await asyncio.sleep(0.01)
        assert (await leased(), relay.sending) == (1, 1)
        released.set()
        await settled(kept, relay, all_are("delivered"))
    assert (len(sending.ids), set(sending.ids.values())) == (10, {1})


async def test_what_was_long_in_becoming_durable_is_leased_anew(kept: Kept) -> None:
    full = await kept.created(callback_url=CALLBACK)
    sending = Sending()
    async with relaying(kept, sending) as relay:
        tasks, take = answered_beside(kept, relay), relay.take

        def late(owed: Any) -> None:
            kept.clock.advance(6)
            take(owed)

        vars(relay)["take"] = late
        await tasks.complete(full.task.id, APPROVED, AGENT)
        await settled(kept, relay, all_are("delivered"))
    assert [one.lease_until for one in sending.sent] == [NOW + timedelta(seconds=26)]


async def test_a_relay_that_has_stopped_keeps_nothing_to_itself(kept: Kept) -> None:
    relay = Relay(kept.store, kept.clock)
    relay.carry("webhook", Carrier(Sending(), recording.webhook, WEBHOOKS))
    relay.start()
    taken = Taken(timedelta(seconds=20))
    full = await kept.created(callback_url=CALLBACK)
    tasks = Tasks(kept.store, kept.waker, Expected(), taken, Checker(), kept.clock, Noted())
    await tasks.complete(full.task.id, APPROVED, AGENT)
    kept.clock.advance(6)
    relay.take(taken.owed)
    await relay.stop()
    (given_back,) = await deliveries(kept)
    assert (given_back.lease_until, given_back.next_attempt_at) == (None, kept.clock.now())
    await answered_beside(kept, relay).cancel(
        (await kept.created(callback_url=CALLBACK, idempotency_key="late")).task.id, None, AGENT
    )
    assert [one.lease_until for one in await deliveries(kept)] == [None, None]


async def test_what_failed_is_tried_again_by_the_schedule_and_then_given_up(kept: Kept) -> None:
    task_id = await owing(kept)
    sending, counted = Sending(FAILED), Counted()
    async with relaying(kept, sending, counted) as relay:
        first = await settled(kept, relay, lambda found: found[0].attempts == 1)
        assert first.next_attempt_at == NOW + timedelta(seconds=30)
        for attempts in range(2, 15):
            kept.clock.at = (await deliveries(kept))[0].next_attempt_at or NOW
            relay.wake()
            await settled(kept, relay, lambda found, n=attempts: found[0].attempts == n)
        last = await settled(kept, relay, all_are("abandoned"))
        assert kept.clock.at == NOW + timedelta(days=3)
        kept.clock.advance(86_400)
        relay.wake()
        await asyncio.sleep(0.05)
    assert (last.attempts, last.next_attempt_at, last.last_status_code) == (14, None, 500)
    assert len(set(sending.ids)) == 1
    assert len(set(sending.bodies)) == 1
    entries = (await kept.tasks.audit(task_id))[2:]
    assert [entry.action for entry in entries] == ["delivery_failed"] * 13 + ["delivery_abandoned"]
    assert entries[0].extra_data["error"] == "the receiver answered 500"
    assert entries[0].extra_data["next_attempt_at"] == "2026-03-01T12:00:30Z"
    assert counted.results == [("webhook", "failed")] * 13 + [("webhook", "abandoned")]


async def test_it_sleeps_until_the_next_is_due_and_makes_no_query_meanwhile(kept: Kept) -> None:
    await owing(kept)
    async with relaying(kept, Sending(FAILED)) as relay:
        await settled(kept, relay, lambda found: found[0].attempts == 1)
        await asyncio.sleep(0.1)
        read, reads = kept.store.read, 0

        async def counting(work: Any) -> Any:
            nonlocal reads
            reads += 1
            return await read(work)

        vars(kept.store)["read"] = counting
        await asyncio.sleep(0.3)
        assert reads == 0
        del vars(kept.store)["read"]


async def test_what_falls_due_between_two_looks_is_not_missed(kept: Kept) -> None:
    await owing(kept)
    (delivery,) = await deliveries(kept)
    lease_ends = NOW + timedelta(seconds=1)
    await kept.store.write(lambda tx: tx.lease_deliveries([delivery.id], NOW, lease_ends))
    now = kept.clock.now

    def hurrying() -> datetime:
        kept.clock.advance(0.7)
        return now()

    vars(kept.clock)["now"] = hurrying
    async with relaying(kept, Sending()) as relay:
        await settled(kept, relay, all_are("delivered"))


async def test_of_several_relays_one_sends_each(kept: Kept) -> None:
    for number in range(60):
        await owing(kept, f"https://example.com/{number % 7}")

    async def slowly(_delivery: Delivery) -> Outcome:
        await asyncio.sleep(0.01)
        return ARRIVED

    sending = Sending()
    sending.answer = slowly
    async with (
        relaying(kept, sending) as one,
        relaying(kept, sending) as other,
        relaying(kept, sending),
    ):
        await settled(kept, one, all_are("delivered"))
        await until(lambda: other.sending == 0)
    assert len(sending.ids) == 60
    assert set(sending.ids.values()) == {1}


async def test_a_receiver_that_hangs_keeps_only_itself_waiting(kept: Kept) -> None:
    for _ in range(20):
        await owing(kept, "https://example.com/hangs")
    for _ in range(5):
        await owing(kept, "https://example.com/healthy")
        await owing(kept, "https://other.example/hangs")
    sending = Sending()

    async def by_path(delivery: Delivery) -> Outcome:
        return await hang(delivery) if delivery.receiver.endswith("hangs") else ARRIVED

    sending.answer = by_path
    async with relaying(kept, sending) as relay:
        await until(lambda: sum(d.receiver.endswith("healthy") for d in sending.sent) == 5)
        await until(lambda: relay.sending == 2)
        sending.answer = ARRIVED


async def test_a_stop_gives_back_what_does_not_end(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_GRACE", 0.05)
    await owing(kept)
    sending = Sending()
    sending.answer = hang
    async with relaying(kept, sending) as relay:
        await until(lambda: relay.sending == 1)
        (taken,) = await deliveries(kept)
        assert taken.lease_until == NOW + timedelta(seconds=20)
    (given_back,) = await deliveries(kept)
    assert (given_back.lease_until, given_back.next_attempt_at) == (None, NOW)
    assert given_back.attempts == 0
    again = Sending()
    async with relaying(kept, again) as relay:
        await settled(kept, relay, all_are("delivered"))
    assert again.ids == sending.ids


async def test_what_a_process_that_died_had_taken_is_sent_when_its_lease_ends(kept: Kept) -> None:
    await owing(kept)
    (delivery,) = await deliveries(kept)
    lease_ends = NOW + timedelta(seconds=30)
    await kept.store.write(lambda tx: tx.lease_deliveries([delivery.id], NOW, lease_ends))
    sending = Sending()
    async with relaying(kept, sending) as relay:
        await asyncio.sleep(0.1)
        assert sending.sent == []
        kept.clock.at = lease_ends
        relay.wake()
        await settled(kept, relay, all_are("delivered"))
    assert sending.ids == Counter([delivery.id])


async def test_a_task_deleted_meanwhile_is_no_harm(kept: Kept) -> None:
    task_id = await owing(kept)
    sending = Sending()

    async def delete(_delivery: Delivery) -> Outcome:
        await kept.tasks.delete(task_id)
        return ARRIVED

    sending.answer = delete
    async with relaying(kept, sending) as relay:
        await until(lambda: len(sending.sent) == 1 and not relay.sending)
        assert await deliveries(kept) == []
        sending.answer = ARRIVED
        await owing(kept)
        relay.wake()
        await settled(kept, relay, lambda found: bool(found) and all_are("delivered")(found))


async def test_a_mistake_of_a_sender_is_a_failed_attempt(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    await owing(kept)
    sending = Sending()

    async def mistake(_delivery: Delivery) -> Outcome:
        raise ValueError("a mistake of ours")

    sending.answer = mistake
    async with relaying(kept, sending) as relay:
        failed = await settled(kept, relay, lambda found: found[0].attempts == 1)
    assert failed.last_error == "a mistake of the server, whose log has the details"
    assert "a mistake of ours" in caplog.text


async def test_the_answer_of_a_redacted_task_is_not_kept(kept: Kept) -> None:
    await owing(kept, redact_payload=True)
    async with relaying(kept, Sending()) as relay:
        delivery = await settled(kept, relay, all_are("delivered"))
    (attempt,) = await kept.store.read(lambda tx: tx.delivery_attempts(delivery.id, 9))
    assert attempt.answer is None


async def test_a_database_that_is_gone_for_a_while_loses_no_outcome(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_RETRY", timedelta(milliseconds=20))
    await owing(kept)
    sending = Sending()
    refused = 0

    async def gone(work: Any) -> Any:
        nonlocal refused
        refused += 1
        if refused == 3:
            del vars(kept.store)["write"]
        raise StorageUnavailable

    async def while_it_goes(_delivery: Delivery) -> Outcome:
        vars(kept.store)["write"] = gone
        return ARRIVED

    sending.answer = while_it_goes
    async with relaying(kept, sending) as relay:
        await settled(kept, relay, all_are("delivered"))
    assert (len(sending.sent), refused) == (1, 3)


async def test_it_is_alive_between_start_and_stop_only(kept: Kept) -> None:
    relay = Relay(kept.store, kept.clock)
    await relay.stop()
    assert not relay.alive
    relay.start()
    assert relay.alive
    await relay.stop()
    assert not relay.alive
