"""What a person wrote is told from what their program added."""

import os
import re
from contextlib import suppress
from email.message import EmailMessage

import pytest

from awaithumans.server.channels.email.reading import Incoming, Unreadable, answer_in, read

ANSWER = "Yes, go ahead.\n\nBut only once."


def a_reply(content: str = ANSWER, subtype: str = "plain", **headers: str) -> bytes:
    made = EmailMessage()
    given = {"From": "Sue <sue@example.com>", "To": "answers+x@example.com"}
    for name, value in (given | {n.replace("_", "-"): v for n, v in headers.items()}).items():
        made[name] = value
    made.set_content(content, subtype=subtype)
    return made.as_bytes()


@pytest.mark.parametrize(
    "below",
    [
        "",
        "\n\n> Approve refund?\n> Yes: https://example.com\n",
        "\nOn Sun, 22 Nov 2026 at 11:17, Reviews <reviews@example.com> wrote:\n> Approve?\n",
        "\nOn Sun, 22 Nov 2026 at 11:17, Reviews\n<reviews@example.com>\nwrote:\n\nApprove?\n",
        "\nAm 22.11.2026 um 11:17 schrieb Reviews <reviews@example.com>:\n> Approve?\n",
        "\nLe dim. 22 nov. 2026 à 11:17, Reviews <r@example.com> a écrit :\n> Approve?\n",
        "\n-----Original Message-----\nFrom: Reviews\n",
        "\n________________________________\nFrom: Reviews <r@example.com>\n",
        "\nFrom: Reviews <reviews@example.com>\nSent: Sunday\n",
        "\n-- \nSue Smith\nHead of refunds\n",
        "\n--\nSue Smith\n",
    ],
)
def test_what_is_quoted_and_signed_is_left_out(below: str):
    assert answer_in(ANSWER + "\n" + below) == ANSWER
    assert answer_in((ANSWER + "\n" + below).replace("\n", "\r\n")) == ANSWER


def test_an_answer_between_quoted_lines_is_kept():
    assert answer_in("> May we?\nYes.\n> And twice?\nNo.") == "Yes.\nNo."


def test_words_that_only_look_like_it_stay():
    text = "On balance I agree: refund it.\nFrom: our own money.\nSay what you wrote"
    assert answer_in(text) == text


def test_a_mail_says_who_it_is_from_and_every_address_it_came_to():
    own = "<1@example.com>"
    raw = a_reply(
        Message_ID=own, Delivered_To="a@example.com", Cc='"B, b" <b@example.com>, c@example.com'
    )
    assert read(raw) == Incoming(
        "sue@example.com",
        ("answers+x@example.com", "b@example.com", "c@example.com", "a@example.com"),
        automatic=False,
        text=ANSWER,
        id=own,
    )


@pytest.mark.parametrize("folded", ["Message-ID: ", "message-id:\r\n "])
def test_a_mail_is_known_by_its_id(folded: str):
    long = f"<{'A' * 60}@DB9PR01MB1234.eurprd01.prod.exchangelabs.com>"
    assert read(f"{folded}{long}\r\n".encode() + a_reply()).id == long


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"Message-ID: nothing of the kind\r\n",
        b"Message-ID: <a@b> <c@d>\r\n",
        b"Message-ID: <a b@c>\r\n",
        b"Message-ID: <\xff@c>\r\n",
        b"Message-ID: <\xc3\xa4@c>\r\n",
        b"Message-ID: <=?utf-8?q?a?=\x00@c>\r\n",
        b"Message-ID: <a@b>\r\nMessage-ID: <a@b>\r\n",
        b"Message-ID: <" + b"a" * 300 + b"@b>\r\n",
        b"Message-ID: <a@b>\r\n Bcc: eve@example.com\r\n",
    ],
)
def test_a_mail_without_an_id_of_use_is_known_by_its_bytes(header: bytes):
    mail = read(header + a_reply())
    assert re.fullmatch("sha256:[0-9a-f]{64}", mail.id)
    assert read(header + a_reply()).id == mail.id
    assert read(header + a_reply() + b"!").id != mail.id
    assert mail.text == ANSWER


def test_html_alone_is_read_as_text():
    html = (
        "<html><head><title>No</title><style>p{}</style></head><body><p>Yes,&nbsp;go\n ahead.</p>"
        "<div>But only <b>once</b>.</div><blockquote><p>Approve?</p></blockquote></body></html>"
    )
    assert read(a_reply(html, "html")).text.replace("\xa0", " ").split() == ANSWER.split()


@pytest.mark.parametrize(
    "headers",
    [
        *({"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "auto-generated"}),
        *({"Precedence": "bulk"}, {"Return_Path": "<>"}, {"X_Autoreply": "yes"}),
        {"List_Id": "<refunds.example.com>"},
    ],
)
def test_what_a_program_sent_is_told(headers: dict[str, str]):
    assert read(a_reply(**headers)).automatic


def test_a_bounce_is_told():
    raw = a_reply().replace(b"Content-Type: text/plain", b"Content-Type: multipart/report")
    assert read(raw).automatic


def test_a_mail_of_a_person_may_say_so():
    assert not read(a_reply(Auto_Submitted="no")).automatic


def test_a_mail_from_several_is_from_nobody():
    assert read(a_reply().replace(b"Sue <sue@example.com>", b"a@b.cc, d@e.ff")).sender is None


def test_a_very_long_answer_is_cut():
    assert len(read(a_reply("very " * 100_000)).text) == 10_000


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        (b"windows-874", b"Yes, \xc3\xd1\xba", "Yes, \ufffd\u047a"),
        (b"unknown-8bit", b"Yes.", "Yes."),
        (b"utf-7", b"Yes, +2AA-.", "Yes, ?."),
        (b"raw_unicode_escape", b"Yes, \\ud800.", "Yes, ?."),
    ],
)
def test_a_strange_alphabet_loses_nothing_but_itself(charset: bytes, body: bytes, text: str):
    """Half a character could not be stored: the pipeline would hand the mail over for ever."""
    raw = b"From: sue@example.com\r\nContent-Type: text/plain; charset=%s\r\n\r\n%s"
    assert read(raw % (charset, body)).text == text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"From: \xff\xfe <@>\r\nTo: ((((\r\n\r\n\xff",
        b'Content-Type: multipart/mixed; boundary="\r\n\r\n--\r\n',
        b"Content-Type: text/plain; charset=klingon\r\n\r\nYes",
        b"Content-Transfer-Encoding: base64\r\n\r\n====",
        b"From: =?utf-8?b?////?= <sue@example.com>\r\nSubject: =?x?y?z?=\r\n\r\nYes",
        b"To: " + b"a@b.cc, " * 20_000 + b"\r\n\r\nYes",
        b"\r\n\r\n" + b"> " * 300_000,
        *(os.urandom(4000) for _ in range(20)),
    ],
)
def test_garbage_is_read_or_said_to_be_none(raw: bytes):
    with suppress(Unreadable):
        assert isinstance(read(raw), Incoming)
