import asyncio

import pytest

from awaithumans.server.auth.sessions import SignedIn
from awaithumans.server.errors import SetupClosed, SetupTokenInvalid
from awaithumans.server.ids import is_id
from tests.support.made import an_account
from tests.unit.auth.conftest import PASSWORD, Door


async def test_the_first_operator_is_made_once_and_signed_in(door: Door) -> None:
    assert await door.first_run.required()
    olga = await door.set_up()
    caller = olga.caller
    assert (caller.kind, caller.email, caller.display_name) == (
        "operator",
        "olga@example.com",
        "Olga",
    )
    assert caller.user_id is not None
    assert is_id(caller.user_id, "usr")
    assert await door.known(olga.session) == caller
    assert not await door.first_run.required()
    assert await door.first_run.print_token() is None
    assert door.store.rows.setup_token is None
    with pytest.raises(SetupClosed):
        await door.first_run.complete("anything", "eve@example.com", None, PASSWORD)


async def test_the_browser_of_the_first_run_is_known_from_then_on(door: Door) -> None:
    olga = await door.set_up()
    again = await door.sign_in(device=olga.device)
    assert again.device == olga.device
    assert len(door.store.rows.devices) == 1


async def test_a_new_setup_token_replaces_the_one_before(door: Door) -> None:
    first = await door.first_run.print_token()
    second = await door.first_run.print_token()
    assert first is not None
    assert second is not None
    with pytest.raises(SetupTokenInvalid):
        await door.first_run.complete(first, "eve@example.com", None, PASSWORD)
    await door.first_run.complete(second, "olga@example.com", None, PASSWORD)


async def test_of_two_who_set_up_at_once_one_wins(door: Door) -> None:
    token = await door.first_run.print_token()
    assert token is not None
    outcomes = await asyncio.gather(
        *(
            door.first_run.complete(token, f"{name}@example.com", None, PASSWORD)
            for name in ("one", "other")
        ),
        return_exceptions=True,
    )
    assert {type(outcome) for outcome in outcomes} == {SetupClosed, SignedIn}
    assert len(door.store.rows.accounts) == 1
    assert len(door.store.rows.sessions) == 1


async def test_the_setup_stays_closed_when_the_operator_was_deactivated(door: Door) -> None:
    await door.set_up()
    door.change_olga(active=False)
    assert not await door.first_run.required()
    assert await door.first_run.print_token() is None


async def test_secrets_are_kept_as_hashes_only(door: Door) -> None:
    token = await door.first_run.print_token()
    assert token is not None
    assert token not in repr(door.store.rows)
    olga = await door.first_run.complete(token, "olga@example.com", None, PASSWORD)
    kept = repr(door.store.rows)
    for secret in (olga.session, olga.device, PASSWORD):
        assert secret not in kept


async def test_a_person_of_the_directory_becomes_the_first_operator(door: Door) -> None:
    door.store.rows.accounts["usr_olga"] = an_account(
        "olga", email="olga@example.com", display_name="Olga", active=False, pool="refunds"
    )
    token = await door.first_run.print_token()
    assert token is not None
    done = await door.first_run.complete(token, "olga@example.com", None, PASSWORD)
    assert done.caller.user_id == "usr_olga"
    (olga,) = door.store.rows.accounts.values()
    assert (olga.operates, olga.display_name, olga.pool) == (True, "Olga", "refunds")
    assert (await door.sign_in()).caller.kind == "operator"
