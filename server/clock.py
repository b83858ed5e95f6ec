"""What time it is; passed in everywhere, so that tests move a clock instead of sleeping."""

from datetime import datetime, timezone
from typing import Protocol


class Clock(Protocol):
    """Something that tells the time."""

    def now(self) -> datetime:
        """Return the time now, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time now, in UTC."""
        return datetime.now(timezone.utc)


def rfc3339(at: datetime) -> str:
    """Return `at` as people and programs read it: RFC 3339 in UTC, to the second, with `Z`."""
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
