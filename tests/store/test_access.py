"""What lets people in, on a real database: sessions, browsers, failed attempts, keys."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher

from awaithumans.server.auth.callers import Callers
from awaithumans.server.auth.keys import Keys
from awaithumans.server.auth.limits import WINDOW
from awaithumans.server.auth.model import Caller
from awaithumans.server.auth.passwords import Passwords
from awaithumans.server.auth.sessions import Sessions, SignedIn
from awaithumans.server.auth.setup import FirstRun
from awaithumans.server.directory.credentials import LIFETIME, ApiKey, Failures, Session
from awaithumans.server.directory.service import Directory
from awaithumans.server.errors import (
    InvalidCredentials,
    SetupClosed,
    SetupTokenInvalid,
    TooManyAttempts,
)
from awaithumans.server.ids import new_id
from awaithumans.server.store.queries import Writer
from tests.store.kept import Kept, statements
from tests.support.made import NOW, TICK, an_account

PASSWORD, HOST = "correct horse battery staple", "192.0.2.1"
SUE, BOB = an_account("sue", id=new_id("usr", NOW)), an_account("bob")
AGO = timedelta(days=180)
EMAIL = "sue@example.com"


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    """Real argon2, with parameters that take no time."""
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield passwords
    passwords.close()


@pytest.fixture
async def people(kept: Kept) -> None:
    await kept.add_people(SUE, BOB)


@pytest.fixture
async def sessions(kept: Kept, people: None, passwords: Passwords) -> Sessions:
    """Sue can sign in, Bob can't."""
    await Directory(kept.store, passwords, kept.clock).set_password(SUE.id, PASSWORD)
    return Sessions(kept.store, passwords, kept.clock)


async def test_a_session_comes_back_with_whose_it_is(kept: Kept, people: None) -> None:
    session = Session("hash", SUE.id, NOW, NOW + TICK)
    await kept.store.write(lambda tx: tx.add_session(session, NOW - LIFETIME))
    assert await kept.store.read(lambda tx: tx.session("hash")) == (session, SUE)
    assert await kept.store.read(lambda tx: tx.session("other")) is None
    await kept.store.write(lambda tx: tx.touch_session("hash", NOW + LIFETIME))
    found = await kept.store.read(lambda tx: tx.session("hash"))
    assert found == (replace(session, last_seen_at=NOW + LIFETIME), SUE)
    await kept.store.write(lambda tx: tx.delete_session("hash"))
    await kept.store.write(lambda tx: tx.delete_session("hash"))
    assert await kept.store.read(lambda tx: tx.session("hash")) is None


async def test_sessions_that_have_expired_are_forgotten_with_the_next_one(
    kept: Kept, people: None
) -> None:
    for name, at in (("old", NOW), ("edge", NOW + TICK), ("young", NOW + 2 * TICK)):
        session = Session(name, BOB.id, at, NOW + LIFETIME)
        await kept.store.write(lambda tx, s=session: tx.add_session(s, NOW - LIFETIME))
    await kept.store.write(lambda tx: tx.add_session(Session("new", SUE.id, NOW, NOW), NOW + TICK))
    found = await kept.store.read(
        lambda tx: [name for name in ("old", "edge", "young") if tx.session(name)]
    )
    assert found == ["young"]


async def test_the_use_of_a_session_is_written_once_in_five_minutes(
    kept: Kept, sessions: Sessions
) -> None:
    signed_in = await sessions.sign_in(EMAIL, PASSWORD, HOST, None)
    callers = Callers(kept.store, "admin", kept.clock)
    with statements(kept.store) as made:
        for _ in range(4 * 60):
            kept.clock.advance(5)
            assert await callers.recognize(None, signed_in.session) is not None
    updates = [statement for statement in made if statement.startswith("UPDATE sessions")]
    assert len(updates) == 4


