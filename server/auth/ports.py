"""What recognizing callers and signing in need from the store."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from ..directory.credentials import ApiKey, Failures, Link, Session, TaskSession
from ..directory.model import Account
from ..tasks.model import Content, Person, Task

T = TypeVar("T")


class Reader(Protocol):
    """Queries within one consistent view of the database."""

    def account(self, user_id: str) -> Account | None:
        """Return the person with this id."""
        ...

    def account_by_email(self, email: str) -> Account | None:
        """Return the person with this address."""
        ...

    def session(self, token_hash: str) -> tuple[Session, Account] | None:
        """Return a session, and whose it is."""
        ...

    def device_users(self, token_hash: str, since: datetime) -> set[str]:
        """Return the ids of the people who have signed in with this browser after `since`."""
        ...

    def failures(self, buckets: Sequence[str], since: datetime) -> dict[str, Failures]:
        """Return the failed attempts of each bucket that has any after `since`."""
        ...

    def api_key(self, token_hash: str) -> ApiKey | None:
        """Return the key that hashes to this."""
        ...

    def api_keys(self) -> list[ApiKey]:
        """Return every key, newest first."""
        ...

    def has_operator(self) -> bool:
        """Whether there is anybody who can administer the server."""
        ...

    def has_setup_token(self, token_hash: str) -> bool:
        """Whether this is the token that the server printed last."""
        ...


class Writer(Reader, Protocol):
    """One transaction."""

    def add_account(self, account: Account) -> None:
        """Store a person."""
        ...

    def save_account(self, account: Account) -> None:
        """Store what a person is now."""
        ...

    def add_session(self, session: Session, expired: datetime) -> None:
        """Store a session, and forget those that were made before `expired`."""
        ...

    def touch_session(self, token_hash: str, now: datetime) -> None:
        """Note that a session is in use."""
        ...

    def delete_session(self, token_hash: str) -> None:
        """Forget a session."""
        ...

    def remember_device(self, token_hash: str, user_id: str, now: datetime) -> None:
        """Note that a person has signed in with this browser; the newest few are kept."""
        ...

    def add_failures(self, buckets: Sequence[str], now: datetime, since: datetime) -> None:
        """Note a failed attempt in each bucket, and forget all those before `since`."""
        ...

    def forget_failures(self, bucket: str) -> None:
        """Forget the failed attempts of one bucket."""
        ...

    def add_api_key(self, key: ApiKey) -> None:
        """Store a key."""
        ...

    def touch_api_key(self, key_id: str, now: datetime) -> None:
        """Note that a key is in use."""
        ...

    def delete_api_key(self, key_id: str) -> bool:
        """Remove a key; False if it is not there."""
        ...

    def spend_setup_token(self, token_hash: str) -> bool:
        """Forget this setup token; False if it is not there, or somebody else was first."""
        ...

    def replace_setup_token(self, token_hash: str, now: datetime) -> None:
        """Keep this setup token and no other."""
        ...


class Store(Protocol):
    """Where all of it is kept."""

    async def read(self, work: Callable[[Reader], T]) -> T:
        """Run `work` on a consistent view, off the event loop."""
        ...

    async def write(self, work: Callable[[Writer], T]) -> T:
        """Run `work` in one transaction, off the event loop; return once it is durable."""
        ...


class LinkReader(Protocol):
    """Queries of links within one consistent view of the database."""

    def link(self, token_hash: str) -> Link | None:
        """Return the link that hashes to this, while it is kept."""
        ...

    def task_session(self, token_hash: str) -> TaskSession | None:
        """Return the browser whose secret hashes to this."""
        ...

    def account(self, user_id: str) -> Account | None:
        """Return the person with this id."""
        ...

    def account_by_email(self, email: str) -> Account | None:
        """Return the person with this address."""
        ...

    def task(self, task_id: str, view: Person | None = None) -> Task | None:
        """Return the task's state; for a reviewer (`view`), if it is theirs or open to them."""
        ...

    def whole(self, task_id: str) -> tuple[Task, Content] | None:
        """Return the task's state and its content."""
        ...


class LinkWriter(LinkReader, Protocol):
    """One transaction with links."""

    def locked(self, task_id: str) -> Task | None:
        """Return the task's state and keep others from changing it until this transaction ends."""
        ...

    def add_link(self, link: Link, expired: datetime) -> None:
        """Store a link, and forget some of those that expired by `expired`."""
        ...

    def spend_link(self, token_hash: str, now: datetime) -> bool:
        """Use a link up; False if it is used or has expired, or is not there."""
        ...

    def add_task_session(self, session: TaskSession, expired: datetime) -> None:
        """Store a browser that followed a link, and forget some of those that have expired."""
        ...

    def delete_task_session(self, token_hash: str) -> None:
        """Forget a browser that followed a link."""
        ...


class LinkStore(Protocol):
    """Where links are kept."""

    async def read(self, work: Callable[[LinkReader], T]) -> T:
        """Run `work` on a consistent view, off the event loop."""
        ...

    async def write(self, work: Callable[[LinkWriter], T]) -> T:
        """Run `work` in one transaction, off the event loop; return once it is durable."""
        ...
