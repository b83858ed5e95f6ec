"""Many who sign in at once: none gets an attempt too many, and nobody is mistaken (S6)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher, extract_parameters

from tests.contract.conftest import hold_to_contract
from tests.support.inprocess import InProcess, in_process

_SUE = "sue@example.com"
_RIGHT, _WRONG = "correct horse battery", "wrong horse battery"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[InProcess]:
    """A server on which a password costs what it does: meanwhile others come between."""
    async with in_process(tmp_path / "data", hasher=None) as running:
        await hold_to_contract(running.client, running.stranger)
        yield running


async def _enter(served: InProcess, password: str, host: str, email: str = _SUE) -> httpx.Response:
    body = {"email": email, "password": password}
    return await served.browser(host).post("/api/auth/login", json=body)


async def _add(served: InProcess, email: str = _SUE) -> str:
    made = await served.client.post("/api/admin/users", json={"email": email, "password": _RIGHT})
    return f"/api/admin/users/{made.json()['id']}"


@pytest.mark.parametrize("before", [0, 1, 9])
async def test_many_attempts_at_once_are_no_more_than_one_after_the_other(
    served: InProcess, before: int
):
    await _add(served)
    host = "198.51.100.7"
    first = [(await _enter(served, _WRONG, host)).status_code for _ in range(before)]
    rest = await asyncio.gather(*(_enter(served, _WRONG, host) for _ in range(30)))
    answers = first + [answer.status_code for answer in rest]
    assert (answers.count(401), answers.count(429)) == (10, 20 + before)
    assert (await _enter(served, _RIGHT, host)).status_code == 429


async def test_many_people_at_once_are_each_taken_for_themselves(served: InProcess):
    people = [f"person{number}@example.com" for number in range(12)]
    for email in people:
        await _add(served, email)
    answers = await asyncio.gather(
        *(_enter(served, _RIGHT, "198.51.100.7", email) for email in people)
    )
    assert [answer.json()["email"] for answer in answers] == people


@pytest.mark.parametrize("change", ["password", "deactivation", "deletion"])
async def test_who_loses_access_while_they_sign_in_is_not_let_in(served: InProcess, change: str):
    for number in range(4):
        person = await _add(served, f"person{number}@example.com")
        ways = {
            "password": ("POST", f"{person}/password", {"password": "another horse battery"}),
            "deactivation": ("PATCH", person, {"active": False}),
            "deletion": ("DELETE", person, None),
        }
        method, path, body = ways[change]
        browser = served.browser()
        login = {"email": f"person{number}@example.com", "password": _RIGHT}
        entering = asyncio.create_task(browser.post("/api/auth/login", json=login))
        await asyncio.sleep(0.01 * number)
        done = await served.client.request(method, path, json=body)
        assert done.status_code in (200, 204)
        assert (await entering).status_code in (200, 401)
        assert (await browser.get("/api/auth/me")).status_code == 401


async def test_a_hash_of_another_cost_is_renewed_and_lets_everybody_in_meanwhile(
    served: InProcess,
):
    address = await _add(served)
    account = await served.store.read(lambda tx: tx.account_by_email(_SUE))
    assert account is not None
    assert account.password_hash is not None
    old = replace(account, password_hash=PasswordHasher(2, 1024, 1).hash(_RIGHT))
    await served.store.write(lambda tx: tx.save_account(old))
    answers = await asyncio.gather(*(_enter(served, _RIGHT, "198.51.100.7") for _ in range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6
    renewed = await served.store.read(lambda tx: tx.account_by_email(_SUE))
    assert renewed is not None
    assert renewed.password_hash is not None
    assert extract_parameters(renewed.password_hash) == extract_parameters(account.password_hash)
    assert (await served.client.get(address)).json()["has_password"] is True
    assert (await _enter(served, _RIGHT, "198.51.100.7")).status_code == 200