async def test_twenty_browsers_of_a_person_are_known_and_those_used_last(
    kept: Kept, people: None
) -> None:
    def remember(name: str, user_id: str, at: datetime) -> Callable[[Writer], None]:
        return lambda tx: tx.remember_device(name, user_id, at)

    async def known(user_id: str) -> list[int]:
        return await kept.store.read(
            lambda tx: [n for n in range(30) if user_id in tx.device_users(f"{n}", NOW - AGO)]
        )

    for number in range(3):
        await kept.store.write(remember(f"{number}", BOB.id, NOW))
    for number in range(20):
        await kept.store.write(remember(f"{number}", SUE.id, NOW + number * TICK))
    assert await known(SUE.id) == list(range(20))
    # The oldest is used again, and so stays.
    await kept.store.write(remember("0", SUE.id, NOW + 50 * TICK))
    for number in range(20, 25):
        await kept.store.write(remember(f"{number}", SUE.id, NOW + 100 * TICK))
    assert await known(SUE.id) == [0, *range(6, 25)]
    assert await known(BOB.id) == [0, 1, 2]


async def test_a_browser_is_known_for_the_person_who_used_it_and_for_a_while(
    kept: Kept, people: None
) -> None:
    await kept.store.write(lambda tx: tx.remember_device("device", SUE.id, NOW))
    for user_id, since, known in (
        (SUE.id, NOW - TICK, True),
        (SUE.id, NOW, False),
        (BOB.id, NOW - TICK, False),
    ):
        found = await kept.store.read(
            lambda tx, u=user_id, s=since: u in tx.device_users("device", s)
        )
        assert found is known


async def test_failures_are_counted_by_bucket_and_forgotten(kept: Kept) -> None:
    for number in range(4):
        buckets = ["one", "place"] if number % 2 else ["other", "place"]
        at = NOW + timedelta(minutes=number)
        await kept.store.write(lambda tx, b=buckets, at=at: tx.add_failures(b, at, at - WINDOW))

    async def found(since: datetime) -> dict[str, Failures]:
        return await kept.store.read(lambda tx: tx.failures(["one", "place", "none"], since))

    minute = timedelta(minutes=1)
    assert await found(NOW - TICK) == {
        "one": Failures(2, NOW + minute),
        "place": Failures(4, NOW),
    }
    assert await found(NOW) == {
        "one": Failures(2, NOW + minute),
        "place": Failures(3, NOW + minute),
    }
    assert await found(NOW + 3 * minute) == {}
    await kept.store.write(lambda tx: tx.forget_failures("one"))
    assert set(await found(NOW - TICK)) == {"place"}
    await kept.store.write(lambda tx: tx.add_failures(["new"], NOW, NOW + 2 * minute))
    assert await kept.count("failed_sign_ins") == 2


async def test_failures_survive_a_restart_and_do_not_pile_up(
    kept: Kept, sessions: Sessions, passwords: Passwords
) -> None:
    for _ in range(10):
        with pytest.raises(InvalidCredentials):
            await sessions.sign_in(EMAIL, "wrong", HOST, None)
    restarted = Sessions(kept.store, passwords, kept.clock)
    with pytest.raises(TooManyAttempts):
        await restarted.sign_in(EMAIL, PASSWORD, HOST, None)
    kept.clock.at = NOW + WINDOW
    with pytest.raises(InvalidCredentials):
        await restarted.sign_in(EMAIL, "wrong", HOST, None)
    assert await kept.count("failed_sign_ins") == 2


async def test_many_attempts_at_once_are_no_more_than_one_after_the_other(
    kept: Kept, sessions: Sessions
) -> None:
    outcomes = await asyncio.gather(
        *(sessions.sign_in(EMAIL, "wrong", HOST, None) for _ in range(60)), return_exceptions=True
    )
    wrong = sum(isinstance(outcome, InvalidCredentials) for outcome in outcomes)
    assert 10 <= wrong <= 11
    assert sum(isinstance(outcome, TooManyAttempts) for outcome in outcomes) == 60 - wrong


