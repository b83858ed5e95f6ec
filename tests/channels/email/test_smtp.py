"""Mails are handed over to a real mail server, or it is said why not."""

import asyncio
import logging
import time
from email.utils import parseaddr
from typing import Any

import pytest

from awaithumans.server.channels.email.mail import Mail
from awaithumans.server.channels.email.transports.smtp import Security, SmtpTransport
from awaithumans.server.tasks.deliveries import Outcome
from tests.support.certificates import trusting
from tests.support.clock import ManualClock
from tests.support.made import NOW
from tests.support.mails import TOKEN, a_mail
from tests.support.smtp import MailServer, Moment, smtp_server
from tests.support.timing import in_time

PASSWORD = "correct-horse-battery"
LOGIN = ("reviews", PASSWORD)


def transport(server: MailServer, security: Security = "none", **options: Any) -> SmtpTransport:
    options = {"tls": trusting(), "seconds": 5.0} | options
    return SmtpTransport(server.host, server.port, security, ManualClock(NOW), **options)


async def sent(
    server: MailServer, security: Security = "none", mail: Mail | None = None, **options: Any
) -> Outcome:
    return await transport(server, security, **options).send(mail or a_mail(), "dlv_1")


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
async def test_a_mail_arrives_as_it_was_written(security: Security) -> None:
    mail = a_mail(
        subject="Erstattung für Zoë freigeben? 返金",
        text="Grüße\n.\n. A line that begins with a dot\n" + "long " * 400,
        html="<p>Grüße</p>" + "<b>x</b>" * 400,
        sender='"Reviews, Inc." <reviews@example.com>',
        reply_to="Zoë <help@example.com>",
        references="<a@example.com> <b@example.com>",
    )
    async with smtp_server(security) as server:
        outcome = await sent(server, security, mail)
    assert outcome == Outcome(250, None, "2.0.0 Ok: queued as MAIL1")
    (received,) = server.mails
    parsed = received.message
    assert (received.sender, received.recipients) == ("reviews@example.com", ("sue@example.com",))
    assert received.encrypted is (security != "none")
    assert parsed["subject"] == mail.subject
    assert parseaddr(parsed["from"]) == ("Reviews, Inc.", "reviews@example.com")
    assert parseaddr(parsed["reply-to"]) == ("Zoë", "help@example.com")
    assert parsed["date"].datetime == NOW.replace(microsecond=0)
    assert parsed["message-id"] == mail.message_id
    assert parsed["in-reply-to"] == "<b@example.com>"
    assert parsed["auto-submitted"] == "auto-generated"
    text, html = parsed.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == mail.text + "\n"
    assert html.get_content().replace("\r\n", "\n") == mail.html + "\n"
    assert all(len(line) <= 998 for line in received.raw.splitlines())


async def test_each_attempt_of_a_delivery_has_the_same_message_id() -> None:
    async with smtp_server() as server:
        await sent(server)
        await sent(server)
    assert len({mail.message["message-id"] for mail in server.mails}) == 1


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
async def test_it_signs_in_where_a_name_is_given(security: Security) -> None:
    async with smtp_server(security, login=LOGIN) as server:
        outcome = await sent(server, security, username=LOGIN[0], password=PASSWORD)
    assert outcome.error is None
    assert server.mails[0].signed_in


async def test_a_wrong_password_is_told_in_the_servers_words_without_it() -> None:
    said = f"535 5.7.8 Wrong: you said {PASSWORD}-not"
    async with smtp_server("tls", login=LOGIN, refused_login=said) as server:
        outcome = await sent(server, "tls", username="reviews", password=f"{PASSWORD}-not")
    # Somebody mends the password, and the mails that wait for it go out.
    assert outcome == Outcome(535, "535 5.7.8 Wrong: you said [removed]")


async def test_a_server_that_takes_no_mail_at_the_moment_is_tried_again() -> None:
    async with smtp_server(greeting="554 5.3.2 No mail is taken here now") as server:
        outcome = await sent(server)
    assert outcome == Outcome(554, "554 5.3.2 No mail is taken here now")


async def test_a_password_is_never_sent_in_the_clear_to_another_machine() -> None:
    with pytest.raises(ValueError, match="never sent"):
        SmtpTransport("mail.example.com", 25, "none", ManualClock(), username="a", password="b")


async def test_a_server_without_starttls_gets_neither_mail_nor_password() -> None:
    async with smtp_server("none", login=LOGIN) as server:
        outcome = await sent(server, "starttls", username=LOGIN[0], password=PASSWORD)
    assert outcome == Outcome(None, "SMTP STARTTLS extension not supported by server.")
    assert server.mails == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize(("certificate_for", "trusted"), [("localhost", False), ("other", True)])
