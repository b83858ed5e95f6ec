"""R4: however a task ends, its webhook is sent, and sent once."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.channels.slack.office import SUE_ALONE, YES_NO, Office, office
from tests.support.bodies import APPROVED, refund
from tests.support.inprocess import Person
from tests.support.mailing import by_smtp, links_in
from tests.support.receiver import Receiver, receiver
from tests.support.slack_requests import message_event
from tests.support.smtp import MailServer, Received, smtp_server
from tests.support.vendors import Vendors, extracts, refuses, vendors, verdict
from tests.verification.conftest import KEY, KEY_ENVS, RULES

_VERIFIER = {"provider": "claude", "instructions": RULES, "max_attempts": 1}
_UNDERSTOOD = {"approved": True, "reason": "It was broken."}
_MAIL = {"content-type": "message/rfc822"}


@dataclass
class Place:
    """A server with all that a task can end by."""

    acme: Office
    sue: Person
    mails: MailServer
    models: Vendors
    receiver: Receiver

    async def task(self, **changes: Any) -> str:
        """Return the path of a new task that Sue has, and that owes a webhook."""
        given = {"callback_url": self.receiver.url, "assign_to": {"email": self.sue.email}}
        made = await self.acme.client.post("/api/tasks", json=refund(**given, **changes))
        assert made.status_code == 201, made.text
        return f"/api/tasks/{made.json()['id']}"

    async def mailed(self, **changes: Any) -> tuple[str, Received]:
        """Return a new task, and the mail about it."""
        before = len(self.mails.mails)
        task = await self.task(notify=[f"email:{self.sue.email}"], **changes)
        return task, (await self.mails.got(before + 1))[-1]

    async def webhooks(self, task: str) -> list[dict[str, Any]]:
        """Wait for the first webhook of a task; return all there are."""
        for _ in range(1000):
            found = [call.json for call in self.receiver.calls if call.json["task_id"] in task]
            if found:
                return found
            await asyncio.sleep(0.01)
        raise AssertionError(f"none: {await self.acme.state(task)}")


async def _answered_with_the_token(place: Place) -> str:
    task = await place.task()
    assert (await place.acme.client.post(f"{task}/complete", json=APPROVED)).status_code == 200
    return task


async def _answered_with_a_key(place: Place) -> str:
    task, agent = await place.task(), await place.acme.served.key("tasks:complete")
    assert (await agent.post(f"{task}/complete", json=APPROVED)).status_code == 200
    return task


async def _answered_in_the_dashboard(place: Place) -> str:
    task = await place.task()
    assert (await place.sue.browser.post(f"{task}/complete", json=APPROVED)).status_code == 200
    return task


async def _answered_by_a_link_to_the_dashboard(place: Place) -> str:
    task = await place.task()
    guest = await place.acme.served.guest(task.rpartition("/")[2], place.sue.email)
    assert (await guest.post(f"{task}/complete", json=APPROVED)).status_code == 200
    return task


async def _confirmed_from_a_mail(place: Place) -> str:
    task, mail = await place.mailed(response_schema=YES_NO)
    link = next(link for link in links_in(mail) if "/email/action/" in link)
    path = re.sub(r"^https?://[^/]+", "", link)
    assert (await place.acme.served.stranger.post(path)).status_code == 200
    return task


async def _replied_to_a_mail(place: Place) -> str:
    place.models.manner = extracts(_UNDERSTOOD)
    task, mail = await place.mailed(verifier_config=_VERIFIER)
    reply = EmailMessage()
    reply["From"], reply["To"] = place.sue.email, str(mail.message["reply-to"])
    reply.set_content("Yes, it was broken.")
    path, raw = "/api/channels/email/inbound", reply.as_bytes()
    taken = await place.acme.client.post(path, content=raw, headers=_MAIL)
    assert taken.json()["accepted"], taken.text
    return task


async def _pressed_in_slack(place: Place) -> str:
    task, message = await place.acme.posted(
        SUE_ALONE, response_schema=YES_NO, callback_url=place.receiver.url
    )
    await place.acme.press(message, "Yes")
    return task


async def _sent_as_a_form_of_slack(place: Place) -> str:
    task, message = await place.acme.posted(SUE_ALONE, callback_url=place.receiver.url)
    await place.acme.submit(await place.acme.form(message), Approved="Yes")
    return task


async def _written_in_a_thread_of_slack(place: Place) -> str:
    place.models.manner = extracts(_UNDERSTOOD)
    task, message = await place.acme.posted(
        SUE_ALONE, verifier_config=_VERIFIER, callback_url=place.receiver.url
    )
    said = message_event("Yes, it was.", channel=message.channel, thread_ts=message.ts)
    assert (await place.acme.event(said)).status_code == 200
    return task


async def _passed_by_its_verifier(place: Place) -> str:
    place.models.manner = verdict()
    task = await place.task(verifier_config=_VERIFIER)
    answered = await place.sue.browser.post(f"{task}/complete", json=APPROVED)
    assert answered.json()["status"] == "completed"
    return task


async def _refused_for_the_last_time(place: Place) -> str:
    place.models.manner = refuses("There is no reason.")
    task = await place.task(verifier_config=_VERIFIER)
    answered = await place.sue.browser.post(f"{task}/complete", json=APPROVED)
    assert answered.json()["status"] == "verification_exhausted"
    return task


async def _cancelled(place: Place) -> str:
    task = await place.task()
    assert (await place.acme.client.post(f"{task}/cancel")).status_code == 200
    return task


async def _left_until_its_deadline(place: Place) -> str:
    task, served = await place.task(timeout_seconds=60), place.acme.served
    before = served.clock.now()
    served.clock.advance(60)
    # The job sleeps by the machine's clock, unless something earlier comes in.
    served.server.jobs.deadlines.expect(before)
    return task


# What the webhook of each says: the status, and by which channel it was answered.
_ENDINGS: dict[Callable[[Place], Awaitable[str]], tuple[str, str | None]] = {
    _answered_with_the_token: ("completed", "api"),
    _answered_with_a_key: ("completed", "api"),
    _answered_in_the_dashboard: ("completed", "dashboard"),
    _answered_by_a_link_to_the_dashboard: ("completed", "email"),
    _confirmed_from_a_mail: ("completed", "email"),
    _replied_to_a_mail: ("completed", "email"),
    _pressed_in_slack: ("completed", "slack"),
    _sent_as_a_form_of_slack: ("completed", "slack"),
    _written_in_a_thread_of_slack: ("completed", "slack"),
    _passed_by_its_verifier: ("completed", "dashboard"),
    _refused_for_the_last_time: ("verification_exhausted", None),
    _cancelled: ("cancelled", None),
    _left_until_its_deadline: ("timed_out", None),
}


@asynccontextmanager
async def _open(folder: Path, **settings: Any) -> AsyncGenerator[Place]:
    async with receiver() as listening, smtp_server() as mails, vendors(verdict()) as models:
        given: dict[str, Any] = {
            "callback_allow_private": True,
            "email_reply_to": "answers@example.com",
            "anthropic_url": models.base_urls["claude"],
            **by_smtp(mails),
        }
        with patch.dict("os.environ", {KEY_ENVS["claude"]: KEY}):
            async with office(folder, **given | settings) as acme:
                yield Place(acme, await acme.hire("sue"), mails, models, listening)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_each_ending_is_told_once_and_no_other_follows(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
):
    kept: dict[str, Any] = {}
    if database == "postgresql":
        kept = {"database_url": request.getfixturevalue("database_url")}
    async with _open(tmp_path, **kept) as place:
        client = place.acme.client
        told: dict[str, dict[str, Any]] = {}
        for end, (status, channel) in _ENDINGS.items():
            task = await end(place)
            told[task] = (await place.webhooks(task))[0]
            what = (told[task]["status"], told[task]["completed_via_channel"])
            assert what == (status, channel), end.__name__
            state = await place.acme.state(task)
            assert told[task] == {name: state[name] for name in told[task] if name != "task_id"} | {
                "task_id": state["id"]
            }
        for task in told:
            for late in ("complete", "cancel"):
                body = APPROVED if late == "complete" else {}
                assert (await client.post(f"{task}/{late}", json=body)).status_code == 409
        # Whatever is still owed comes due.
        await place.acme.later(3600)
        await asyncio.sleep(0.3)
        calls = Counter(call.json["task_id"] for call in place.receiver.calls)
        assert calls == {task.rpartition("/")[2]: 1 for task in told}
        for task in told:
            wanted = {"task_id": task.rpartition("/")[2], "kind": "webhook"}
            listed = await client.get("/api/admin/webhook-deliveries", params=wanted)
            (delivery,) = listed.json()["items"]
            assert (delivery["status"], delivery["attempts"]) == ("delivered", 1)