@pytest.mark.parametrize("way", ["new password", "no password", "deactivated", "removed"])
async def test_who_loses_access_while_the_password_is_checked_does_not_get_in(
    kept: Kept,
    sessions: Sessions,
    passwords: Passwords,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    directory = Directory(kept.store, passwords, kept.clock)
    acts = {
        "new password": lambda: directory.set_password(SUE.id, "another password"),
        "no password": lambda: directory.remove_password(SUE.id),
        "deactivated": lambda: directory.change(SUE.id, {"active": False}),
        "removed": lambda: directory.remove(SUE.id),
    }
    check, happened = passwords.matches, list[str]()

    async def matches(hashed: str | None, password: str) -> bool:
        result = await check(hashed, password)
        if not happened:
            happened.append(way)
            await acts[way]()
        return result

    monkeypatch.setattr(passwords, "matches", matches)
    with pytest.raises(InvalidCredentials):
        await sessions.sign_in(EMAIL, PASSWORD, HOST, None)
    assert await kept.count("sessions") == 0
    assert await kept.count("devices") == 0


async def test_the_same_password_set_again_while_it_is_checked_lets_its_owner_in(
    kept: Kept, sessions: Sessions, passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = Directory(kept.store, passwords, kept.clock)
    check, checked = passwords.matches, list[str]()

    async def matches(hashed: str | None, password: str) -> bool:
        checked.append(password)
        if len(checked) == 1:
            await directory.set_password(SUE.id, PASSWORD)
        return await check(hashed, password)

    monkeypatch.setattr(passwords, "matches", matches)
    signed_in = await sessions.sign_in(EMAIL, PASSWORD, HOST, None)
    assert checked == [PASSWORD, PASSWORD]
    callers = Callers(kept.store, "admin", kept.clock)
    assert await callers.recognize(None, signed_in.session) == signed_in.caller


async def test_a_password_that_changes_with_every_check_lets_nobody_in(
    kept: Kept, sessions: Sessions, passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = Directory(kept.store, passwords, kept.clock)
    check = passwords.matches

    async def matches(hashed: str | None, password: str) -> bool:
        result = await check(hashed, password)
        await directory.set_password(SUE.id, PASSWORD)
        return result

    monkeypatch.setattr(passwords, "matches", matches)
    with pytest.raises(InvalidCredentials):
        await sessions.sign_in(EMAIL, PASSWORD, HOST, None)
    assert await kept.count("sessions") == 0


async def test_a_person_who_signs_in_in_many_places_at_once_gets_in_everywhere(
    kept: Kept, sessions: Sessions
) -> None:
    found = await asyncio.gather(
        *(sessions.sign_in(EMAIL, PASSWORD, HOST, None) for _ in range(10))
    )
    assert len({one.session for one in found}) == 10
    assert await kept.count("sessions") == 10


async def test_who_signs_in_twice_at_once_with_a_hash_of_older_parameters_gets_in_twice(
    kept: Kept, sessions: Sessions
) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    await kept.store.write(lambda tx: tx.save_account(replace(SUE, password_hash=old)))
    found = await asyncio.gather(
        *(sessions.sign_in(EMAIL, PASSWORD, HOST, None) for _ in range(2)), return_exceptions=True
    )
    assert [type(one) for one in found] == [SignedIn, SignedIn]
    sue = await kept.store.read(lambda tx: tx.account(SUE.id))
    assert sue is not None
    assert sue.password_hash != old


async def test_of_many_who_set_up_at_once_one_wins(kept: Kept, passwords: Passwords) -> None:
    first_run = FirstRun(kept.store, passwords, kept.clock)
    token = await first_run.print_token()
    assert token is not None
    outcomes = await asyncio.gather(
        *(first_run.complete(token, f"{n}@example.com", None, PASSWORD) for n in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1
    refused = [one for one in outcomes if isinstance(one, SetupClosed | SetupTokenInvalid)]
    assert len(refused) == 7
    assert await kept.count("users") == await kept.count("sessions") == 1
    assert await kept.count("setup_tokens") == 0


async def test_every_field_of_a_key_comes_back_as_it_was(kept: Kept) -> None:
    keys = Keys(kept.store, kept.clock)
    olga = Caller("operator", "usr_olga", "olga@example.com")
    first, token = await keys.create("CI", ["admin", "tasks:read"], 60, olga)
    second, _ = await keys.create("öther", None, None, Caller("admin_token"))
    assert await keys.all() == [second, first]
    callers = Callers(kept.store, "admin", kept.clock)
    assert await callers.recognize(token, None) == Caller(
        "api_key", display_name="CI", scopes=("admin", "tasks:read"), key_id=first.id
    )
    used: ApiKey = replace(first, last_used_at=NOW)
    assert await keys.all() == [second, used]
    await keys.revoke(first.id)
    assert await callers.recognize(token, None) is None
    assert await keys.all() == [second]
