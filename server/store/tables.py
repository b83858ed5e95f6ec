"""The tables, as the queries see them; `migrations/` makes them.

A task is split in two: `tasks` is its state, small and often written; `task_contents` is what it
shows and asks, written once (docs/decisions/0004).
"""

from datetime import datetime, timedelta, timezone
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.engine import Dialect

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A point in time, kept as microseconds since 1970 (UTC): exact, small, sortable anywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Turn a time into what is stored."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Turn what is stored into a time."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class JsonText(TypeDecorator[Any]):
    """A JSON value, kept as text exactly as it was written."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Turn a value into what is stored."""
        return None if value is None else to_json(value, inf_nan_mode="constants").decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Turn what is stored into a value."""
        return None if value is None else from_json(value)


class Names(JsonText):
    """A tuple of strings, kept as a JSON list."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        """Turn what is stored into a value."""
        return tuple(super().process_result_value(value, dialect) or ())


metadata = MetaData()

tasks = Table(
    "tasks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("task", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("idempotency_key", Text, nullable=False, unique=True),
    Column("fingerprint", Text, nullable=False),
    Column("timeout_seconds", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("timeout_at", Instant, nullable=False),
    Column("redact_payload", Boolean, nullable=False),
    Column("assign_to", JsonText),
    Column("assigned_to_email", Text),
    Column("assigned_to_user_id", Text),
    Column("notify", Names),
    Column("task_metadata", JsonText),
    Column("response", JsonText),
    Column("completed_at", Instant),
    Column("timed_out_at", Instant),
    Column("cancelled_at", Instant),
    Column("completed_by_email", Text),
    Column("completed_by_user_id", Text),
    Column("completed_via_channel", Text),
    Column("verification_attempt", Integer, nullable=False),
)
# Open tasks are few beside all that ever were: these two stay small.
OPEN = text("status NOT IN ('completed', 'timed_out', 'cancelled', 'verification_exhausted')")
Index("ix_tasks_due", tasks.c.timeout_at, sqlite_where=OPEN, postgresql_where=OPEN)
Index("ix_tasks_open", tasks.c.id, sqlite_where=OPEN, postgresql_where=OPEN)
Index("ix_tasks_status", tasks.c.status, tasks.c.id)
ASSIGNED = tasks.c.assigned_to_email.is_not(None)
Index(
    "ix_tasks_email",
    tasks.c.assigned_to_email,
    tasks.c.id,
    sqlite_where=ASSIGNED,
    postgresql_where=ASSIGNED,
)
MEMBER = tasks.c.assigned_to_user_id.is_not(None)
Index(
    "ix_tasks_user",
    tasks.c.assigned_to_user_id,
    tasks.c.id,
    sqlite_where=MEMBER,
    postgresql_where=MEMBER,
)

task_contents = Table(
    "task_contents",
    metadata,
    Column("task_id", Text, ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
    Column("payload", JsonText, nullable=False),
    Column("payload_schema", JsonText, nullable=False),
    Column("response_schema", JsonText, nullable=False),
    Column("form_definition", JsonText),
    Column("initial_response", JsonText),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    # SQLite counts rows itself when the key is a plain INTEGER.
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", Text, nullable=False),
    Column("task_id", Text, ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    Column("from_status", Text),
    Column("to_status", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("actor_type", Text, nullable=False),
    Column("actor_email", Text),
    Column("channel", Text),
    Column("extra_data", JsonText, nullable=False),
    Column("created_at", Instant, nullable=False),
)
Index("ix_audit_entries_task", audit_entries.c.task_id, audit_entries.c.seq)

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("email", Text, unique=True),
    Column("display_name", Text),
    Column("password_hash", Text),
    Column("is_operator", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    # The cookie is a secret; only what it hashes to is kept.
    Column("token_hash", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
Index("ix_sessions_user", sessions.c.user_id)

setup_tokens = Table(
    "setup_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("created_at", Instant, nullable=False),
)
