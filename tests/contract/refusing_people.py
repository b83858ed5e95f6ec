"""The refusals of the directory, of keys and of signing in, with what provokes each."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from tests.support.inprocess import InProcess

Provoke = Callable[[InProcess], Awaitable[httpx.Response]]

_USERS, _KEYS = "/api/admin/users", "/api/admin/keys"
_NOBODY = f"{_USERS}/usr_0000000000000000000000000A"
_CANARY = "canary-4711"
_PASSWORD = {"password": "correct horse battery"}


def _ask(method: str, path: str, body: dict[str, Any] | None = None) -> Provoke:
    return lambda served: served.client.request(method, path, json=body)


def _add(**fields: Any) -> Provoke:
    return _ask("POST", _USERS, fields)


async def _added(served: InProcess, **fields: Any) -> str:
    made = await served.client.post(_USERS, json=fields)
    assert made.status_code == 201, made.text
    return f"{_USERS}/{made.json()['id']}"


def _again(first: dict[str, Any], second: dict[str, Any]) -> Provoke:
    async def provoke(served: InProcess) -> httpx.Response:
        await _added(served, **first)
        return await served.client.post(_USERS, json=second)

    return provoke


async def _address_of_another(served: InProcess) -> httpx.Response:
    await _added(served, email="sue@example.com")
    joe = await _added(served, email="joe@example.com")
    return await served.client.patch(joe, json={"email": "SUE@example.com"})


def _change(start: dict[str, Any], changes: dict[str, Any]) -> Provoke:
    async def provoke(served: InProcess) -> httpx.Response:
        return await served.client.patch(await _added(served, **start), json=changes)

    return provoke


def _to_the_last_operator(method: str, path: str, body: dict[str, Any] | None = None) -> Provoke:
    async def provoke(served: InProcess) -> httpx.Response:
        await _added(served, email="old@example.com", is_operator=True, active=False)
        await _added(served, email="sue@example.com")
        last = await _added(served, email="olga@example.com", is_operator=True)
        return await served.client.request(method, last + path, json=body)

    return provoke


async def _password_without_address(served: InProcess) -> httpx.Response:
    person = await _added(served, slack_user_id="U0123ABCD")
    return await served.client.post(f"{person}/password", json=_PASSWORD)


async def _too_many_attempts(served: InProcess) -> httpx.Response:
    login = {"email": "sue@example.com", "password": _CANARY}
    for _ in range(10):
        assert (await served.stranger.post("/api/auth/login", json=login)).status_code == 401
    return await served.stranger.post("/api/auth/login", json=login)


async def _revoked_twice(served: InProcess) -> httpx.Response:
    made = (await served.client.post(_KEYS, json={"name": "agent"})).json()
    assert (await served.client.delete(f"{_KEYS}/{made['id']}")).status_code == 204
    return await served.client.delete(f"{_KEYS}/{made['id']}")


def _as(kind: str, *scopes: str) -> Provoke:
    async def provoke(served: InProcess) -> httpx.Response:
        if kind == "key":
            return await (await served.key(*scopes)).get(_USERS)
        return await (await served.person("joe@example.com")).browser.get(_USERS)

    return provoke


_SLACK = {"slack_team_id": "T0123ABCD", "slack_user_id": "U0123ABCD"}
_NO_TEAM = {"slack_user_id": "U0123ABCD"}
_SUE = {"email": "sue@example.com"}

OF_PEOPLE: dict[str, tuple[Provoke, int, str]] = {
    "a revoked key": (lambda s: s.bearer("ah_sk_" + "x" * 43).get(_KEYS), 401, "UNAUTHORIZED"),
    "a reviewer in the directory": (_as("reviewer"), 403, "FORBIDDEN"),
    "an agent in the directory": (_as("key"), 403, "FORBIDDEN"),
    "nobody with this id": (_ask("GET", _NOBODY), 404, "USER_NOT_FOUND"),
    "nobody to change": (_ask("PATCH", _NOBODY, {"pool": "x"}), 404, "USER_NOT_FOUND"),
    "nobody to remove": (_ask("DELETE", _NOBODY), 404, "USER_NOT_FOUND"),
    "nobody's password": (_ask("POST", f"{_NOBODY}/password", _PASSWORD), 404, "USER_NOT_FOUND"),
    "nobody's password to take": (_ask("DELETE", f"{_NOBODY}/password"), 404, "USER_NOT_FOUND"),
    "a person's id that is none": (_ask("GET", f"{_USERS}/42"), 404, "USER_NOT_FOUND"),
    "another kind of id": (
        _ask("GET", f"{_USERS}/tsk_0000000000000000000000000A"),
        404,
        "USER_NOT_FOUND",
    ),
    "no such key": (
        _ask("DELETE", f"{_KEYS}/key_0000000000000000000000000A"),
        404,
        "API_KEY_NOT_FOUND",
    ),
    "a key's id that is none": (_ask("DELETE", f"{_KEYS}/42"), 404, "API_KEY_NOT_FOUND"),
    "a key that was revoked": (_revoked_twice, 404, "API_KEY_NOT_FOUND"),
    "an address twice": (_again(_SUE, {"email": "Sue@Example.com"}), 409, "USER_ALREADY_EXISTS"),
    "a Slack identity twice": (_again(_SLACK, _SLACK | _SUE), 409, "USER_ALREADY_EXISTS"),
    "a Slack user twice": (_again(_NO_TEAM, _NO_TEAM), 409, "USER_ALREADY_EXISTS"),
    "an address of another": (_address_of_another, 409, "USER_ALREADY_EXISTS"),
    "the last operator's removal": (_to_the_last_operator("DELETE", ""), 409, "LAST_OPERATOR"),
    "the last operator's demotion": (
        _to_the_last_operator("PATCH", "", {"is_operator": False}),
        409,
        "LAST_OPERATOR",
    ),
    "the last operator's deactivation": (
        _to_the_last_operator("PATCH", "", {"active": False, "pool": "x"}),
        409,
        "LAST_OPERATOR",
    ),
    "the last operator's password": (
        _to_the_last_operator("DELETE", "/password"),
        409,
        "LAST_OPERATOR",
    ),
    "no address": (_add(display_name=_CANARY), 422, "USER_NO_ADDRESS"),
    "a workspace without a member": (
        _add(email="x@example.com", slack_team_id="T0123ABCD"),
        422,
        "USER_NO_ADDRESS",
    ),
    "a password without an address": (_add(**_NO_TEAM, **_PASSWORD), 422, "USER_NO_ADDRESS"),
    "a password for an address to come": (_password_without_address, 422, "USER_NO_ADDRESS"),
    "an address taken away": (_change(_SUE, {"email": None}), 422, "USER_NO_ADDRESS"),
    "a member taken away": (
        _change(_SLACK | _SUE, {"slack_user_id": None}),
        422,
        "USER_NO_ADDRESS",
    ),
    "a person without a field": (_add(email=_CANARY), 422, "VALIDATION_ERROR"),
    "a person with a field too many": (
        _add(email="x@example.com", colour=_CANARY),
        422,
        "VALIDATION_ERROR",
    ),
    "a short password": (
        _add(email="x@example.com", password="elevenchars"),
        422,
        "VALIDATION_ERROR",
    ),
    "a key without a name": (_ask("POST", _KEYS, {}), 422, "VALIDATION_ERROR"),
    "a key without a scope": (
        _ask("POST", _KEYS, {"name": "x", "scopes": []}),
        422,
        "VALIDATION_ERROR",
    ),
    "a scope that is none": (
        _ask("POST", _KEYS, {"name": "x", "scopes": [_CANARY]}),
        422,
        "VALIDATION_ERROR",
    ),
    "a key that has expired already": (
        _ask("POST", _KEYS, {"name": "x", "expires_in_seconds": 0}),
        422,
        "VALIDATION_ERROR",
    ),
    "too many attempts to sign in": (_too_many_attempts, 429, "TOO_MANY_ATTEMPTS"),
}
