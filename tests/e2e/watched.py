"""A server, the secrets that are sent to it, and every place where they must not come out."""

import itertools
import json
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from awaithumans.server.api import contract
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


@contextmanager
def watched_server(folder: Path, **environment: str) -> Generator[Watched]:
    """Run a server with these settings, and watch it."""
    process = ServerProcess(folder, **environment).start()
    watched = Watched(process, {TOKEN, PAYLOAD_KEY})
    try:
        with watched.open:
            yield watched
    finally:
        process.kill()


def new_secret(watched: Watched, kind: str) -> str:
    """Return a new secret to send somewhere."""
    secret = f"canary-{kind}-{next(_numbers)}-4711"
    watched.secrets.add(secret)
    return secret


def set_up(watched: Watched) -> httpx.Client:
    """Make the first operator; return the browser in which they are signed in."""
    printed = watched.server.printed("/setup?token=").partition("/setup?token=")[2].split()[0]
    password = new_secret(watched, "password")
    browser = watched.browser()
    body = {"token": printed, "email": "olga@example.com", "password": password}
    assert browser.post("/api/setup/operator", json=body).status_code == 201
    assert browser.post("/api/setup/operator", json=body).status_code == 409
    login = {"email": "olga@example.com", "password": password}
    assert browser.post("/api/auth/login", json=login).status_code == 200
    return browser


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


def try_everything(watched: Watched, client: httpx.Client, task: str) -> None:
    """Send secrets to every operation, where they belong and where they do not."""
    for method, path in _operations():
        if path.endswith(("/poll", "/events")):
            continue
        filled = path.format_map(_Filled(task_id=task))
        for body in _wrong_bodies(new_secret(watched, "body")):
            headers = {"Content-Type": "application/json", "Cookie": _cookies(watched)}
            content = None if method == "GET" else body
            client.request(method, filled, content=content, headers=headers)


def _cookies(watched: Watched) -> str:
    secret = new_secret(watched, "cookie")
    return f"awaithumans_session={secret}; awaithumans_device={secret}; awaithumans_task={secret}"
