"""An index of answers by when they came: what the statistics read."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Take this step."""
    answered = sa.text("completed_at IS NOT NULL")
    op.create_index(
        "ix_tasks_completed",
        "tasks",
        ["completed_at", "completed_via_channel", "created_at"],
        sqlite_where=answered,
        postgresql_where=answered,
    )
