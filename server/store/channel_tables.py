"""The tables of email, Slack and the links in messages."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from .columns import Instant, Names
from .tables import metadata

# A link is a secret; only what it hashes to is kept. `answer` or `open` says what it is good for.
links = Table(
    "links",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("task_id", Text, ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("email", Text),
    Column("user_id", Text),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)
Index("ix_links_task", links.c.task_id)
Index("ix_links_expires", links.c.expires_at)

# A browser that followed a link: it may answer one task, and nothing else.
task_sessions = Table(
    "task_sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("task_id", Text, ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("email", Text),
    Column("user_id", Text),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
Index("ix_task_sessions_task", task_sessions.c.task_id)
Index("ix_task_sessions_expires", task_sessions.c.expires_at)

# `sealed` holds what must be secret, encrypted (`server/sealing.py`). So with the next one.
email_identities = Table(
    "email_identities",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("sender", Text, nullable=False),
    Column("transport", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

slack_installations = Table(
    "slack_installations",
    metadata,
    Column("team_id", Text, primary_key=True),
    Column("team_name", Text, nullable=False),
    Column("bot_user_id", Text, nullable=False),
    Column("scopes", Names, nullable=False),
    Column("installed_by_email", Text),
    Column("sealed", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

# Where a target's message is, so that it can be written again.
slack_messages = Table(
    "slack_messages",
    metadata,
    Column("task_id", Text, ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
    Column("target", Text, primary_key=True),
    Column("team_id", Text, nullable=False),
    Column("channel_id", Text, nullable=False),
    Column("ts", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)
Index("ix_slack_messages_place", slack_messages.c.channel_id, slack_messages.c.ts)
