"""Mails go out through Resend's API once, or it is said why not."""

import logging
import time
from typing import Any

import pytest

from awaithumans.server.channels.email.transports.resend import ResendTransport
from awaithumans.server.tasks.deliveries import Outcome
from tests.support.clock import ManualClock
from tests.support.made import NOW
from tests.support.mails import LINK, TOKEN, a_mail
from tests.support.receiver import answers, hangs, says
from tests.support.resend import API_KEY, Resend, refusal, resend_api
from tests.support.timing import in_time


def transport(api: Resend, **options: Any) -> ResendTransport:
    options = {"base_url": api.base_url, "seconds": 5.0} | options
    key = options.pop("api_key", API_KEY)
    return ResendTransport(key, ManualClock(NOW), **options)


async def test_a_mail_is_handed_over_with_all_that_it_has() -> None:
    mail = a_mail(reply_to="help@example.com", references="<a@example.com>")
    async with resend_api() as api:
        outcome = await transport(api).send(mail, "dlv_1")
    assert outcome == Outcome(200, None, "id mail-1")
    assert api.sent == {
        "dlv_1": {
            "from": mail.sender,
            "to": ["sue@example.com"],
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "reply_to": "help@example.com",
            "headers": {
                "Message-ID": mail.message_id,
                "In-Reply-To": "<a@example.com>",
                "References": "<a@example.com>",
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "OOF, AutoReply",
            },
        }
    }


async def test_a_delivery_that_is_tried_twice_is_sent_once() -> None:
    async with resend_api() as api:
        one = transport(api)
        assert await one.send(a_mail(), "dlv_1") == await one.send(a_mail(), "dlv_1")
    assert len(api.sent) == 1


async def test_a_wrong_key_is_told_in_resends_words() -> None:
    async with resend_api() as api:
        outcome = await transport(api, api_key="re_wrong").send(a_mail(), "dlv_1")
    assert outcome == Outcome(401, "API key is invalid invalid_api_key")


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (302, False),
        (400, True),
        (401, False),
        (403, False),
        (422, True),
        (408, False),
        (409, False),
        (425, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
async def test_only_what_cannot_change_is_not_tried_again(status: int, permanent: bool) -> None:
    async with resend_api() as api:
        api.instead = answers(status, "location: /elsewhere\r\n", b"what happened")
        outcome = await transport(api).send(a_mail(), "dlv_1")
    assert outcome == Outcome(status, "what happened", permanent=permanent)
    assert len(api.calls) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 59.75),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("Sun, 01 Mar 2026 12:01:00 -0000", None),
    ],
)
async def test_it_waits_as_long_as_it_is_asked_to(header: str, seconds: float | None) -> None:
    async with resend_api() as api:
        api.instead = refusal(429, "rate_limit_exceeded", "Slow", f"retry-after: {header}\r\n")
        outcome = await transport(api).send(a_mail(), "dlv_1")
    assert outcome == Outcome(429, "Slow rate_limit_exceeded", retry_after=seconds)


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"\xff", b"[" * 60_000])
async def test_an_answer_that_is_none_of_resends_is_still_an_outcome(body: bytes) -> None:
    async with resend_api() as api:
        api.instead = answers(500, body=body)
        refused = await transport(api).send(a_mail(), "dlv_1")
        api.instead = answers(200, body=body)
        accepted = await transport(api).send(a_mail(), "dlv_1")
    assert refused.error
    assert len(refused.error) <= 500
    assert accepted == Outcome(200, None)


async def test_an_answer_without_end_is_read_to_its_limit_only() -> None:
    async with resend_api() as api:
        api.instead = answers(500, body=b"x" * 200_000)
        outcome = await transport(api).send(a_mail(), "dlv_1")
    assert outcome.error is not None
    assert len(outcome.error) <= 500


async def test_an_answer_gives_neither_the_key_nor_a_link_away() -> None:
    async with resend_api() as api:
        api.instead = refusal(422, "validation_error", f"{API_KEY} may not send {LINK} {TOKEN}")
        outcome = await transport(api).send(a_mail(), "dlv_1")
    assert outcome.error is not None
    assert API_KEY not in outcome.error
    assert TOKEN not in outcome.error


async def test_what_hangs_or_speaks_no_http_is_tried_again() -> None:
    async with resend_api() as api:
        api.instead = hangs
        began = time.monotonic()
        late = await transport(api, seconds=0.3).send(a_mail(), "dlv_1")
        in_time(time.monotonic() - began, 3)
        api.instead = says(b"220 mail.example.com ESMTP\r\n\r\n")
        strange = await transport(api).send(a_mail(), "dlv_1")
    down = await transport(api).send(a_mail(), "dlv_1")
    assert late == Outcome(None, "no complete answer within 0.3 s")
    assert strange.error
    assert down.error
    assert not any(outcome.permanent for outcome in (late, strange, down))


async def test_neither_the_key_nor_a_link_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with resend_api() as api:
        await transport(api).send(a_mail(), "dlv_1")
    assert API_KEY not in caplog.text
    assert TOKEN not in caplog.text
