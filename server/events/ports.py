"""What streams need from the rooms around them."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from .model import Happening

T = TypeVar("T")


class Reader(Protocol):
    """Queries within one consistent view of the database."""

    def newest_happenings(self, most: int) -> list[Happening]:
        """Return the newest lines of the history, by their number."""
        ...

    def happenings(self, after: int, among: Sequence[int], most: int) -> list[Happening]:
        """Return lines above a number, and those of some numbers, by their number."""
        ...

    def is_entry(self, seq: int, entry_id: str) -> bool:
        """Whether the line with this number is this entry."""
        ...

    def sights(self, task_ids: Collection[str], user_ids: Collection[str]) -> set[tuple[str, str]]:
        """Return the pairs of a task and a person who may know what happens to it."""
        ...

    def standing(self, credentials: Collection[str], now: datetime) -> set[str]:
        """Return those of these hashes of sessions and API keys that still let somebody in."""
        ...


class Writer(Protocol):
    """One transaction."""

    def announce(self, words: str) -> None:
        """Tell every other process, once this is durable."""
        ...


class Store(Protocol):
    """Where the history is kept."""

    async def read(self, work: Callable[[Reader], T]) -> T:
        """Run `work` on a consistent view, off the event loop."""
        ...

    async def write(self, work: Callable[[Writer], T]) -> T:
        """Run `work` in one transaction, off the event loop; return once it is durable."""
        ...


class Others(Protocol):
    """The other server processes on the same database."""

    def watch(self) -> None:
        """Tell them that somebody listens here."""
        ...

    def tell(self, what: str) -> None:
        """Tell them what happened here, if anybody listens there."""
        ...
