from datetime import timedelta

import pytest

from awaithumans.server.outbox.backoff import next_attempt
from tests.support.made import NOW, TICK

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WAITS = [
    *(MINUTE / 2, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, DAY),
]


def test_the_waits_are_those_of_the_schedule() -> None:
    at = NOW
    for attempts, wait in enumerate(WAITS, 1):
        assert next_attempt(NOW, attempts, at, 0.5) == min(at + wait, NOW + 3 * DAY)
        at += wait


def test_the_last_attempt_is_three_days_after_the_first() -> None:
    at, attempts = NOW, 0
    while True:
        attempts += 1
        following = next_attempt(NOW, attempts, at, 0.5)
        if following is None:
            break
        at = following
    assert (at, attempts) == (NOW + 3 * DAY, len(WAITS) + 2)


@pytest.mark.parametrize(("jitter", "share"), [(0.0, 0.9), (0.25, 0.95), (1.0, 1.1)])
def test_each_wait_is_a_tenth_shorter_or_longer_by_chance(jitter: float, share: float) -> None:
    assert next_attempt(NOW, 2, NOW, jitter) == NOW + MINUTE * share


def test_it_is_given_up_after_three_days_and_not_before() -> None:
    end = NOW + 3 * DAY
    assert next_attempt(NOW, 1, end - TICK, 0.0) == end
    assert next_attempt(NOW, 1, end, 0.0) is None
    assert next_attempt(NOW, 50, end + DAY, 0.0) is None
