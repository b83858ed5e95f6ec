"""A clock that stands still until it is moved."""

from datetime import datetime, timedelta, timezone


class ManualClock:
    def __init__(self, at: datetime | None = None) -> None:
        self.at = at or datetime.now(timezone.utc)

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
