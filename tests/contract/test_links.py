"""Links that open a task: looking changes nothing, following works once, for that task only."""

import asyncio
import re
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.conftest import hold_to_contract
from tests.support.bodies import APPROVED, refund
from tests.support.inprocess import InProcess, cookies_of, in_process

_SUE, _OUTSIDER = "sue@example.com", "ann@elsewhere.example"
_HOUR, _DAY = 3600, 24 * 3600


async def _task(served: InProcess, **changes: Any) -> str:
    made = await served.client.post("/api/tasks", json=refund(**changes))
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def _link(served: InProcess, email: str = _SUE, **changes: Any) -> tuple[str, str]:
    """Return a new task, and the path of a link to it."""
    task_id = await _task(served, **changes)
    return task_id, f"/api/links/{await served.link(task_id, email)}"


def _database(folder: Path) -> str:
    database = sqlite3.connect(folder / "data" / "awaithumans.db")
    try:
        return "\n".join(database.iterdump())
    finally:
        database.close()


@pytest.mark.parametrize("headers", [{}, {"Sec-Purpose": "prefetch"}, {"Purpose": "prefetch"}])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_looking_at_a_link_changes_nothing_whatever_looks(
    served: InProcess, tmp_path: Path, method: str, headers: dict[str, str]
):
    _, path = await _link(served)
    before = _database(tmp_path)
    for _ in range(3):
        seen = await served.stranger.request(method, path, headers=headers)
        assert (seen.status_code, "set-cookie" in seen.headers) == (200, False)
    assert _database(tmp_path) == before


async def test_the_page_says_which_task_and_for_whom_and_nothing_of_its_payload(served: InProcess):
    payload = {"amount": 4711, "customer": "cus_secret"}
    _, path = await _link(served, task="Pay <b>Ann</b>?", payload=payload)
    page = await served.stranger.get(path)
    assert "Pay &lt;b&gt;Ann&lt;/b&gt;?" in page.text
    assert _SUE in page.text
    assert "4711" not in page.text
    assert "cus_secret" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert (page.headers["referrer-policy"], page.headers["cache-control"]) == (
        "strict-origin",
        "no-store",
    )


async def test_following_a_link_lets_a_browser_answer_its_task_and_no_other(served: InProcess):
    task_id, path = await _link(served, _OUTSIDER)
    other = await _task(served)
    browser = served.browser()
    followed = await browser.post(path, content=b"", headers={"Origin": "http://testserver"})
    assert (followed.status_code, followed.headers["location"]) == (303, f"/task?id={task_id}")
    me = (await browser.get("/api/auth/me")).json()
    assert me == {
        "kind": "link",
        "user_id": None,
        "email": _OUTSIDER,
        "display_name": None,
        "scopes": [],
        "task_id": task_id,
    }
    assert (await browser.get(f"/api/tasks/{other}")).status_code == 403
    assert (await browser.get("/api/tasks")).status_code == 403
    assert (await browser.get("/api/events?timeout=1")).status_code == 403
    for action in ("open", "claim"):
        assert (await browser.post(f"/api/tasks/{task_id}/{action}")).status_code == 200
    done = await browser.post(f"/api/tasks/{task_id}/complete", json=APPROVED)
    assert done.status_code == 200
    assert (done.json()["completed_by_email"], done.json()["completed_via_channel"]) == (
        _OUTSIDER,
        "email",
    )
    assert (await browser.get(f"/api/tasks/{task_id}/audit")).status_code == 403
    history = (await served.client.get(f"/api/tasks/{task_id}/audit")).json()["items"]
    assert {(line["actor_type"], line["actor_email"]) for line in history[1:]} == {
        ("reviewer", _OUTSIDER)
    }


async def test_whoever_came_by_a_link_does_not_see_who_else_is_asked(served: InProcess):
    others = {
        "notify": ["email:boss@example.com", "slack:#approvals"],
        "assign_to": {"emails": [_OUTSIDER, "boss@example.com"]},
        "task_metadata": {"case": "internal-4711"},
    }
    task_id, path = await _link(served, _OUTSIDER, **others)
    browser = served.browser()
    await browser.post(path, content=b"", headers={"Origin": "http://testserver"})
    for seen in (
        await browser.get(f"/api/tasks/{task_id}"),
        await browser.post(f"/api/tasks/{task_id}/open"),
        await browser.post(f"/api/tasks/{task_id}/claim"),
        await browser.post(f"/api/tasks/{task_id}/complete", json=APPROVED),
    ):
        assert seen.status_code == 200
        assert "boss@example.com" not in seen.text
        assert "approvals" not in seen.text
        assert "internal-4711" not in seen.text


