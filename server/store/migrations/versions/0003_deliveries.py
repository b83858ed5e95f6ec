"""What settled tasks owe to their callback URLs, and every attempt to deliver it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Take this step."""
    op.add_column("tasks", sa.Column("callback_url", sa.Text))
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column(
            "task_id", sa.Text, sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("last_status_code", sa.Integer),
        sa.Column("last_error", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("delivered_at", sa.BigInteger),
    )
    op.create_index("ix_deliveries_task", "deliveries", ["task_id", "id"])
    _index("ix_deliveries_due", "next_attempt_at", "status = 'pending'")
    _index("ix_deliveries_abandoned", "id", "status = 'abandoned'")
    op.create_table(
        "delivery_attempts",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column(
            "delivery_id",
            sa.Text,
            sa.ForeignKey("deliveries.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("attempted_at", sa.BigInteger, nullable=False),
        sa.Column("status_code", sa.Integer),
        sa.Column("error", sa.Text),
        sa.Column("duration_ms", sa.Integer, nullable=False),
        sa.Column("answer", sa.Text),
    )
    op.create_index("ix_delivery_attempts", "delivery_attempts", ["delivery_id", "seq"])


def _index(name: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        name, "deliveries", [column], sqlite_where=condition, postgresql_where=condition
    )