async def test_a_certificate_that_proves_nothing_gets_no_mail(
    security: Security, certificate_for: str, trusted: bool
) -> None:
    async with smtp_server(security, certificate_for=certificate_for) as server:
        outcome = await sent(server, security, tls=trusting() if trusted else None)
    assert outcome.error is not None
    assert "certificate verify failed" in outcome.error
    assert not outcome.permanent
    assert server.mails == []


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [("550 5.1.1 No such person", True), ("553 Bad name", True), ("451 4.7.1 Later", False)],
)
async def test_a_refused_recipient_is_told_in_the_servers_words(
    reply: str, permanent: bool
) -> None:
    async with smtp_server(refusals={"sue@example.com": reply}) as server:
        outcome = await sent(server)
    assert outcome == Outcome(int(reply[:3]), reply, permanent=permanent)


async def test_a_filter_that_quotes_the_links_gives_none_of_them_away() -> None:
    said = f"554 5.7.1 Spam: humans.example.com/action/{TOKEN} and https://a:b@x.com/{TOKEN}?y"
    async with smtp_server(data_reply=said) as server:
        outcome = await sent(server)
    assert outcome.permanent
    assert outcome.error == (
        "554 5.7.1 Spam: humans.example.com/action/[removed] and https://x.com/[removed]"
    )


async def test_a_long_refusal_is_shortened() -> None:
    async with smtp_server(data_reply="554 " + "x" * 480 + " y" * 200) as server:
        outcome = await sent(server)
    assert outcome.error is not None
    assert len(outcome.error) <= 500


@pytest.mark.parametrize("moment", ["greeting", "recipient", "data"])
async def test_a_server_that_hangs_is_left_in_time(moment: Moment) -> None:
    async with smtp_server(hangs_at=moment) as server:
        began = time.monotonic()
        outcome = await sent(server, seconds=0.5)
    assert outcome == Outcome(None, "no complete answer within 0.5 s")
    in_time(time.monotonic() - began, 3)


async def test_a_server_that_hangs_after_accepting_has_accepted() -> None:
    async with smtp_server(hangs_at="quit") as server:
        outcome = await sent(server, seconds=1.0)
    assert outcome.error is None
    assert len(server.mails) == 1


async def test_a_server_that_is_down_is_tried_again() -> None:
    async with smtp_server() as server:
        pass
    down = await sent(server)
    assert down.status_code is None
    assert down.error is not None
    assert not down.permanent
    async with smtp_server(port=server.port) as back:
        assert (await sent(back)).error is None


@pytest.mark.parametrize("host", ["mail.invalid", "ü" * 70])
async def test_a_host_that_is_nowhere_is_tried_again(host: str) -> None:
    there = SmtpTransport(host, 25, "none", ManualClock(), seconds=5)
    outcome = await there.send(a_mail(), "dlv_1")
    assert outcome.error is not None
    assert not outcome.permanent


@pytest.mark.parametrize("utf8", [True, False])
async def test_an_address_beyond_ascii_takes_a_server_that_knows_them(utf8: bool) -> None:
    async with smtp_server(utf8=utf8) as server:
        outcome = await sent(server, mail=a_mail(to="zoë@bücher.example"))
    if utf8:
        assert server.mails[0].recipients == ("zoë@xn--bcher-kva.example",)
    else:
        assert outcome.error == "the server takes no addresses with letters beyond ASCII"
        assert outcome.permanent


async def test_the_certificates_of_the_system_are_trusted_by_default() -> None:
    async with smtp_server("tls") as server:
        outcome = await sent(server, "tls", tls=None)
    assert "certificate verify failed" in (outcome.error or "")


async def test_many_at_once_do_not_disturb_each_other() -> None:
    async with smtp_server("starttls") as server:
        one = transport(server, "starttls", seconds=15.0)
        outcomes = await asyncio.gather(*(one.send(a_mail(), f"dlv_{n}") for n in range(20)))
    assert [outcome.error for outcome in outcomes] == [None] * 20
    assert len(server.mails) == 20


async def test_neither_the_password_nor_a_link_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "awaithumans")
    caplog.set_level(logging.DEBUG, "aiosmtplib")
    async with smtp_server("tls", login=LOGIN) as server:
        await sent(server, "tls", username=LOGIN[0], password=PASSWORD)
    assert TOKEN not in caplog.text
    assert PASSWORD not in caplog.text
