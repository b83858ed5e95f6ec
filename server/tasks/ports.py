"""What the use cases need from the rooms above: a store, a waker, a clock for deadlines."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from ..directory.model import Account
from ..routing.plan import Member
from .deliveries import Lease, NotTaken, Owed, Packed
from .model import Channel, Content, Draft, Entry, Filter, Notification, Person, Status, Task
from .transitions import Change

T = TypeVar("T")

Admission = Callable[[Draft], None]
"""Raises a `Refusal` of a new task that the server, as it is set up now, can't do."""


class Reader(Protocol):
    """Queries within one consistent view of the database."""

    def task(self, task_id: str, view: Person | None = None) -> Task | None:
        """Return the task's state; for a reviewer (`view`), if it is theirs or open to them."""
        ...

    def whole(self, task_id: str) -> tuple[Task, Content] | None:
        """Return the task's state and its content."""
        ...

    def may_act(self, task_id: str, person: Person) -> bool:
        """Whether the task is this reviewer's, or was open to them before somebody took it."""
        ...

    def task_by_key(self, idempotency_key: str) -> Task | None:
        """Return the task that this key made."""
        ...

    def content(self, task_id: str) -> Content | None:
        """Return the task's content."""
        ...

    def tasks(self, wanted: Filter) -> list[Task]:
        """Return up to `wanted.limit` tasks, newest first."""
        ...

    def audit(self, task_id: str) -> list[Entry]:
        """Return the task's history, oldest first."""
        ...

    def due(self, now: datetime, limit: int) -> list[Task]:
        """Return up to `limit` open tasks whose deadline has passed, longest overdue first."""
        ...

    def next_deadline(self) -> datetime | None:
        """Return the earliest deadline of an open task."""
        ...

    def open_among(self, task_ids: Sequence[str]) -> set[str]:
        """Return those of these tasks that are open."""
        ...

    def open_count(self) -> int:
        """Return how many tasks are open."""
        ...

    def open_by_status(self) -> dict[Status, int]:
        """Return how many open tasks there are in each status that any is in."""
        ...

    def overdue_count(self, now: datetime) -> int:
        """Return how many open tasks have a deadline that has passed."""
        ...

    def notifications(self, task_id: str) -> list[Notification]:
        """Return the messages that ask people to answer a task, oldest first."""
        ...

    def came_by(self, task_id: str, mail: str, said: str, email: str | None) -> bool:
        """Whether a mail with this id brought these words of this person to the task."""
        ...

    def replies_not_taken(self, task_id: str) -> list[NotTaken]:
        """Return the replies to a task of which somebody is told that they were not taken."""
        ...

    def account_by_email(self, email: str) -> Account | None:
        """Return the person of the directory with this address."""
        ...

    def member(self, wanted: Member) -> Person | None:
        """Return the active person with all that is wanted whose last task is longest ago."""
        ...


class Writer(Reader, Protocol):
    """One transaction; nothing of it is seen until all of it is durable."""

    def add(
        self, change: Change, content: Content, lease: Lease | None = None
    ) -> list[Packed] | None:
        """Store a new task with its history and with what it owes; return what it owes.

        None, and nothing stored, if its key is taken.
        """
        ...

    def locked(self, task_id: str) -> Task | None:
        """Return the task's state and keep others from changing it until this transaction ends."""
        ...

    def save(self, before: Task, change: Change, lease: Lease | None = None) -> list[Packed]:
        """Store a transition with its history, and with what it owes; return what it owes.

        The update is guarded: it applies to the version of the row that was `locked`, and to no
        other. What it owes is due at once, but for what `lease` keeps to this process.
        """
        ...

    def owe(
        self, task: Task, owed: Sequence[Owed], now: datetime, lease: Lease | None = None
    ) -> list[Packed]:
        """Store what is owed without a transition, as `save` does; return it."""
        ...

    def spend_link(self, token_hash: str, now: datetime) -> bool:
        """Use a link up; False if it is used, or not there."""
        ...

    def note_assigned(self, user_id: str, now: datetime) -> None:
        """Note that a person has got a task: now, and in any case after everybody else."""
        ...

    def note(self, entries: Sequence[Entry]) -> None:
        """Add lines to the history."""
        ...

    def delete(self, task_id: str) -> bool:
        """Remove the task, its content and its history; False if it is not there."""
        ...

    def purge(self, before: datetime, now: datetime, limit: int) -> int:
        """Remove up to `limit` tasks that were settled before, oldest first; return how many.

        What owes something `now` stays.
        """
        ...

    def take_turns(self) -> None:
        """Choose whose turn it is after whoever chooses at this moment, not beside them."""
        ...

    def announce_settled(self, task_id: str) -> None:
        """Tell every other process, once this is durable, that a task is settled or gone."""
        ...

    def announce_due(self, task: Task) -> None:
        """Tell every other process, once this is durable, if no open task is due as early."""
        ...

    def announce_owed(self) -> None:
        """Tell every other process, once this is durable, that there is something to deliver."""
        ...

    def on_commit(self, act: Callable[[], None]) -> None:
        """Have `act` called on the event loop once this transaction is durable."""
        ...


