"""When to try again, and when to stop: pauses that grow, and the deadline on local clocks."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
# After the deadline, as long as one poll may take: the verdict may still be on its way.
GRACE_SECONDS = 30.0


@dataclass(frozen=True)
class Pace:
    """What waiting takes from the world, so that tests can bring their own.

    Attributes:
        wall: Seconds on a clock that goes on while the machine sleeps.
        elapsed: Seconds on a clock that nobody sets.
        jitter: A random number from 0 to 1.
        sleep: Block for so many seconds.
        asleep: Wait for so many seconds in the event loop.
    """

    wall: Callable[[], float] = time.time
    elapsed: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random
    sleep: Callable[[float], None] = time.sleep
    asleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Backoff:
    """Pauses that grow from 0.1 s to 5 s, each drawn anew from zero to its bound."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._failures = 0

    def reset(self) -> None:
        """Start small again."""
        self._failures = 0

    def pause(self, at_least: float = 0.0, at_most: float = LONGEST_PAUSE_SECONDS) -> float:
        """Return the next pause, in seconds: ``at_least``, and a random part of the bound."""
        bound = min(at_most, FIRST_PAUSE_SECONDS * 2 ** min(self._failures, 10))
        self._failures += 1
        return at_least + self._pace.jitter() * bound


class Deadline:
    """The task's deadline on the local clocks, whatever those show.

    What remains is taken from the server's ``timeout_at`` and ``Date``, so a wrong local clock does
    not matter, and is then kept on the wall clock, so that a machine's sleep counts. How long it
    has been over is kept on the other clock, so that a machine that wakes up late still has time
    to ask.
    """

    def __init__(self, timeout_at: datetime, pace: Pace) -> None:
        self._timeout_at = timeout_at
        self._pace = pace
        self._local = timeout_at.timestamp()
        self._over_since: float | None = None

    def heard(self, headers: Mapping[str, str]) -> None:
        """Set the local deadline by the server's clock."""
        now = _date(headers)
        if now is not None:
            self._local = self._pace.wall() + (self._timeout_at - now).total_seconds()

    def long_over(self) -> bool:
        """Say whether the grace after the deadline is used up; ask after every attempt."""
        if self._pace.wall() < self._local:
            self._over_since = None
            return False
        if self._over_since is None:
            self._over_since = self._pace.elapsed()
        return self._pace.elapsed() - self._over_since >= GRACE_SECONDS


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        found = parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):  # the first is Python 3.10's
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)
