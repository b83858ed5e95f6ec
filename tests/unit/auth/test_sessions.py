from datetime import timedelta
from typing import Any

import pytest

from awaithumans.server.auth.limits import WINDOW
from awaithumans.server.auth.sessions import DEVICE_LIFETIME
from awaithumans.server.errors import InvalidCredentials, TooManyAttempts
from tests.support.made import NOW, TICK
from tests.unit.auth.conftest import PASSWORD, Door

ELSEWHERE = "198.51.100.7"


async def fail(door: Door, times: int, **given: Any) -> None:
    for _ in range(times):
        with pytest.raises(InvalidCredentials):
            await door.sign_in(**{"password": "wrong", **given})


async def test_a_person_signs_in_with_their_password(door: Door) -> None:
    olga = await door.set_up()
    again = await door.sign_in()
    assert again.caller == olga.caller
    assert again.session != olga.session
    assert again.device != olga.device
    assert await door.known(again.session) == olga.caller


async def test_nobody_else_signs_in_and_all_are_told_the_same(door: Door) -> None:
    await door.set_up()
    messages: set[str] = set()
    for email, password in (
        ("olga@example.com", "wrong"),
        ("eve@example.com", PASSWORD),
        ("", ""),
    ):
        with pytest.raises(InvalidCredentials) as refusal:
            await door.sign_in(email, password)
        messages.add(refusal.value.message)
    for changes in ({"active": False}, {"password_hash": None, "active": True}):
        door.change_olga(**changes)
        with pytest.raises(InvalidCredentials) as refusal:
            await door.sign_in()
        messages.add(refusal.value.message)
    assert len(messages) == 1
    assert len(door.store.rows.sessions) == 1


async def test_access_ends_when_a_person_signs_out_and_only_there(door: Door) -> None:
    olga = await door.set_up()
    other = await door.sign_in()
    await door.sessions.sign_out(olga.session)
    assert await door.known(olga.session) is None
    assert await door.known(other.session) is not None


async def test_after_ten_failures_even_the_password_has_to_wait(door: Door) -> None:
    await door.set_up()
    await fail(door, 10)
    reads = door.store.reads
    with pytest.raises(TooManyAttempts) as refusal:
        await door.sign_in()
    assert refusal.value.retry_after == WINDOW.total_seconds()
    assert door.store.reads == reads + 1
    door.clock.at = NOW + WINDOW - TICK
    with pytest.raises(TooManyAttempts) as refusal:
        await door.sign_in()
    assert refusal.value.retry_after == 1
    door.clock.at = NOW + WINDOW
    await door.sign_in()


async def test_an_attempt_that_has_to_wait_is_not_another_failure(door: Door) -> None:
    await door.set_up()
    await fail(door, 10)
    for _ in range(5):
        door.clock.advance(60)
        with pytest.raises(TooManyAttempts):
            await door.sign_in(password="wrong")
    door.clock.at = NOW + WINDOW
    await door.sign_in()


async def test_an_address_that_nobody_has_is_limited_like_any_other(door: Door) -> None:
    await fail(door, 10, email="nobody@example.com")
    with pytest.raises(TooManyAttempts):
        await door.sign_in("nobody@example.com")


async def test_failures_elsewhere_lock_nobody_out(door: Door) -> None:
    await door.set_up()
    await fail(door, 10, host=ELSEWHERE)
    await door.sign_in()
    with pytest.raises(TooManyAttempts):
        await door.sign_in(host=ELSEWHERE)


async def test_a_browser_that_is_known_is_not_held_up_by_others_at_the_same_place(
    door: Door,
) -> None:
    olga = await door.set_up()
    await fail(door, 10)
    with pytest.raises(TooManyAttempts):
        await door.sign_in()
    again = await door.sign_in(device=olga.device)
    assert again.device == olga.device
    # Others are as limited as before.
    with pytest.raises(TooManyAttempts):
        await door.sign_in()


async def test_a_known_browser_has_ten_attempts_of_its_own(door: Door) -> None:
    olga = await door.set_up()
    await fail(door, 10, device=olga.device)
    with pytest.raises(TooManyAttempts):
        await door.sign_in(device=olga.device)
    await door.sign_in()


@pytest.mark.parametrize("device", ["", "made up", "\xe9"])
async def test_a_browser_that_nobody_gave_this_person_has_no_attempts_of_its_own(
    door: Door, device: str
) -> None:
    await door.set_up()
    await fail(door, 10, device=device)
    with pytest.raises(TooManyAttempts):
        await door.sign_in()
    # What the browser claims to have is not taken over: the secrets are the server's.
    signed_in = await door.sign_in(host=ELSEWHERE, device=device)
    assert signed_in.device != device


async def test_a_browser_is_known_for_half_a_year_after_its_last_use(door: Door) -> None:
    olga = await door.set_up()
    door.clock.at = NOW + DEVICE_LIFETIME - TICK
    assert (await door.sign_in(device=olga.device)).device == olga.device
    door.clock.at += DEVICE_LIFETIME
    assert (await door.sign_in(device=olga.device)).device != olga.device


async def test_signing_in_forgets_the_failures_of_the_address_but_not_of_the_place(
    door: Door,
) -> None:
    await door.set_up()
    await fail(door, 9)
    await door.sign_in()
    await fail(door, 9)
    await door.sign_in()
    place = {bucket for bucket, _ in door.store.rows.failures}
    assert len(place) == 1
    assert len(door.store.rows.failures) == 18


async def test_a_hundred_failures_of_any_addresses_close_the_place(door: Door) -> None:
    await door.set_up()
    for number in range(100):
        await fail(door, 1, email=f"{number}@example.com")
    with pytest.raises(TooManyAttempts):
        await door.sign_in()
    await door.sign_in(host=ELSEWHERE)


async def test_failures_are_forgotten_after_the_window(door: Door) -> None:
    await fail(door, 3)
    door.clock.at += WINDOW
    await fail(door, 1)
    assert len(door.store.rows.failures) == 2


async def test_old_sessions_are_cleared_when_somebody_signs_in(door: Door) -> None:
    await door.set_up()
    door.clock.at = NOW + timedelta(days=7)
    await door.sign_in()
    assert len(door.store.rows.sessions) == 1
