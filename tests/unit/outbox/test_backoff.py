from datetime import datetime, timedelta

import pytest

from awaithumans.server.outbox.backoff import (
    MESSAGES,
    VERDICTS,
    WEBHOOKS,
    Schedule,
    next_attempt,
)
from tests.support.made import NOW, TICK

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WAITS = [
    *(MINUTE / 2, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, DAY),
]


def attempts_of(schedule: Schedule) -> list[datetime]:
    """Return when each attempt is made, if every one fails at once."""
    made = [NOW]
    while (following := next_attempt(schedule, NOW, len(made), made[-1], 0.5)) is not None:
        made.append(following)
    return made


def test_the_waits_are_those_of_the_schedule() -> None:
    at = NOW
    for attempts, wait in enumerate(WAITS, 1):
        assert next_attempt(WEBHOOKS, NOW, attempts, at, 0.5) == min(at + wait, NOW + 3 * DAY)
        at += wait


def test_the_last_attempt_is_three_days_after_the_first() -> None:
    made = attempts_of(WEBHOOKS)
    assert (made[-1], len(made)) == (NOW + 3 * DAY, len(WAITS) + 2)


def test_a_channel_that_is_down_for_an_hour_delays_a_message_by_an_hour_and_minutes() -> None:
    made = attempts_of(MESSAGES)
    first_after = next(at for at in made if at >= NOW + HOUR)
    assert first_after - NOW <= HOUR + 5 * MINUTE
    assert made[-1] == NOW + 3 * DAY


def test_a_verdict_is_given_up_within_a_quarter_of_a_minute() -> None:
    made = attempts_of(VERDICTS)
    assert [at - NOW for at in made] == [0 * SECOND, SECOND, 4 * SECOND, 14 * SECOND]


def test_a_verdict_is_given_up_after_its_patience_too() -> None:
    assert next_attempt(VERDICTS, NOW, 2, NOW + 10 * MINUTE, 0.5) is None


@pytest.mark.parametrize(("jitter", "share"), [(0.0, 0.9), (0.25, 0.95), (1.0, 1.1)])
def test_each_wait_is_a_tenth_shorter_or_longer_by_chance(jitter: float, share: float) -> None:
    assert next_attempt(WEBHOOKS, NOW, 2, NOW, jitter) == NOW + MINUTE * share


def test_it_is_given_up_after_three_days_and_not_before() -> None:
    end = NOW + 3 * DAY
    assert next_attempt(WEBHOOKS, NOW, 1, end - TICK, 0.0) == end
    assert next_attempt(WEBHOOKS, NOW, 1, end, 0.0) is None
    assert next_attempt(WEBHOOKS, NOW, 50, end + DAY, 0.0) is None


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        (0.0, 5 * SECOND),
        (4.0, 5 * SECOND),
        (90.0, 90 * SECOND),
        (10**6, HOUR),
        (1e300, HOUR),
        (-1e300, 5 * SECOND),
    ],
)
def test_a_receiver_that_asks_to_be_left_alone_is_up_to_an_hour(
    asked: float, wait: timedelta
) -> None:
    assert next_attempt(MESSAGES, NOW, 1, NOW, 0.5, asked) == NOW + wait


def test_what_a_receiver_asks_does_not_lengthen_the_patience() -> None:
    late = NOW + 3 * DAY - MINUTE
    assert next_attempt(MESSAGES, NOW, 9, late, 0.5, 3600) == NOW + 3 * DAY
