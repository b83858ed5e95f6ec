"""How often signing in may fail, and whom that does not hold up (S6)."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.conftest import hold_to_contract
from tests.support.inprocess import InProcess, Person, in_process

_SUE = "sue@example.com"
_RIGHT, _WRONG = "correct horse battery", "wrong horse battery"
_HERE, _THERE = "198.51.100.7", "203.0.113.9"
_WINDOW = 15 * 60
_MONTHS = 180 * 24 * 3600


@pytest.fixture
async def sue(served: InProcess) -> Person:
    return await _added(served, _SUE)


@pytest.fixture
async def proxied(tmp_path: Path) -> AsyncIterator[InProcess]:
    """A server behind proxies in 10.0.0.0/8."""
    async with in_process(tmp_path / "data", trusted_proxies="10.0.0.0/8") as running:
        await hold_to_contract(running.client, running.stranger)
        await _added(running, _SUE)
        yield running


async def _added(served: InProcess, email: str, **fields: Any) -> Person:
    body = {"email": email, "password": _RIGHT, **fields}
    made = await served.client.post("/api/admin/users", json=body)
    assert made.status_code == 201, made.text
    return Person(made.json()["id"], email, served.browser(_HERE))


async def _enter(
    browser: httpx.AsyncClient, password: str = _RIGHT, email: str = _SUE, **headers: str
) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"email": email, "password": password}
    return await browser.post("/api/auth/login", json=body, headers=named)


async def _fail(browser: httpx.AsyncClient, times: int, email: str = _SUE, **headers: str) -> None:
    for _ in range(times):
        assert (await _enter(browser, _WRONG, email, **headers)).status_code == 401


def _wait(answer: httpx.Response) -> int:
    assert (answer.status_code, answer.json()["error_code"]) == (429, "TOO_MANY_ATTEMPTS")
    return int(answer.headers["retry-after"])


async def test_after_ten_failures_even_the_right_password_waits_until_the_oldest_is_forgotten(
    served: InProcess, sue: Person
):
    browser = served.browser(_HERE)
    for _ in range(10):
        await _fail(browser, 1)
        served.clock.advance(60)
    assert _wait(await _enter(browser)) == _WINDOW - 600
    served.clock.advance(_WINDOW - 601)
    assert _wait(await _enter(browser)) == 1
    served.clock.advance(1)
    await _fail(browser, 1)
    assert _wait(await _enter(browser)) == 60
    served.clock.advance(60)
    assert (await _enter(browser)).status_code == 200


async def test_what_is_refused_for_the_limit_makes_nobody_wait_longer(
    served: InProcess, sue: Person
):
    browser = served.browser(_HERE)
    await _fail(browser, 10)
    for passed in range(0, _WINDOW, 90):
        assert _wait(await _enter(browser, _WRONG)) == _WINDOW - passed
        served.clock.advance(90)
    assert (await _enter(browser)).status_code == 200


async def test_the_limit_says_how_many_minutes(served: InProcess, sue: Person):
    await _fail(served.browser(_HERE), 10)
    assert "in 15 minutes," in (await _enter(served.browser(_HERE))).json()["message"]
    served.clock.advance(_WINDOW - 60)
    assert "in 1 minute," in (await _enter(served.browser(_HERE))).json()["message"]


async def test_the_rightful_person_gets_in_from_elsewhere(served: InProcess, sue: Person):
    await _fail(served.browser(_HERE), 10)
    assert _wait(await _enter(served.browser(_HERE)))
    assert (await _enter(served.browser(_THERE))).status_code == 200
    assert _wait(await _enter(served.browser(_HERE)))


async def test_the_rightful_person_gets_in_with_a_browser_that_they_have_used(
    served: InProcess, sue: Person
):
    assert (await _enter(sue.browser)).status_code == 200
    await sue.browser.post("/api/auth/logout")
    await _fail(served.browser(_HERE), 10)
    assert _wait(await _enter(served.browser(_HERE)))
    assert (await _enter(sue.browser)).status_code == 200
    for number in range(9):
        await _fail(served.browser(_HERE), 10, f"person{number}@example.com")
    assert _wait(await _enter(served.browser(_HERE), email="another@example.com"))
    assert (await _enter(sue.browser)).status_code == 200


async def test_a_known_browser_has_a_limit_of_its_own(served: InProcess, sue: Person):
    assert (await _enter(sue.browser)).status_code == 200
    await _fail(sue.browser, 10)
    assert _wait(await _enter(sue.browser)) == _WINDOW
    assert (await _enter(served.browser(_HERE))).status_code == 200


async def test_the_proof_of_one_person_or_of_nobody_does_not_help_with_another(
    served: InProcess, sue: Person
):
    joe = await _added(served, "joe@example.com")
    assert (await _enter(joe.browser, email="joe@example.com")).status_code == 200
    await _fail(served.browser(_HERE), 10)
    assert _wait(await _enter(joe.browser))
    forged = served.browser(_HERE, {"Cookie": f"awaithumans_device={'x' * 43}"})
    assert _wait(await _enter(forged))


async def test_a_browser_that_two_people_share_is_known_for_both(served: InProcess, sue: Person):
    await _added(served, "joe@example.com")
    shared = sue.browser
    assert (await _enter(shared)).status_code == 200
    assert (await _enter(shared, email="joe@example.com")).status_code == 200
    for email in (_SUE, "joe@example.com"):
        await _fail(served.browser(_HERE), 10, email)
        assert (await _enter(shared, email=email)).status_code == 200


async def test_the_proof_of_a_browser_grows_old(served: InProcess, sue: Person):
    assert (await _enter(sue.browser)).status_code == 200
    value = sue.browser.cookies["awaithumans_device"]
    kept = served.browser(_HERE, {"Cookie": f"awaithumans_device={value}"})
    served.clock.advance(_MONTHS - 1)
    await _fail(served.browser(_HERE), 10)
    assert (await _enter(kept, _WRONG)).status_code == 401
    served.clock.advance(1)
    assert _wait(await _enter(kept))


async def test_a_new_password_forgets_the_browsers_of_before(served: InProcess, sue: Person):
    assert (await _enter(sue.browser)).status_code == 200
    await served.client.post(f"{sue.path}/password", json={"password": _RIGHT})
    await _fail(served.browser(_HERE), 10)
    assert _wait(await _enter(sue.browser))


async def test_signing_in_forgets_the_failures_of_the_address(served: InProcess, sue: Person):
    for _ in range(3):
        await _fail(served.browser(_HERE), 9)
        assert (await _enter(served.browser(_HERE))).status_code == 200


async def test_an_account_of_ones_own_makes_no_room_for_more(served: InProcess, sue: Person):
    await _added(served, "eve@example.com")
    for number in range(20):
        await _fail(served.browser(_HERE), 5, f"person{number}@example.com")
        if number < 19:
            own = served.browser(_HERE)
            assert (await _enter(own, email="eve@example.com")).status_code == 200
    for email in (_SUE, "eve@example.com", "person1@example.com", "nobody@example.com"):
        assert _wait(await _enter(served.browser(_HERE), email=email)) == _WINDOW
    assert (await _enter(served.browser(_THERE))).status_code == 200


async def test_an_address_counts_in_any_case(served: InProcess, sue: Person):
    for email in ("SUE@example.com", "Sue@Example.Com", _SUE) * 3:
        await _fail(served.browser(_HERE), 1, email)
    await _fail(served.browser(_HERE), 1)
    assert _wait(await _enter(served.browser(_HERE), email="sUe@example.com"))


@pytest.mark.parametrize("who", ["unknown", "inactive", "without a password"])
async def test_who_can_not_sign_in_is_told_the_same_as_who_could(
    served: InProcess, sue: Person, who: str
):
    other = f"{who.replace(' ', '-')}@example.com"
    if who == "inactive":
        await _added(served, other, active=False)
    elif who != "unknown":
        await served.client.post("/api/admin/users", json={"email": other})
    for _ in range(12):
        told = await _enter(served.browser(_HERE), _WRONG)
        same = await _enter(served.browser(_THERE), _WRONG, other)
        assert (told.status_code, told.text) == (same.status_code, same.text)
        assert told.headers.get("retry-after") == same.headers.get("retry-after")
    assert _wait(await _enter(served.browser(_THERE), email=other))


@pytest.mark.parametrize(
    "header", ["X_Forwarded_For", "X_Real_IP", "Forwarded", "CF_Connecting_IP"]
)
async def test_a_forged_header_dodges_nothing(served: InProcess, sue: Person, header: str):
    for number in range(10):
        await _fail(served.browser(_HERE), 1, **{header: f"192.0.2.{number}"})
    assert _wait(await _enter(served.browser(_HERE), **{header: "192.0.2.99"}))
    assert (await _enter(served.browser(_THERE))).status_code == 200


async def test_a_proxy_that_is_trusted_is_believed(proxied: InProcess):
    proxy = proxied.browser("10.0.0.1")
    await _fail(proxy, 10, X_Forwarded_For=_HERE)
    another = proxied.browser("10.9.9.9")
    assert _wait(await _enter(another, X_Forwarded_For=_HERE))
    assert (await _enter(another, X_Forwarded_For=_THERE)).status_code == 200


@pytest.mark.parametrize(
    "forwarded",
    [
        "192.0.2.{n}, 198.51.100.7",
        "192.0.2.{n}, 198.51.100.7, 10.0.0.2",
        "10.0.0.{n}, 192.0.2.{n}, 198.51.100.7, 10.0.0.3, 10.0.0.2",
        "nonsense {n},,198.51.100.7",
        "::{n}, 198.51.100.7:50{n}",
    ],
)
async def test_what_stands_left_of_the_first_stranger_is_not_believed(
    proxied: InProcess, forwarded: str
):
    for number in range(10):
        proxy = proxied.browser("10.0.0.1")
        await _fail(proxy, 1, X_Forwarded_For=forwarded.format(n=10 + number))
    assert _wait(await _enter(proxied.browser("10.0.0.1"), X_Forwarded_For=_HERE))
    assert (await _enter(proxied.browser("10.0.0.1"), X_Forwarded_For=_THERE)).status_code == 200


async def test_who_is_no_trusted_proxy_is_not_believed(proxied: InProcess):
    for number in range(10):
        await _fail(proxied.browser(_HERE), 1, X_Forwarded_For=f"192.0.2.{number}")
    assert _wait(await _enter(proxied.browser(_HERE), X_Forwarded_For="10.0.0.1"))


@pytest.mark.parametrize("forwarded", ["", "fe80::1%eth0", "[::1", "unknown", "\xff", "x" * 5000])
async def test_what_a_proxy_says_may_be_nonsense(proxied: InProcess, forwarded: str):
    headers = {b"X-Forwarded-For": forwarded.encode("latin-1")}
    body = {"email": _SUE, "password": _WRONG}
    tries = [
        await proxied.browser("10.0.0.1").post("/api/auth/login", json=body, headers=headers)
        for _ in range(11)
    ]
    assert [answer.status_code for answer in tries] == [401] * 10 + [429]


async def test_the_addresses_of_one_subscriber_count_together(served: InProcess, sue: Person):
    for number in range(10):
        await _fail(served.browser(f"2001:db8:0:1::{number:x}"), 1)
    assert _wait(await _enter(served.browser("2001:db8:0:1:ffff::1")))
    assert (await _enter(served.browser("2001:db8:0:2::1"))).status_code == 200
    await _fail(served.browser(f"::ffff:{_HERE}"), 10)
    assert _wait(await _enter(served.browser(_HERE)))
    assert (await _enter(served.browser(f"::ffff:{_THERE}"))).status_code == 200


async def test_the_count_survives_a_restart(tmp_path: Path):
    async with in_process(tmp_path) as first:
        await _added(first, _SUE)
        await _fail(first.browser(_HERE), 10)
    async with in_process(tmp_path, first.clock) as second:
        assert _wait(await _enter(second.browser(_HERE))) == _WINDOW
        second.clock.advance(_WINDOW)
        assert (await _enter(second.browser(_HERE))).status_code == 200


async def test_neither_addresses_nor_places_are_kept_with_the_failures(
    served: InProcess, tmp_path: Path
):
    await _fail(served.browser(_HERE), 3, "eve@example.com")
    database = sqlite3.connect(tmp_path / "data" / "awaithumans.db")
    (count,) = database.execute("SELECT count(*) FROM failed_sign_ins").fetchone()
    stored = "\n".join(database.iterdump())
    database.close()
    assert count == 6
    assert "eve@example.com" not in stored
    assert _HERE not in stored
