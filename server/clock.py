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


def from_rfc3339(text: str) -> datetime:
    """Return the time that `text` says, to the microsecond.

    Raises:
        ValueError: It says none, or none with an offset from UTC.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without an offset from UTC")
    return at.astimezone(timezone.utc)
