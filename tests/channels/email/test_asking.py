"""Tasks ask people by mail: what arrives, what is said of it, and what happens when it can't."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.bodies import refund
from tests.support.mailing import LEASE, SENDER, Mailing, links_in, mailing, text_of
from tests.support.process import free_port
from tests.support.receiver import receiver
from tests.support.smtp import smtp_server


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Mailing]:
    async with mailing(tmp_path / "data") as running:
        yield running


async def test_a_task_reaches_a_mailbox_and_says_so(there: Mailing):
    path = await there.asks("email:sue@example.com")
    (mail,) = await there.mails.got()
    (told,) = await there.told(path, "delivered")
    message = mail.message
    assert (message["from"], message["to"]) == (SENDER, "sue@example.com")
    assert message["subject"] == "Approve refund?"
    assert message["message-id"] == f"<{told['delivery_id']}@testserver>"
    assert message["reply-to"] is None
    assert "Customer: cus_123" in text_of(mail)
    assert (told["target"], told["purpose"]) == ("email:sue@example.com", "new")
    assert (await there.task(path))["status"] == "notified"
    (line,) = await there.history(path, "notified")
    assert line["extra_data"]["target"] == "email:sue@example.com"


async def test_a_button_leads_to_a_page_that_asks_to_confirm_and_an_answer_sends_the_webhook(
    tmp_path: Path,
):
    async with (
        receiver() as agent,
        mailing(tmp_path / "data", callback_allow_private=True) as there,
    ):
        path = await there.asks(callback_url=agent.url)
        (mail,) = await there.mails.got()
        await there.told(path, "delivered")
        yes, no, opened = links_in(mail)
        assert yes.endswith("?choice=0")
        assert no == yes.replace("choice=0", "choice=1")
        assert "/api/links/" in opened
        page = await there.served.stranger.get(yes)
        assert page.status_code == 200
        assert (await there.task(path))["status"] == "notified"
        confirmed = await there.served.stranger.post(yes)
        assert confirmed.status_code == 200, confirmed.text
        (call,) = await agent.got()
    assert call.json["response"] == {"approved": True}
    assert call.json["completed_via_channel"] == "email"
    assert call.json["completed_by_email"] == "sue@example.com"


async def test_more_than_a_few_choices_have_a_link_alone(there: Mailing):
    several: dict[str, Any] = {"type": "object", "properties": {"reason": {"type": "string"}}}
    await there.asks(response_schema=several)
    (mail,) = await there.mails.got()
    assert len(links_in(mail)) == 1


async def test_a_redacted_payload_is_not_mailed_and_can_be_answered(there: Mailing):
    path = await there.asks(redact_payload=True)
    (mail,) = await there.mails.got()
    assert b"cus_123" not in mail.raw
    assert len(links_in(mail)) == 3
    await there.told(path, "delivered")


async def test_whoever_has_the_task_can_answer_it_and_others_are_told(there: Mailing):
    await there.asks(
        "email:sue@example.com",
        "email:boss@example.com",
        assign_to={"email": "sue@example.com"},
    )
    mails = {mail.recipients[0]: mail for mail in await there.mails.got(2)}
    assert len(links_in(mails["sue@example.com"])) == 3
    assert len(links_in(mails["boss@example.com"])) == 1
    assert "sue@example.com has the task" in " ".join(text_of(mails["boss@example.com"]).split())


async def test_a_person_of_the_directory_is_called_by_name_and_not_asked_when_inactive(
    there: Mailing,
):
    await there.served.person("sue@example.com", display_name="Sue Smith")
    await there.served.person("joe@example.com", active=False)
    path = await there.asks("email:Sue@example.com", "email:joe@example.com")
    (mail,) = await there.mails.got()
    assert "For Sue Smith." in text_of(mail)
    _, joe = await there.told(path, "delivered", "abandoned")
    assert "not active" in joe["last_error"]


async def test_a_refused_recipient_is_shown_wherever_somebody_looks(there: Mailing):
    there.mails.refusals["gone@example.com"] = "550 5.1.1 No such person"
    path = await there.asks("email:gone@example.com")
    (told,) = await there.told(path, "abandoned")
    assert told["last_error"] == "550 5.1.1 No such person"
    (line,) = await there.history(path, "notification_failed")
    assert line["extra_data"]["reason"] == "550 5.1.1 No such person"
    assert line["extra_data"]["target"] == "email:gone@example.com"
    assert (await there.task(path))["status"] == "created"
    status = (await there.served.client.get("/api/status")).json()
    assert status["outbox"]["abandoned"] == 1


async def test_a_mail_server_that_is_down_for_an_hour_delays_mail_by_an_hour_and_nothing_else(
    tmp_path: Path,
):
    port = free_port()
    settings = {"smtp_port": port, "callback_allow_private": True, "reminders": False}
    async with receiver() as agent, mailing(tmp_path / "data", **settings) as there:
        path = await there.asks(timeout_seconds=86_400)
        (told,) = await there.told(path, "pending")
        for _ in range(30):
            there.later(125)
            await asyncio.sleep(0.05)
        assert told["attempts"] < (await there.told(path, "pending"))[0]["attempts"]
        other = await there.served.client.post("/api/tasks", json=refund(callback_url=agent.url))
        other_path = f"/api/tasks/{other.json()['id']}"
        assert (await there.served.client.post(f"{other_path}/cancel")).status_code == 200
        await agent.got(1, within=5)
        async with smtp_server(port=port) as back:
            for _ in range(3):
                there.later(115)
                await asyncio.sleep(0.1)
            await back.got()
            await there.told(path, "delivered")
        failed = await there.history(path, "notification_failed")
    assert len(back.mails) == 1
    # The history says it once, the delivery's attempts each time.
    assert ["127.0.0.1" in line["extra_data"]["reason"] for line in failed] == [True]


async def test_reminders_come_at_half_and_at_nine_tenths_in_the_thread_of_the_first(tmp_path: Path):
    async with mailing(tmp_path / "data", reminders=True) as there:
        path = await there.asks(timeout_seconds=1000)
        (first,) = await there.mails.got()
        await there.told(path, "delivered", "pending", "pending")
        there.later(501)
        await there.told(path, "delivered", "delivered", "pending")
        there.later(400)
        await there.told(path, "delivered", "delivered", "delivered")
    _, half, last = (mail.message for mail in there.mails.mails)
    assert half["subject"] == last["subject"] == "Reminder: Approve refund?"
    assert half["references"] == last["in-reply-to"] == first.message["message-id"]
    assert len({half["message-id"], last["message-id"], first.message["message-id"]}) == 3


async def test_without_being_asked_for_nobody_is_reminded(there: Mailing):
    path = await there.asks(timeout_seconds=1000)
    await there.told(path, "delivered")
    there.later(950)
    await asyncio.sleep(0.2)
    assert len(there.mails.mails) == 1


async def test_nobody_is_reminded_of_what_is_settled_or_with_somebody_else(tmp_path: Path):
    async with mailing(tmp_path / "data", reminders=True) as there:
        settled = await there.asks(timeout_seconds=1000)
        claimed = await there.asks(timeout_seconds=1000)
        for path in (settled, claimed):
            await there.told(path, "delivered", "pending", "pending")
        assert (await there.served.client.post(f"{settled}/cancel")).status_code == 200
        body = {"claimed_by_email": "joe@example.com"}
        taken = await there.served.client.post(f"{claimed}/claim", json=body)
        assert taken.status_code == 200, taken.text
        there.later(501)
        for path in (settled, claimed):
            await there.told(path, "delivered", "skipped", "pending")
    assert len(there.mails.mails) == 2


async def test_an_operator_has_a_mail_sent_again_as_another_mail(there: Mailing):
    path = await there.asks()
    (told,) = await there.told(path, "delivered")
    there.later(60)
    again = await there.served.client.post(
        f"/api/admin/webhook-deliveries/{told['delivery_id']}/redeliver"
    )
    assert again.status_code == 200, again.text
    first, second = await there.mails.got(2)
    await there.told(path, "delivered")
    assert first.message["message-id"] != second.message["message-id"]
    assert set(links_in(first)).isdisjoint(links_in(second))


async def test_a_mail_that_is_lost_on_the_way_back_is_sent_again_under_its_id(there: Mailing):
    there.mails.data_reply = "451 4.3.0 Try again later"
    path = await there.asks()
    (told,) = await there.told(path, "pending")
    while not told["attempts"]:
        (told,) = await there.told(path, "pending")
    assert told["last_error"] == "451 4.3.0 Try again later"
    there.mails.data_reply = None
    there.later(10)
    (mail,) = await there.mails.got()
    assert mail.message["message-id"] == f"<{told['delivery_id']}@testserver>"


async def test_a_mail_for_a_task_that_is_over_is_not_sent(there: Mailing):
    there.mails.data_reply = "451 4.3.0 Try again later"
    path = await there.asks()
    while not (await there.told(path, "pending"))[0]["attempts"]:
        await asyncio.sleep(0.01)
    await there.served.client.post(f"{path}/cancel")
    there.mails.data_reply = None
    there.later(LEASE)
    await there.told(path, "skipped")
    assert there.mails.mails == []
    assert len(await there.history(path, "notification_skipped")) == 1


@pytest.mark.parametrize(
    "target",
    [
        *("mail:sue@example.com", "email:", "email:sue", "email:sue@example..com", "email:a b@c.d"),
        *("email+:sue@example.com", "email+-a:sue@example.com", "email:sue@example.com,b@c.d"),
        *("email:.sue@example.com", "email:sue@-example.com", "slack:refunds", "sue@example.com"),
    ],
)
async def test_what_can_be_told_nobody_is_refused_with_what_can(there: Mailing, target: str):
    body = refund(notify=["email:sue@example.com", target])
    answer = await there.served.client.post("/api/tasks", json=body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["loc"] == ["body", "notify", 1]
    for allowed in ("slack:#channel", "slack:@handle", "slack:U", "slack+TEAM:", "email+sender:"):
        assert allowed in error["msg"]
        assert allowed in answer.json()["message"]
    assert (await there.served.client.get("/api/tasks")).json()["items"] == []


async def test_without_any_sender_the_task_says_what_to_do(tmp_path: Path):
    async with mailing(
        tmp_path / "data",
        **dict.fromkeys(("email_transport", "email_from", "smtp_host", "smtp_port")),
    ) as there:
        path = await there.asks()
        (told,) = await there.told(path, "abandoned")
        assert "AWAITHUMANS_EMAIL_TRANSPORT" in told["last_error"]
        (state, _) = (await there.served.client.get("/api/status")).json()["channels"]
    assert (state["channel"], state["configured"]) == ("email", False)
    assert "AWAITHUMANS_EMAIL_TRANSPORT" in state["detail"]


async def test_the_status_says_where_mails_go(there: Mailing):
    (state, _) = (await there.served.client.get("/api/status")).json()["channels"]
    assert state["configured"] is True
    assert state["detail"] == f"{SENDER} by 127.0.0.1:{there.mails.port}, none"


async def test_a_test_mail_says_what_the_mail_server_said(there: Mailing):
    async def tried(**body: str) -> httpx.Response:
        return await there.served.client.post("/api/channels/email/test", json=body)

    assert (await tried(to="ann@example.com")).json() == {
        "ok": True,
        "detail": "2.0.0 Ok: queued as MAIL1",
    }
    there.mails.refusals["gone@example.com"] = "550 5.1.1 No such person"
    refused = await tried(to="gone@example.com")
    assert refused.json() == {"ok": False, "detail": "550 5.1.1 No such person"}
    assert (await tried(to="a..b@example.com")).json()["ok"] is False
    assert (await tried(to="ann@example.com", identity="support")).status_code == 404


async def test_a_mailbox_that_is_named_twice_gets_one_mail(tmp_path: Path) -> None:
    async with mailing(tmp_path / "data") as there:
        path = await there.asks("email:SUE@example.com", "email:sue@example.com")
        (told,) = await there.told(path, "delivered")
        assert told["target"] == "email:SUE@example.com"
        assert len(there.mails.mails) == 1
