"""What operators can ask of the outbox."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ..clock import Clock
from ..errors import DeliveryInProgress, DeliveryNotFound
from ..ids import is_id
from ..tasks.deliveries import Attempt, Backlog, Delivery, DeliveryFilter
from ..tasks.history import attribution
from ..tasks.model import Actor, Entry
from .ports import Reader, Store, Writer

_MOST_ATTEMPTS = 200


@dataclass(frozen=True, slots=True)
class Detail:
    """A delivery with its body and attempts; what is `redacted` lacks the answer."""

    delivery: Delivery
    body: dict[str, Any]
    redacted: bool
    attempts: list[Attempt]


class Outbox:
    """What can be done with deliveries.

    Args:
        store: Where they are kept.
        clock: What time it is.
        wake: Tells the relay that something is due.
    """

    def __init__(self, store: Store, clock: Clock, wake: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._wake = wake

    async def page(self, wanted: DeliveryFilter) -> tuple[list[Delivery], str | None]:
        """Return a page of deliveries, newest first, and the next page's cursor, if any."""
        one_more = replace(wanted, limit=wanted.limit + 1)
        found = await self._store.read(lambda tx: tx.deliveries(one_more))
        page = found[: wanted.limit]
        return page, page[-1].id if len(found) > wanted.limit else None

    async def get(self, delivery_id: str) -> Detail:
        """Return one delivery, with its body and its attempts.

        Raises:
            DeliveryNotFound: There is none with this id.
        """

        def work(tx: Reader) -> Detail:
            delivery = _delivery(tx, delivery_id)
            text, redacted = tx.delivery_body(delivery_id)
            body: dict[str, Any] = json.loads(text)
            if redacted and delivery.kind == "webhook":
                body["response"] = None
            attempts = tx.delivery_attempts(delivery_id, _MOST_ATTEMPTS)
            return Detail(delivery, body, redacted, attempts)

        return await self._store.read(work)

    async def redeliver(self, delivery_id: str, actor: Actor) -> Delivery:
        """Have a delivery sent again, at once and with all retries, whatever became of it.

        Raises:
            DeliveryNotFound: There is none with this id.
            DeliveryInProgress: It is being sent.
        """

        def work(tx: Writer) -> Delivery:
            now = self._clock.now()
            before = _delivery(tx, delivery_id)
            if before.lease_until is not None and before.lease_until > now:
                raise DeliveryInProgress
            after = replace(
                before,
                status="pending",
                attempts=0,
                since=now,
                next_attempt_at=now,
                lease_until=None,
                last_status_code=None,
                last_error=None,
                delivered_at=None,
            )
            if not tx.save_delivery(before, after):
                raise DeliveryInProgress
            status = tx.task_status(before.task_id)
            extra = {"delivery_id": before.id, "kind": before.kind, "host": before.host}
            extra |= attribution(actor)
            entry = Entry(before.task_id, status, status, "redelivered", actor, now, extra)
            tx.note([entry])
            tx.announce_owed()
            tx.on_commit(self._wake)
            return after

        return await self._store.write(work)

    async def backlog(self) -> Backlog:
        """Return how much is owed."""
        now = self._clock.now()
        return await self._store.read(lambda tx: tx.backlog(now))


def _delivery(tx: Reader, delivery_id: str) -> Delivery:
    delivery = tx.delivery(delivery_id) if is_id(delivery_id, "dlv") else None
    if delivery is None:
        raise DeliveryNotFound
    return delivery
