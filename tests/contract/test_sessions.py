"""The first operator, signing in and out, and who a caller is."""

import asyncio

import httpx
import pytest

from tests.support.bodies import refund
from tests.support.inprocess import InProcess, cookies_of
from tests.support.process import TOKEN

_COOKIE = "awaithumans_session"
_PASSWORD = "correct horse battery"
_SUE = {"email": "sue@example.com", "password": _PASSWORD}
_DAY = 24 * 3600
_WEEK = 7 * _DAY


async def _token(served: InProcess) -> str:
    token = await served.server.first_run.print_token()
    assert token is not None
    return token


async def _set_up(served: InProcess, token: str, **changes: str) -> httpx.Response:
    # Without what the client remembers: each of these is a browser of its own.
    body = {"token": token, "display_name": "Sue", **_SUE} | changes
    response = await served.stranger.post("/api/setup/operator", json=body)
    served.stranger.cookies.clear()
    return response


async def _login(served: InProcess, **changes: str) -> httpx.Response:
    response = await served.stranger.post("/api/auth/login", json=_SUE | changes)
    served.stranger.cookies.clear()
    return response


@pytest.fixture
async def signed_in(served: InProcess) -> dict[str, str]:
    """The headers of a browser in which the first operator is signed in."""
    response = await _set_up(served, await _token(served))
    return _cookie_of(response)


def _cookie_of(response: httpx.Response) -> dict[str, str]:
    return {"Cookie": f"{_COOKIE}={cookies_of(response)[_COOKIE].value}"}


async def test_the_setup_token_makes_one_operator_and_signs_them_in(served: InProcess):
    assert (await served.stranger.get("/api/setup/status")).json() == {"setup_required": True}
    token = await _token(served)
    made = await _set_up(served, token)
    assert made.status_code == 201
    me = (await served.stranger.get("/api/auth/me", headers=_cookie_of(made))).json()
    assert me == made.json()
    assert (me["kind"], me["email"], me["display_name"]) == ("operator", _SUE["email"], "Sue")
    assert (await served.stranger.get("/api/setup/status")).json() == {"setup_required": False}
    again = await _set_up(served, token, email="eve@example.com")
    assert (again.status_code, again.json()["error_code"]) == (409, "SETUP_CLOSED")
    assert await served.server.first_run.print_token() is None


async def test_of_two_at_once_with_the_setup_token_one_becomes_operator(served: InProcess):
    token = await _token(served)
    emails = [f"eve{number}@example.com" for number in range(6)]
    answers = await asyncio.gather(*(_set_up(served, token, email=email) for email in emails))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    logins = await asyncio.gather(*(_login(served, email=email) for email in emails))
    assert sorted(answer.status_code for answer in logins) == [200] + [401] * 5


async def test_a_new_setup_token_takes_the_place_of_the_one_before(served: InProcess):
    old, new = await _token(served), await _token(served)
    refused = await _set_up(served, old)
    assert (refused.status_code, refused.json()["error_code"]) == (403, "SETUP_TOKEN_INVALID")
    assert (await _set_up(served, new)).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [("password", "elevenchars"), ("password", "x" * 257), ("email", "sue"), ("display_name", "")],
)
async def test_a_setup_that_breaks_the_contract_leaves_the_token_as_it_was(
    served: InProcess, field: str, value: str
):
    token = await _token(served)
    refused = await _set_up(served, token, **{field: value})
    assert (refused.status_code, refused.json()["errors"][0]["loc"]) == (422, ["body", field])
    assert (await _set_up(served, token)).status_code == 201


async def test_signing_in_takes_the_address_in_any_case(served: InProcess):
    await _set_up(served, await _token(served))
    answer = await _login(served, email="SUE@Example.com")
    assert (answer.status_code, answer.json()["email"]) == (200, "sue@example.com")


async def test_a_wrong_password_and_an_unknown_address_are_told_the_same(served: InProcess):
    await _set_up(served, await _token(served))
    wrong = await _login(served, password="wrong horse battery")
    unknown = await _login(served, email="eve@example.com")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert "set-cookie" not in wrong.headers


async def test_each_sign_in_is_a_session_of_its_own(served: InProcess, signed_in: dict[str, str]):
    other = _cookie_of(await _login(served))
    assert other != signed_in
    left = await served.stranger.post("/api/auth/logout", headers=other)
    assert left.status_code == 204
    gone = await served.stranger.get("/api/auth/me", headers=other)
    assert gone.status_code == 401
    assert (await served.stranger.get("/api/auth/me", headers=signed_in)).status_code == 200


