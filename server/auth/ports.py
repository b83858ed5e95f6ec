"""What signing in needs from the store."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from ..directory.model import Account, Session

T = TypeVar("T")


class AccountReader(Protocol):
    """Queries within one consistent view of the database."""

    def account_by_email(self, email: str) -> Account | None:
        """Return the person with this address."""
        ...

    def account_by_session(self, token_hash: str, now: datetime) -> Account | None:
        """Return the active person of a session that has not expired."""
        ...

    def has_operator(self) -> bool:
        """Whether there is anybody who can administer the server."""
        ...

    def has_setup_token(self, token_hash: str) -> bool:
        """Whether this is a token that the server printed."""
        ...


class AccountWriter(AccountReader, Protocol):
    """One transaction."""

    def add_account(self, account: Account) -> None:
        """Store a person."""
        ...

    def add_session(self, session: Session) -> None:
        """Store a session, and forget those that have expired."""
        ...

    def delete_session(self, token_hash: str) -> None:
        """Forget a session."""
        ...

    def replace_setup_token(self, token_hash: str | None, now: datetime) -> None:
        """Keep this setup token and no other; None keeps none."""
        ...


class AccountStore(Protocol):
    """Where people and sessions are kept."""

    async def read(self, work: Callable[[AccountReader], T]) -> T:
        """Run `work` on a consistent view, off the event loop."""
        ...

    async def write(self, work: Callable[[AccountWriter], T]) -> T:
        """Run `work` in one transaction, off the event loop; return once it is durable."""
        ...
