"""Access ends with the next request, however it ends (S5)."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.support.inprocess import InProcess, Person

_PASSWORD = "correct horse battery"

# What happens to somebody, by whom else: what is sent to the path of the person.
_EVENTS: dict[str, tuple[str, str, dict[str, object] | None]] = {
    "a new password": ("POST", "/password", {"password": "another horse battery"}),
    "no password any more": ("DELETE", "/password", None),
    "demotion": ("PATCH", "", {"is_operator": False}),
    "deactivation": ("PATCH", "", {"active": False}),
    "deletion": ("DELETE", "", None),
}


async def _added(served: InProcess, email: str, is_operator: bool = True) -> Person:
    """Add a person who signs in with a password, and sign them in."""
    body = {"email": email, "password": _PASSWORD, "is_operator": is_operator}
    made = await served.client.post("/api/admin/users", json=body)
    browser = await _signed_in(served, email)
    return Person(made.json()["id"], email, browser)


async def _signed_in(served: InProcess, email: str) -> httpx.AsyncClient:
    browser = served.browser()
    entered = await browser.post("/api/auth/login", json={"email": email, "password": _PASSWORD})
    assert entered.status_code == 200, entered.text
    return browser


async def _kind(browser: httpx.AsyncClient) -> str | None:
    """Return what the browser's session makes of whoever sits there; None when it has ended."""
    answer = await browser.get("/api/auth/me")
    assert answer.status_code in (200, 401)
    return answer.json()["kind"] if answer.status_code == 200 else None


@pytest.mark.parametrize("event", _EVENTS)
async def test_what_is_done_to_a_person_ends_each_of_their_sessions_and_nobody_elses(
    served: InProcess, event: str
):
    olga = await _added(served, "olga@example.com")
    sue = await _added(served, "sue@example.com")
    at_home = await _signed_in(served, "sue@example.com")
    assert [await _kind(one) for one in (sue.browser, at_home)] == ["operator"] * 2
    method, path, body = _EVENTS[event]
    done = await olga.browser.request(method, sue.path + path, json=body)
    assert done.status_code in (200, 204), done.text
    assert [await _kind(one) for one in (sue.browser, at_home)] == [None] * 2
    assert (await sue.browser.get("/api/tasks")).status_code == 401
    assert await _kind(olga.browser) == "operator"


async def test_signing_out_ends_this_session_for_good_and_no_other(served: InProcess):
    sue = await _added(served, "sue@example.com")
    at_home = await _signed_in(served, "sue@example.com")
    copied = served.browser(headers={"Cookie": _cookie(sue.browser)})
    assert await _kind(copied) == "operator"
    assert (await sue.browser.post("/api/auth/logout")).status_code == 204
    assert [await _kind(one) for one in (copied, at_home)] == [None, "operator"]


def _cookie(browser: httpx.AsyncClient) -> str:
    return f"awaithumans_session={browser.cookies['awaithumans_session']}"


async def test_a_session_that_has_ended_stays_ended_when_the_person_comes_back(served: InProcess):
    sue = await _added(served, "sue@example.com")
    await _added(served, "olga@example.com")
    for changes in ({"active": False}, {"active": True}, {"is_operator": True}):
        assert (await served.client.patch(sue.path, json=changes)).status_code == 200
    assert await _kind(sue.browser) is None
    assert await _kind(await _signed_in(served, "sue@example.com")) == "operator"


async def test_one_who_was_demoted_comes_back_as_a_reviewer(served: InProcess):
    await _added(served, "olga@example.com")
    sue = await _added(served, "sue@example.com")
    await served.client.patch(sue.path, json={"is_operator": False})
    again = await _signed_in(served, "sue@example.com")
    assert await _kind(again) == "reviewer"
    assert (await again.get("/api/admin/users")).status_code == 403


async def test_one_who_was_promoted_is_an_operator_with_the_next_request(served: InProcess):
    sue = await _added(served, "sue@example.com", is_operator=False)
    assert (await sue.browser.get("/api/admin/users")).status_code == 403
    await served.client.patch(sue.path, json={"is_operator": True})
    assert (await sue.browser.get("/api/admin/users")).status_code == 200


@pytest.mark.parametrize(
    "changes", [{"display_name": "Susan"}, {"pool": "claims"}, {"active": True}, {}]
)
async def test_what_takes_nothing_away_ends_nothing(served: InProcess, changes: dict[str, object]):
    sue = await _added(served, "sue@example.com")
    assert (await served.client.patch(sue.path, json=changes)).status_code == 200
    assert await _kind(sue.browser) == "operator"


@pytest.mark.parametrize("event", ["no password any more", "deactivation", "deletion"])
async def test_who_has_lost_access_can_not_sign_in(served: InProcess, event: str):
    await _added(served, "olga@example.com")
    sue = await _added(served, "sue@example.com")
    method, path, body = _EVENTS[event]
    await served.client.request(method, sue.path + path, json=body)
    login = {"email": "sue@example.com", "password": _PASSWORD}
    refused = await served.browser().post("/api/auth/login", json=login)
    assert (refused.status_code, refused.json()["error_code"]) == (401, "INVALID_CREDENTIALS")


async def test_after_a_new_password_the_old_one_is_wrong_and_the_new_one_right(served: InProcess):
    sue = await _added(served, "sue@example.com")
    await served.client.post(f"{sue.path}/password", json={"password": "another horse battery"})
    login = {"email": "sue@example.com", "password": _PASSWORD}
    assert (await served.browser().post("/api/auth/login", json=login)).status_code == 401
    login["password"] = "another horse battery"
    assert (await served.browser().post("/api/auth/login", json=login)).status_code == 200


async def _revoked(served: InProcess, key_id: str) -> None:
    assert (await served.client.delete(f"/api/admin/keys/{key_id}")).status_code == 204


async def _expired(served: InProcess, key_id: str) -> None:
    served.clock.advance(1)


@pytest.mark.parametrize("end", [_revoked, _expired])
async def test_a_key_that_has_ended_is_refused_with_the_next_request(
    served: InProcess, end: Callable[[InProcess, str], Awaitable[None]]
):
    body = {"name": "agent", "expires_in_seconds": 3600}
    made = (await served.client.post("/api/admin/keys", json=body)).json()
    agent, other = served.bearer(made["key"]), await served.key()
    served.clock.advance(3599)
    assert (await agent.get("/api/tasks")).status_code == 200
    await end(served, made["id"])
    refused = await agent.get("/api/tasks")
    assert (refused.status_code, refused.json()["error_code"]) == (401, "UNAUTHORIZED")
    assert (await other.get("/api/tasks")).status_code == 200
