from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from argon2 import PasswordHasher

from awaithumans.server.auth.callers import Callers
from awaithumans.server.auth.keys import Keys
from awaithumans.server.auth.model import Caller
from awaithumans.server.auth.passwords import Passwords
from awaithumans.server.auth.sessions import Sessions, SignedIn
from awaithumans.server.auth.setup import FirstRun
from awaithumans.server.directory.model import Account
from tests.support.clock import ManualClock
from tests.support.made import NOW
from tests.support.memory import MemoryStore

TOKEN = "the-admin-token-of-this-test"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    """Real argon2, with parameters that take no time."""
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield passwords
    passwords.close()


@dataclass
class Door:
    """Everything that lets people in, on an empty store in memory."""

    store: MemoryStore
    clock: ManualClock
    passwords: Passwords

    def __post_init__(self) -> None:
        self.callers = Callers(self.store, TOKEN, self.clock)
        self.sessions = Sessions(self.store, self.passwords, self.clock)
        self.first_run = FirstRun(self.store, self.passwords, self.clock)
        self.keys = Keys(self.store, self.clock)

    async def set_up(self) -> SignedIn:
        """Make the first operator, Olga."""
        token = await self.first_run.print_token()
        assert token is not None
        return await self.first_run.complete(token, "olga@example.com", "Olga", PASSWORD)

    async def sign_in(
        self,
        email: str = "olga@example.com",
        password: str = PASSWORD,
        host: str | None = "192.0.2.1",
        device: str | None = None,
    ) -> SignedIn:
        return await self.sessions.sign_in(email, password, host, device)

    async def known(self, cookie: str | None) -> Caller | None:
        """Return whom a cookie lets in."""
        return await self.callers.recognize(None, cookie)

    def olga(self) -> Account:
        (account,) = self.store.rows.accounts.values()
        return account

    def change_olga(self, **changes: Any) -> None:
        account = replace(self.olga(), **changes)
        self.store.rows.accounts[account.id] = account


@pytest.fixture
def door(passwords: Passwords) -> Door:
    return Door(MemoryStore(), ManualClock(NOW), passwords)
