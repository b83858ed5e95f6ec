"""People: directory fields, whom a task is open to, API keys, known browsers, failed sign-ins."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_AT_ONCE = 1000
_OPEN = "status NOT IN ('completed', 'timed_out', 'cancelled', 'verification_exhausted')"
_STANDING = "settled_at IS NULL"
_FOR_ANYBODY = "open_to = 'anybody' AND assigned_to_email IS NULL AND assigned_to_user_id IS NULL"


def upgrade() -> None:
    """Take this step."""
    _users()
    _signing_in()
    _openings()
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hint", sa.Text, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False, unique=True),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_by_email", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("last_used_at", sa.BigInteger),
    )


def _users() -> None:
    for name in ("slack_team_id", "slack_user_id", "role", "access_level", "pool"):
        op.add_column("users", sa.Column(name, sa.Text))
    op.add_column("users", sa.Column("last_assigned_at", sa.BigInteger))
    _add_filled("users", "updated_at", sa.BigInteger(), "0")
    op.execute("UPDATE users SET updated_at = created_at")
    op.create_index("ix_users_slack", "users", ["slack_team_id", "slack_user_id"], unique=True)
    _index("ix_users_slack_user", "users", ["slack_user_id"], "slack_team_id IS NULL", unique=True)
    op.create_index("ix_users_waiting", "users", ["last_assigned_at", "id"])
    op.create_index("ix_users_pool", "users", ["pool", "last_assigned_at", "id"])


def _signing_in() -> None:
    _add_filled("sessions", "last_seen_at", sa.BigInteger(), "0")
    op.execute("UPDATE sessions SET last_seen_at = created_at")
    op.drop_column("sessions", "expires_at")
    op.create_index("ix_sessions_created", "sessions", ["created_at"])
    op.create_table(
        "devices",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column(
            "user_id", sa.Text, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("used_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_devices_user", "devices", ["user_id", "used_at"])
    op.create_table(
        "failed_sign_ins",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("bucket", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_failed_sign_ins_bucket", "failed_sign_ins", ["bucket", "at"])
    op.create_index("ix_failed_sign_ins_at", "failed_sign_ins", ["at"])


def _openings() -> None:
    """Say of each task whom it is open to, and to which addresses if to some."""
    _add_filled("tasks", "open_to", sa.Text(), "nobody")
    op.create_table(
        "task_invitations",
        sa.Column(
            "task_id", sa.Text, sa.ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("email", sa.Text, primary_key=True),
        sa.Column("settled_at", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    # Nobody in particular was asked for; of those, some have been claimed since.
    op.execute("UPDATE tasks SET open_to = 'anybody' WHERE assign_to IS NULL")
    _invite()
    _index("ix_task_invitations_standing", "task_invitations", ["email", "task_id"], _STANDING)
    _index("ix_tasks_for_anybody", "tasks", ["id"], f"{_OPEN} AND {_FOR_ANYBODY}")
    _index(
        "ix_tasks_user_open",
        "tasks",
        ["assigned_to_user_id", "id"],
        f"{_OPEN} AND assigned_to_user_id IS NOT NULL",
    )
    _index(
        "ix_tasks_address",
        "tasks",
        ["assigned_to_email", "id"],
        "assigned_to_email IS NOT NULL AND assigned_to_user_id IS NULL",
    )
    _index(
        "ix_tasks_answered",
        "tasks",
        ["completed_by_user_id", "id"],
        "completed_by_user_id IS NOT NULL",
    )


def _invite() -> None:
    """Read the addresses out of `assign_to`, which was a text that no query could look into."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT id, assign_to FROM tasks WHERE assign_to LIKE '%\"emails\"%'")
    )
    for some in rows.partitions(_AT_ONCE):
        invited = [
            {"task_id": task_id, "email": email}
            for task_id, assign_to in some
            for email in _addresses(json.loads(assign_to))
        ]
        if not invited:
            continue
        connection.execute(
            sa.text("INSERT INTO task_invitations (task_id, email) VALUES (:task_id, :email)"),
            invited,
        )
    op.execute(
        "UPDATE tasks SET open_to = 'invited' WHERE id IN (SELECT task_id FROM task_invitations)"
    )
    op.execute(
        "UPDATE task_invitations SET settled_at = "
        "(SELECT updated_at FROM tasks WHERE id = task_id AND status IN "
        "('completed', 'timed_out', 'cancelled', 'verification_exhausted'))"
    )


def _addresses(assign_to: dict[str, Any]) -> list[str]:
    """Return the addresses that a task was open to: one address was an assignment."""
    emails: list[str] = assign_to.get("emails") or []
    if assign_to.get("email") is not None:
        return []
    distinct = list(dict.fromkeys(email.strip().lower() for email in emails))
    return distinct if len(distinct) > 1 else []


def _add_filled(table: str, name: str, kind: sa.types.TypeEngine[Any], default: str) -> None:
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
