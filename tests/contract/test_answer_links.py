"""The pages behind the buttons of mails: they show, ask to confirm, and say what became of it."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from awaithumans.server.channels.unconfigured import NotSetUp
from awaithumans.server.outbox import recording
from awaithumans.server.outbox.backoff import MESSAGES
from awaithumans.server.outbox.relay import Carrier
from awaithumans.server.tasks.model import Judgement
from tests.support.bodies import YES_OR_NO, yes_or_no
from tests.support.inprocess import InProcess
from tests.support.made import a_draft

_SUE = "sue@example.com"
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://testserver"}


async def _button(served: InProcess, email: str = _SUE, **changes: Any) -> tuple[str, str]:
    """Return a new task, and the path of the button that says yes."""
    made = await served.client.post("/api/tasks", json=yes_or_no(**changes))
    assert made.status_code == 201, made.text
    return made.json()["id"], await _path(served, made.json()["id"], email)


async def _path(served: InProcess, task_id: str, email: str = _SUE) -> str:
    token = await served.link(task_id, email, "answer")
    return f"/api/channels/email/action/{token}?choice=0"


async def _task(served: InProcess, task_id: str) -> dict[str, Any]:
    return (await served.client.get(f"/api/tasks/{task_id}")).json()


def _database(folder: Path) -> str:
    database = sqlite3.connect(folder / "data" / "awaithumans.db")
    try:
        return "\n".join(database.iterdump())
    finally:
        database.close()


@pytest.mark.parametrize("headers", [{}, {"Sec-Purpose": "prefetch"}])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_looking_at_a_button_changes_nothing(
    served: InProcess, tmp_path: Path, method: str, headers: dict[str, str]
):
    _, path = await _button(served)
    before = _database(tmp_path)
    for choice in (0, 1):
        seen = await served.stranger.request(
            method, path.replace("choice=0", f"choice={choice}"), headers=headers
        )
        assert seen.status_code == 200
    assert _database(tmp_path) == before


async def test_the_page_shows_the_decision_the_payload_and_the_deadline(served: InProcess):
    _, path = await _button(served, task="Pay <i>Ann</i>?")
    page = (await served.stranger.get(path)).text
    for words in ("Pay &lt;i&gt;Ann&lt;/i&gt;?", "Confirm: Yes", "250", "cus_123", _SUE, "UTC"):
        assert words in page
    assert "Confirm: No" in (await served.stranger.get(path.replace("=0", "=1"))).text


@pytest.mark.parametrize(("choice", "approved"), [(0, True), (1, False)])
async def test_confirming_answers_as_the_person_the_mail_went_to(
    served: InProcess, choice: int, approved: bool
):
    task_id, path = await _button(served)
    done = await served.stranger.post(path.replace("=0", f"={choice}"), content=b"", headers=_FORM)
    assert (done.status_code, "Your answer was recorded" in done.text) == (200, True)
    task = await _task(served, task_id)
    assert (task["status"], task["response"]) == ("completed", {"approved": approved})
    assert (task["completed_by_email"], task["completed_via_channel"]) == (_SUE, "email")
    other = await served.stranger.post(path.replace("=0", f"={1 - choice}"), headers=_FORM)
    assert (other.status_code, f"was completed by {_SUE}" in other.text) == (409, True)
    assert (await served.stranger.get(path)).status_code == 409


async def test_of_many_presses_on_one_button_each_is_told_of_the_one_answer(served: InProcess):
    task_id, path = await _button(served)
    answers = await asyncio.gather(*(served.stranger.post(path) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.text for answer in answers} == {answers[0].text}
    assert "Your answer was recorded: Yes." in answers[0].text
    history = (await served.client.get(f"/api/tasks/{task_id}/audit")).json()["items"]
    assert [line["action"] for line in history].count("completed") == 1


async def test_of_two_buttons_pressed_at_once_one_answers(served: InProcess):
    task_id, path = await _button(served)
    presses = (path.replace("=0", f"={number % 2}") for number in range(20))
    answers = await asyncio.gather(*map(served.stranger.post, presses))
    assert sorted(answer.status_code for answer in answers) == [200] * 10 + [409] * 10
    approved = (await _task(served, task_id))["response"]["approved"]
    assert [answer.status_code for answer in answers] == ([200, 409], [409, 200])[not approved] * 10


async def test_who_comes_after_somebody_else_is_told_who_answered(served: InProcess):
    task_id, first = await _button(served)
    second = await _path(served, task_id, "joe@example.com")
    assert (await served.stranger.post(first)).status_code == 200
    for method in ("GET", "POST"):
        late = await served.stranger.request(method, second)
        assert (late.status_code, f"was completed by {_SUE}" in late.text) == (409, True)


async def test_a_task_that_went_to_somebody_else_is_not_answered(served: InProcess):
    task_id, path = await _button(served)
    given = {"assign_to": {"email": "joe@example.com"}}
    await served.client.post(f"/api/tasks/{task_id}/assign", json=given)
    for method in ("GET", "POST"):
        refused = await served.stranger.request(method, path)
        assert (refused.status_code, "joe@example.com" in refused.text) == (403, True)
    assert (await _task(served, task_id))["status"] == "assigned"
    # It was not used up: given back, it works.
    await served.client.post(f"/api/tasks/{task_id}/assign", json={"assign_to": {"email": _SUE}})
    assert (await served.stranger.post(path)).status_code == 200


async def test_after_the_deadline_a_button_says_so_though_the_clock_was_not_there(
    served: InProcess,
):
    _, path = await _button(served, timeout_seconds=60)
    served.clock.advance(60)
    for method in ("GET", "POST"):
        late = await served.stranger.request(method, path)
        assert (late.status_code, "timed out" in late.text) == (409, True)


async def test_a_button_is_good_for_a_day(served: InProcess):
    _, path = await _button(served, timeout_seconds=3 * 24 * 3600)
    served.clock.advance(24 * 3600 - 1)
    assert (await served.stranger.get(path)).status_code == 200
    served.clock.advance(1)
    for method in ("GET", "HEAD", "POST"):
        assert (await served.stranger.request(method, path)).status_code == 410


async def test_a_person_who_was_deactivated_answers_no_more(served: InProcess):
    sue = await served.person(_SUE)
    task_id, path = await _button(served)
    await served.client.patch(sue.path, json={"active": False})
    assert (await served.stranger.post(path)).status_code == 410
    assert (await _task(served, task_id))["status"] == "created"


async def test_a_choice_that_the_task_does_not_have_is_refused(served: InProcess):
    task_id, path = await _button(served)
    for choice in ("2", "4", "-1", "x", ""):
        for method in ("GET", "POST"):
            refused = await served.stranger.request(method, path.replace("=0", f"={choice}"))
            assert (refused.status_code, "VALIDATION_ERROR" in refused.text) == (422, True)
    assert (await _task(served, task_id))["status"] == "created"


async def test_another_sites_form_answers_nothing(served: InProcess, tmp_path: Path):
    _, path = await _button(served)
    before = _database(tmp_path)
    refused = await served.stranger.post(path, headers={"Origin": "null"})
    assert (refused.status_code, "another site" in refused.text) == (403, True)
    assert _database(tmp_path) == before


async def test_a_database_that_does_not_answer_is_a_page_that_says_when_to_come_back(
    served: InProcess,
):
    _, path = await _button(served)
    engine: Engine = vars(served.store)["_engine"]

    def fail(*_: Any) -> None:
        raise OperationalError("SELECT", {}, sqlite3.OperationalError("disk I/O error"))

    event.listen(engine, "before_cursor_execute", fail)
    try:
        refused = await served.stranger.get(path)
    finally:
        event.remove(engine, "before_cursor_execute", fail)
    assert (refused.status_code, refused.headers["content-type"]) == (
        503,
        "text/html; charset=utf-8",
    )
    assert 1 <= int(refused.headers["retry-after"]) <= 5


async def _verified(served: InProcess, path: str, task_id: str, **said: Any) -> httpx.Response:
    """Confirm, and have the verifier say this of the answer."""
    confirming = asyncio.create_task(served.stranger.post(path))
    while (submitted := (await served.server.tasks.get(task_id)).task).status != "submitted":
        await asyncio.sleep(0.01)
    assert (await served.stranger.get(path)).status_code == 409
    once_more = await served.stranger.post(path)
    assert (once_more.status_code, "is being checked" in once_more.text) == (200, True)
    await served.server.tasks.judge(task_id, submitted.version, Judgement(**said))
    return await confirming


async def test_who_confirms_is_told_what_the_verifier_says(served: InProcess):
    # No verifier is asked: the test says what it says.
    away = Carrier(NotSetUp("the test is the verifier"), recording.nothing, MESSAGES)
    served.server.jobs.relay.carry("verification", away)
    draft = a_draft(
        response_schema=YES_OR_NO,
        verifier_config={"provider": "claude", "instructions": "x", "max_attempts": 2},
        verifier="claude",
        max_attempts=2,
    )
    task_id = await served.unadmitted(draft)
    first = await _path(served, task_id)
    refused = await _verified(served, first, task_id, passed=False, reason="No <em>reason</em>.")
    assert (refused.status_code, "was not accepted" in refused.text) == (200, True)
    assert "No &lt;em&gt;reason&lt;/em&gt;." in refused.text
    assert "another mail" in refused.text
    # The link was used up with the first answer; the next mail has another.
    assert (await served.stranger.post(first)).status_code == 410
    passed = await _verified(
        served, await _path(served, task_id), task_id, passed=True, reason="ok"
    )
    assert (passed.status_code, "was recorded" in passed.text) == (200, True)
