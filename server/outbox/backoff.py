"""When a delivery that failed is tried again."""

from datetime import datetime, timedelta

_WAITS = (
    *(timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5)),
    *(timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)),
    *(timedelta(hours=4), timedelta(hours=8), timedelta(days=1)),
)
_PATIENCE = timedelta(days=3)
# Of each wait, up or down: what failed together does not come back together.
_SPREAD = 0.1


def next_attempt(since: datetime, attempts: int, now: datetime, jitter: float) -> datetime | None:
    """Return when to try again, or None to give up.

    Args:
        since: When the first attempt was due.
        attempts: How many there were, the one that has just failed included; at least 1.
        now: The time now.
        jitter: From 0 to 1, by chance: a tenth less of the wait, to a tenth more.

    Returns:
        The next time of the schedule; the last one is three days after `since`.
    """
    end = since + _PATIENCE
    if now >= end:
        return None
    wait = _WAITS[min(attempts, len(_WAITS)) - 1]
    return min(now + wait * (1 + _SPREAD * (2 * jitter - 1)), end)
