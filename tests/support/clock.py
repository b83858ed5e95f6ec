"""Clocks to move: one stands still, the other goes on by itself."""

import time
from datetime import datetime, timedelta, timezone


class ManualClock:
    def __init__(self, at: datetime | None = None) -> None:
        self.at = at or datetime.now(timezone.utc)

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class RunningClock(ManualClock):
    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self._began)
