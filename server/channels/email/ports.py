"""What the channel needs of others: a way to send mails, a store, tasks, and links to them."""

from collections.abc import Callable
from typing import Literal, Protocol, TypeVar

from ...directory.model import Account
from ...directory.senders import StoredSender
from ...tasks.deliveries import NotTaken, Outcome, Why
from ...tasks.lookup import Full
from ...tasks.model import Actor
from .mail import Mail

T = TypeVar("T")


class Transport(Protocol):
    """A way to send mails."""

    async def send(self, mail: Mail, delivery_id: str) -> Outcome:
        """Try once; whatever goes wrong is an outcome.

        Args:
            mail: What is sent; with each attempt of a delivery the same but for its links.
            delivery_id: Which delivery it is, so that no attempt is taken for another mail.
        """
        ...


class Reader(Protocol):
    """Queries within one consistent view of the database."""

    def senders(self) -> list[StoredSender]:
        """Return every sender, by name."""
        ...

    def sender(self, sender_id: str) -> StoredSender | None:
        """Return the sender with this id."""
        ...

    def sender_named(self, name: str) -> StoredSender | None:
        """Return the sender with this name."""
        ...

    def account_by_email(self, email: str) -> Account | None:
        """Return the person of the directory with this address."""
        ...

    def came_by(self, task_id: str, mail: str, said: str, email: str | None) -> bool:
        """Whether a mail with this id brought these words of this person to the task."""
        ...

    def replies_not_taken(self, task_id: str) -> list[NotTaken]:
        """Return the replies to a task of which somebody is told that they were not taken."""
        ...


class Writer(Reader, Protocol):
    """One transaction."""

    def add_sender(self, sender: StoredSender) -> bool:
        """Store a sender; False, and nothing stored, if its name is taken."""
        ...

    def delete_sender(self, sender_id: str) -> bool:
        """Remove a sender; False if it is not there."""
        ...


class Store(Protocol):
    """Where senders and people are kept."""

    async def read(self, work: Callable[[Reader], T]) -> T:
        """Run `work` on a consistent view, off the event loop."""
        ...

    async def write(self, work: Callable[[Writer], T]) -> T:
        """Run `work` in one transaction, off the event loop; return once it is durable."""
        ...


class Asked(Protocol):
    """The tasks that mails ask about."""

    async def get(self, task_id: str) -> Full:
        """Return one task; TaskNotFound if there is none."""
        ...


class Answered(Protocol):
    """The tasks that mails answer."""

    async def say(self, task_id: str, said: str, actor: Actor, mail: str | None = None) -> Full:
        """Submit an answer in plain words that came by `mail`; a Refusal says why it is none.

        What came before by the same mail changes nothing.
        """
        ...

    async def not_taken(self, task_id: str, email: str, why: Why, mail: str, said: str) -> bool:
        """Have a person told that their reply was not taken, once for each mail."""
        ...


class Links(Protocol):
    """Whoever makes links that let their reader answer one task."""

    async def make(
        self,
        task_id: str,
        email: str | None,
        user_id: str | None,
        channel: Literal["email", "slack"],
        purpose: Literal["answer", "open"],
    ) -> str:
        """Make a link; return its secret, which is not kept."""
        ...
