"""Who a caller is, and what that allows."""

from dataclasses import dataclass, field
from typing import Literal

from ..directory.credentials import ApiKey, Link, LinkChannel, Scope, TaskSession
from ..directory.model import Account
from ..tasks.model import Actor, Person

CallerKind = Literal["admin_token", "api_key", "operator", "reviewer", "link"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request, as its credentials say."""

    kind: CallerKind
    user_id: str | None = None
    email: str | None = None
    display_name: str | None = None
    scopes: tuple[Scope, ...] = ()
    key_id: str | None = None
    # Of a browser that followed a link: the only task that it is good for, and where the link was.
    task_id: str | None = None
    channel: LinkChannel | None = None
    # What is kept of the session or key; the admin token has none.
    credential: str | None = field(default=None, compare=False, repr=False)

    @property
    def rights(self) -> frozenset[str]:
        """The words of the contract's `x-access` that are true of this caller."""
        return frozenset((self.kind, *self.scopes))

    @property
    def view(self) -> Person | None:
        """Whose tasks the caller may see; None is everybody's.

        Whoever followed a link sees one task, which is held against `task_id` beforehand.
        """
        return Person(self.email, self.user_id) if self.kind == "reviewer" else None

    def actor(self, named: str | None = None) -> Actor:
        """Return who acts; only the admin token may name somebody else (`named`)."""
        if self.kind == "admin_token":
            return Actor("agent", named, None, "api", named=named is not None)
        if self.kind == "api_key":
            key = (self.key_id or "", self.display_name or "")
            return Actor("agent", None, None, "api", api_key=key)
        if self.kind == "link":
            # Operators too: a link never carries more than the right to answer its task.
            return Actor("reviewer", self.email, self.user_id, self.channel, invited=True)
        return Actor(self.kind, self.email, self.user_id, "dashboard")


def person(account: Account, credential: str | None = None) -> Caller:
    """Return the caller that a person is, with the session that says so."""
    kind: CallerKind = "operator" if account.is_operator else "reviewer"
    return Caller(kind, account.id, account.email, account.display_name, credential=credential)


def service(key: ApiKey) -> Caller:
    """Return the caller that an API key is."""
    return Caller(
        "api_key",
        display_name=key.name,
        scopes=key.scopes,
        key_id=key.id,
        credential=key.token_hash,
    )


def addressee(account: Account | None, held: Link | TaskSession) -> Account | Person | None:
    """Return whom a link was sent to, as they are now; None if it is nobody's any more.

    Args:
        account: The person of the directory with its `user_id`; where it has none, with its
            `email`.
        held: The link, or the browser that followed it.
    """
    if account is None:
        outside = held.user_id is None and held.email is not None
        return Person(held.email) if outside else None
    # Who has another address now does not own the mailbox that it was sent to.
    theirs = held.email in (None, account.email)
    return account if account.active and theirs else None


def guest(session: TaskSession, who: Account | Person) -> Caller:
    """Return the caller that a browser is which followed a link."""
    known = isinstance(who, Account)
    return Caller(
        "link",
        who.id if known else None,
        who.email,
        who.display_name if known else None,
        credential=session.token_hash,
        task_id=session.task_id,
        channel=session.channel,
    )