async def _lives(served: InProcess, session: dict[str, str]) -> bool:
    return (await served.stranger.get("/api/auth/me", headers=session)).status_code == 200


async def test_a_session_ends_with_its_week_however_busy(
    served: InProcess, signed_in: dict[str, str]
):
    for _ in range(13):
        served.clock.advance(_DAY / 2)
        assert await _lives(served, signed_in)
    served.clock.advance(_DAY / 2 - 1)
    assert await _lives(served, signed_in)
    served.clock.advance(1)
    assert not await _lives(served, signed_in)


async def test_a_session_that_is_left_alone_ends_with_its_day(
    served: InProcess, signed_in: dict[str, str]
):
    served.clock.advance(_DAY - 1)
    assert await _lives(served, signed_in)
    served.clock.advance(_DAY - 1)
    assert await _lives(served, signed_in)
    served.clock.advance(_DAY)
    assert not await _lives(served, signed_in)


async def test_each_caller_is_told_who_they_are(served: InProcess, signed_in: dict[str, str]):
    agent = (await served.client.get("/api/auth/me")).json()
    assert agent == {
        "kind": "admin_token",
        "user_id": None,
        "email": None,
        "display_name": None,
        "scopes": [],
        "task_id": None,
    }
    operator = (await served.stranger.get("/api/auth/me", headers=signed_in)).json()
    assert (operator["kind"], operator["user_id"][:4]) == ("operator", "usr_")
    assert (await served.stranger.get("/api/auth/me")).status_code == 401


async def test_a_token_beats_a_cookie_and_a_wrong_one_too(
    served: InProcess, signed_in: dict[str, str]
):
    both = signed_in | {"Authorization": f"Bearer {TOKEN}"}
    assert (await served.stranger.get("/api/auth/me", headers=both)).json()["kind"] == "admin_token"
    wrong = signed_in | {"Authorization": "Bearer wrong"}
    assert (await served.stranger.get("/api/auth/me", headers=wrong)).status_code == 401


async def test_signing_out_with_a_token_ends_nothing(served: InProcess, signed_in: dict[str, str]):
    assert (await served.client.post("/api/auth/logout")).status_code == 204
    assert (await served.stranger.get("/api/auth/me", headers=signed_in)).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://testserver:8080", "http://testserver.evil", "null"]
)
async def test_a_write_by_cookie_from_another_site_is_refused(
    served: InProcess, signed_in: dict[str, str], origin: str
):
    foreign = signed_in | {"Origin": origin}
    refused = await served.stranger.post("/api/tasks", json=refund(), headers=foreign)
    assert (refused.status_code, refused.json()["error_code"]) == (403, "FORBIDDEN")
    assert (await served.stranger.post("/api/auth/logout", headers=foreign)).status_code == 403
    assert (await served.client.get("/api/tasks")).json()["items"] == []


async def test_what_is_no_write_or_no_cookie_is_taken_from_any_site(
    served: InProcess, signed_in: dict[str, str]
):
    foreign = {"Origin": "https://other.example"}
    read = await served.stranger.get("/api/tasks", headers=signed_in | foreign)
    assert read.status_code == 200
    assert "access-control-allow-origin" not in read.headers
    written = await served.client.post("/api/tasks", json=refund(), headers=foreign)
    assert written.status_code == 201
    own = signed_in | {"Origin": "http://testserver"}
    assert (await served.stranger.post("/api/tasks", json=refund(), headers=own)).status_code == 201


async def test_who_acts_is_said_by_the_session_and_not_by_the_body(
    served: InProcess, signed_in: dict[str, str]
):
    task = (await served.client.post("/api/tasks", json=refund())).json()
    body = {"response": {"approved": True}, "completed_by_email": "eve@example.com"}
    address = f"/api/tasks/{task['id']}"
    done = await served.stranger.post(f"{address}/complete", json=body, headers=signed_in)
    assert (done.json()["completed_by_email"], done.json()["completed_via_channel"]) == (
        "sue@example.com",
        "dashboard",
    )
    audit = (await served.client.get(f"{address}/audit")).json()["items"]
    assert (audit[-1]["actor_type"], audit[-1]["actor_email"]) == ("operator", "sue@example.com")
    assert "eve" not in str(audit)
