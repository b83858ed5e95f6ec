import pytest

from awaithumans.server.auth.callers import KEY_PREFIX
from awaithumans.server.auth.tokens import new_token
from awaithumans.server.observing.scrubbing import Scrubber

# As the server makes them; always the same, so that two processes can share the tests.
_KEY = KEY_PREFIX + "0aB-" * 10 + "_cD"
_TOKEN = "X9" + "_zY-7" * 8 + "q"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"the key {_KEY} was refused", _KEY),
        (f"GET /setup?token={_TOKEN}&x=1", _TOKEN),
        (f"a session {_TOKEN}.", _TOKEN),
        ("Authorization: Bearer abcdefgh.12345", "abcdefgh"),
        ("{'authorization': 'Basic dXNlcjpwYXNz'}", "dXNlcjpwYXNz"),
        ("sent bearer 0123456789abcdef", "0123456789abcdef"),
        ("Cookie: a=b; __Host-awaithumans_session=short", "short"),
        ("('cookie', 'awaithumans_session=short')", "short"),
        ("awaithumans_device=short; Path=/", "short"),
        ('{"password": "correct horse battery"}', "horse"),
        ("password=hunter2&email=x", "hunter2"),
        ("'token': 'a b c'", "a b c"),
        ("could not connect to postgresql://sue:p%40ss/w@rd@db/x", "p%40ss"),
        ("could not connect to postgresql://sue:p%40ss/w@rd@db/x", "rd@"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ"),
        ("xoxb-1234567890-abcdef", "1234567890"),
        ("sk-ant-api03-abcdefgh", "api03"),
        ("as it is: the-known-secret!", "the-known-secret!"),
    ],
)
def test_what_lets_somebody_in_is_taken_out(text: str, secret: str) -> None:
    scrubbed = Scrubber(["the-known-secret!"])(text)
    assert secret not in scrubbed
    assert "[removed]" in scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "POST /api/tasks/{task_id}/complete 200",
        "removed 12 tasks that were settled over 30 days, 0:00:00 ago",
        "tsk_01ARZ3NDEKTSV4RRFFQ69G5FAV changed under its lock",
        "the database did not answer: connection to http://localhost:5432 refused",
        "in test_" + "x" * 38,
        "a" * 64,
    ],
)
def test_all_else_stays(text: str) -> None:
    assert Scrubber(["short", ""])(text) == text


def test_of_two_secrets_the_longer_goes_whole() -> None:
    assert Scrubber(["abcdefgh", "abcdefghijkl"])("abcdefghijkl") == "[removed]"


def test_the_tokens_above_look_like_those_that_the_server_makes() -> None:
    assert len(new_token()) == len(_TOKEN) == len(_KEY) - len(KEY_PREFIX)
