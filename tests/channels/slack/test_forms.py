"""Forms: opened in time, sent with their errors at their fields, and no draft is lost."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from awaithumans.server.channels.slack import inbound
from tests.channels.slack.office import SUE_ALONE, Office, office
from tests.support.bodies import APPROVED
from tests.support.slack_manners import fails
from tests.support.timing import in_time

ORDER: dict[str, Any] = {
    "type": "object",
    "required": ["amount", "reason"],
    "properties": {
        "amount": {"type": "integer", "title": "Amount", "minimum": 1},
        "reason": {"type": "string", "title": "Reason", "minLength": 5},
        "tags": {"type": "array", "title": "Tags", "items": {"enum": ["late", "broken"]}},
        "until": {"type": "string", "format": "date", "title": "Until"},
    },
}


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as made:
        await made.hire("sue")
        yield made


async def test_a_form_is_opened_and_sent(acme: Office) -> None:
    task, message = await acme.posted(SUE_ALONE, response_schema=ORDER)
    view_id = await acme.form(message)
    assert (await acme.state(task))["status"] == "in_progress"

    given: dict[str, Any] = {
        "Amount": "12",
        "Reason": "It was late",
        "Tags": ["late"],
        "Until": "2026-05-01",
    }
    assert await acme.submit(view_id, **given) == {"response_action": "clear"}
    state = await acme.state(task)
    assert (state["status"], state["completed_via_channel"]) == ("completed", "slack")
    assert state["response"] == {
        "amount": 12,
        "reason": "It was late",
        "tags": ["late"],
        "until": "2026-05-01",
    }
    await acme.slack.has(lambda it: it.message.text.startswith("Answered"))
    assert acme.slack.refused == []


@pytest.mark.parametrize(
    ("amount", "reason", "wrong"),
    [
        ("twelve", "It was late", {"f0": "This must be a whole number."}),
        ("0", "late", {"f0", "f1"}),
    ],
)
async def test_what_is_wrong_stands_at_its_field(
    acme: Office, amount: str, reason: str, wrong: Any
) -> None:
    task, message = await acme.posted(SUE_ALONE, response_schema=ORDER)
    view_id = await acme.form(message)
    answered = await acme.submit(view_id, Amount=amount, Reason=reason)

    assert answered["response_action"] == "errors"
    assert set(answered["errors"]) == set(wrong)
    again = await acme.submit(view_id, Amount="3", Reason="It was late")
    assert again == {"response_action": "clear"}
    assert (await acme.state(task))["status"] == "completed"


async def test_a_form_is_answered_in_time_while_the_database_is_locked(
    acme: Office, tmp_path: Path
) -> None:
    task, message = await acme.posted(SUE_ALONE, response_schema=ORDER)
    view_id = await acme.form(message)
    with closing(sqlite3.connect(tmp_path / "awaithumans.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        answered = await acme.submit(view_id, Amount="12", Reason="My draft")
        in_time(time.monotonic() - began, 2.9)
        other.execute("ROLLBACK")
    # Either the database gave up within the two seconds, or it is still being waited for.
    if answered["response_action"] == "errors":
        assert (await acme.state(task))["status"] == "in_progress"
    else:
        assert "Saving your answer" in str(answered["view"])
        await acme.becomes(task, "completed")


@pytest.mark.parametrize("end", ["free", "for good"])
async def test_a_form_that_takes_longer_is_answered_in_time_and_its_draft_is_kept(
    acme: Office, tmp_path: Path, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound, "AT_ONCE", 0.2)
    task, message = await acme.posted(SUE_ALONE, response_schema=ORDER)
    view_id = await acme.form(message)
    given: dict[str, Any] = {
        "Amount": "12",
        "Reason": "My draft",
        "Tags": ["broken"],
        "Until": "2026-05-01",
    }
    sent = acme.filled(view_id, **given)
    with closing(sqlite3.connect(tmp_path / "awaithumans.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        answered = (await acme.send(sent)).json()
        in_time(time.monotonic() - began, 2.9)
        assert answered["response_action"] == "update"
        assert "Saving your answer" in str(answered["view"])
        acme.slack.views[view_id] = answered["view"]
        # What Slack sends once more is not a second answer.
        assert (await acme.send(sent)).json()["response_action"] == "update"
        if end == "for good":
            await acme.slack.has(lambda it: it.views[view_id].get("submit"), within=30)
        other.execute("ROLLBACK")
    if end == "free":
        await acme.slack.has(lambda it: it.views[view_id]["title"]["text"] == "Done")
        assert (await acme.state(task))["status"] == "completed"
        return
    form = acme.slack.views[view_id]
    assert "This answer was not taken. " in str(form["blocks"][0])
    assert [one["element"] for one in form["blocks"] if one["type"] == "input"][1][
        "initial_value"
    ] == "My draft"
    monkeypatch.undo()
    assert await acme.submit(view_id) == {"response_action": "clear"}
    assert (await acme.state(task))["response"] == {
        "amount": 12,
        "reason": "My draft",
        "tags": ["broken"],
        "until": "2026-05-01",
    }


async def test_a_form_that_is_sent_too_late_says_so(acme: Office) -> None:
    task, message = await acme.posted(SUE_ALONE)
    view_id = await acme.form(message)
    await acme.client.post(f"{task}/complete", json=APPROVED)

    answered = await acme.submit(view_id, Approved="No")
    assert answered["response_action"] == "update"
    assert "completed" in str(answered["view"]["blocks"])
    assert (await acme.state(task))["response"] == APPROVED["response"]


async def test_a_form_of_what_went_to_somebody_else_stays_with_the_reason(acme: Office) -> None:
    task, message = await acme.posted(SUE_ALONE)
    view_id = await acme.form(message)
    await acme.client.post(f"{task}/assign", json={"assign_to": {"email": "bob@example.com"}})

    answered = await acme.submit(view_id, Approved="Yes")
    assert answered == {
        "response_action": "errors",
        "errors": {"f0": "This task is with bob@example.com. Ask an operator to reassign it."},
    }


async def test_who_may_not_answer_is_told_in_the_form(acme: Office) -> None:
    _, message = await acme.posted("slack:@bob")
    shown = acme.slack.views[await acme.form(message, name="bob")]

    assert "not in this server's directory" in str(shown["blocks"])


async def test_a_press_that_is_too_old_for_a_form_says_so(acme: Office) -> None:
    _, message = await acme.posted(SUE_ALONE)
    acme.slack.then("views.open", fails("expired_trigger_id"))
    await acme.press(message, "Answer")

    assert "It took too long to open the form. Press the button again." in await acme.told()


async def test_a_form_opened_twice_by_two_clicks_is_one(acme: Office) -> None:
    _, message = await acme.posted(SUE_ALONE)
    press = acme.press_of(message, "Answer", "sue", acme.slack.response_url("sue"))
    await asyncio.gather(*(acme.send(press) for _ in range(3)))

    await acme.slack.has(lambda it: it.called("views.update"))
    assert len(acme.slack.views) == 1


async def test_a_redacted_task_has_no_form_in_slack(acme: Office) -> None:
    task, message = await acme.posted(SUE_ALONE, redact_payload=True)
    assert message.labels == ["Open in dashboard"]
    id_ = task.removeprefix("/api/tasks/")
    message.blocks[-1]["elements"].append(
        {"text": {"text": "Answer"}, "action_id": "ah_open", "value": id_}
    )
    shown = acme.slack.views[await acme.form(message)]

    assert "Slack can't show the form" in str(shown["blocks"])
    assert id_ in str(shown["blocks"])
    assert "cus_123" not in str(shown)
