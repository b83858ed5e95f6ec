"""What the directory needs from the rooms above: a store, and someone who hashes passwords."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from .model import Account, Filter

T = TypeVar("T")


class Reader(Protocol):
    """Queries within one consistent view of the database."""

    def account(self, user_id: str) -> Account | None:
        """Return the person with this id."""
        ...

    def accounts(self, wanted: Filter) -> list[Account]:
        """Return up to `wanted.limit` people, newest first."""
        ...

    def address_taken(self, account: Account) -> bool:
        """Whether somebody else has this person's email address or Slack identity."""
        ...


class Writer(Reader, Protocol):
    """One transaction."""

    def another_operator(self, user_id: str) -> bool:
        """Whether somebody else is an active operator, and stays one until the commit."""
        ...

    def add_account(self, account: Account) -> None:
        """Store a person."""
        ...

    def save_account(self, account: Account) -> None:
        """Store what a person is now."""
        ...

    def delete_account(self, user_id: str) -> None:
        """Remove a person with all that lets them in."""
        ...

    def end_access(self, user_id: str) -> None:
        """Forget a person's sessions, those of one task too, and the browsers that they used."""
        ...


class Store(Protocol):
    """Where people are kept."""

    async def read(self, work: Callable[[Reader], T]) -> T:
        """Run `work` on a consistent view, off the event loop."""
        ...

    async def write(self, work: Callable[[Writer], T]) -> T:
        """Run `work` in one transaction, off the event loop; return once it is durable."""
        ...


class Hasher(Protocol):
    """Whoever turns passwords into what is kept of them."""

    async def hash(self, password: str) -> str:
        """Return what to keep instead of the password."""
        ...
