"""Replies to mails answer tasks that have a verifier, and nothing else does."""

import asyncio
import time
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.support.mailing import VERIFIER, Mailing, mailing, text_of
from tests.support.process import PAYLOAD_KEY

PATH = "/api/channels/email/inbound"
MAIL = {"content-type": "message/rfc822"}


@pytest.fixture
async def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mailing]:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
    # No vendor is asked: nothing answers there, so that an answer stays submitted.
    settings = {"email_reply_to": "answers@example.com", "anthropic_url": "http://127.0.0.1:9"}
    async with mailing(tmp_path / "data", **settings) as running:
        yield running


async def asked(there: Mailing, **changes: Any) -> tuple[str, EmailMessage]:
    """Ask Sue; return the task's path, and the mail that she got."""
    before = len(there.mails.mails)
    path = await there.asks(**{"verifier_config": VERIFIER, **changes})
    mails = await there.mails.got(before + 1)
    return path, mails[-1].message


def reply(to: EmailMessage, text: str = "Yes, go ahead.", **headers: str) -> bytes:
    made = EmailMessage()
    given = {"From": "Sue <SUE@example.com>", "To": str(to["reply-to"]), "Subject": "Re: Approve?"}
    for name, value in (given | {n.replace("_", "-"): v for n, v in headers.items()}).items():
        made[name] = value
    made.set_content(f"{text}\n\nOn Sun, 22 Nov 2026, Reviews <r@example.com> wrote:\n> {to['to']}")
    return made.as_bytes()


async def handed_over(there: Mailing, raw: bytes) -> dict[str, Any]:
    answer = await there.served.client.post(PATH, content=raw, headers=MAIL)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_reply_is_an_answer_in_plain_words(
    there: Mailing, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO")
    path, mail = await asked(there)
    assert "Or reply to this mail" in text_of(there.mails.mails[0])
    assert await handed_over(there, reply(mail)) == {
        "accepted": True,
        "reason": f"an answer to {path.rpartition('/')[2]}",
    }
    (line,) = await there.history(path, "submitted")
    assert line["extra_data"]["said"] == "Yes, go ahead."
    assert (line["actor_email"], line["channel"]) == ("sue@example.com", "email")
    task = await there.task(path)
    assert task["completed_by_email"] == "sue@example.com" or task["status"] != "submitted"
    token = str(mail["reply-to"]).partition("+")[2].partition("@")[0]
    assert len(token) > 40
    assert token not in caplog.text
    assert token not in str(await there.served.client.get(f"{path}/audit"))


async def test_a_second_reply_before_the_verdict_is_refused(there: Mailing):
    path, mail = await asked(there)
    assert (await handed_over(there, reply(mail)))["accepted"]
    again = await handed_over(there, reply(mail, "No, stop."))
    assert not again["accepted"]
    assert len(await there.history(path, "submitted")) == 1


async def test_a_reply_that_could_not_be_verified_can_be_followed_by_another(there: Mailing):
    """It goes by the same address, and the person is asked again, in the same thread."""
    path, mail = await asked(there)
    assert (await handed_over(there, reply(mail)))["accepted"]
    deadline = time.monotonic() + 10
    while len(there.mails.mails) < 2:
        assert time.monotonic() < deadline, await there.task(path)
        there.later(15)
        await asyncio.sleep(0.1)
    again = there.mails.mails[1].message
    assert again["subject"] == "Please answer again: Approve refund?"
    assert again["references"] == mail["message-id"]
    assert again["reply-to"] == mail["reply-to"]
    assert (await handed_over(there, reply(again, "Still yes.")))["accepted"]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"From": "joe@example.com"}, "for whom it is from"),
        ({"To": "answers@example.com"}, "for whom it is from"),
        ({"Auto_Submitted": "auto-replied"}, "program"),
        ({"Precedence": "bulk"}, "program"),
        ({"Return_Path": "<>"}, "program"),
    ],
)
async def test_what_is_no_answer_of_hers_is_refused(
    there: Mailing, headers: dict[str, str], reason: str
):
    path, mail = await asked(there)
    refused = await handed_over(there, reply(mail, **headers))
    assert (refused["accepted"], reason in refused["reason"]) == (False, True)
    assert (await there.task(path))["status"] in ("created", "notified")


async def test_our_own_mails_answer_nothing(there: Mailing):
    """Whoever forwards everything back makes no loop."""
    _, mail = await asked(there)
    raw = there.mails.mails[0].raw.replace(
        b"To: sue@example.com", f"To: {mail['reply-to']}".encode()
    )
    assert not (await handed_over(there, raw))["accepted"]


async def test_an_empty_reply_is_refused(there: Mailing):
    _, mail = await asked(there)
    assert "no text" in (await handed_over(there, reply(mail, "")))["reason"]


async def test_a_settled_task_takes_none(there: Mailing):
    path, mail = await asked(there)
    await there.served.client.post(f"{path}/cancel")
    assert not (await handed_over(there, reply(mail)))["accepted"]


async def test_whoever_is_not_active_any_more_answers_nothing(there: Mailing):
    sue = await there.served.person("sue@example.com")
    path, mail = await asked(there)
    changed = await there.served.client.patch(sue.path, json={"active": False})
    assert changed.status_code == 200, changed.text
    assert "not active" in (await handed_over(there, reply(mail)))["reason"]
    assert (await there.task(path))["status"] in ("created", "notified")


async def test_a_task_without_a_verifier_can_not_be_replied_to(there: Mailing):
    _, mail = await asked(there, verifier_config=None)
    assert mail["reply-to"] is None


async def test_without_a_mailbox_nothing_is_taken(tmp_path: Path):
    async with mailing(tmp_path / "data", payload_key=PAYLOAD_KEY) as there:
        answer = await there.served.client.post(
            PATH, content=b"From: a@b.cc\r\n\r\nYes", headers=MAIL
        )
    assert "AWAITHUMANS_EMAIL_REPLY_TO" in answer.json()["reason"]


async def test_only_a_mail_is_taken_and_only_from_who_may(there: Mailing):
    answer = await there.served.client.post(PATH, json={})
    assert (answer.status_code, answer.json()["error_code"]) == (422, "VALIDATION_ERROR")
    receiver = await there.served.key("email:receive")
    assert (await receiver.post(PATH, content=b"\xff", headers=MAIL)).status_code == 200
    assert (await receiver.get("/api/tasks")).status_code == 403
    agent = await there.served.key()
    assert (await agent.post(PATH, content=b"\xff", headers=MAIL)).status_code == 403
    large = b"x" * (5 * 1024 * 1024 + 1)
    assert (await receiver.post(PATH, content=large, headers=MAIL)).status_code == 413
