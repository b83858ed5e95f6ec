"""What a browser keeps for us, and what other sites can make it send (S9)."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from awaithumans.server.api import contract
from tests.contract.conftest import hold_to_contract
from tests.support.bodies import refund
from tests.support.inprocess import InProcess, cookies_of, in_process

_SUE = {"email": "sue@example.com", "password": "correct horse battery"}
_LIFETIMES = {"awaithumans_session": 7 * 24 * 3600, "awaithumans_device": 180 * 24 * 3600}
_PLAIN, _ENCRYPTED = "http://testserver", "https://humans.example.com"
_FOREIGN = [
    "https://evil.example",
    "http://testserver:8080",
    "http://testserver.evil.example",
    "https://humans.example.com:8443",
    "https://evil.humans.example.com",
    "null",
]


@pytest.fixture(params=[_PLAIN, _ENCRYPTED])
async def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[InProcess]:
    """A server that people reach without encryption, and one that they reach with it."""
    async with in_process(tmp_path / "data", public_url=request.param) as running:
        await hold_to_contract(running.client, running.stranger)
        yield running


@pytest.fixture
async def encrypted(tmp_path: Path) -> AsyncIterator[InProcess]:
    async with in_process(tmp_path / "data", public_url=_ENCRYPTED) as running:
        await hold_to_contract(running.client, running.stranger)
        yield running


async def _set_up(served: InProcess, browser: httpx.AsyncClient) -> httpx.Response:
    token = await served.server.first_run.print_token()
    return await browser.post("/api/setup/operator", json={"token": token, **_SUE})


def _named(served: InProcess, name: str) -> str:
    return f"__Host-{name}" if served.server.base_url == _ENCRYPTED else name


async def test_the_cookies_are_for_this_server_alone_and_out_of_reach(anywhere: InProcess):
    browser = anywhere.browser()
    made = await _set_up(anywhere, browser)
    entered = await browser.post("/api/auth/login", json=_SUE)
    assert (made.status_code, entered.status_code) == (201, 200)
    for response in (made, entered):
        cookies = cookies_of(response)
        assert set(cookies) == {_named(anywhere, name) for name in _LIFETIMES}
        for name, lifetime in _LIFETIMES.items():
            cookie = cookies[_named(anywhere, name)]
            assert (cookie["httponly"], cookie["path"], cookie["domain"]) == (True, "/", "")
            assert cookie["samesite"].lower() == "lax"
            assert bool(cookie["secure"]) == (anywhere.server.base_url == _ENCRYPTED)
            assert (int(cookie["max-age"]), len(cookie.value) >= 40) == (lifetime, True)


async def test_signing_out_drops_the_session_and_keeps_the_proof_of_the_browser(
    anywhere: InProcess,
):
    browser = anywhere.browser()
    await _set_up(anywhere, browser)
    left = await browser.post("/api/auth/logout")
    (name, cookie), *others = cookies_of(left).items()
    assert (left.status_code, name, others) == (204, _named(anywhere, "awaithumans_session"), [])
    assert (cookie["max-age"], cookie.value, cookie["path"]) == ("0", "", "/")
    assert bool(cookie["secure"]) == (anywhere.server.base_url == _ENCRYPTED)
    assert (await browser.get("/api/auth/me")).status_code == 401
    assert [kept.name for kept in browser.cookies.jar] == [_named(anywhere, "awaithumans_device")]


async def test_the_cookie_counts_by_its_own_name_only(anywhere: InProcess):
    made = await _set_up(anywhere, anywhere.browser())
    value = cookies_of(made)[_named(anywhere, "awaithumans_session")].value
    answers = {
        name: (await anywhere.browser(headers={"Cookie": f"{name}={value}"}).get("/api/auth/me"))
        for name in ("awaithumans_session", "__Host-awaithumans_session", "awaithumans_device")
    }
    right = [name for name, answer in answers.items() if answer.status_code == 200]
    assert right == [_named(anywhere, "awaithumans_session")]


async def test_each_sign_in_has_secrets_of_its_own_and_a_known_browser_keeps_its_proof(
    anywhere: InProcess,
):
    browser = anywhere.browser()
    first = cookies_of(await _set_up(anywhere, browser))
    again = cookies_of(await browser.post("/api/auth/login", json=_SUE))
    elsewhere = cookies_of(await anywhere.browser().post("/api/auth/login", json=_SUE))
    session, device = (_named(anywhere, name) for name in _LIFETIMES)
    assert len({made[session].value for made in (first, again, elsewhere)}) == 3
    assert first[device].value == again[device].value != elsewhere[device].value


async def test_what_the_browser_keeps_is_not_in_the_database(served: InProcess, tmp_path: Path):
    made = await _set_up(served, served.browser())
    key = (await served.client.post("/api/admin/keys", json={"name": "agent"})).json()["key"]
    database = sqlite3.connect(tmp_path / "data" / "awaithumans.db")
    stored = "\n".join(database.iterdump())
    database.close()
    for secret in (*(cookie.value for cookie in cookies_of(made).values()), key):
        assert secret not in stored
    assert _SUE["password"] not in stored
    assert "$argon2id$" in stored


@pytest.mark.parametrize("origin", _FOREIGN)
async def test_another_site_signs_nobody_in_and_makes_no_operator(anywhere: InProcess, origin: str):
    if origin == "https://evil.humans.example.com":
        origin = anywhere.server.base_url.replace("//", "//evil.")
    foreign = anywhere.browser(headers={"Origin": origin})
    token = await anywhere.server.first_run.print_token()
    body = {"token": token, **_SUE}
    for path, sent in (("/api/setup/operator", body), ("/api/auth/login", _SUE)):
        refused = await foreign.post(path, json=sent)
        assert (refused.status_code, refused.json()["error_code"]) == (403, "FORBIDDEN")
        assert "set-cookie" not in refused.headers
    own = anywhere.browser(headers={"Origin": anywhere.server.base_url})
    assert (await own.post("/api/setup/operator", json=body)).status_code == 201
    assert (await own.post("/api/auth/login", json=_SUE)).status_code == 200


# What Slack sends is known by its signature alone (tests/channels/slack): no cookie counts there.
_SIGNED = ("/api/channels/slack/interactions", "/api/channels/slack/events")


def _writes() -> list[tuple[str, str]]:
    paths: dict[str, dict[str, Any]] = contract.document()["paths"]
    return [
        (method.upper(), path.replace("{", "").replace("}", ""))
        for path, item in paths.items()
        for method in item
        if method in ("post", "put", "patch", "delete") and path not in _SIGNED
    ]


async def test_no_write_is_taken_from_another_site(served: InProcess):
    olga = await served.person("olga@example.com", "operator")
    writes = _writes()
    assert len(writes) >= 15
    for method, path in writes:
        foreign = {"Origin": "https://evil.example"}
        refused = await olga.browser.request(method, path, headers=foreign)
        assert refused.status_code == 403, path
        assert "FORBIDDEN" in refused.text
        assert "another site" in refused.text


async def test_the_same_host_without_encryption_is_another_site(encrypted: InProcess):
    olga = await encrypted.person("olga@example.com", "operator")
    foreign = {"Origin": _ENCRYPTED.replace("https", "http")}
    refused = await olga.browser.post("/api/tasks", json=refund(), headers=foreign)
    assert (refused.status_code, refused.json()["error_code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize("origin", ["http://[evil", "http://]", "evil", "", "http://a b", "\xff"])
async def test_an_origin_that_is_no_address_is_another_site(served: InProcess, origin: str):
    olga = await served.person("olga@example.com", "operator")
    headers = {b"Origin": origin.encode("latin-1")}
    refused = await olga.browser.post("/api/auth/logout", headers=headers)
    assert (refused.status_code, refused.json()["error_code"]) == (403, "FORBIDDEN")


async def test_credentials_that_a_browser_adds_on_its_own_open_no_door_for_another_site(
    served: InProcess,
):
    olga = await served.person("olga@example.com", "operator")
    # A proxy that asks for a name and a password has browsers send them with every request.
    foreign = {"Origin": "https://evil.example", "Authorization": "Basic b2xnYTpzZWNyZXQ="}
    refused = await olga.browser.post("/api/tasks", json=refund(), headers=foreign)
    assert refused.status_code in (401, 403)
    assert (await served.client.get("/api/tasks")).json()["items"] == []


async def test_no_other_site_may_read(served: InProcess):
    asking = {"Origin": "https://other.example", "Access-Control-Request-Method": "POST"}
    asked = await served.stranger.options("/api/tasks", headers=asking)
    read = await served.client.get("/api/tasks", headers={"Origin": "https://other.example"})
    assert (asked.status_code, read.status_code) == (405, 200)
    for response in (asked, read):
        assert [name for name in response.headers if name.startswith("access-control")] == []
