"""What people and services get in with: sessions, API keys; and attempts that failed."""

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
