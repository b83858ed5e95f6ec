"""The tables, as the queries see them; `migrations/` makes them.

A task is split in two: `tasks` is its state, small and often written; `task_contents` is what it
shows and asks, written once (docs/decisions/0004).
"""

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
    text,
)

from .columns import Instant, JsonText, Names

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
    Column("open_to", Text, nullable=False, server_default="nobody"),
    Column("callback_url", Text),
    Column("verifier", Text),
    Column("max_attempts", Integer, nullable=False, server_default="0"),
    Column("verdict", JsonText),
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
# A person's open tasks, and those of an address that is nobody's of the directory.
OF_SOMEBODY = text(
    "status NOT IN ('completed', 'timed_out', 'cancelled', 'verification_exhausted') "
    "AND assigned_to_user_id IS NOT NULL"
)
Index(
    "ix_tasks_user_open",
    tasks.c.assigned_to_user_id,
    tasks.c.id,
    sqlite_where=OF_SOMEBODY,
    postgresql_where=OF_SOMEBODY,
)
OF_AN_ADDRESS = text("assigned_to_email IS NOT NULL AND assigned_to_user_id IS NULL")
Index(
    "ix_tasks_address",
    tasks.c.assigned_to_email,
    tasks.c.id,
    sqlite_where=OF_AN_ADDRESS,
    postgresql_where=OF_AN_ADDRESS,
)
# What reviewers may take, and what they answered: small beside the rest.
FOR_ANYBODY = text(
    "status NOT IN ('completed', 'timed_out', 'cancelled', 'verification_exhausted') "
    "AND open_to = 'anybody' AND assigned_to_email IS NULL AND assigned_to_user_id IS NULL"
)
Index("ix_tasks_for_anybody", tasks.c.id, sqlite_where=FOR_ANYBODY, postgresql_where=FOR_ANYBODY)
ANSWERED = tasks.c.completed_by_user_id.is_not(None)
Index(
    "ix_tasks_answered",
    tasks.c.completed_by_user_id,
    tasks.c.id,
    sqlite_where=ANSWERED,
    postgresql_where=ANSWERED,
)

# Answers by when they came, with all that the statistics read of them.
COMPLETED = tasks.c.completed_at.is_not(None)
Index(
    "ix_tasks_completed",
    tasks.c.completed_at,
    tasks.c.completed_via_channel,
    tasks.c.created_at,
    sqlite_where=COMPLETED,
    postgresql_where=COMPLETED,
)

# To whom a task is open, when it is open to some.
task_invitations = Table(
    "task_invitations",
    metadata,
    Column("task_id", Text, ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
    Column("email", Text, primary_key=True),
    # Those of settled tasks say who comes second; lists need only the others, which stay few.
    Column("settled_at", Instant),
    sqlite_with_rowid=False,
)
STANDING = task_invitations.c.settled_at.is_(None)
Index(
    "ix_task_invitations_standing",
    task_invitations.c.email,
    task_invitations.c.task_id,
    sqlite_where=STANDING,
    postgresql_where=STANDING,
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
    Column("verifier_config", JsonText),
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

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("task_id", Text, ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    Column("target", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    Column("next_attempt_at", Instant),
    Column("lease_until", Instant),
    Column("last_status_code", Integer),
    Column("last_error", Text),
    Column("created_at", Instant, nullable=False),
    Column("delivered_at", Instant),
)
Index("ix_deliveries_task", deliveries.c.task_id, deliveries.c.id)
# What is left to do, and what was given up, is little beside all that was ever delivered.
PENDING = text("status = 'pending'")
Index(
    "ix_deliveries_due",
    deliveries.c.next_attempt_at,
    sqlite_where=PENDING,
    postgresql_where=PENDING,
)
ABANDONED = text("status = 'abandoned'")
Index(
    "ix_deliveries_abandoned",
    deliveries.c.id,
    sqlite_where=ABANDONED,
    postgresql_where=ABANDONED,
)

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("delivery_id", Text, ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False),
    Column("attempted_at", Instant, nullable=False),
    Column("status_code", Integer),
    Column("error", Text),
    Column("duration_ms", Integer, nullable=False),
    Column("answer", Text),
)
Index("ix_delivery_attempts", delivery_attempts.c.delivery_id, delivery_attempts.c.seq)

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
    Column("updated_at", Instant, nullable=False, server_default="0"),
    Column("slack_team_id", Text),
    Column("slack_user_id", Text),
    Column("role", Text),
    Column("access_level", Text),
    Column("pool", Text),
    Column("last_assigned_at", Instant),
)
Index("ix_users_slack", users.c.slack_team_id, users.c.slack_user_id, unique=True)
# Where there is one workspace only, nobody needs to name it.
NO_TEAM = users.c.slack_team_id.is_(None)
Index(
    "ix_users_slack_user",
    users.c.slack_user_id,
    unique=True,
    sqlite_where=NO_TEAM,
    postgresql_where=NO_TEAM,
)
# Routing goes through the people of a pool, longest without a task first, and takes the first.
Index("ix_users_waiting", users.c.last_assigned_at, users.c.id)
Index("ix_users_pool", users.c.pool, users.c.last_assigned_at, users.c.id)

sessions = Table(
    "sessions",
    metadata,
    # The cookie is a secret; only what it hashes to is kept. So with the others below.
    Column("token_hash", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False, server_default="0"),
)
Index("ix_sessions_user", sessions.c.user_id)
Index("ix_sessions_created", sessions.c.created_at)

devices = Table(
    "devices",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("used_at", Instant, nullable=False),
)
Index("ix_devices_user", devices.c.user_id, devices.c.used_at)

failed_sign_ins = Table(
    "failed_sign_ins",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("bucket", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
Index("ix_failed_sign_ins_bucket", failed_sign_ins.c.bucket, failed_sign_ins.c.at)
Index("ix_failed_sign_ins_at", failed_sign_ins.c.at)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("scopes", Names, nullable=False),
    Column("created_by_email", Text),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("last_used_at", Instant),
)

setup_tokens = Table(
    "setup_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("created_at", Instant, nullable=False),
)
