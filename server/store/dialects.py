"""What the databases write differently."""

from typing import Literal

from sqlalchemy.dialects import postgresql, sqlite

UPSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
Shared = Literal["turns", "directory"]


class Serial:
    """Decisions that must be made one after the other."""

    def _alone(self, with_what: Shared) -> None:
        """Keep other transactions from the same until this one ends; SQLite has one at a time."""
