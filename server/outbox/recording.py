"""What the history of a task says of an attempt to deliver."""

import json
from datetime import datetime
from typing import Any, Protocol

from ..clock import rfc3339
from ..tasks.deliveries import NOT_TAKEN, Attempt, Delivery
from ..tasks.model import SYSTEM, Action, Entry
from .ports import Result, Writer

_ACTIONS: dict[Result, Action] = {
    "delivered": "delivered",
    "failed": "delivery_failed",
    "abandoned": "delivery_abandoned",
}


def result(after: Delivery) -> Result:
    """Return what became of the attempt after which a delivery is like this."""
    return "failed" if after.status == "pending" else after.status


def webhook(tx: Writer, after: Delivery, attempt: Attempt, now: datetime) -> None:
    """Add a line; of the URL it has the host, for the rest is secret."""
    extra = {
        "delivery_id": after.id,
        "kind": after.kind,
        "host": after.host,
        "status_code": attempt.status_code,
    }
    _add(tx, after, _ACTIONS[result(after)], extra | details(after, attempt), now)


def nothing(_tx: Writer, _after: Delivery, _attempt: Attempt, _now: datetime) -> None:
    """Add no line: what the delivery did is in the history already, or does not belong there."""


def details(after: Delivery, attempt: Attempt) -> dict[str, Any]:
    """Return what the history says of any attempt."""
    told: dict[str, Any] = {"attempt": after.attempts}
    if attempt.error is not None:
        told["error"] = attempt.error
    if after.next_attempt_at is not None:
        told["next_attempt_at"] = rfc3339(after.next_attempt_at)
    return told


def _add(tx: Writer, after: Delivery, action: Action, extra: dict[str, Any], now: datetime) -> None:
    status = tx.task_status(after.task_id)
    tx.note([Entry(after.task_id, status, status, action, SYSTEM, now, extra)])


class Arrived(Protocol):
    """Notes that somebody was told of a task."""

    def __call__(self, tx: Writer, task_id: str, **said: object) -> None:
        """Note it, in this transaction."""
        ...


class Messages:
    """Writes down what became of a message: that it arrived, or why it did not.

    Args:
        arrived: Notes that somebody was told of a task.
    """

    def __init__(self, arrived: "Arrived") -> None:
        self._arrived = arrived

    def __call__(self, tx: Writer, delivery: Delivery, attempt: Attempt, now: datetime) -> None:
        """Add a line; a task that nobody was asked to answer before is `notified`."""
        became = result(delivery)
        said = {"target": delivery.target, "delivery_id": delivery.id}
        said |= details(delivery, attempt)
        purpose = json.loads(tx.delivery_body(delivery.id)[0])["purpose"]
        if purpose == NOT_TAKEN:
            said["purpose"] = purpose
        if became == "delivered" and purpose == NOT_TAKEN:
            _add(tx, delivery, "notified", said, now)
        elif became == "delivered":
            self._arrived(tx, delivery.task_id, **said)
        elif became == "skipped":
            _add(tx, delivery, "notification_skipped", said, now)
        elif became == "abandoned" or delivery.attempts == 1:
            # What fails for days is tried many times: its attempts have them all.
            said["reason"] = said.pop("error")
            _add(tx, delivery, "notification_failed", said, now)
