import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from awaithumans.server.auth.callers import SESSION_LIFETIME, Caller, Callers
from awaithumans.server.auth.passwords import Passwords
from awaithumans.server.errors import InvalidCredentials, SetupClosed, SetupTokenInvalid
from awaithumans.server.tasks.ids import is_id
from awaithumans.server.tasks.model import Actor
from tests.support.clock import ManualClock
from tests.support.made import NOW
from tests.support.memory import MemoryStore

TOKEN = "the-admin-token-of-this-test"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def callers(store: MemoryStore, passwords: Passwords, clock: ManualClock) -> Callers:
    return Callers(store, passwords, TOKEN, clock)


async def set_up(callers: Callers) -> tuple[Caller, str]:
    token = await callers.print_setup_token()
    assert token is not None
    return await callers.set_up(token, "olga@example.com", "Olga", PASSWORD)


def change_olga(store: MemoryStore, **changes: object) -> None:
    (account,) = store.rows.accounts.values()
    store.rows.accounts[account.id] = replace(account, **changes)  # pyright: ignore[reportArgumentType] -- names of Account


@pytest.mark.parametrize(
    ("kind", "named", "actor"),
    [
        ("admin_token", None, Actor("agent", None, None, "api")),
        (
            "admin_token",
            "sue@example.com",
            Actor("agent", "sue@example.com", None, "api", named=True),
        ),
        ("operator", None, Actor("operator", "o@example.com", "usr_1", "dashboard")),
        ("operator", "sue@example.com", Actor("operator", "o@example.com", "usr_1", "dashboard")),
        ("reviewer", "sue@example.com", Actor("reviewer", "o@example.com", "usr_1", "dashboard")),
    ],
)
def test_only_the_admin_token_can_name_who_acts(kind: str, named: str | None, actor: Actor) -> None:
    caller = Caller(kind) if kind == "admin_token" else Caller(kind, "usr_1", "o@example.com")  # pyright: ignore[reportArgumentType] -- parameters are strings
    assert caller.actor(named) == actor


async def test_the_admin_token_is_recognized_without_asking_the_database(
    callers: Callers, store: MemoryStore
) -> None:
    assert await callers.recognize(TOKEN, None) == Caller("admin_token")
    assert store.reads == 0


@pytest.mark.parametrize("bearer", ["", "wrong", TOKEN[:-1], f"{TOKEN} ", TOKEN.upper(), "\xe9"])
async def test_a_wrong_token_is_nobody_even_beside_a_good_cookie(
    callers: Callers, bearer: str
) -> None:
    _, cookie = await set_up(callers)
    assert await callers.recognize(bearer, None) is None
    assert await callers.recognize(bearer, cookie) is None


@pytest.mark.parametrize("cookie", [None, "", "wrong", "\xe9"])
async def test_without_a_session_a_caller_is_nobody(callers: Callers, cookie: str | None) -> None:
    assert await callers.recognize(None, cookie) is None


async def test_the_first_operator_is_made_once_and_signed_in(
    callers: Callers, store: MemoryStore
) -> None:
    assert await callers.setup_required()
    caller, cookie = await set_up(callers)
    assert (caller.kind, caller.email, caller.display_name) == (
        "operator",
        "olga@example.com",
        "Olga",
    )
    assert caller.user_id is not None
    assert is_id(caller.user_id, "usr")
    assert await callers.recognize(None, cookie) == caller
    assert not await callers.setup_required()
    assert await callers.print_setup_token() is None
    assert store.rows.setup_token is None
    with pytest.raises(SetupClosed):
        await callers.set_up("anything", "eve@example.com", None, PASSWORD)


async def test_a_new_setup_token_replaces_the_one_before(callers: Callers) -> None:
    first = await callers.print_setup_token()
    second = await callers.print_setup_token()
    assert first is not None
    assert second is not None
    with pytest.raises(SetupTokenInvalid):
        await callers.set_up(first, "eve@example.com", None, PASSWORD)
    await callers.set_up(second, "olga@example.com", None, PASSWORD)


async def test_of_two_who_set_up_at_once_one_wins(callers: Callers, store: MemoryStore) -> None:
    token = await callers.print_setup_token()
    assert token is not None
    outcomes = await asyncio.gather(
        *(callers.set_up(token, f"{name}@example.com", None, PASSWORD) for name in "ab"),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["SetupClosed", "tuple"]
    assert len(store.rows.accounts) == 1
    assert len(store.rows.sessions) == 1


async def test_a_person_signs_in_with_their_password(callers: Callers) -> None:
    operator, first = await set_up(callers)
    caller, cookie = await callers.sign_in("olga@example.com", PASSWORD)
    assert caller == operator
    assert cookie != first
    assert await callers.recognize(None, cookie) == caller


async def test_nobody_else_signs_in_and_all_are_told_the_same(
    callers: Callers, store: MemoryStore
) -> None:
    await set_up(callers)
    messages: set[str] = set()
    for email, password in (
        ("olga@example.com", "wrong"),
        ("eve@example.com", PASSWORD),
        ("", ""),
    ):
        with pytest.raises(InvalidCredentials) as refusal:
            await callers.sign_in(email, password)
        messages.add(refusal.value.message)
    for changes in ({"active": False}, {"password_hash": None, "active": True}):
        change_olga(store, **changes)
        with pytest.raises(InvalidCredentials) as refusal:
            await callers.sign_in("olga@example.com", PASSWORD)
        messages.add(refusal.value.message)
    assert len(messages) == 1
    assert len(store.rows.sessions) == 1


async def test_access_ends_when_a_person_signs_out_and_only_there(callers: Callers) -> None:
    _, one = await set_up(callers)
    _, other = await callers.sign_in("olga@example.com", PASSWORD)
    await callers.sign_out(one)
    assert await callers.recognize(None, one) is None
    assert await callers.recognize(None, other) is not None


async def test_access_ends_with_the_session(callers: Callers, clock: ManualClock) -> None:
    _, cookie = await set_up(callers)
    clock.at = NOW + SESSION_LIFETIME - timedelta(microseconds=1)
    assert await callers.recognize(None, cookie) is not None
    clock.at = NOW + SESSION_LIFETIME
    assert await callers.recognize(None, cookie) is None


async def test_deactivation_and_demotion_count_with_the_next_request(
    callers: Callers, store: MemoryStore
) -> None:
    _, cookie = await set_up(callers)
    change_olga(store, is_operator=False)
    caller = await callers.recognize(None, cookie)
    assert caller is not None
    assert caller.kind == "reviewer"
    change_olga(store, active=False)
    assert await callers.recognize(None, cookie) is None


async def test_secrets_are_kept_as_hashes_only(callers: Callers, store: MemoryStore) -> None:
    token = await callers.print_setup_token()
    assert token is not None
    kept = repr(store.rows)
    assert token not in kept
    _, cookie = await callers.set_up(token, "olga@example.com", None, PASSWORD)
    kept = repr(store.rows)
    assert cookie not in kept
    assert PASSWORD not in kept
