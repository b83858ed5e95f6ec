import pytest

from awaithumans.server.auth.callers import KEY_PREFIX
from awaithumans.server.auth.model import Caller
from awaithumans.server.errors import ApiKeyNotFound
from awaithumans.server.ids import is_id, new_id
from tests.support.made import NOW
from tests.unit.auth.conftest import Door

OLGA = Caller("operator", "usr_olga", "olga@example.com")


async def test_a_key_is_shown_once_and_kept_as_a_hash(door: Door) -> None:
    key, token = await door.keys.create("CI", ["tasks:read"], 60, OLGA)
    assert is_id(key.id, "key")
    assert token.startswith(KEY_PREFIX)
    assert token.startswith(key.hint)
    assert len(key.hint) == len(KEY_PREFIX) + 4
    assert token not in repr(door.store.rows)
    assert (key.name, key.scopes, key.created_by_email) == (
        "CI",
        ("tasks:read",),
        "olga@example.com",
    )
    assert (key.created_at, key.last_used_at) == (NOW, None)
    assert await door.keys.all() == [key]


@pytest.mark.parametrize("scopes", [None, []])
async def test_a_key_can_create_read_and_cancel_unless_said_otherwise(
    door: Door, scopes: list[str] | None
) -> None:
    key, _ = await door.keys.create("CI", scopes, None, OLGA)  # pyright: ignore[reportArgumentType] -- empty
    assert key.scopes == ("tasks:create", "tasks:read", "tasks:cancel")
    assert key.expires_at is None


async def test_a_scope_that_is_named_twice_is_kept_once(door: Door) -> None:
    key, _ = await door.keys.create("CI", ["admin", "tasks:read", "admin"], None, OLGA)
    assert key.scopes == ("admin", "tasks:read")


async def test_the_admin_token_makes_keys_in_nobodys_name(door: Door) -> None:
    key, _ = await door.keys.create("CI", None, None, Caller("admin_token"))
    assert key.created_by_email is None


async def test_keys_are_listed_newest_first_and_expired_ones_too(door: Door) -> None:
    made = [(await door.keys.create(f"{n}", None, 60, OLGA))[0] for n in range(3)]
    door.clock.advance(3600)
    assert await door.keys.all() == made[::-1]


async def test_a_revoked_key_is_refused_with_its_next_request_and_no_other_is(door: Door) -> None:
    key, token = await door.keys.create("CI", None, None, OLGA)
    _, other = await door.keys.create("CI", None, None, OLGA)
    await door.keys.revoke(key.id)
    assert await door.callers.recognize(token, None) is None
    assert await door.callers.recognize(other, None) is not None
    with pytest.raises(ApiKeyNotFound):
        await door.keys.revoke(key.id)


@pytest.mark.parametrize(
    "key_id",
    ["", "key_1", "\x00", new_id("usr", NOW), new_id("key", NOW)],
    ids=["nothing", "short", "NUL", "a person's", "nobody's"],
)
async def test_a_key_that_is_not_there_is_not_found(door: Door, key_id: str) -> None:
    with pytest.raises(ApiKeyNotFound):
        await door.keys.revoke(key_id)
