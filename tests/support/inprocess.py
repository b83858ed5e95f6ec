"""The server within the test's own process, with a clock to move."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass
from functools import cache, partial
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from argon2 import PasswordHasher

from awaithumans.server.app import Server, build
from awaithumans.server.auth.model import CallerKind
from awaithumans.server.auth.passwords import Passwords
from awaithumans.server.auth.sessions import begin
from awaithumans.server.config import Settings, load
from awaithumans.server.directory.credentials import LinkChannel, Purpose
from awaithumans.server.directory.model import Account
from awaithumans.server.ids import new_id
from awaithumans.server.observing.tracing import Tracing
from awaithumans.server.running import Database
from awaithumans.server.store import sqlite
from awaithumans.server.tasks.model import Draft
from tests.support.clock import ManualClock
from tests.support.made import AGENT
from tests.support.process import PAYLOAD_KEY, TOKEN
from tests.support.sqlite import migrated

_URL = "http://testserver"
# Nothing has to outlive a test: the store's own tests hold what a commit promises.
_HASTY = [pragma.replace("= FULL", "= OFF") for pragma in vars(sqlite)["_PRAGMAS"]]
_CHEAP = PasswordHasher(1, 8, 1)


@dataclass
class InProcess:
    server: Server
    clock: ManualClock
    client: httpx.AsyncClient
    """Holds the admin token."""
    stranger: httpx.AsyncClient
    """Holds nothing."""

    @property
    def store(self) -> Database:
        return self.server.app.state.parts.database

    def browser(
        self, host: str = "127.0.0.1", headers: Mapping[str, str] | None = None
    ) -> httpx.AsyncClient:
        """Return a client at the address `host` that holds nothing but these headers."""
        browser = _client(self.server, host, self.server.base_url, headers)
        browser.event_hooks = self.stranger.event_hooks
        return browser

    def bearer(self, token: str) -> httpx.AsyncClient:
        """Return a client that holds this token."""
        return self.browser(headers={"Authorization": f"Bearer {token}"})

    async def unadmitted(self, draft: Draft) -> str:
        """Make a task that this server might not admit; return its id."""
        tasks = copy(self.server.tasks)
        vars(tasks)["_admissions"] = ()
        return (await tasks.create(draft, AGENT)).task.id

    async def key(self, *scopes: str, **fields: Any) -> httpx.AsyncClient:
        """Return a client that holds a new API key; without scopes, one with the usual ones."""
        body = {"name": "refund agent", **fields} | ({"scopes": scopes} if scopes else {})
        made = await self.client.post("/api/admin/keys", json=body)
        assert made.status_code == 201, made.text
        return self.bearer(made.json()["key"])

    async def person(
        self, email: str | None, kind: CallerKind = "reviewer", **fields: Any
    ) -> "Person":
        """Add a person to the directory, and sign them in without the cost of a password."""
        now = self.clock.now()
        account = Account(
            new_id("usr", now),
            created_at=now,
            updated_at=now,
            email=email,
            is_operator=kind == "operator",
            **fields,
        )
        await self.store.write(lambda tx: tx.add_account(account))
        return Person(account.id, email, await self.signed_in(account))

    async def signed_in(self, account: Account) -> httpx.AsyncClient:
        """Return a client that holds a new session of this person."""
        made = await self.store.write(lambda tx: begin(tx, account, self.clock.now()))
        prefix = "__Host-" if self.server.base_url.startswith("https:") else ""
        return self.browser(headers={"Cookie": f"{prefix}awaithumans_session={made.session}"})

    async def link(
        self,
        task_id: str,
        email: str | None,
        purpose: Purpose = "open",
        channel: LinkChannel = "email",
        user_id: str | None = None,
    ) -> str:
        """Return the secret of a new link that is sent to this person."""
        links = self.server.app.state.parts.links
        return await links.make(task_id, email, user_id, channel, purpose)

    async def guest(
        self, task_id: str, email: str | None, user_id: str | None = None
    ) -> httpx.AsyncClient:
        """Return a client that has followed a link to this task."""
        token = await self.link(task_id, email, user_id=user_id)
        made = await self.server.app.state.parts.links.follow(token)
        prefix = "__Host-" if self.server.base_url.startswith("https:") else ""
        return self.browser(headers={"Cookie": f"{prefix}awaithumans_task={made.session}"})


@dataclass
class Person:
    """Somebody of the directory, signed in."""

    id: str
    email: str | None
    browser: httpx.AsyncClient

    @property
    def path(self) -> str:
        return f"/api/admin/users/{self.id}"


@asynccontextmanager
async def in_process(
    folder: Path,
    clock: ManualClock | None = None,
    hasher: PasswordHasher | None = _CHEAP,
    tracing: Tracing | None = None,
    **settings: Any,
) -> AsyncGenerator[InProcess]:
    """Run the server on a database that costs little, as passwords do: None is the real cost."""
    clock = clock or ManualClock()
    given = {"data_dir": folder, "public_url": _URL, "payload_key": PAYLOAD_KEY} | settings
    loaded = load(**given)
    if loaded.postgres is None:
        migrated(loaded.database_path)
    server = _built(loaded, clock, hasher, tracing)
    url = server.base_url
    with patch.object(sqlite, "_PRAGMAS", _HASTY):
        async with (
            server.jobs.running(),
            _client(server, "127.0.0.1", url, {"Authorization": f"Bearer {TOKEN}"}) as client,
            _client(server, "127.0.0.1", url) as stranger,
        ):
            yield InProcess(server, clock, client, stranger)


def _built(
    settings: Settings,
    clock: ManualClock,
    hasher: PasswordHasher | None,
    tracing: Tracing | None,
) -> Server:
    """Build the server; its routes are always the same, and compared with the contract once."""
    _compare()
    with (
        patch("awaithumans.server.app.parity.hold_to_contract"),
        patch("awaithumans.server.app.Passwords", partial(Passwords, hasher)),
    ):
        return build(settings, TOKEN, clock, tracing)


@cache
def _compare() -> None:
    """Build a server that is never run: what compares the routes has its say."""
    build(load(public_url=_URL), TOKEN)


def cookies_of(response: httpx.Response) -> dict[str, Morsel[str]]:
    """Return the cookies that a response sets, each by its name."""
    given = response.headers.get_list("set-cookie")
    return {name: one for text in given for name, one in SimpleCookie(text).items()}


def _client(
    server: Server, host: str, url: str, headers: Mapping[str, str] | None = None
) -> httpx.AsyncClient:
    # A 500 is an answer to look at, not an exception of the test.
    transport = httpx.ASGITransport(server.app, raise_app_exceptions=False, client=(host, 1234))
    return httpx.AsyncClient(transport=transport, base_url=url, headers=headers)
