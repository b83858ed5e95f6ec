"""What people and services get in with: sessions, links, API keys; and attempts that failed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Scope = Literal[
    "tasks:create",
    "tasks:read",
    "tasks:cancel",
    "tasks:complete",
    "metrics:read",
    "email:receive",
    "admin",
]
# Where a message with a link goes, and what the link is good for.
LinkChannel = Literal["email", "slack"]
Purpose = Literal["answer", "open"]

LIFETIME = timedelta(days=7)
IDLE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser; its secret is kept by the browser alone."""

    token_hash: str
    user_id: str
    created_at: datetime
    last_seen_at: datetime

    def alive(self, now: datetime) -> bool:
        """Whether it still lets somebody in: not too old, and not left alone for too long."""
        return now < self.created_at + LIFETIME and now < self.last_seen_at + IDLE


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a message; its secret is in the message alone.

    It is good once, for one task and for whom the message went to. `answer` leads to a page that
    takes one of the task's answers, `open` to the task in the dashboard.
    """

    token_hash: str
    task_id: str
    purpose: Purpose
    channel: LinkChannel
    email: str | None
    user_id: str | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None

    def alive(self, now: datetime) -> bool:
        """Whether it can still be used."""
        return self.used_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class TaskSession:
    """A browser that followed a link: good for one task; its secret is kept by the browser."""

    token_hash: str
    task_id: str
    channel: LinkChannel
    email: str | None
    user_id: str | None
    created_at: datetime
    expires_at: datetime

    def alive(self, now: datetime) -> bool:
        """Whether it still lets somebody in."""
        return now < self.expires_at


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A credential of an agent or a service; the key itself is kept by its owner alone."""

    id: str
    name: str
    hint: str
    token_hash: str
    scopes: tuple[Scope, ...]
    created_by_email: str | None
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None

    def alive(self, now: datetime) -> bool:
        """Whether it is still good."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True)
class Failures:
    """The failed attempts to sign in that count together."""

    count: int
    oldest: datetime
