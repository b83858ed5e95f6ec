"""What the channel needs from others: a store, the use cases of tasks, links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeVar

from ...directory.model import Account
from ...directory.workspaces import Placed, Workspace
from ...tasks.deliveries import Delivery, DeliveryFilter
from ...tasks.lookup import Full
from ...tasks.model import Actor, Content, Entry, Json, Task

T = TypeVar("T")


class Reader(Protocol):
    """Queries within one consistent view of the database."""

    def whole(self, task_id: str) -> tuple[Task, Content] | None:
        """Return the task's state and its content."""
        ...

    def audit(self, task_id: str) -> list[Entry]:
        """Return the task's history, oldest first."""
        ...

    def account(self, user_id: str) -> Account | None:
        """Return the person with this id."""
        ...

    def account_by_email(self, email: str) -> Account | None:
        """Return the person with this address."""
        ...

    def account_by_slack(
        self, user_id: str, team_ids: Sequence[str], *, anywhere: bool
    ) -> Account | None:
        """Return the person with this identity, of the first of these workspaces that has one.

        With `anywhere`, a person without a workspace counts too, after them.
        """
        ...

    def workspaces(self) -> list[Workspace]:
        """Return the workspaces that the app was installed in from here."""
        ...

    def workspace(self, team_id: str) -> Workspace | None:
        """Return one of them."""
        ...

    def slack_message(self, task_id: str, target: str) -> Placed | None:
        """Return where the message to a target is."""
        ...

    def slack_message_at(self, team_id: str, channel_id: str, ts: str) -> Placed | None:
        """Return what message is at a place."""
        ...

    def deliveries(self, wanted: DeliveryFilter) -> list[Delivery]:
        """Return up to `wanted.limit` deliveries, newest first."""
        ...


class Writer(Reader, Protocol):
    """One transaction."""

    def locked(self, task_id: str) -> Task | None:
        """Return the task's state and keep others from changing it until this ends."""
        ...

    def save_workspace(self, workspace: Workspace) -> None:
        """Store a workspace."""
        ...

    def forget_workspace(self, team_id: str) -> bool:
        """Forget a workspace; False if it is not there."""
        ...

    def keep_slack_message(self, placed: Placed) -> None:
        """Note where a message is."""
        ...


class Store(Protocol):
    """Where all this is kept."""

    async def read(self, work: Callable[[Reader], T]) -> T:
        """Run `work` on a consistent view, off the event loop."""
        ...

    async def write(self, work: Callable[[Writer], T]) -> T:
        """Run `work` in one transaction, off the event loop; return once it is durable."""
        ...


class Tasks(Protocol):
    """What people do with tasks; each call raises a `Refusal` where it can't be done."""

    async def get(self, task_id: str) -> Full:
        """Return a task."""
        ...

    async def open(self, task_id: str, actor: Actor) -> Full:
        """Note that somebody looks at it."""
        ...

    async def claim(self, task_id: str, actor: Actor) -> Full:
        """Give it to whoever asks first."""
        ...

    async def complete(self, task_id: str, response: Json, actor: Actor, wait: float = 0) -> Full:
        """Answer it."""
        ...

    async def say(self, task_id: str, said: str, actor: Actor) -> Full:
        """Answer it in plain words."""
        ...


class Links(Protocol):
    """Whoever makes the links that let a person in without a password."""

    async def make(
        self,
        task_id: str,
        email: str | None,
        user_id: str | None,
        channel: Literal["email", "slack"],
        purpose: Literal["answer", "open"],
    ) -> str:
        """Return the secret of a new link, good once."""
        ...
