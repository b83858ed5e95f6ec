"""The queries of deliveries: what is owed, who sends it at this moment, what became of it.

While a delivery is leased its `next_attempt_at` is the lease's end, so that one index says what is
due: what was never tried, what is to be tried again, and what somebody took and never finished.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    TextClause,
    and_,
    bindparam,
    exists,
    func,
    insert,
    select,
    text,
    update,
)

from ..ids import new_id
from ..tasks.deliveries import (
    NOT_TAKEN,
    Attempt,
    Backlog,
    Delivery,
    DeliveryFilter,
    DeliveryStatus,
    Lease,
    NotTaken,
    Owed,
    Packed,
    Waiting,
)
from ..tasks.model import Notification, Status, Task
from .tables import deliveries, delivery_attempts, tasks

_NAMES = [field.name for field in fields(Delivery)]
_COLUMNS = [deliveries.c[name] for name in _NAMES]
_ATTEMPT = [delivery_attempts.c[field.name] for field in fields(Attempt)]
# What an attempt, or an operator, may change.
_MUTABLE = (
    *("status", "attempts", "since", "next_attempt_at", "lease_until"),
    *("last_status_code", "last_error", "delivered_at"),
)

# Written out, so that SQLite knows which index it may use.
_IS: dict[DeliveryStatus, TextClause] = {
    "pending": text("deliveries.status = 'pending'"),
    "delivered": text("deliveries.status = 'delivered'"),
    "abandoned": text("deliveries.status = 'abandoned'"),
    "skipped": text("deliveries.status = 'skipped'"),
}
_PENDING = _IS["pending"]
DELIVERY = select(*_COLUMNS).where(deliveries.c.id == bindparam("wanted"))
_IS_TO_COME = and_(
    deliveries.c.attempts == 0,
    deliveries.c.lease_until.is_(None),
    deliveries.c.next_attempt_at > bindparam("now"),
)
_IS_DUE = (_PENDING, deliveries.c.next_attempt_at <= bindparam("now"))
DUE_DELIVERIES = (
    select(*_COLUMNS, deliveries.c.body, tasks.c.redact_payload)
    .join(tasks, tasks.c.id == deliveries.c.task_id)
    .where(deliveries.c.id.in_(bindparam("ids", expanding=True)), *_IS_DUE)
)
_PLACED = (
    select(
        deliveries.c.id,
        deliveries.c.kind,
        deliveries.c.host,
        deliveries.c.receiver,
        deliveries.c.next_attempt_at,
        func.row_number()
        .over(partition_by=deliveries.c.receiver, order_by=deliveries.c.next_attempt_at)
        .label("place"),
    )
    .where(
        *_IS_DUE,
        deliveries.c.host.not_in(bindparam("hosts", expanding=True)),
        deliveries.c.receiver.not_in(bindparam("receivers", expanding=True)),
    )
    .subquery()
)
# Everybody's first, then everybody's second: a long queue for one delays nobody else.
_WAITING = (
    select(_PLACED.c.id, _PLACED.c.kind, _PLACED.c.host, _PLACED.c.receiver)
    .where(_PLACED.c.place <= bindparam("each"))
    .order_by(_PLACED.c.place, _PLACED.c.next_attempt_at)
    .limit(bindparam("most"))
)
_NOTIFICATIONS = (
    select(
        deliveries.c.id.label("delivery_id"),
        deliveries.c.body.label("purpose"),
        *(deliveries.c[name] for name in ("target", "status", "attempts", "last_error")),
        *(deliveries.c[name] for name in ("next_attempt_at", "delivered_at")),
    )
    .where(
        deliveries.c.task_id == bindparam("wanted"),
        text("deliveries.kind IN ('email', 'slack')"),
    )
    .order_by(deliveries.c.id)
)
_MAILS = select(deliveries.c.target, deliveries.c.body).where(
    deliveries.c.task_id == bindparam("wanted"), text("deliveries.kind = 'email'")
)
_NEXT = select(func.min(deliveries.c.next_attempt_at)).where(
    _PENDING, deliveries.c.next_attempt_at > bindparam("now")
)
_LEASE = (
    update(deliveries)
    .where(deliveries.c.id.in_(bindparam("ids", expanding=True)))
    .values(lease_until=bindparam("until"), next_attempt_at=bindparam("until"))
)
_SAVE = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("wanted"),
        # Whoever has lost the lease has nothing to say any more.
        deliveries.c.lease_until.is_not_distinct_from(bindparam("held")),
    )
    .values({name: bindparam(f"new_{name}") for name in _MUTABLE})
)
_ADD_ATTEMPT = insert(delivery_attempts)


class DeliveryReader:
    """What the relay and its operators read."""

    _connection: Connection

    def delivery(self, delivery_id: str) -> Delivery | None:
        """Return one delivery."""
        row = self._connection.execute(self._delivery(), {"wanted": delivery_id}).one_or_none()
        return None if row is None else Delivery(*row)

    def delivery_body(self, delivery_id: str) -> tuple[str, bool]:
        """Return what a delivery that is there sends, and whether its task is redacted."""
        found = (
            select(deliveries.c.body, tasks.c.redact_payload)
            .join(tasks, tasks.c.id == deliveries.c.task_id)
            .where(deliveries.c.id == delivery_id)
        )
        body, redacted = self._connection.execute(found).one()
        return body, redacted

    def delivery_attempts(self, delivery_id: str, limit: int) -> list[Attempt]:
        """Return the newest `limit` attempts, oldest first."""
        found = (
            select(*_ATTEMPT)
            .where(delivery_attempts.c.delivery_id == delivery_id)
            .order_by(delivery_attempts.c.seq.desc())
            .limit(limit)
        )
        return [Attempt(*row) for row in self._connection.execute(found)][::-1]

    def deliveries(self, wanted: DeliveryFilter) -> list[Delivery]:
        """Return up to `wanted.limit` deliveries, newest first."""
        conditions: list[ColumnElement[bool] | TextClause] = []
        if wanted.task_id is not None:
            conditions.append(deliveries.c.task_id == wanted.task_id)
        if wanted.kind is not None:
            conditions.append(deliveries.c.kind == wanted.kind)
        if wanted.status is not None:
            conditions.append(_IS[wanted.status])
        if wanted.before is not None:
            conditions.append(deliveries.c.id < wanted.before)
        found = select(*_COLUMNS).where(*conditions).order_by(deliveries.c.id.desc())
        return [Delivery(*row) for row in self._connection.execute(found.limit(wanted.limit))]

    def notifications(self, task_id: str) -> list[Notification]:
        """Return the messages that ask people to answer a task, oldest first."""
        rows = self._connection.execute(_NOTIFICATIONS, {"wanted": task_id}).mappings()
        told = ({**row, "purpose": json.loads(row["purpose"])["purpose"]} for row in rows)
        return [Notification(**each) for each in told if each["purpose"] != NOT_TAKEN]

    def replies_not_taken(self, task_id: str) -> list[NotTaken]:
        """Return the replies to a task of which somebody is told that they were not taken."""
        rows = self._connection.execute(_MAILS, {"wanted": task_id})
        mails = ((target, json.loads(body)) for target, body in rows)
        return [
            NotTaken(to, said["mail"], said["words"])
            for to, said in mails
            if said["purpose"] == NOT_TAKEN
        ]

    def backlog(self, now: datetime) -> Backlog:
        """Return how much is owed; what has its time yet to come is not."""
        pending = select(
            func.count(),
            func.count().filter(deliveries.c.attempts > 0),
            func.min(deliveries.c.since),
        ).where(_PENDING, ~_IS_TO_COME)
        count, failing, oldest = self._connection.execute(pending, {"now": now}).one()
        given_up = select(func.count()).select_from(deliveries).where(_IS["abandoned"])
        return Backlog(count, failing, self._connection.execute(given_up).scalar_one(), oldest)

    def due_deliveries(
        self,
        now: datetime,
        full_hosts: Collection[str],
        full_receivers: Collection[str],
        each: int,
        limit: int,
    ) -> list[Waiting]:
        """Return what is due for receivers that have room, up to `each` of every receiver.

        Returns:
            Up to `limit` deliveries, every receiver's first one first.
        """
        bounds = {"now": now, "each": each, "most": limit}
        full = {"hosts": list(full_hosts), "receivers": list(full_receivers)}
        return [Waiting(*row) for row in self._connection.execute(_WAITING, bounds | full)]

    def next_delivery(self, now: datetime) -> datetime | None:
        """Return when something is due next, after `now`."""
        return self._connection.execute(_NEXT, {"now": now}).scalar_one()

    def _delivery(self) -> Select[Any]:
        return DELIVERY


class DeliveryWriter(DeliveryReader):
    """What the relay and its operators write."""

    def lease_deliveries(self, ids: Sequence[str], now: datetime, until: datetime) -> list[Packed]:
        """Take those of these deliveries that are still due, for nobody else until `until`."""
        rows = self._connection.execute(self._due_deliveries(), {"ids": ids, "now": now}).all()
        if rows:
            taken = [row.id for row in rows]
            self._connection.execute(_LEASE, {"ids": taken, "until": until})
        held = {"lease_until": until, "next_attempt_at": until}
        return [
            Packed(replace(Delivery(*row[: len(_NAMES)]), **held), row.body, row.redact_payload)
            for row in rows
        ]

    def save_delivery(self, before: Delivery, after: Delivery) -> bool:
        """Store what a delivery is now; False, and nothing stored, if its lease has changed."""
        values = {f"new_{name}": getattr(after, name) for name in _MUTABLE}
        held = {"wanted": before.id, "held": before.lease_until}
        return self._connection.execute(_SAVE, values | held).rowcount == 1

    def add_attempt(self, delivery_id: str, attempt: Attempt) -> None:
        """Store an attempt."""
        self._connection.execute(_ADD_ATTEMPT, {"delivery_id": delivery_id, **asdict(attempt)})

    def task_status(self, task_id: str) -> Status:
        """Return the status of a task that is there."""
        found = select(tasks.c.status).where(tasks.c.id == task_id)
        return self._connection.execute(found).scalar_one()

    def _due_deliveries(self) -> Select[Any]:
        return DUE_DELIVERIES


def packed(task: Task, owed: Sequence[Owed], now: datetime, lease: Lease | None) -> list[Packed]:
    """Return what is owed `now` because of a task; it is due at once, or leased."""
    return [
        Packed(
            _new(each, task.id, now, None if lease is None or each.due else lease(each, now)),
            each.body,
            task.redact_payload,
        )
        for each in owed
    ]


def owed_row(owed: Packed) -> dict[str, Any]:
    """Return the row of something new."""
    return asdict(owed.delivery) | {"body": owed.body}


def _new(owed: Owed, task_id: str, now: datetime, lease_until: datetime | None) -> Delivery:
    return Delivery(
        id=new_id("dlv", now),
        kind=owed.kind,
        task_id=task_id,
        target=owed.target,
        host=owed.host,
        receiver=owed.receiver,
        status="pending",
        attempts=0,
        since=owed.due or now,
        next_attempt_at=lease_until or owed.due or now,
        lease_until=lease_until,
        last_status_code=None,
        last_error=None,
        created_at=now,
        delivered_at=None,
    )


def nothing_pending() -> ColumnElement[bool]:
    """Return whether a task owes nothing `now`; nobody is reminded of what is settled."""
    its_own = deliveries.c.task_id == tasks.c.id
    return ~exists().where(its_own, deliveries.c.status == "pending", ~_IS_TO_COME)
