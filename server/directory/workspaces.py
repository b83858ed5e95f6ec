"""Workspaces of Slack that the app is installed in, and where its messages lie."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace, with its bot token as it is kept: sealed."""

    team_id: str
    team_name: str
    bot_user_id: str
    scopes: tuple[str, ...]
    installed_by_email: str | None
    sealed: str = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """A message about a task: whom it was sent to, and where it lies."""

    task_id: str
    target: str
    team_id: str
    channel_id: str
    ts: str
    created_at: datetime
