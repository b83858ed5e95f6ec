"""Channels and verifiers: links, senders, workspaces, messages that were sent, and verdicts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Take this step."""
    op.add_column("tasks", sa.Column("verifier", sa.Text))
    op.add_column(
        "tasks", sa.Column("max_attempts", sa.Integer, nullable=False, server_default="0")
    )
    op.add_column("tasks", sa.Column("verdict", sa.Text))
    op.add_column("task_contents", sa.Column("verifier_config", sa.Text))
    op.create_table(
        "links",
        sa.Column("token_hash", sa.Text, primary_key=True),
        _task(),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("user_id", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_index("ix_links_task", "links", ["task_id"])
    op.create_index("ix_links_expires", "links", ["expires_at"])
    op.create_table(
        "task_sessions",
        sa.Column("token_hash", sa.Text, primary_key=True),
        _task(),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("user_id", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_task_sessions_task", "task_sessions", ["task_id"])
    op.create_index("ix_task_sessions_expires", "task_sessions", ["expires_at"])
    op.create_table(
        "email_identities",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("transport", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "slack_installations",
        sa.Column("team_id", sa.Text, primary_key=True),
        sa.Column("team_name", sa.Text, nullable=False),
        sa.Column("bot_user_id", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("installed_by_email", sa.Text),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "slack_messages",
        _task(primary_key=True),
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("team_id", sa.Text, nullable=False),
        sa.Column("channel_id", sa.Text, nullable=False),
        sa.Column("ts", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_slack_messages_place", "slack_messages", ["channel_id", "ts"])


def _task(*, primary_key: bool = False) -> "sa.Column[str]":
    return sa.Column(
        "task_id",
        sa.Text,
        sa.ForeignKey("tasks.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )
