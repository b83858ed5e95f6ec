"""Whoever replies and is not taken at their word hears so by mail, once, and nobody else does."""

import asyncio
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from awaithumans.server.errors import StorageUnavailable
from tests.support.mailing import VERIFIER, Mailing, html_of, links_in, mailing, text_of
from tests.support.smtp import Received

PATH = "/api/channels/email/inbound"
MAIL = {"content-type": "message/rfc822"}
# As long as Exchange makes them.
OWN_ID = f"<{'A' * 40}@DB9PR01MB1234.eurprd01.prod.exchangelabs.com>"
HOSTILE = "<b>Bcc:</b> {{ 7*7 }} eve@example.com"


@pytest.fixture
async def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mailing]:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
    # No vendor is asked: nothing answers there, so that an answer stays submitted.
    settings = {"email_reply_to": "answers@example.com", "anthropic_url": "http://127.0.0.1:9"}
    async with mailing(tmp_path / "data", **settings) as running:
        yield running


async def asked(there: Mailing, *targets: str) -> tuple[str, EmailMessage]:
    """Ask Sue, unless it is others; return the task's path, and the last mail that was sent."""
    path = await there.asks(*targets, verifier_config=VERIFIER)
    mails = await there.mails.got(max(1, len(targets)))
    return path, mails[-1].message


def reply(to: EmailMessage, text: str = "Yes.", **headers: str | None) -> bytes:
    made = EmailMessage()
    given = {
        "From": "Bcc eve <SUE@example.com>",
        "To": str(to["reply-to"]),
        "Subject": f"Re: {HOSTILE}",
        "Message-ID": OWN_ID,
    }
    for name, value in (given | {n.replace("_", "-"): v for n, v in headers.items()}).items():
        if value is not None:
            made[name] = value
    made.set_content(f"{text}\n\nOn Sun, 22 Nov 2026, R <r@example.com> wrote:\n> {HOSTILE}")
    # Written as it came, and not as the library would write it.
    return made.as_bytes(policy=made.policy.clone(max_line_length=0))


async def handed_over(there: Mailing, raw: bytes) -> dict[str, Any]:
    answer = await there.served.client.post(PATH, content=raw, headers=MAIL)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(there: Mailing, raw: bytes) -> Received:
    """Hand a mail over that is refused; return what its sender gets."""
    count = len(there.mails.mails)
    answer = await handed_over(there, raw)
    assert not answer["accepted"], answer
    return (await there.mails.got(count + 1))[-1]


async def nothing_more(there: Mailing, count: int) -> None:
    """Wait for as long as a mail would take, and see that none came."""
    await asyncio.sleep(0.3)
    there.later(60)
    await asyncio.sleep(0.3)
    assert len(there.mails.mails) == count


async def test_who_comes_too_late_is_told_so_in_the_thread(there: Mailing) -> None:
    path, mail = await asked(there)
    await there.served.client.post(f"{path}/cancel")
    told = await refused(there, reply(mail))
    message = told.message
    assert told.recipients == ("sue@example.com",)
    assert message["to"] == "sue@example.com"
    assert message["subject"] == "Your reply was not taken: Approve refund?"
    assert message["auto-submitted"] == "auto-replied"
    assert message["x-auto-response-suppress"] == "OOF, AutoReply"
    assert message["reply-to"] is None
    assert f"\r\nIn-Reply-To: {OWN_ID}\r\n".encode() in told.raw
    assert str(message["references"]).split() == [mail["message-id"], OWN_ID]
    for words in (text_of(told), html_of(told)):
        assert "No answer is needed any more: the task was cancelled." in words
        assert "Nothing: the task takes no answer any more." in words
        assert "You get this because a reply to a mail about this task came from" in words
    assert "Open the task" not in html_of(told)
    assert not links_in(told)
    assert "prefers-color-scheme: dark" in html_of(told)


async def test_who_said_nothing_new_may_say_it_again(there: Mailing) -> None:
    path, mail = await asked(there)
    told = await refused(there, reply(mail, ""))
    assert "There was no text in it but what it quotes" in text_of(told)
    assert "Reply again, with your answer above what you quote" in text_of(told)
    (link,) = links_in(told)
    assert f'href="{link}"' in html_of(told)
    page = await there.served.client.get(link)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert told.message["reply-to"] == mail["reply-to"]
    assert (await handed_over(there, reply(told.message, Message_ID="<2@a>")))["accepted"]
    (line,) = await there.history(path, "submitted")
    assert line["extra_data"]["mail"] == "<2@a>"


