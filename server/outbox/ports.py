"""What the outbox needs from others: a store, senders, and somebody who counts."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from ..tasks.deliveries import (
    Attempt,
    Backlog,
    Delivery,
    DeliveryFilter,
    Kind,
    Outcome,
    Packed,
    Waiting,
)
from ..tasks.model import Status
from ..tasks.ports import Writer as TaskWriter

T = TypeVar("T")
Result = Literal["delivered", "failed", "abandoned", "skipped"]


class Reader(Protocol):
    """Queries within one consistent view of the database."""

    def delivery(self, delivery_id: str) -> Delivery | None:
        """Return one delivery."""
        ...

    def delivery_body(self, delivery_id: str) -> tuple[str, bool]:
        """Return what a delivery that is there sends, and whether its task is redacted."""
        ...

    def delivery_attempts(self, delivery_id: str, limit: int) -> list[Attempt]:
        """Return the newest `limit` attempts, oldest first."""
        ...

    def deliveries(self, wanted: DeliveryFilter) -> list[Delivery]:
        """Return up to `wanted.limit` deliveries, newest first."""
        ...

    def backlog(self, now: datetime) -> Backlog:
        """Return how much is owed; what has its time yet to come is not."""
        ...

    def due_deliveries(
        self,
        now: datetime,
        full_hosts: Collection[str],
        full_receivers: Collection[str],
        each: int,
        limit: int,
    ) -> list[Waiting]:
        """Return what is due for receivers that have room."""
        ...

    def next_delivery(self, now: datetime) -> datetime | None:
        """Return when something is due next, after `now`."""
        ...


class Writer(Reader, TaskWriter, Protocol):
    """One transaction."""

    def lease_deliveries(self, ids: Sequence[str], now: datetime, until: datetime) -> list[Packed]:
        """Take those that are still due, for nobody else until `until`."""
        ...

    def save_delivery(self, before: Delivery, after: Delivery) -> bool:
        """Store what a delivery is now; False, and nothing stored, if its lease has changed."""
        ...

    def task_status(self, task_id: str) -> Status:
        """Return the status of a task that is there."""
        ...

    def add_attempt(self, delivery_id: str, attempt: Attempt) -> None:
        """Store an attempt."""
        ...


class Store(Protocol):
    """Where deliveries are kept."""

    async def read(self, work: Callable[[Reader], T]) -> T:
        """Run `work` on a consistent view, off the event loop."""
        ...

    async def write(self, work: Callable[[Writer], T]) -> T:
        """Run `work` in one transaction, off the event loop; return once it is durable."""
        ...


class Sender(Protocol):
    """Whoever sends one kind of delivery."""

    async def send(self, delivery: Delivery, body: str, /) -> Outcome:
        """Try once, for a bounded time; whatever goes wrong is an outcome."""
        ...


class Record(Protocol):
    """Whoever writes down what became of an attempt."""

    def __call__(self, tx: Writer, after: Delivery, attempt: Attempt, now: datetime, /) -> None:
        """Write it down, in the transaction that stores the delivery as it is after the attempt."""
        ...


class Meter(Protocol):
    """Whoever counts attempts."""

    def attempted(self, kind: Kind, result: Result, seconds: float) -> None:
        """Take note of an attempt that has ended after `seconds`, and of what became of it."""
        ...