@pytest.mark.parametrize("public_url", ["http://testserver", "https://humans.example.com"])
async def test_the_cookie_is_for_this_server_alone_and_ends_with_the_task(
    tmp_path: Path, public_url: str
):
    async with in_process(tmp_path / "data", public_url=public_url) as served:
        await hold_to_contract(served.client, served.stranger)
        _, path = await _link(served, timeout_seconds=_HOUR)
        served.clock.advance(600)
        encrypted = public_url.startswith("https")
        name = "__Host-awaithumans_task" if encrypted else "awaithumans_task"
        followed = await served.stranger.post(path)
        ((found, cookie),) = cookies_of(followed).items()
        assert (found, cookie["max-age"], cookie["path"], cookie["domain"]) == (
            name,
            str(_HOUR - 600),
            "/",
            "",
        )
        assert (cookie["httponly"], cookie["samesite"], bool(cookie["secure"])) == (
            True,
            "lax",
            encrypted,
        )


async def test_twenty_who_follow_a_link_at_once_are_one(served: InProcess):
    _, path = await _link(served)
    answers = await asyncio.gather(*(served.browser().post(path) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 19
    late = await served.stranger.get(path)
    assert (late.status_code, "LINK_INVALID" in late.text) == (410, True)
    assert "Sign in to the dashboard" in late.text


def _pressing(page: httpx.Response) -> dict[str, str]:
    """Return what the button of a page sends."""
    press = re.search(r'name="press" value="([^"]+)"', page.text)
    assert press is not None
    return {"press": press[1]}


async def test_two_presses_on_one_button_are_one_though_the_first_answer_is_lost(
    served: InProcess,
):
    task_id, path = await _link(served)
    form = _pressing(await served.stranger.get(path))
    lost, other = served.browser(), served.browser()
    assert (await lost.post(path, data=form)).status_code == 303
    browser = served.browser()
    assert (await browser.post(path, data=form)).headers["location"] == f"/task?id={task_id}"
    assert (await browser.get(f"/api/tasks/{task_id}")).status_code == 200
    # Another page of the same link, or none of ours, is another browser.
    for another in (_pressing(await browser.get((await _link(served))[1])), {"press": "a"}, {}):
        assert (await other.post(path, data=another)).status_code == 410
    # Who signs out is not let in again by what their browser remembers.
    await browser.post("/api/auth/logout")
    assert (await browser.post(path, data=form)).status_code == 410


async def test_the_browser_that_followed_a_link_is_led_to_the_task_again(served: InProcess):
    task_id, path = await _link(served)
    browser = served.browser()
    for method in ("POST", "POST", "GET", "HEAD"):
        led = await browser.request(method, path)
        assert (led.status_code, led.headers["location"]) == (303, f"/task?id={task_id}")
    assert "set-cookie" not in led.headers
    # Another link to another task is another link.
    _, another = await _link(served)
    assert (await browser.get(another)).status_code == 200


@pytest.mark.parametrize(("timeout", "good_for"), [(_HOUR, _HOUR), (3 * _DAY, _DAY)])
async def test_a_link_and_its_browser_end_with_the_task_or_after_a_day(
    served: InProcess, timeout: int, good_for: int
):
    task_id, path = await _link(served, timeout_seconds=timeout)
    guest = await served.guest(task_id, _SUE)
    served.clock.advance(good_for - 1)
    assert (await served.stranger.get(path)).status_code == 200
    assert (await guest.get(f"/api/tasks/{task_id}")).status_code == 200
    served.clock.advance(1)
    for method in ("GET", "POST"):
        assert (await served.stranger.request(method, path)).status_code == 410
    assert (await guest.get(f"/api/tasks/{task_id}")).status_code == 401


@pytest.mark.parametrize("purpose", ["answer", "open"])
async def test_a_link_is_good_for_what_it_was_made_for_only(served: InProcess, purpose: Any):
    token = await served.link(await _task(served), _SUE, purpose)
    opening = await served.stranger.post(f"/api/links/{token}")
    answering = await served.stranger.get(f"/api/channels/email/action/{token}?choice=0")
    assert (opening.status_code == 303, answering.status_code == 410) == (
        (True, True) if purpose == "open" else (False, False)
    )


async def test_a_form_of_another_site_follows_no_link(served: InProcess, tmp_path: Path):
    _, path = await _link(served)
    before = _database(tmp_path)
    for origin in ("https://evil.example", "null"):
        refused = await served.stranger.post(path, headers={"Origin": origin})
        assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
        assert "another site" in refused.text
    assert _database(tmp_path) == before


async def test_who_may_operate_may_by_a_link_answer_its_task_only(served: InProcess):
    olga = await served.person("olga@example.com", "operator")
    task_id = await _task(served)
    guest = await served.guest(task_id, "olga@example.com")
    me = (await guest.get("/api/auth/me")).json()
    assert (me["kind"], me["user_id"]) == ("link", olga.id)
    assert (await guest.post(f"/api/tasks/{task_id}/cancel")).status_code == 403
    assert (await guest.get("/api/admin/users")).status_code == 403
    done = await guest.post(f"/api/tasks/{task_id}/complete", json=APPROVED)
    assert done.json()["completed_by_email"] == "olga@example.com"
    history = (await served.client.get(f"/api/tasks/{task_id}/audit")).json()["items"]
    assert history[-1]["actor_type"] == "reviewer"


_ENDINGS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "deactivation": ("PATCH", "", {"active": False}),
    "deletion": ("DELETE", "", None),
    "a new password": ("POST", "/password", {"password": "correct horse battery"}),
    "another address": ("PATCH", "", {"email": "sue@new.example"}),
}


@pytest.mark.parametrize("ending", _ENDINGS)
async def test_access_by_a_link_ends_with_the_next_request_after(served: InProcess, ending: str):
    sue = await served.person(_SUE)
    task_id, unused = await _link(served)
    guest = await served.guest(task_id, _SUE)
    assert (await guest.get(f"/api/tasks/{task_id}")).status_code == 200
    method, action, body = _ENDINGS[ending]
    done = await served.client.request(method, sue.path + action, json=body)
    assert done.is_success
    for request in (guest.get(f"/api/tasks/{task_id}"), guest.get("/api/auth/me")):
        assert (await request).status_code == 401
    answer = await guest.post(f"/api/tasks/{task_id}/complete", json=APPROVED)
    assert answer.status_code == 401
    # A new password ends what was begun before; the mailbox is still hers.
    expected = 200 if ending == "a new password" else 410
    assert (await served.stranger.get(unused)).status_code == expected


async def test_access_by_a_link_ends_with_the_task(served: InProcess):
    task_id, path = await _link(served)
    guest = await served.guest(task_id, _SUE)
    await served.client.delete(f"/api/tasks/{task_id}")
    assert (await guest.get(f"/api/tasks/{task_id}")).status_code == 401
    assert (await served.stranger.get(path)).status_code == 410


async def test_logging_out_ends_access_by_a_link(served: InProcess):
    task_id, path = await _link(served)
    browser = served.browser()
    await browser.post(path)
    secret = browser.cookies["awaithumans_task"]
    assert (await browser.post("/api/auth/logout")).status_code == 204
    assert "awaithumans_task" not in browser.cookies
    kept = served.browser(headers={"Cookie": f"awaithumans_task={secret}"})
    assert (await kept.get(f"/api/tasks/{task_id}")).status_code == 401


async def test_a_task_that_went_to_somebody_else_can_be_looked_at_and_not_answered(
    served: InProcess,
):
    task_id, _ = await _link(served)
    guest = await served.guest(task_id, _SUE)
    given = {"assign_to": {"email": "joe@example.com"}}
    assert (await served.client.post(f"/api/tasks/{task_id}/assign", json=given)).is_success
    assert (await guest.get(f"/api/tasks/{task_id}")).status_code == 200
    for action, body in (("open", None), ("complete", APPROVED)):
        refused = await guest.post(f"/api/tasks/{task_id}/{action}", json=body)
        assert (refused.status_code, refused.json()["error_code"]) == (403, "FORBIDDEN")
    assert (await guest.post(f"/api/tasks/{task_id}/claim")).status_code == 409


def _both(session: httpx.AsyncClient, guest: httpx.AsyncClient) -> dict[str, str]:
    return {"Cookie": f"{session.headers['cookie']}; {guest.headers['cookie']}"}


async def test_a_person_who_is_signed_in_stays_themselves_where_they_may_see_the_task(
    served: InProcess,
):
    olga = await served.person("olga@example.com", "operator")
    joe = await served.person("joe@example.com")
    task_id = await _task(served, assign_to={"email": _SUE})
    guest = await served.guest(task_id, _SUE)
    for person, kind, status in ((olga, "operator", 200), (joe, "reviewer", 403)):
        assert (await person.browser.get(f"/api/tasks/{task_id}")).status_code == status
        both = served.browser(headers=_both(person.browser, guest))
        assert (await both.get("/api/auth/me")).json()["kind"] == kind
        assert (await both.get("/api/tasks")).status_code == 200
        assert (await both.get(f"/api/tasks/{task_id}")).status_code == 200
        opened = await both.post(f"/api/tasks/{task_id}/open")
        assert opened.status_code == 200
    # Joe may not see it: the link counts, and its answer is Sue's.
    done = await both.post(f"/api/tasks/{task_id}/complete", json=APPROVED)
    assert done.json()["completed_by_email"] == _SUE


async def test_a_wrong_bearer_token_is_not_made_good_by_a_link(served: InProcess):
    task_id, _ = await _link(served)
    guest = await served.guest(task_id, _SUE)
    wrong = {"Authorization": "Bearer wrong"}
    assert (await guest.get(f"/api/tasks/{task_id}", headers=wrong)).status_code == 401
