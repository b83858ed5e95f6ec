from datetime import datetime, timedelta, timezone

from awaithumans.server.clock import SystemClock, rfc3339


def test_the_clock_tells_the_time_in_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is timezone.utc
    assert abs(now - datetime.now(timezone.utc)) < timedelta(seconds=1)


def test_a_time_is_written_in_utc_to_the_second() -> None:
    at = datetime(2026, 3, 1, 1, 2, 3, 999_999, timezone(timedelta(hours=2)))
    assert rfc3339(at) == "2026-02-28T23:02:03Z"
