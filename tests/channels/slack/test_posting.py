"""A task's message is posted once, and shows the task as it is, whatever Slack does."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from awaithumans.server.channels.slack.calling import SlackApi
from awaithumans.server.channels.slack.targets import parse
from awaithumans.server.channels.slack.workspaces import Access, Workspaces
from awaithumans.server.channels.slack.writing import Messages
from awaithumans.server.sealing import Sealer
from tests.channels.slack.office import CHANNEL, SUE_ALONE, YES_NO, Office
from tests.support.bodies import APPROVED, refund
from tests.support.slack import TOKEN
from tests.support.slack_manners import answers, fails, limited, slow


@pytest.mark.parametrize(
    ("target", "channel", "labels"),
    [
        ("slack:#refunds", "C0REFUNDS", ["Claim", "Open in dashboard"]),
        ("slack:@sue", "D0SUE", ["Yes", "No", "Open in dashboard"]),
        ("slack:@U0ANNABELLE", "D0ANNABELLE", ["Yes", "No", "Open in dashboard"]),
        ("slack:sue@example.com", "D0SUE", ["Yes", "No", "Open in dashboard"]),
        ("slack+T0ACME:#refunds", "C0REFUNDS", ["Claim", "Open in dashboard"]),
        ("slack+acme:@sue", "D0SUE", ["Yes", "No", "Open in dashboard"]),
    ],
)
async def test_a_message_is_posted_to_whom_it_is_for_and_the_task_is_notified(
    acme: Office, target: str, channel: str, labels: list[str]
) -> None:
    task, message = await acme.posted(target, response_schema=YES_NO)

    assert (message.channel, message.labels) == (channel, labels)
    (told,) = (await acme.state(task))["notifications"]
    assert (told["target"], told["status"], told["last_error"]) == (target, "delivered", None)
    assert await acme.actions(task) == ["notified"]


@pytest.mark.parametrize("end", ["complete", "cancel", "clock"])
async def test_the_message_is_rewritten_however_the_task_settles(acme: Office, end: str) -> None:
    task, message = await acme.posted()
    if end == "complete":
        await acme.client.post(f"{task}/complete", json=APPROVED)
    elif end == "cancel":
        await acme.client.post(f"{task}/cancel", json={})
    else:
        acme.served.clock.advance(901)
        await acme.served.server.tasks.settle_due(10)
    heads = {"complete": "Answered", "cancel": "Cancelled", "clock": "Timed out"}

    await acme.slack.has(lambda it: it.message.text.startswith(heads[end]))
    assert message.labels == []


async def test_a_task_that_is_settled_before_it_is_posted_is_not_posted(acme: Office) -> None:
    acme.slack.always("chat.postMessage", limited(60))
    task = await acme.task()
    await acme.notes(task, lambda it: it["last_error"] is not None)
    await acme.client.post(f"{task}/cancel", json={})
    acme.slack.always("chat.postMessage", None)

    told = await acme.notes(task, lambda it: it["status"] == "skipped", seconds=20)
    assert told["attempts"] == 2
    assert not acme.slack.messages
    assert (await acme.actions(task))[-1] == "notification_skipped"


async def test_a_task_that_settles_while_it_is_posted_is_shown_settled(acme: Office) -> None:
    acme.slack.then("chat.postMessage", slow(0.3))
    task = await acme.task()
    await acme.slack.has(lambda it: it.called("chat.postMessage"))
    await acme.client.post(f"{task}/complete", json=APPROVED)

    await acme.slack.has(lambda it: it.messages and it.message.text.startswith("Answered"))


async def test_slack_is_left_alone_for_as_long_as_it_asks(acme: Office) -> None:
    acme.slack.then("chat.postMessage", limited(30))
    task = await acme.task()
    told = await acme.notes(task, lambda it: it["last_error"] is not None)
    assert told["last_error"].startswith("ratelimited: Slack asks for a pause")

    await acme.later(29)
    await asyncio.sleep(0.1)
    assert len(acme.slack.called("chat.postMessage")) == 1
    await acme.later(1.5)
    await acme.becomes(task, "notified")
    assert len(acme.slack.called("chat.postMessage")) == 2


async def test_an_expired_token_is_said_on_the_task_in_the_history_and_in_the_status(
    acme: Office,
) -> None:
    acme.slack.always("chat.postMessage", fails("token_expired"))
    task = await acme.task()
    told = await acme.notes(task, lambda it: it["status"] == "abandoned")

    assert (told["attempts"], told["last_error"][:14]) == (1, "token_expired:")
    (line,) = (await acme.history(task))[1:]
    assert (line["action"], line["extra_data"]["reason"]) == (
        "notification_failed",
        told["last_error"],
    )
    (state,) = [
        one
        for one in (await acme.client.get("/api/status")).json()["channels"]
        if one["channel"] == "slack"
    ]
    assert state["configured"]
    assert "The last message was not sent: token_expired:" in state["detail"]


async def test_slack_that_is_down_for_a_while_delays_a_message_and_nothing_else(
    acme: Office,
) -> None:
    acme.slack.always("auth.test", answers(503))
    task = await acme.task()
    await acme.notes(task, lambda it: it["attempts"] == 4, seconds=5)
    acme.slack.always("auth.test", None)
    await acme.becomes(task, "notified", seconds=30)

    assert len(acme.slack.messages) == 1


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("slack:#nowhere", "channel_not_found: There is no such channel"),
        ("slack:@nobody", "users_not_found: Nobody in the workspace"),
        ("slack:nobody@example.com", "users_not_found: Nobody in the workspace"),
        ("slack:@U0NOBODY1", "user_not_found: Nobody in the workspace"),
        ("slack:@bot", "users_not_found: Nobody in the workspace"),
        ("slack+T0OTHER:#refunds", "The app is not installed in a workspace T0OTHER"),
    ],
)
async def test_a_target_that_is_nobody_is_told_in_words_and_given_up(
    acme: Office, target: str, error: str
) -> None:
    told = await acme.notes(await acme.task(target), lambda it: it["status"] == "abandoned")

    assert told["last_error"].startswith(error), told


@pytest.mark.parametrize(
    "target",
    [
        *("slack:#Refunds", "slack:#<!channel>", "slack:#a.b", "slack:@<U0SUE>", "slack:@-sue"),
        *("slack:sue@localhost", "slack+:#refunds", "slack:C0123ABCD", "slack:#a&b"),
    ],
)
async def test_a_malformed_target_is_refused_with_what_is_allowed(
    acme: Office, target: str
) -> None:
    made = await acme.client.post("/api/tasks", json=refund(notify=[CHANNEL, target]))

    assert (made.status_code, made.json()["error_code"]) == (422, "VALIDATION_ERROR")
    (problem,) = made.json()["errors"]
    assert problem["loc"] == ["body", "notify", 1]
    assert "Allowed are slack:#channel, slack:@handle" in problem["msg"]
    assert (await acme.client.get("/api/tasks")).json()["items"] == []


async def test_no_more_is_sent_to_a_channel_that_asks_for_a_pause(acme: Office) -> None:
    acme.slack.workspaces[TOKEN].channels["other"] = "C0OTHER"
    acme.slack.then("chat.postMessage", limited(30))
    first = await acme.task()
    await acme.notes(first, lambda it: it["last_error"] is not None)
    more = [await acme.task() for _ in range(20)]
    await acme.becomes(await acme.task("slack:#other"), "notified")
    await acme.later(29)
    await asyncio.sleep(0.1)
    assert len(acme.slack.called("chat.postMessage")) == 2

    await acme.later(1.5)
    for task in (first, *more):
        await acme.becomes(task, "notified")
        assert "notification_failed" not in (await acme.actions(task)) or task == first
    assert len(acme.slack.called("chat.postMessage")) == 2 + 21


async def test_an_attempt_whose_outcome_is_lost_posts_no_second_message(acme: Office) -> None:
    task, message = await acme.posted()
    (told,) = (await acme.state(task))["notifications"]

    def lose(tx: Any) -> None:
        before = tx.delivery(told["delivery_id"])
        now = acme.served.clock.now()
        tx.save_delivery(before, replace(before, status="pending", next_attempt_at=now))

    await acme.served.store.write(lose)
    acme.served.server.jobs.relay.wake()
    await acme.slack.has(lambda it: it.called("chat.update"))
    await acme.notes(task, lambda it: it["status"] == "delivered")
    assert len(acme.slack.called("chat.postMessage")) == 1
    assert message.labels[0] == "Claim"


async def test_a_message_that_somebody_deleted_is_left_at_that(acme: Office) -> None:
    task, _ = await acme.posted()
    acme.slack.messages.clear()
    await acme.client.post(f"{task}/complete", json=APPROVED)

    await acme.slack.has(lambda it: it.called("chat.update"))
    await asyncio.sleep(0.1)
    status = (await acme.client.get("/api/status")).json()
    assert status["outbox"]["pending"] == status["outbox"]["abandoned"] == 0


async def test_a_test_message_says_what_slack_says(acme: Office) -> None:
    async def tried(target: str) -> dict[str, Any]:
        return (await acme.client.post("/api/channels/slack/test", json={"target": target})).json()

    assert await tried(CHANNEL) == {"ok": True, "detail": "Posted in Acme, to C0REFUNDS."}
    acme.slack.then("chat.postMessage", fails("not_in_channel"))
    failed = await tried(CHANNEL)
    assert (failed["ok"], failed["detail"][:14]) == (False, "not_in_channel")
    assert (await tried("slack:#Refunds"))["detail"].startswith("The target must be slack:#")


class Made:
    """Makes links, and notes for whom."""

    def __init__(self) -> None:
        self.made: list[tuple[object, ...]] = []

    async def make(
        self, task_id: str, email: str | None, user_id: str | None, channel: str, purpose: str
    ) -> str:
        self.made.append((task_id, email, user_id, channel, purpose))
        return "link-secret"


@pytest.mark.parametrize("known", [True, False])
async def test_a_message_to_one_person_has_a_link_that_lets_them_in(
    acme: Office, known: bool
) -> None:
    sue = await acme.hire("sue") if known else None
    store, links = acme.served.store, Made()
    api = SlackApi(acme.slack.url)
    workspaces = Workspaces(store, api, Sealer([]), acme.served.clock, TOKEN)
    messages = Messages(store, api, workspaces, "https://humans.example.com", links)
    task_id = (await acme.task("slack:@bob")).removeprefix("/api/tasks/")
    full = await acme.served.server.tasks.get(task_id)
    access = Access("T0ACME", "Acme", "U0BOT", TOKEN)

    async def link(entry: str) -> str:
        target = parse(entry)
        to = await messages.addressee(access, target)
        posted = await messages.post(access, target, to, full.task, full.content)
        return acme.slack.messages[posted.channel, posted.ts].button("Open in dashboard")["url"]

    plain = f"https://humans.example.com/task?id={task_id}"
    assert await link(CHANNEL) == plain
    secret = "https://humans.example.com/api/links/link-secret"
    assert await link(SUE_ALONE) == (secret if known else plain)
    assert await link("slack:sue@example.com") == secret
    whose = ("sue@example.com", None if sue is None else sue.id)
    assert links.made[-1] == (task_id, *whose, "slack", "open")
    await api.close()


async def test_the_link_in_a_direct_message_opens_the_task_once(acme: Office) -> None:
    await acme.hire("sue")
    task, message = await acme.posted(SUE_ALONE)
    path = message.button("Open in dashboard")["url"].removeprefix("http://testserver")
    assert path.startswith("/api/links/")
    browser = acme.served.browser()
    assert (await browser.get(path)).status_code == 200
    led = await browser.post(path)
    assert (led.status_code, led.headers["location"]) == (303, f"/task?id={task[11:]}")
    done = await browser.post(f"{task}/complete", json=APPROVED)
    assert done.json()["completed_by_email"] == "sue@example.com", done.text
    assert (await acme.served.browser().post(path)).status_code == 410
    assert (await acme.client.get(task)).json()["completed_via_channel"] == "slack"