async def test_nothing_of_the_reply_is_in_it(there: Mailing) -> None:
    path, mail = await asked(there)
    await there.served.client.post(f"{path}/cancel")
    told = await refused(there, reply(mail, f"Yes. {HOSTILE}"))
    for words in (told.raw.decode(), text_of(told), html_of(told)):
        for theirs in ("eve@example", "7*7", "Bcc"):
            assert theirs not in words


async def test_the_history_says_it_and_nobody_was_asked_by_it(there: Mailing) -> None:
    path, mail = await asked(there)
    await there.told(path, "delivered")
    await refused(there, reply(mail, ""))
    lines = []
    while len(lines) < 2:
        lines = await there.history(path, "notified")
        await asyncio.sleep(0.02)
    assert [line["extra_data"].get("purpose") for line in lines] == [None, "not_taken"]
    assert [one["purpose"] for one in (await there.task(path))["notifications"]] == ["new"]
    sent = (await there.served.client.get("/api/admin/webhook-deliveries")).json()["items"][0]
    again = await there.served.client.post(f"/api/admin/webhook-deliveries/{sent['id']}/redeliver")
    assert again.status_code == 200, again.text
    assert (await there.mails.got(3))[-1].message["subject"].startswith("Your reply was not taken")


async def test_while_another_answer_is_checked_one_may_wait(there: Mailing) -> None:
    _, mail = await asked(there)
    assert (await handed_over(there, reply(mail)))["accepted"]
    told = await refused(there, reply(mail, "No!", Message_ID="<2@a>"))
    assert "Another answer was being checked when it came." in text_of(told)
    assert len(links_in(told)) == 1


async def test_whose_task_it_is_not_any_more_hears_whom_to_ask(there: Mailing) -> None:
    path, mail = await asked(there)
    given = await there.served.client.post(
        f"{path}/assign", json={"assign_to": {"email": "joe@example.com"}}
    )
    assert given.status_code == 200, given.text
    told = await refused(there, reply(mail))
    assert "Somebody else had the task when it came." in text_of(told)
    assert "to assign the task to you" in text_of(told)
    assert not links_in(told)
    assert told.message["reply-to"] is None


async def test_whoever_is_not_active_any_more_hears_that_and_gets_no_link(there: Mailing) -> None:
    sue = await there.served.person("sue@example.com")
    _, mail = await asked(there)
    await there.served.client.patch(sue.path, json={"active": False})
    told = await refused(there, reply(mail))
    assert "You are not active in the directory of" in text_of(told)
    assert not links_in(told)
    assert told.message["reply-to"] is None


@pytest.mark.parametrize(
    "headers",
    [
        {"From": "joe@example.com"},
        {"From": "sue@example.com, joe@example.com"},
        {"To": "answers@example.com"},
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
    ],
)
async def test_what_is_not_proven_or_a_programs_is_never_answered(
    there: Mailing, headers: dict[str, str]
) -> None:
    path, mail = await asked(there)
    await there.served.client.post(f"{path}/cancel")
    assert not (await handed_over(there, reply(mail, **headers)))["accepted"]
    assert not (await handed_over(there, reply(mail, "", **headers)))["accepted"]
    await nothing_more(there, 1)


async def test_our_own_notice_is_not_answered(there: Mailing) -> None:
    _, mail = await asked(there)
    told = await refused(there, reply(mail, ""))
    back = told.raw.replace(b"To: sue@example.com", f"To: {mail['reply-to']}".encode(), 1)
    assert not (await handed_over(there, back))["accepted"]
    await nothing_more(there, 2)


@pytest.mark.parametrize("own_id", [OWN_ID, None, "no id <at> all"])
async def test_a_mail_that_is_handed_over_twice_is_told_of_once(
    there: Mailing, own_id: str | None
) -> None:
    path, mail = await asked(there)
    await there.served.client.post(f"{path}/cancel")
    raw = reply(mail, Message_ID=own_id)
    told = await refused(there, raw)
    if own_id != OWN_ID:
        assert told.message["in-reply-to"] == mail["message-id"]
    again = await asyncio.gather(*(handed_over(there, raw) for _ in range(3)))
    assert [one["accepted"] for one in again] == [False] * 3
    assert "before" in again[0]["reason"]
    await nothing_more(there, 2)
    assert len(await there.history(path, "refused")) == 1


async def test_a_mail_that_is_handed_over_twice_at_once_is_told_of_once(there: Mailing) -> None:
    _, mail = await asked(there)
    await asyncio.gather(*(handed_over(there, reply(mail, "")) for _ in range(5)))
    await nothing_more(there, 2)


