"""What people and agents get in with is in no answer, no log and no file of the server (S10)."""

import itertools
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from awaithumans.server.api import contract
from tests.support.bodies import APPROVED, refund
from tests.support.process import PAYLOAD_KEY, TOKEN, ServerProcess

_METHODS = ("get", "post", "put", "patch", "delete")
_numbers = itertools.count(1)


@dataclass
class Watched:
    """A server, the secrets that were sent to it or made by it, and all that it has answered."""

    server: ServerProcess
    secrets: set[str] = field(default_factory=set[str])
    answers: list[httpx.Response] = field(default_factory=list[httpx.Response])
    open: ExitStack = field(default_factory=ExitStack)

    def browser(self, **headers: str) -> httpx.Client:
        hooks = {"response": [self._note]}
        return self.open.enter_context(
            httpx.Client(base_url=self.server.url, headers=headers, event_hooks=hooks, timeout=20)
        )

    def bearer(self, token: str) -> httpx.Client:
        return self.browser(Authorization=f"Bearer {token}")

    def _note(self, response: httpx.Response) -> None:
        response.read()
        self.answers.append(response)
        for cookie in response.cookies.jar:
            if cookie.value:
                self.secrets.add(cookie.value)

    def leaks(self) -> list[str]:
        """Return each place where a secret has come out."""
        kept = [*(self.server.home / "data").glob("awaithumans.db*"), self.server.log]
        places = {str(file.name): file.read_bytes() for file in kept}
        for number, answer in enumerate(self.answers):
            request = answer.request
            head = {n: v for n, v in answer.headers.items() if n != "set-cookie"}
            name = f"{number}: {request.method} {request.url} {answer.status_code}"
            places[name] = answer.content + json.dumps(head).encode()
        return [
            f"{secret} in {place}"
            for place, content in places.items()
            for secret in self.secrets
            if secret.encode() in content
        ]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    process = ServerProcess(tmp_path).start()
    watched = Watched(process, {TOKEN, PAYLOAD_KEY})
    with watched.open:
        yield watched
    process.kill()


def _secret(watched: Watched, kind: str) -> str:
    """Return a new secret to send somewhere."""
    secret = f"canary-{kind}-{next(_numbers)}-4711"
    watched.secrets.add(secret)
    return secret


def _set_up(watched: Watched) -> httpx.Client:
    """Make the first operator; return the browser in which they are signed in."""
    printed = watched.server.printed("/setup?token=").partition("/setup?token=")[2].split()[0]
    password = _secret(watched, "password")
    browser = watched.browser()
    body = {"token": printed, "email": "olga@example.com", "password": password}
    assert browser.post("/api/setup/operator", json=body).status_code == 201
    assert browser.post("/api/setup/operator", json=body).status_code == 409
    login = {"email": "olga@example.com", "password": password}
    assert browser.post("/api/auth/login", json=login).status_code == 200
    return browser


def _key(watched: Watched, operator: httpx.Client, *scopes: str) -> str:
    made = operator.post("/api/admin/keys", json={"name": "agent", "scopes": scopes or None})
    token: str = made.json()["key"]
    watched.answers.remove(made)  # the only answer that may have it
    watched.secrets.add(token)
    return token


def _operations() -> list[tuple[str, str]]:
    paths: dict[str, dict[str, Any]] = contract.document()["paths"]
    return [
        (method.upper(), path)
        for path, item in paths.items()
        for method in item
        if method in _METHODS
    ]


def _wrong_bodies(secret: str) -> list[bytes]:
    """Return bodies that are refused, each with a secret in it."""
    fields = {"password": secret, "token": secret, "name": secret, "response": secret}
    return [
        json.dumps(fields).encode(),
        json.dumps(fields | {"email": secret}).encode(),
        json.dumps({"password": [secret], "email": {"x": secret}}).encode(),
        json.dumps({"email": "sue@example.com", "password": secret * 40}).encode(),
        json.dumps({"secret": secret, "assign_to": {"email": secret}}).encode(),
        b'{"password": "' + secret.encode(),
        b'"' + secret.encode() + b'"',
    ]


