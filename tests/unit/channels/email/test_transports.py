"""What is said of mails holds nothing that is for one person alone."""

import logging

import pytest

from awaithumans.server.channels.email.transports.log import LogTransport
from awaithumans.server.channels.email.transports.words import said
from tests.support.mails import LINK, TOKEN, a_mail


async def test_the_log_says_who_would_get_what_and_no_more(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    outcome = await LogTransport().send(a_mail(), "dlv_1")
    assert outcome.error is None
    assert caplog.messages == ["dlv_1: a mail would go to sue@example.com: Approve refund?"]


def test_a_vendors_words_are_on_one_short_line() -> None:
    assert said("two\r\nlines\x00", a_mail()) == "two lines"
    assert len(said("x" * 600, a_mail())) == 500


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (f"see {LINK}", "see https://humans.example.com/[removed]"),
        (f"see {TOKEN}", "see [removed]"),
        ("see http://me:secret@x.com/a?b=c.", "see http://x.com/[removed]"),
        ("see https://[::1", "see https:///[removed]"),
        ("wrong: pa55word", "wrong: [removed]"),
        ("a no", "a no"),
    ],
)
def test_a_vendors_words_are_without_secrets(words: str, shown: str) -> None:
    assert said(words, a_mail(), ("pa55word", "no", "")) == shown
