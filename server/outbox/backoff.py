"""When a delivery that failed is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Of each wait, up or down: what failed together does not come back together.
_SPREAD = 0.1
# In seconds, of what a receiver asks for.
_MOST_ASKED = 3600.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """After which waits to try again, the last one over and over, and for how long in all.

    `most` is how many attempts there are at most, if that is limited.
    """

    waits: tuple[timedelta, ...]
    patience: timedelta
    most: int | None = None


_THREE_DAYS = timedelta(days=3)
WEBHOOKS = Schedule(
    (
        *(timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5)),
        *(timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)),
        *(timedelta(hours=4), timedelta(hours=8), timedelta(days=1)),
    ),
    _THREE_DAYS,
)
# People wait for these: what is down for an hour delays them by an hour and some minutes.
MESSAGES = Schedule(
    (
        *(timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=30)),
        *(timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5)),
    ),
    _THREE_DAYS,
)
# Somebody has just answered, and waits for the verdict.
VERDICTS = Schedule(
    (timedelta(seconds=1), timedelta(seconds=3), timedelta(seconds=10)),
    timedelta(minutes=10),
    most=4,
)


def next_attempt(
    schedule: Schedule,
    since: datetime,
    attempts: int,
    now: datetime,
    jitter: float,
    asked: float | None = None,
) -> datetime | None:
    """Return when to try again, or None to give up.

    Args:
        schedule: After which waits.
        since: When the first attempt was due.
        attempts: How many there were, the one that has just failed included; at least 1.
        now: The time now.
        jitter: From 0 to 1, by chance: a tenth less of the wait, to a tenth more.
        asked: For how many seconds the receiver asked to be left alone; an hour at most is granted.

    Returns:
        The next time of the schedule; the last one is at the end of its patience.
    """
    end = since + schedule.patience
    if now >= end or attempts == schedule.most:
        return None
    waits = schedule.waits
    wait = waits[min(attempts, len(waits)) - 1] * (1 + _SPREAD * (2 * jitter - 1))
    if asked is not None:
        wait = max(wait, granted(asked))
    return min(now + wait, end)


def granted(asked: float) -> timedelta:
    """Return for how long a receiver is left alone that asks for so many seconds."""
    return timedelta(seconds=max(0.0, min(_MOST_ASKED, asked)))
