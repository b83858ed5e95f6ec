from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest

from awaithumans.server.verification import failures
from awaithumans.server.verification.ports import Call
from awaithumans.server.verification.prompt import Prompt

CALL = Call("Google", Prompt("s", "u", {}), "gemini-9", "secret-key", "GEMINI_API_KEY", 20.0)


def after(headers: dict[str, str], body: object = None) -> float | None:
    return failures.of_status(CALL, 429, "x", headers, body).retry_after


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "17"}, 17.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "99999999"}, 86_400.0),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "3x"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "Mon, 01 Jan 2001 00:00:00 GMT"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
    ],
)
def test_when_to_come_back_is_read_from_the_headers(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert after(headers) == seconds


def test_when_to_come_back_may_be_a_date() -> None:
    soon = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=60), usegmt=True)
    assert 50 < (after({"retry-after": soon}) or 0) <= 60


@pytest.mark.parametrize(
    ("details", "seconds"),
    [
        ([{"@type": "x"}, {"@type": "RetryInfo", "retryDelay": "17.5s"}], 17.5),
        ([{"retryDelay": "soon"}, "x"], None),
        ("x", None),
    ],
)
def test_google_says_it_in_the_body(details: object, seconds: float | None) -> None:
    assert after({}, {"error": {"details": details}}) == seconds
    assert after({}, {"error": "x"}) is None


@pytest.mark.parametrize("code", ["You sent: secret", "a" * 61, "", 5, None, "x-y", "a\nb"])
def test_only_a_short_word_of_the_vendor_is_repeated(code: Any) -> None:
    failure = failures.of_status(CALL, 500, code)
    assert failure.reason == "Google has a fault of its own (500)."


def test_a_failure_says_what_the_operator_has_to_look_at() -> None:
    failure = failures.of_status(CALL, 401, "UNAUTHENTICATED")
    assert failure.reason == (
        "Google does not accept the key in GEMINI_API_KEY (401, UNAUTHENTICATED). "
        "An operator of this server has to look at it."
    )
    assert "secret-key" not in repr(CALL)


def test_no_credit_is_said() -> None:
    assert "nothing left to spend" in failures.of_status(CALL, 402).reason


def test_google_says_of_a_wrong_key_that_an_argument_is_invalid() -> None:
    body = {"error": {"details": [{"reason": "API_KEY_INVALID", "domain": "googleapis.com"}]}}
    failure = failures.of_status(CALL, 400, "INVALID_ARGUMENT", {}, body)
    assert "does not accept the key in GEMINI_API_KEY (400, API_KEY_INVALID)" in failure.reason


@pytest.mark.parametrize("code", ["content_filter", "invalid_prompt"])
def test_a_prompt_that_was_filtered_is_declined(code: str) -> None:
    failure = failures.of_status(CALL, 400, code)
    assert failure.reason == "Google's model declined to look at this answer."
    assert failure.permanent


def test_a_prompt_that_is_too_long_is_said_to_be() -> None:
    failure = failures.of_status(CALL, 400, "context_length_exceeded")
    assert "longer than Google's model reads" in failure.reason
