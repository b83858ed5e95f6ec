"""The first schema: tasks with their content and history, people, sessions, setup."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_OPEN = sa.text("status NOT IN ('completed', 'timed_out', 'cancelled', 'verification_exhausted')")


def upgrade() -> None:
    """Take this step."""
    _tasks()
    _history()
    _people()


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("idempotency_key", sa.Text, nullable=False, unique=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("timeout_seconds", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("timeout_at", sa.BigInteger, nullable=False),
        sa.Column("redact_payload", sa.Boolean, nullable=False),
        sa.Column("assign_to", sa.Text),
        sa.Column("assigned_to_email", sa.Text),
        sa.Column("assigned_to_user_id", sa.Text),
        sa.Column("notify", sa.Text),
        sa.Column("task_metadata", sa.Text),
        sa.Column("response", sa.Text),
        sa.Column("completed_at", sa.BigInteger),
        sa.Column("timed_out_at", sa.BigInteger),
        sa.Column("cancelled_at", sa.BigInteger),
        sa.Column("completed_by_email", sa.Text),
        sa.Column("completed_by_user_id", sa.Text),
        sa.Column("completed_via_channel", sa.Text),
        sa.Column("verification_attempt", sa.Integer, nullable=False),
    )
    _index("ix_tasks_due", "tasks", ["timeout_at"], _OPEN)
    _index("ix_tasks_open", "tasks", ["id"], _OPEN)
    _index("ix_tasks_status", "tasks", ["status", "id"])
    for name, column in (("email", "assigned_to_email"), ("user", "assigned_to_user_id")):
        _index(f"ix_tasks_{name}", "tasks", [column, "id"], sa.text(f"{column} IS NOT NULL"))
    op.create_table(
        "task_contents",
        sa.Column(
            "task_id", sa.Text, sa.ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("payload_schema", sa.Text, nullable=False),
        sa.Column("response_schema", sa.Text, nullable=False),
        sa.Column("form_definition", sa.Text),
        sa.Column("initial_response", sa.Text),
    )


def _history() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column(
            "task_id", sa.Text, sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("from_status", sa.Text),
        sa.Column("to_status", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("actor_type", sa.Text, nullable=False),
        sa.Column("actor_email", sa.Text),
        sa.Column("channel", sa.Text),
        sa.Column("extra_data", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    _index("ix_audit_entries_task", "audit_entries", ["task_id", "seq"])


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("email", sa.Text, unique=True),
        sa.Column("display_name", sa.Text),
        sa.Column("password_hash", sa.Text),
        sa.Column("is_operator", sa.Boolean, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column(
            "user_id", sa.Text, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    _index("ix_sessions_user", "sessions", ["user_id"])
    op.create_table(
        "setup_tokens",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )


def _index(name: str, table: str, columns: list[str], where: sa.TextClause | None = None) -> None:
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
