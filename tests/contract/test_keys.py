"""API keys: shown once, kept as a hash, good for what they say and for as long."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.inprocess import InProcess, in_process

_KEYS = "/api/admin/keys"
_USUAL = ["tasks:create", "tasks:read", "tasks:cancel"]


async def _make(served: InProcess, **fields: Any) -> dict[str, Any]:
    made = await served.client.post(_KEYS, json={"name": "refund agent", **fields})
    assert made.status_code == 201, made.text
    return made.json()


async def _all(served: InProcess) -> list[dict[str, Any]]:
    return (await served.client.get(_KEYS)).json()["items"]


async def _status(served: InProcess, token: str) -> int:
    return (await served.bearer(token).get("/api/auth/me")).status_code


async def test_a_key_is_shown_once(served: InProcess):
    made = await _make(served)
    token = made.pop("key")
    assert token.startswith("ah_sk_")
    assert len(token) >= 40
    assert (token.startswith(made["hint"]), len(made["hint"]) <= 12) == (True, True)
    assert await _all(served) == [made]
    assert token not in (await served.client.get(_KEYS)).text
    assert (made["id"][:4], made["last_used_at"], made["expires_at"]) == ("key_", None, None)


async def test_no_two_keys_are_the_same_though_their_names_may_be(served: InProcess):
    made = [await _make(served) for _ in range(5)]
    assert len({key["key"] for key in made}) == len({key["id"] for key in made}) == 5
    assert [key["id"] for key in await _all(served)] == [key["id"] for key in made[::-1]]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (None, _USUAL),
        (["tasks:read"], ["tasks:read"]),
        (["tasks:read", "tasks:read"], ["tasks:read"]),
        (["admin", "tasks:complete"], ["admin", "tasks:complete"]),
    ],
)
async def test_a_key_has_the_scopes_that_were_asked_for(
    served: InProcess, asked: list[str] | None, given: list[str]
):
    made = await _make(served, scopes=asked)
    assert made["scopes"] == given
    me = (await served.bearer(made["key"]).get("/api/auth/me")).json()
    assert me == {
        "kind": "api_key",
        "user_id": None,
        "email": None,
        "display_name": "refund agent",
        "scopes": given,
        "task_id": None,
    }


async def test_who_made_a_key_is_told_when_it_was_a_person(served: InProcess):
    olga = await served.person("olga@example.com", "operator")
    by_olga = (await olga.browser.post(_KEYS, json={"name": "one"})).json()
    by_key = (await (await served.key("admin")).post(_KEYS, json={"name": "two"})).json()
    assert (by_olga["created_by_email"], by_key["created_by_email"]) == ("olga@example.com", None)
    assert (await _make(served))["created_by_email"] is None


def _at(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


async def test_a_key_is_good_until_it_expires(served: InProcess):
    made = await _make(served, expires_in_seconds=60)
    assert _at(made["expires_at"]) - _at(made["created_at"]) == 60
    served.clock.advance(59.999)
    assert await _status(served, made["key"]) == 200
    served.clock.advance(0.001)
    assert await _status(served, made["key"]) == 401
    assert [key["id"] for key in await _all(served)] == [made["id"]]


async def test_a_key_without_an_end_is_good_for_years(served: InProcess):
    made = await _make(served, expires_in_seconds=None)
    served.clock.advance(20 * 365 * 24 * 3600)
    assert await _status(served, made["key"]) == 200


async def test_when_a_key_was_last_used_is_told_to_the_minute(served: InProcess):
    made, other = await _make(served), await _make(served, name="idle")
    started = served.clock.now().timestamp()

    async def last() -> float | None:
        (key,) = (key for key in await _all(served) if key["id"] == made["id"])
        return None if key["last_used_at"] is None else _at(key["last_used_at"]) - started

    assert await last() is None
    seen: list[float | None] = []
    for seconds in (0, 30, 30, 59, 1):
        served.clock.advance(seconds)
        assert await _status(served, made["key"]) == 200
        seen.append(await last())
    assert seen == [0, 0, 60, 60, 120]
    (idle,) = (key for key in await _all(served) if key["id"] == other["id"])
    assert idle["last_used_at"] is None


async def test_a_key_that_is_refused_is_not_noted_as_used(served: InProcess):
    made = await _make(served, expires_in_seconds=60)
    served.clock.advance(60)
    assert await _status(served, made["key"]) == 401
    assert (await _all(served))[0]["last_used_at"] is None


async def test_a_key_that_is_revoked_is_refused_and_gone_and_the_others_are_not(
    served: InProcess,
):
    made, other = await _make(served), await _make(served)
    assert (await served.client.delete(f"{_KEYS}/{made['id']}")).status_code == 204
    assert [key["id"] for key in await _all(served)] == [other["id"]]
    assert (await _status(served, made["key"]), await _status(served, other["key"])) == (401, 200)


async def test_what_resembles_a_key_is_none(served: InProcess):
    token = (await _make(served))["key"]
    last = "A" if token[-1] != "A" else "B"
    others = [
        *(token[:-1], token + "x", token[:-1] + last, token.upper(), token.lower()),
        *(token.removeprefix("ah_sk_"), "ah_sk_", token[:10], f"ah_sk_{'é' * 43}", "ah_sk_%"),
    ]
    for other in others:
        headers = {b"Authorization": b"Bearer " + other.encode("latin-1")}
        refused = await served.stranger.get("/api/auth/me", headers=headers)
        assert refused.status_code == 401, other
    elsewhere: list[dict[str, str]] = [
        {"X-API-Key": token},
        {"Authorization": f"Basic {token}"},
        {"Authorization": token},
        {"Cookie": f"awaithumans_session={token}"},
    ]
    for headers in elsewhere:
        assert (await served.stranger.get("/api/auth/me", headers=headers)).status_code == 401
    assert (await served.stranger.get("/api/auth/me", params={"key": token})).status_code == 401


async def test_a_key_does_not_depend_on_whoever_made_it(served: InProcess):
    olga = await served.person("olga@example.com", "operator")
    await served.person("sue@example.com", "operator")
    made = (await olga.browser.post(_KEYS, json={"name": "one"})).json()
    assert (await served.client.delete(olga.path)).status_code == 204
    assert await _status(served, made["key"]) == 200
    assert (await _all(served))[0]["created_by_email"] == "olga@example.com"


async def test_a_key_and_a_revocation_survive_a_restart(tmp_path: Path):
    async with in_process(tmp_path) as first:
        kept, revoked = await _make(first), await _make(first)
        await first.client.delete(f"{_KEYS}/{revoked['id']}")
    async with in_process(tmp_path, first.clock) as second:
        assert await _status(second, kept["key"]) == 200
        assert await _status(second, revoked["key"]) == 401
