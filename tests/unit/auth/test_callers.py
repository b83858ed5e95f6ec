from datetime import timedelta

import pytest

from awaithumans.server.auth.model import Caller
from awaithumans.server.directory.credentials import IDLE, LIFETIME
from tests.support.made import NOW, TICK
from tests.unit.auth.conftest import TOKEN, Door

MINUTE = timedelta(minutes=1)


async def test_the_admin_token_is_recognized_without_asking_the_database(door: Door) -> None:
    assert await door.callers.recognize(TOKEN, None) == Caller("admin_token")
    assert door.store.reads == 0


@pytest.mark.parametrize(
    "bearer", ["", "wrong", TOKEN[:-1], f"{TOKEN} ", TOKEN.upper(), "\xe9", "ah_sk_", "ah_sk_x"]
)
async def test_a_wrong_token_is_nobody_even_beside_a_good_cookie(door: Door, bearer: str) -> None:
    olga = await door.set_up()
    assert await door.callers.recognize(bearer, None) is None
    assert await door.callers.recognize(bearer, olga.session) is None


async def test_what_is_no_key_by_its_looks_is_not_looked_up(door: Door) -> None:
    await door.callers.recognize("a" * 43, None)
    assert door.store.reads == 0


@pytest.mark.parametrize("cookie", [None, "", "wrong", "\xe9"])
async def test_without_a_session_a_caller_is_nobody(door: Door, cookie: str | None) -> None:
    assert await door.known(cookie) is None


async def test_access_ends_when_the_session_is_too_old_however_often_it_was_used(
    door: Door,
) -> None:
    olga = await door.set_up()
    while door.clock.at + IDLE / 2 < NOW + LIFETIME:
        door.clock.at += IDLE / 2
        assert await door.known(olga.session) is not None
    door.clock.at = NOW + LIFETIME - TICK
    assert await door.known(olga.session) is not None
    door.clock.at = NOW + LIFETIME
    assert await door.known(olga.session) is None


async def test_access_ends_when_the_session_was_left_alone_for_a_day(door: Door) -> None:
    olga = await door.set_up()
    door.clock.at = NOW + IDLE - TICK
    assert await door.known(olga.session) is not None
    door.clock.at += IDLE
    assert await door.known(olga.session) is None


async def test_the_use_of_a_session_is_noted_every_five_minutes_at_most(door: Door) -> None:
    olga = await door.set_up()
    writes = door.store.writes
    door.clock.at = NOW + 5 * MINUTE - TICK
    await door.known(olga.session)
    assert door.store.writes == writes
    door.clock.at = NOW + 5 * MINUTE
    await door.known(olga.session)
    await door.known(olga.session)
    assert door.store.writes == writes + 1
    (session,) = door.store.rows.sessions.values()
    assert session.last_seen_at == door.clock.at


async def test_the_use_of_a_key_is_noted_at_first_and_then_every_minute_at_most(door: Door) -> None:
    _, token = await door.keys.create("CI", None, None, Caller("admin_token"))
    writes = door.store.writes
    for after, noted in ((0 * MINUTE, 1), (MINUTE - TICK, 1), (MINUTE, 2), (MINUTE, 2)):
        door.clock.at = NOW + after
        assert await door.callers.recognize(token, None) is not None
        assert door.store.writes == writes + noted
    (key,) = door.store.rows.keys.values()
    assert key.last_used_at == NOW + MINUTE


async def test_a_full_disk_does_not_keep_people_and_keys_from_reading(door: Door) -> None:
    olga = await door.set_up()
    _, token = await door.keys.create("CI", None, None, Caller("admin_token"))
    door.clock.at += 10 * MINUTE
    door.store.full = True
    assert await door.known(olga.session) is not None
    assert await door.callers.recognize(token, None) is not None


async def test_deactivation_and_demotion_count_with_the_next_request(door: Door) -> None:
    olga = await door.set_up()
    door.change_olga(is_operator=False)
    caller = await door.known(olga.session)
    assert caller is not None
    assert caller.kind == "reviewer"
    door.change_olga(active=False)
    assert await door.known(olga.session) is None


async def test_a_key_lets_in_with_its_scopes_until_it_expires(door: Door) -> None:
    by = Caller("operator", "usr_olga", "olga@example.com")
    key, token = await door.keys.create("CI", ["admin"], 60, by)
    door.clock.at = NOW + MINUTE - TICK
    assert await door.callers.recognize(token, "anything") == Caller(
        "api_key", display_name="CI", scopes=("admin",), key_id=key.id
    )
    door.clock.at = NOW + MINUTE
    assert await door.callers.recognize(token, None) is None