class _Filled(dict[str, str]):
    """What stands in a path, whatever it is called there."""

    def __missing__(self, key: str) -> str:
        return f"{key}_x"


def _try_everything(watched: Watched, client: httpx.Client, task: str) -> None:
    """Send secrets to every operation, where they belong and where they do not."""
    for method, path in _operations():
        if path.endswith(("/poll", "/events")):
            continue
        filled = path.format_map(_Filled(task_id=task))
        for body in _wrong_bodies(_secret(watched, "body")):
            headers = {"Content-Type": "application/json", "Cookie": _cookies(watched)}
            content = None if method == "GET" else body
            client.request(method, filled, content=content, headers=headers)


def _cookies(watched: Watched) -> str:
    secret = _secret(watched, "cookie")
    return f"awaithumans_session={secret}; awaithumans_device={secret}; awaithumans_task={secret}"


def test_no_secret_comes_out_however_it_was_sent(watched: Watched) -> None:
    operator = _set_up(watched)
    task = operator.post("/api/tasks", json=refund()).json()["id"]
    wrong = _secret(watched, "token")
    keys = [
        "ah_sk_" + _secret(watched, "key"),
        _key(watched, operator),
        _key(watched, operator, "admin"),
    ]
    for client in (watched.browser(), *map(watched.bearer, (wrong, *keys))):
        _try_everything(watched, client, task)
    statuses = {answer.status_code for answer in watched.answers}
    assert {401, 403, 404, 405, 409, 422} - statuses <= {405}
    assert [one.request.url.path for one in watched.answers if one.status_code >= 500] == []
    assert watched.leaks() == []
    assert "Traceback" not in watched.server.output()


def test_no_secret_is_left_behind_by_people_who_come_and_go(watched: Watched) -> None:
    operator = _set_up(watched)
    for number in range(3):
        first, second = _secret(watched, "password"), _secret(watched, "password")
        email = f"sue{number}@example.com"
        body = {"email": email, "password": first, "display_name": "Sue"}
        sue = operator.post("/api/admin/users", json=body).json()
        browser, agent = watched.browser(), watched.bearer(_key(watched, operator, "admin"))
        login = {"email": email, "password": first}
        assert browser.post("/api/auth/login", json=login).status_code == 200
        task = agent.post("/api/tasks", json=refund(assign_to={"email": email})).json()["id"]
        assert browser.post(f"/api/tasks/{task}/complete", json=APPROVED).status_code == 200
        address = f"/api/admin/users/{sue['id']}"
        assert agent.post(f"{address}/password", json={"password": second}).status_code == 204
        assert browser.get("/api/tasks").status_code == 401
        assert browser.post("/api/auth/login", json=login).status_code == 401
        login["password"] = second
        assert browser.post("/api/auth/login", json=login).status_code == 200
        for path in (f"/api/tasks/{task}", f"/api/tasks/{task}/audit", "/api/auth/me"):
            assert browser.get(path).status_code == 200
        for path in ("/api/admin/users", "/api/admin/keys", "/api/status", address):
            assert operator.get(path).status_code == 200
        assert browser.post("/api/auth/logout").status_code == 204
    assert watched.leaks() == []
    assert watched.server.stop() == 0
    assert watched.leaks() == []


def test_a_leak_would_be_found(watched: Watched) -> None:
    watched.secrets.add("serving on 127.0.0.1")
    assert [leak.rpartition(" in ")[2] for leak in watched.leaks()] == ["server.log"]
    operator = _set_up(watched)
    watched.secrets = {"olga@example.com"}
    assert operator.get("/api/auth/me").status_code == 200
    assert any("GET" in leak for leak in watched.leaks())
    assert any("awaithumans.db" in leak for leak in watched.leaks())