async def test_an_answer_that_is_handed_over_twice_was_taken(there: Mailing) -> None:
    """Its sender hears nothing: what they said was heard."""
    path, mail = await asked(there)
    answers = await asyncio.gather(*(handed_over(there, reply(mail)) for _ in range(5)))
    assert [one["accepted"] for one in answers] == [True] * 5
    await there.served.client.post(f"{path}/cancel")
    assert (await handed_over(there, reply(mail)))["accepted"]
    await nothing_more(there, 1)
    assert len(await there.history(path, "submitted")) == 1


async def test_what_was_taken_stays_taken_when_its_sender_is_not_active_any_more(
    there: Mailing,
) -> None:
    sue = await there.served.person("sue@example.com")
    path, mail = await asked(there)
    assert (await handed_over(there, reply(mail)))["accepted"]
    await there.served.client.patch(sue.path, json={"active": False})
    assert (await handed_over(there, reply(mail)))["accepted"]
    await nothing_more(there, 1)
    assert len(await there.history(path, "submitted")) == 1


async def test_a_program_that_gives_each_mail_the_same_id_loses_no_answer(there: Mailing) -> None:
    path, mail = await asked(there)
    await refused(there, reply(mail, ""))
    assert (await handed_over(there, reply(mail, "Yes.")))["accepted"]
    told = await refused(there, reply(mail, "No!"))
    assert "Another answer was being checked when it came." in text_of(told)
    assert [line["extra_data"]["said"] for line in await there.history(path, "submitted")] == [
        "Yes."
    ]


async def test_half_a_character_is_no_reason_to_hand_a_mail_over_for_ever(there: Mailing) -> None:
    path, mail = await asked(there)
    raw = reply(mail, "Yes, +2AA-.").replace(b'charset="utf-8"', b'charset="utf-7"')
    assert (await handed_over(there, raw))["accepted"]
    (line,) = await there.history(path, "submitted")
    assert line["extra_data"]["said"] == "Yes, ?."


async def test_what_was_refused_stays_refused(there: Mailing) -> None:
    """Though the task could take it by now: its sender was told that it did not."""
    path, mail = await asked(there)
    joe = {"assign_to": {"email": "joe@example.com"}}
    await there.served.client.post(f"{path}/assign", json=joe)
    await refused(there, reply(mail))
    sue = {"assign_to": {"email": "sue@example.com"}}
    await there.served.client.post(f"{path}/assign", json=sue)
    assert not (await handed_over(there, reply(mail)))["accepted"]
    assert (await handed_over(there, reply(mail, Message_ID="<2@a>")))["accepted"]


async def test_programs_that_answer_each_other_come_to_an_end(there: Mailing) -> None:
    """Each person has three notices of one task, and takes nobody else's."""
    path, _ = await asked(there, "email:sue@example.com", "email:joe@example.com")
    mails = {each.message["to"]: each.message for each in there.mails.mails}
    await there.served.client.post(f"{path}/cancel")
    sues = mails["sue@example.com"]
    for number in range(3):
        await refused(there, reply(sues, Message_ID=f"<{number}@a>"))
    for number in range(3, 6):
        assert not (await handed_over(there, reply(sues, Message_ID=f"<{number}@a>")))["accepted"]
    await nothing_more(there, 5)
    told = await refused(there, reply(mails["joe@example.com"], From="joe@example.com"))
    assert told.recipients == ("joe@example.com",)


async def test_it_goes_out_through_the_sender_of_the_first_mail_and_waits_for_it(
    there: Mailing,
) -> None:
    path, mail = await asked(there, "email:SUE@example.com")
    await there.served.client.post(f"{path}/cancel")
    there.mails.data_reply = "451 4.3.0 Later"
    assert not (await handed_over(there, reply(mail)))["accepted"]
    await asyncio.sleep(0.3)
    assert len(there.mails.mails) == 1
    there.mails.data_reply = None
    there.later(10)
    assert (await there.mails.got(2))[1].message["to"] == "SUE@example.com"


async def test_of_a_task_that_is_gone_nobody_is_told(there: Mailing) -> None:
    path, mail = await asked(there)
    await there.served.client.delete(path)
    assert not (await handed_over(there, reply(mail)))["accepted"]
    assert not (await handed_over(there, reply(mail, "")))["accepted"]
    await nothing_more(there, 1)


async def test_without_the_database_it_is_handed_over_again(
    there: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, mail = await asked(there)
    await there.served.client.post(f"{path}/cancel")

    async def down(*_: object, **__: object) -> bool:
        raise StorageUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(there.served.server.jobs.tasks, "not_taken", down)
        answer = await there.served.client.post(PATH, content=reply(mail), headers=MAIL)
        assert answer.status_code == 503
    await refused(there, reply(mail))
