"""Buttons: the first who claims has it, a press is an answer, and anybody else is told why not."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.channels.slack.office import CHANNEL, SUE_ALONE, YES_NO, Office
from tests.support.bodies import APPROVED
from tests.support.receiver import receiver
from tests.support.slack_manners import answers
from tests.support.slack_requests import block_action, message_event, retried
from tests.support.timing import in_time


async def test_the_first_who_claims_has_it_and_everybody_sees_it(acme: Office) -> None:
    await acme.hire("sue")
    await acme.hire("bob")
    task, message = await acme.posted()

    pressed = await asyncio.gather(
        acme.press(message, "Claim"), acme.press(message, "Claim", "bob")
    )
    assert [(each.status_code, each.json()) for each in pressed] == [(200, {}), (200, {})]
    holder = (await acme.becomes(task, "assigned"))["assigned_to_email"]
    other = "bob" if holder == "sue@example.com" else "sue"
    told = await acme.told(other)
    assert told == f"This task is with {holder}. Ask an operator to reassign it."
    await acme.slack.has(lambda it: f"With {holder}" in it.message.shown)
    assert message.labels == ["Answer", "Open in dashboard"]
    claims = [line for line in await acme.history(task) if line["action"] == "claimed"]
    assert [(line["actor_email"], line["channel"]) for line in claims] == [(holder, "slack")]


async def test_a_press_is_the_answer_and_its_webhook_is_sent(acme: Office) -> None:
    await acme.hire("sue")
    async with receiver() as listening:
        task, message = await acme.posted(
            SUE_ALONE, response_schema=YES_NO, callback_url=listening.url
        )
        await acme.press(message, "No")
        (call,) = await listening.got(1)
    assert (call.json["status"], call.json["response"]) == ("completed", {"approved": False})
    who = (call.json["completed_by_email"], call.json["completed_via_channel"])
    assert who == ("sue@example.com", "slack")
    assert call.json["task_id"] in task
    await acme.slack.has(lambda it: "Answered by sue@example.com" in it.message.shown)


async def test_who_is_not_in_the_directory_is_told_what_to_do(acme: Office) -> None:
    # An address alone lets nobody in.
    await acme.served.person("sue@example.com")
    task, message = await acme.posted()
    await acme.press(message, "Claim")

    assert await acme.told() == (
        "You are not in this server's directory. Ask an operator to add your Slack id U0SUE "
        "(People)."
    )
    assert (await acme.state(task))["status"] == "notified"


async def test_who_is_not_active_is_told_so(acme: Office) -> None:
    await acme.hire("sue", active=False)
    task, message = await acme.posted()
    await acme.press(message, "Claim")

    assert "is not active. Ask an operator to activate it." in await acme.told()
    assert (await acme.state(task))["status"] == "notified"


async def test_a_person_without_a_workspace_counts_where_there_is_only_one(acme: Office) -> None:
    await acme.served.person(None, slack_user_id="U0SUE")
    await acme.hire("bob", slack_team_id="T0OTHER")
    task, message = await acme.posted()
    await acme.press(message, "Claim", "bob")
    assert "not in this server's directory" in await acme.told("bob")

    await acme.press(message, "Claim")
    await acme.becomes(task, "assigned")


async def test_of_two_with_one_id_each_is_the_one_of_their_own_workspace(acme: Office) -> None:
    await acme.hire("sue")
    await acme.served.person("susan@other.example", slack_user_id="U0SUE", slack_team_id="T0OTHER")
    task, message = await acme.posted()
    url = acme.slack.response_url("sue")
    press = acme.press_of(message, "Claim", "sue", url)
    await acme.send(press | {"user": {"id": "U0SUE", "team_id": "T0OTHER"}})

    holder = (await acme.becomes(task, "assigned"))["assigned_to_email"]
    assert holder == "susan@other.example"


@pytest.mark.parametrize("named", ["T0ACME", None])
async def test_a_stranger_with_somebodys_id_is_nobody(acme: Office, named: str | None) -> None:
    await acme.hire("sue", slack_team_id=named)
    task, message = await acme.posted()
    url = acme.slack.response_url("sue")
    elsewhere = {"id": "U0SUE", "team_id": "T0OTHER"}
    await acme.send(acme.press_of(message, "Claim", "sue", url) | {"user": elsewhere})

    assert "not in this server's directory" in await acme.told()
    assert (await acme.state(task))["status"] == "notified"


@pytest.mark.parametrize("named", ["T0ACME", "E0ACME"])
async def test_a_member_of_an_organization_is_one_in_all_its_workspaces(
    acme: Office, named: str
) -> None:
    await acme.hire("sue", slack_team_id=named)
    task, message = await acme.posted()
    press = acme.press_of(message, "Claim", "sue", acme.slack.response_url("sue"))
    of = {"user": {"id": "U0SUE", "team_id": "T0OTHER"}, "enterprise": {"id": "E0ACME"}}
    await acme.send(press | of)

    assert (await acme.becomes(task, "assigned"))["assigned_to_email"] == "sue@example.com"


async def test_what_is_somebody_elses_stays_theirs(acme: Office) -> None:
    await acme.hire("sue")
    task, message = await acme.posted(
        response_schema=YES_NO, assign_to={"email": "bob@example.com"}
    )
    await acme.press(message, "Yes")

    assert await acme.told() == (
        "This task is with bob@example.com. Ask an operator to reassign it."
    )
    assert (await acme.state(task))["status"] == "assigned"
    assert (await acme.actions(task))[-1] == "refused"


@pytest.mark.parametrize("end", ["complete", "cancel", "clock"])
async def test_a_press_that_comes_too_late_is_told_so_and_the_message_is_renewed(
    acme: Office, end: str
) -> None:
    await acme.hire("sue")
    acme.slack.always("chat.update", answers(500))
    task, message = await acme.posted(SUE_ALONE, response_schema=YES_NO)
    if end == "complete":
        await acme.client.post(f"{task}/complete", json={"response": {"approved": False}})
    elif end == "cancel":
        await acme.client.post(f"{task}/cancel", json={})
    else:
        acme.served.clock.advance(901)
    await asyncio.sleep(0.1)
    acme.slack.always("chat.update", None)
    await acme.press(message, "Yes")

    words = {"complete": "completed", "cancel": "cancelled", "clock": "timed out"}
    assert words[end] in await acme.told()
    await acme.slack.has(lambda it: not it.message.labels)
    state = await acme.state(task)
    assert state["response"] == ({"approved": False} if end == "complete" else None)


async def test_two_clicks_and_what_slack_sends_again_change_nothing_twice(acme: Office) -> None:
    await acme.hire("sue")
    task, message = await acme.posted(SUE_ALONE, response_schema=YES_NO)
    press = acme.press_of(message, "Yes", "sue", acme.slack.response_url("sue"))
    sent = [await acme.send(press), await acme.send(press, **retried({}, 1))]
    await acme.becomes(task, "completed")
    sent += [await acme.send(press, **retried({}, 2))]
    await asyncio.sleep(0.1)

    assert [each.status_code for each in sent] == [200, 200, 200]
    assert await acme.actions(task) == ["notified", "completed"]
    assert acme.slack.responses == []


async def test_what_slack_is_told_was_taken_is_done(acme: Office) -> None:
    await acme.hire("sue")
    task, message = await acme.posted(SUE_ALONE, response_schema=YES_NO)
    assert (await acme.press(message, "Yes")).status_code == 200
    assert (await acme.state(task))["status"] == "completed"


async def test_a_server_that_stops_takes_nothing_more(acme: Office) -> None:
    await acme.hire("sue")
    task, message = await acme.posted(SUE_ALONE, response_schema=YES_NO)
    slack = acme.served.server.jobs.slack
    assert slack is not None
    await slack.stop()
    for answered in (
        await acme.press(message, "Yes"),
        await acme.event(message_event("yes", thread_ts=message.ts)),
    ):
        assert (answered.status_code, answered.json()["error_code"]) == (503, "NOT_READY")
        assert 1 <= int(answered.headers["retry-after"]) <= 5
    assert (await acme.state(task))["status"] == "notified"


async def test_a_press_is_answered_in_time_while_the_database_is_locked(
    acme: Office, tmp_path: Path
) -> None:
    await acme.hire("sue")
    task, message = await acme.posted(SUE_ALONE, response_schema=YES_NO)
    with closing(sqlite3.connect(tmp_path / "awaithumans.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        pressed = await acme.press(message, "Yes")
        in_time(time.monotonic() - began, 2.9)
        assert pressed.status_code == 200
        assert (await acme.state(task))["status"] == "notified"
        other.execute("ROLLBACK")
    # Either the database gave up within the two seconds, or it is still being waited for.
    await acme.press(message, "Yes")
    await acme.becomes(task, "completed")
    assert (await acme.actions(task)).count("completed") == 1


async def test_when_the_response_url_is_spent_the_channel_tells_them_alone(acme: Office) -> None:
    _, message = await acme.posted()
    await acme.send(acme.press_of(message, "Claim", "sue", acme.slack.response_url("expired")))

    await acme.slack.has(lambda it: it.ephemerals)
    (told,) = acme.slack.ephemerals
    assert (told.user, told.channel) == ("U0SUE", "C0REFUNDS")
    assert "not in this server's directory" in told.text


@pytest.mark.parametrize(
    "value", ["tsk_01JAAAAAAAAAAAAAAAAAAAAAAA", "tsk_nonsense", "", "x" * 3000, "tsk_1:9"]
)
async def test_a_button_of_no_task_does_nothing(acme: Office, value: str) -> None:
    await acme.hire("sue")
    url = acme.slack.response_url("sue")
    for name in ("ah_claim", "ah_answer:9", "ah_open", "other"):
        press = block_action({"action_id": name, "value": value}, response_url=url)
        assert (await acme.send(press)).status_code == 200
    await asyncio.sleep(0.1)


async def test_an_answer_that_the_task_does_not_have_is_refused(acme: Office) -> None:
    await acme.hire("sue")
    task, _ = await acme.posted(CHANNEL)
    id_ = task.removeprefix("/api/tasks/")
    action = {"action_id": "ah_answer:1", "value": f"{id_}:1"}
    await acme.send(block_action(action, response_url=acme.slack.response_url("sue")))

    assert await acme.told() == "This task has no such answer. Use a newer message."
    await acme.client.post(f"{task}/complete", json=APPROVED)
