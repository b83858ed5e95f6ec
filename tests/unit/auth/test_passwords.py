import asyncio
from typing import Literal

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from awaithumans.server.auth.passwords import Passwords

PASSWORD = "correct horse battery staple"


async def test_a_password_matches_what_was_kept_of_it_and_nothing_else(
    passwords: Passwords,
) -> None:
    kept = await passwords.hash(PASSWORD)
    assert PASSWORD not in kept
    assert kept != await passwords.hash(PASSWORD)
    assert await passwords.matches(kept, PASSWORD)
    assert not await passwords.matches(kept, PASSWORD + " ")
    assert not await passwords.matches(kept, "")


@pytest.mark.parametrize("kept", [None, "", "not a hash"])
async def test_nothing_matches_where_no_password_is_kept(
    passwords: Passwords, kept: str | None
) -> None:
    assert not await passwords.matches(kept, PASSWORD)
    assert not await passwords.matches(kept, "nobody's password")


async def test_it_takes_as_long_when_there_is_no_such_person() -> None:
    verified: list[str] = []

    class Noted(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 -- argon2's name
            verified.append(str(hash))
            return super().verify(hash, password)

    passwords = Passwords(Noted(time_cost=1, memory_cost=8, parallelism=1))
    await passwords.matches(None, PASSWORD)
    await passwords.matches(await passwords.hash(PASSWORD), PASSWORD)
    one, other = map(extract_parameters, verified)
    assert one == other
    passwords.close()


async def test_the_event_loop_goes_on_while_a_password_is_hashed() -> None:
    slow = Passwords()
    hashing = asyncio.create_task(slow.hash(PASSWORD))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10
    parameters = extract_parameters(hashing.result())
    # OWASP, Password Storage Cheat Sheet.
    assert parameters.type is Type.ID
    assert (parameters.time_cost, parameters.memory_cost, parameters.parallelism) == (1, 47104, 1)
    slow.close()


async def test_passwords_are_hashed_where_a_thread_has_no_priority_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: int) -> None:
        raise ProcessLookupError

    monkeypatch.setattr("os.setpriority", refuse)
    elsewhere = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    try:
        assert await elsewhere.matches(await elsewhere.hash(PASSWORD), PASSWORD)
    finally:
        elsewhere.close()


async def test_what_was_kept_with_other_parameters_is_renewed_and_what_was_not_is_left(
    passwords: Passwords,
) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert await passwords.matches(old, PASSWORD)
    fresh = await passwords.renewed(old, PASSWORD)
    assert fresh is not None
    assert await passwords.matches(fresh, PASSWORD)
    assert await passwords.renewed(fresh, PASSWORD) is None
