"""Who is in the directory."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Account:
    """A person of the directory."""

    id: str
    created_at: datetime
    updated_at: datetime
    email: str | None = None
    display_name: str | None = None
    password_hash: str | None = None
    is_operator: bool = False
    active: bool = True
    slack_team_id: str | None = None
    slack_user_id: str | None = None
    role: str | None = None
    access_level: str | None = None
    pool: str | None = None
    last_assigned_at: datetime | None = None

    @property
    def operates(self) -> bool:
        """Whether they can run the server."""
        return self.is_operator and self.active


@dataclass(frozen=True, slots=True)
class Filter:
    """Which people a list shows; what is None does not restrict."""

    email: str | None = None
    role: str | None = None
    access_level: str | None = None
    pool: str | None = None
    is_operator: bool | None = None
    active: bool | None = None
    text: str | None = None
    before: str | None = None
    limit: int = 50
