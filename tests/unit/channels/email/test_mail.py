"""Nothing in a mail can pass for a header of it, and no machine answers it."""

from email import message_from_bytes
from email.policy import default
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awaithumans.server.channels.email.mail import (
    BadAddress,
    MalformedMail,
    message,
    parse_sender,
)
from tests.support.made import NOW
from tests.support.mails import a_mail

HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
]


def written(**changes: Any) -> Any:
    return message_from_bytes(message(a_mail(**changes), NOW).as_bytes(), policy=default)


def test_a_mail_has_the_headers_that_it_should() -> None:
    mail = written()
    assert mail.keys() == HEADERS
    assert mail["date"] == "Sun, 01 Mar 2026 12:00:00 +0000"
    assert mail["message-id"] == "<dlv_1@humans.example.com>"
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["x-auto-response-suppress"] == "OOF, AutoReply"
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85"])
def test_a_title_makes_no_header_of_its_own(line_end: str) -> None:
    mail = written(subject=f"Approve?{line_end}Bcc: eve@example.com{line_end}{line_end}Body")
    assert mail.keys() == HEADERS
    assert mail["subject"] == "Approve? Bcc: eve@example.com Body"


@given(st.text(max_size=300))
def test_any_title_is_a_subject_and_nothing_else(title: str) -> None:
    mail = written(subject=title)
    assert mail.keys() == HEADERS
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("name", ["sender", "to", "reply_to", "message_id", "references"])
@pytest.mark.parametrize("end", ["\r\nBcc: eve@example.com", "\nX: y", "\x00"])
def test_no_other_part_of_a_mail_makes_a_header(name: str, end: str) -> None:
    first = "<a@example.com>" if name in ("message_id", "references") else "a@example.com"
    for text in (first + end, f"a{end} {first}", end):
        with pytest.raises(MalformedMail, match=name):
            a_mail(**{name: text})


def test_a_reminder_is_in_the_thread_of_the_first_mail() -> None:
    mail = written(references="<a@example.com> <b@example.com>")
    assert mail["references"] == "<a@example.com> <b@example.com>"
    assert mail["in-reply-to"] == "<b@example.com>"


def test_names_and_subjects_are_in_any_letters() -> None:
    mail = written(
        sender="Zoë Müller <zoe@bücher.example>",
        subject="返金を承認しますか" * 10,
        to="Ä <a@b.cc>",
    )
    assert parseaddr(mail["from"]) == ("Zoë Müller", "zoe@xn--bcher-kva.example")
    assert mail["subject"] == "返金を承認しますか" * 10
    assert parseaddr(mail["to"]) == ("Ä", "a@b.cc")


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("a@example.com", "", "a@example.com"),
        (" <a@example.com> ", "", "a@example.com"),
        ("Reviews <a@example.com>", "Reviews", "a@example.com"),
        ('"Reviews, \\"Inc\\"" <a@example.com>', 'Reviews, "Inc"', "a@example.com"),
        ("Reviews, Inc. <a+b@localhost>", "Reviews, Inc.", "a+b@localhost"),
        ("Zoë <a@bücher.example>", "Zoë", "a@xn--bcher-kva.example"),
    ],
)
def test_a_sender_has_an_address_and_may_have_a_name(text: str, name: str, address: str) -> None:
    found = parse_sender(text)
    assert (found.display_name, found.addr_spec) == (name, address)
    assert parse_sender(str(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody",
        "a@b@c",
        "a b@example.com",
        "<>",
        "A <a@example.com> B",
        "A <a@example.com",
        "a@example.com, b@example.com",
        "A <a@example.com>, B <b@example.com>",
        "a@-example.com",
        "a@xn--\u2603\u2603-.com",
        ".a@example.com",
        f"{'a' * 65}@example.com",
        f"a@{'example.' * 40}com",
        f"{'n' * 201} <a@example.com>",
        f"a@{'ü' * 63}.com",
        "A\x07 <a@example.com>",
        "A\r\nBcc: x <a@example.com>",
        "a@exam\u200dple.com",
    ],
)
def test_what_is_no_sender_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(BadAddress, match="must") as refused:
        parse_sender(text)
    assert not text or text not in str(refused.value)


def test_ids_stay_as_they_are_however_long():
    """Else nobody's mailbox finds the thread: the standard library would write them in a code."""
    long = f"<{'A' * 50}@DB9PR01MB1234.eurprd01.prod.exchangelabs.com>"
    raw = message(a_mail(references=f"<dlv_1@humans.example.com> {long}"), NOW).as_bytes()
    assert f"\r\nIn-Reply-To: {long}\r\n".encode() in raw
    assert f"\r\nReferences: <dlv_1@humans.example.com>\r\n {long}\r\n".encode() in raw


def test_what_answers_a_mail_says_that_it_does_so_of_itself():
    mail = written(auto_replied=True)
    assert mail.keys() == HEADERS
    assert mail["auto-submitted"] == "auto-replied"
