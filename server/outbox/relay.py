"""Sends what is due; sleeps until the next delivery is, instead of looking for one.

What somebody's answer owes is leased by the very transition, and sent once that is durable: no
further transaction comes before it. All else is looked for.

Any number of processes may run one: each takes deliveries with a lease, and what a process leaves
behind when it dies is due again at the lease's end.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..clock import Clock
from ..errors import StorageUnavailable
from ..tasks.deliveries import Attempt, Delivery, Kind, Outcome, Owed, Packed, Waiting
from .backoff import Schedule, granted, next_attempt
from .lanes import PER_RECEIVER, Lanes
from .ports import Meter, Record, Sender, Store, Writer
from .recording import result

_log = logging.getLogger(__name__)

# An attempt takes 10 s at most; the rest is for the database to take the outcome.
LEASE = timedelta(seconds=20)
# An attempt has to end within its lease: what took longer to become durable is given back.
_STALE = timedelta(seconds=5)
_RETRY = timedelta(seconds=1)
# A laptop that slept wakes to a clock that jumped: look again after this long at the latest.
_LONGEST_SLEEP = timedelta(minutes=1)
_LOOK = 1000
# How long attempts that run may take to end when the server stops, in seconds.
_GRACE = 1.5


@dataclass(frozen=True, slots=True)
class Carrier:
    """How one kind of delivery is sent.

    Args:
        sender: Who sends it.
        record: Who writes down what became of each attempt.
        schedule: When what failed is tried again.
        lease: For how long an attempt keeps it from other processes; longer than any attempt takes.
    """

    sender: Sender
    record: Record
    schedule: Schedule
    lease: timedelta = LEASE


class Relay:
    """Delivers what transitions owe.

    Args:
        store: Where deliveries are kept.
        clock: What time it is.
        meter: Who counts attempts, if anybody does.
        jitter: A number from 0 to 1, by chance.
        noted: Called when the history has grown.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        meter: Meter | None = None,
        jitter: Callable[[], float] = random.random,
        noted: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._carriers: dict[Kind, Carrier] = {}
        self._clock = clock
        self._meter = meter
        self._jitter = jitter
        self._noted = noted
        self._lanes = Lanes()
        self._woken = asyncio.Event()
        self._job: asyncio.Task[None] | None = None
        self._running: dict[asyncio.Task[None], Delivery] = {}
        self._crowded: list[Delivery] = []

    @property
    def alive(self) -> bool:
        """Whether the job runs."""
        return self._job is not None and not self._job.done()

    @property
    def sending(self) -> int:
        """How many attempts run."""
        return self._lanes.sending

    def wake(self) -> None:
        """Take note that something is due now, or that there is room again."""
        self._woken.set()

    def carry(self, kind: Kind, carrier: Carrier) -> None:
        """Send this kind of delivery; said of every kind before the start."""
        self._carriers[kind] = carrier

    def lease(self, owed: Owed, now: datetime) -> datetime | None:
        """Return until when this process keeps to itself what it would send now; None if not.

        Called from any thread, while the transition is not durable yet: only `take` counts.
        """
        may = self.alive and self._lanes.has_room(owed.host, owed.receiver)
        return now + self._carriers[owed.kind].lease if may else None

    def take(self, owed: Sequence[Packed]) -> None:
        """Send what was leased, now that it is durable; look for the rest.

        Where the room was taken meanwhile, the lease is given back.
        """
        leased = [each for each in owed if each.delivery.lease_until is not None]
        usable = [each.delivery for each in leased if self._is_fresh(each.delivery)]
        begun = set(self._lanes.chosen(usable))
        for each in leased:
            if each.delivery.id in begun:
                self._launch(each)
            else:
                self._crowded.append(each.delivery)
        if len(begun) < len(owed):
            self.wake()

    def _is_fresh(self, delivery: Delivery) -> bool:
        age = self._clock.now() - delivery.created_at
        return self.alive and age <= _STALE

    def start(self) -> None:
        """Begin to deliver what is due."""
        self._job = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Begin nothing any more, let what runs end for a moment, and give the rest back."""
        if self._job is not None:
            self._job.cancel()
            await asyncio.gather(self._job, return_exceptions=True)
        if self._running:
            await asyncio.wait(self._running, timeout=_GRACE)
        cut_off = dict(self._running)
        for attempt in cut_off:
            attempt.cancel()
        await asyncio.gather(*cut_off, return_exceptions=True)
        await self._give_back([*cut_off.values(), *self._crowded])

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                due = await self._send_due()
            except StorageUnavailable:
                due = self._clock.now() + _RETRY
            except Exception:  # noqa: BLE001 -- a job that ends silently is worse than any error
                _log.exception("delivering failed; trying again")
                due = self._clock.now() + _RETRY
            await self._sleep(due)

    async def _send_due(self) -> datetime | None:
        """Begin all that may begin now; return when something is due next."""
        crowded, self._crowded = self._crowded, []
        await self._give_back(crowded)
        now = self._clock.now()
        while self._lanes.room:
            now = self._clock.now()
            self._lanes.rested(now)
            hosts, receivers = self._lanes.full_hosts(), self._lanes.full_receivers()
            waiting = await self._store.read(
                lambda tx, n=now, h=hosts, r=receivers: tx.due_deliveries(
                    n, h, r, PER_RECEIVER, _LOOK
                )
            )
            ids = set(self._lanes.chosen(waiting))
            if not ids:
                break
            for lease, some in self._by_lease(each for each in waiting if each.id in ids).items():
                await self._begin(some, now, lease)
        # Of the time of the last look, so that nothing falls due between the two.
        due = await self._store.read(lambda tx: tx.next_delivery(now))
        return min(filter(None, (due, self._lanes.rested(now))), default=None)

    def _by_lease(self, waiting: Iterable[Waiting]) -> dict[timedelta, list[str]]:
        ids: dict[timedelta, list[str]] = {}
        for each in waiting:
            ids.setdefault(self._carriers[each.kind].lease, []).append(each.id)
        return ids

    async def _begin(self, ids: list[str], now: datetime, lease: timedelta) -> None:
        leased = await self._store.write(lambda tx: tx.lease_deliveries(ids, now, now + lease))
        for each in leased:
            self._launch(each)

    def _launch(self, leased: Packed) -> None:
        delivery = leased.delivery
        self._lanes.enter(delivery.host, delivery.receiver)
        attempt = asyncio.get_running_loop().create_task(self._attempt(leased))
        self._running[attempt] = delivery
        attempt.add_done_callback(self._ended)

    def _ended(self, attempt: "asyncio.Task[None]") -> None:
        del self._running[attempt]
        if not attempt.cancelled() and attempt.exception() is not None:
            _log.error("an attempt to deliver failed", exc_info=attempt.exception())
        self.wake()

    async def _attempt(self, leased: Packed) -> None:
        delivery = leased.delivery
        loop = asyncio.get_running_loop()
        at, began, arrived = self._clock.now(), loop.time(), False
        try:
            outcome = await self._sent(leased)
            arrived = outcome.error is None
        finally:
            self._lanes.leave(delivery.host, delivery.receiver, arrived=arrived)
        if outcome.retry_after is not None:
            # What else is for it would only be refused as well.
            until = self._clock.now() + granted(outcome.retry_after)
            self._lanes.rest(delivery.receiver, until)
        seconds = loop.time() - began
        answer = None if leased.redacted else outcome.answer
        attempt = Attempt(at, outcome.status_code, outcome.error, round(seconds * 1000), answer)
        after = self._after(delivery, outcome)
        await self._record(delivery, after, attempt)
        if self._meter is not None:
            self._meter.attempted(delivery.kind, result(after), seconds)

    async def _sent(self, leased: Packed) -> Outcome:
        delivery = leased.delivery
        try:
            return await self._carriers[delivery.kind].sender.send(delivery, leased.body)
        except Exception:  # noqa: BLE001 -- it would be tried for ever, and never given up
            _log.exception("sending %s failed", delivery.id)
            return Outcome(None, "a mistake of the server, whose log has the details")

    def _after(self, delivery: Delivery, outcome: Outcome) -> Delivery:
        """Return what a delivery is after an attempt."""
        now, attempts = self._clock.now(), delivery.attempts + 1
        after = replace(
            delivery,
            attempts=attempts,
            lease_until=None,
            next_attempt_at=None,
            last_status_code=outcome.status_code,
            last_error=outcome.error,
        )
        if outcome.obsolete:
            return replace(after, status="skipped")
        if outcome.error is None:
            return replace(after, status="delivered", delivered_at=now)
        again = self._again(delivery, outcome, now)
        if again is None:
            return replace(after, status="abandoned")
        return replace(after, next_attempt_at=again)

    def _again(self, delivery: Delivery, outcome: Outcome, now: datetime) -> datetime | None:
        if outcome.permanent:
            return None
        return next_attempt(
            self._carriers[delivery.kind].schedule,
            delivery.since,
            delivery.attempts + 1,
            now,
            self._jitter(),
            outcome.retry_after,
        )

    async def _record(self, before: Delivery, after: Delivery, attempt: Attempt) -> None:
        """Store the outcome, for as long as the lease lasts: else it is sent again."""

        def work(tx: Writer) -> None:
            # A task that was deleted meanwhile has taken its deliveries with it.
            if tx.save_delivery(before, after):
                tx.add_attempt(before.id, attempt)
                self._carriers[before.kind].record(tx, after, attempt, self._clock.now())
                tx.on_commit(self._noted)

        while not await self._written(work):
            if self._clock.now() + _RETRY >= (before.lease_until or before.since):
                _log.error("what became of %s is lost; it is sent again", before.id)
                return
            await asyncio.sleep(_RETRY.total_seconds())

    async def _written(self, work: Callable[[Writer], None]) -> bool:
        try:
            await self._store.write(work)
        except StorageUnavailable:
            return False
        return True

    async def _give_back(self, kept: list[Delivery]) -> None:
        if not kept:
            return
        now = self._clock.now()

        def work(tx: Writer) -> None:
            for delivery in kept:
                tx.save_delivery(delivery, replace(delivery, next_attempt_at=now, lease_until=None))
            tx.announce_owed()

        if not await self._written(work):
            _log.warning("could not give %d deliveries back; their leases end soon", len(kept))

    async def _sleep(self, due: datetime | None) -> None:
        """Sleep until something is due, or until somebody says that something is."""
        rest = _LONGEST_SLEEP
        if due is not None:
            rest = max(timedelta(), min(due - self._clock.now(), _LONGEST_SLEEP))
        # Not `wait_for`: before Python 3.12 it swallows a cancel that comes with the event.
        timer = asyncio.get_running_loop().call_later(rest.total_seconds(), self._woken.set)
        try:
            await self._woken.wait()
        finally:
            timer.cancel()