class Store(Protocol):
    """Where tasks are kept."""

    async def read(self, work: Callable[[Reader], T]) -> T:
        """Run `work` on a consistent view, off the event loop."""
        ...

    async def write(self, work: Callable[[Writer], T], about: Sequence[str] | None = None) -> T:
        """Run `work` in one transaction, off the event loop; return once it is durable.

        Args:
            work: The unit; it may be run more than once, before it is kept.
            about: The tasks it changes, if it is short and changes no others: it may then share
                its transaction with other such units.

        Raises:
            StorageUnavailable: The database did not take it; nothing was changed.
        """
        ...


class Parked(Protocol):
    """One request that waits for a task to settle."""

    async def wait(self, seconds: float) -> None:
        """Return when the task was woken, the server stops, or after `seconds`."""
        ...


class Waker(Protocol):
    """Parks requests and wakes them."""

    @property
    def closed(self) -> bool:
        """Whether the server is stopping, so that nothing may park any more."""
        ...

    def subscribe(self, task_id: str) -> AbstractContextManager[Parked]:
        """Take note of a request before it reads the row, so that no wake is missed."""
        ...

    def wake(self, task_id: str) -> None:
        """Wake every request that waits for this task."""
        ...


class Relay(Protocol):
    """Whoever delivers what transitions owe."""

    def lease(self, owed: Owed, now: datetime) -> datetime | None:
        """Return until when this process keeps to itself what it will send at once; None if not.

        Called from any thread; what it says holds for nothing until `take`.
        """
        ...

    def take(self, owed: Sequence[Packed]) -> None:
        """Send what was leased, now that it is durable; look after the rest."""
        ...


class Events(Protocol):
    """Whoever tells those who listen what changed."""

    def changed(self) -> None:
        """Take note that the history has grown."""
        ...

    def gone(self) -> None:
        """Take note that tasks are gone, with their history."""
        ...


class Deadlines(Protocol):
    """Whoever settles overdue tasks."""

    def expect(self, deadline: datetime) -> None:
        """Take note that a task is due at `deadline`."""
        ...


class Observer(Protocol):
    """Whoever counts what happens to tasks; told on the event loop, once it is durable."""

    def created(self, channel: Channel | None) -> None:
        """Take note of a new task that came through this channel."""
        ...

    def settled(self, task: Task, channel: Channel | None) -> None:
        """Take note that a task is settled, and through which channel; the clock has none."""
        ...

    def woken(self, task: Task, at: datetime) -> None:
        """Take note that a request which waited for this settled task went on at `at`."""
        ...


class Unobserved:
    """Nobody who counts."""

    def created(self, channel: Channel | None) -> None:
        """Let a new task be."""

    def settled(self, task: Task, channel: Channel | None) -> None:
        """Let a settled task be."""

    def woken(self, task: Task, at: datetime) -> None:
        """Let a request go on."""
