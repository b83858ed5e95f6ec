import pytest

from awaithumans.server.channels.slack.verifying import Verifier
from tests.support.clock import ManualClock
from tests.support.made import NOW
from tests.support.slack_requests import SECRET, form, message_event, signed

BODY = form(message_event("yes, naïve <&> ok"))


def check(body: bytes, headers: dict[str, str], later: float = 0) -> bool:
    clock = ManualClock(NOW)
    clock.advance(later)
    return Verifier(SECRET, clock).is_from_slack(body, headers)


@pytest.mark.parametrize("later", [0, 299, -299])
def test_what_slack_signed_lately_comes_from_slack(later: float) -> None:
    assert check(BODY, signed(BODY, SECRET, NOW), later)


def test_the_names_of_headers_are_read_in_any_case() -> None:
    headers = {name.lower(): value for name, value in signed(BODY, SECRET, NOW).items()}

    assert check(BODY, headers)


@pytest.mark.parametrize("later", [301, -301, 86_400])
def test_what_was_signed_more_than_five_minutes_away_does_not(later: float) -> None:
    assert not check(BODY, signed(BODY, SECRET, NOW), later)


def test_another_body_or_secret_or_time_does_not() -> None:
    headers = signed(BODY, SECRET, NOW)

    assert not check(BODY + b" ", headers)
    assert not check(BODY, signed(BODY, "another", NOW))
    assert not check(BODY, {**headers, "X-Slack-Request-Timestamp": "1772366401"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "1772366400"},
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "9" * 400, "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "9" * 5_000, "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "1772366400", "X-Slack-Signature": "é"},
        {"X-Slack-Request-Timestamp": "", "X-Slack-Signature": ""},
    ],
)
def test_malformed_headers_do_not(headers: dict[str, str]) -> None:
    assert not check(BODY, headers)


def test_a_body_that_is_no_text_does_not() -> None:
    assert not check(b"\xff\xfe", signed(b"\xff\xfe", SECRET, NOW))
