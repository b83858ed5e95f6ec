"""How long signing in takes: the same whether the address exists or not (S6)."""

import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import argon2
import pytest

from tests.contract.conftest import hold_to_contract
from tests.support.inprocess import InProcess, in_process
from tests.support.timing import in_time

_RIGHT, _WRONG = "correct horse battery", "wrong horse battery"
_PEOPLE = {
    "with a password": {"password": _RIGHT},
    "inactive": {"password": _RIGHT, "active": False},
    "without a password": {},
    "unknown": None,
}


class _Counting(argon2.PasswordHasher):
    """Notes the cost of each password that it checks."""

    def __init__(self, checked: list[argon2.Parameters]) -> None:
        super().__init__(1, 1024, 1)
        self.checked = checked

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 -- its name
        self.checked.append(argon2.extract_parameters(str(hash)))
        return super().verify(hash, password)


@pytest.fixture
def checked() -> list[argon2.Parameters]:
    """The cost of each password that the server has checked."""
    return []


@pytest.fixture
async def peopled(checked: list[argon2.Parameters], tmp_path: Path) -> AsyncIterator[InProcess]:
    """A server with somebody of each kind, that counts what it checks."""
    async with in_process(tmp_path / "data", hasher=_Counting(checked)) as served:
        await hold_to_contract(served.client, served.stranger)
        await _fill(served)
        yield served


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[InProcess]:
    """A server on which a password costs what it does."""
    async with in_process(tmp_path / "data", hasher=None) as served:
        await hold_to_contract(served.client, served.stranger)
        yield served


async def _fill(served: InProcess) -> None:
    for name, fields in _PEOPLE.items():
        if fields is not None:
            body = {"email": _address(name), **fields}
            made = await served.client.post("/api/admin/users", json=body)
            assert made.status_code == 201, made.text


def _address(name: str) -> str:
    return f"{name.replace(' ', '-')}@example.com"


async def _status(served: InProcess, name: str, host: str = "192.0.2.1") -> int:
    body = {"email": _address(name), "password": _WRONG}
    return (await served.browser(host).post("/api/auth/login", json=body)).status_code


async def test_one_password_of_the_same_cost_is_checked_whoever_it_is(
    peopled: InProcess, checked: list[argon2.Parameters]
):
    for name in _PEOPLE:
        before = len(checked)
        assert await _status(peopled, name) == 401
        assert len(checked) == before + 1
    assert all(cost == checked[0] for cost in checked)


async def test_nothing_is_checked_for_who_has_to_wait(
    peopled: InProcess, checked: list[argon2.Parameters]
):
    for name in _PEOPLE:
        for _ in range(10):
            assert await _status(peopled, name) == 401
        before = len(checked)
        assert await _status(peopled, name) == 429
        assert len(checked) == before


@pytest.mark.quiet
async def test_an_address_that_exists_is_not_told_by_the_time(served: InProcess):
    await _fill(served)
    await _status(served, "unknown")
    took: dict[str, list[float]] = {name: [] for name in _PEOPLE}
    for number in range(9):
        for name, times in took.items():
            started = time.perf_counter()
            assert await _status(served, name, f"192.0.2.{number}") == 401
            times.append(time.perf_counter() - started)
    fastest = {name: min(times) for name, times in took.items()}
    print({name: f"{seconds * 1000:.1f} ms" for name, seconds in fastest.items()})
    # A check that is left out would make it ten times as fast.
    in_time(max(fastest.values()), 2 * min(fastest.values()))


@pytest.mark.quiet
async def test_a_busy_machine_keeps_nobody_from_signing_in(served: InProcess):
    await _fill(served)
    with ExitStack() as busy:
        for _ in range(os.cpu_count() or 1):
            program = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            busy.callback(program.wait)
            busy.callback(program.kill)
        began = time.perf_counter()
        assert await _status(served, "with a password", "192.0.2.1") == 401
        in_time(time.perf_counter() - began, 3)
