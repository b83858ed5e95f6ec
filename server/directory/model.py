"""Who is in the directory, and who is signed in."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Account:
    """A person of the directory."""

    id: str
    email: str | None
    display_name: str | None
    password_hash: str | None
    is_operator: bool
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser; its secret is kept by the browser alone."""

    token_hash: str
    user_id: str
    created_at: datetime
    expires_at: datetime
