"""Signing in and out."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..clock import Clock
from ..directory.credentials import LIFETIME, Session
from ..directory.model import Account
from ..errors import InvalidCredentials, TooManyAttempts
from .limits import WINDOW, Attempt, attempt, seconds_to_wait
from .model import Caller, person
from .passwords import Passwords
from .ports import Reader, Store, Writer
from .tokens import digest, new_token

DEVICE_LIFETIME = timedelta(days=180)
# A password may be hashed anew by one sign-in while another checks it.
_TRIES = 2


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who has just signed in, and the secrets that their browser keeps."""

    caller: Caller
    session: str
    device: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known when somebody tries to sign in."""

    account: Account | None
    known_device: bool
    tried: Attempt
    wait: int


class Sessions:
    """Begins and ends sessions.

    Args:
        store: Where people and sessions are kept.
        passwords: Who checks passwords.
        clock: What time it is.
    """

    def __init__(self, store: Store, passwords: Passwords, clock: Clock) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock
        # The limits are looked at, the password checked and a failure noted within one turn, so
        # that many attempts at once are no more attempts than one after the other.
        self._turn = asyncio.Lock()

    async def sign_in(
        self, email: str, password: str, host: str | None, device: str | None
    ) -> SignedIn:
        """Begin a session.

        Args:
            email: The address, in the form in which addresses are compared.
            password: What was typed.
            host: Where it comes from, as far as proxies can be trusted.
            device: The secret that the browser has from an earlier time, if it has one.

        Raises:
            InvalidCredentials: The address or the password is wrong; it takes as long to say so
                whether the address exists or not.
            TooManyAttempts: Too many have failed.
        """
        async with self._turn:
            for _ in range(_TRIES):
                seen = await self._store.read(lambda tx: self._look(tx, email, host, device))
                done = await self._try(seen, password, device)
                if done is not None:
                    return done
            raise InvalidCredentials

    async def sign_out(self, cookie: str) -> None:
        """End the session of this cookie."""
        token_hash = digest(cookie)
        await self._store.write(lambda tx: tx.delete_session(token_hash))

    async def _try(self, seen: Seen, password: str, device: str | None) -> SignedIn | None:
        """Check the password; None when what is kept of it changed while it was checked."""
        if seen.wait > 0:
            raise TooManyAttempts(seen.wait)
        account = seen.account
        kept = account.password_hash if account is not None and account.active else None
        matches = await self._passwords.matches(kept, password)
        if not matches or account is None or kept is None:
            await self._store.write(lambda tx: self._fail(tx, seen.tried))
            raise InvalidCredentials
        fresh = await self._passwords.renewed(kept, password)
        # People who share a browser share its proof.
        kept_device = device if seen.known_device else None
        return await self._store.write(
            lambda tx: self._succeed(tx, account, seen.tried, kept_device, fresh)
        )

    def _look(self, tx: Reader, email: str, host: str | None, device: str | None) -> Seen:
        now = self._clock.now()
        account = tx.account_by_email(email)
        users = tx.device_users(digest(device), now - DEVICE_LIFETIME) if device else set[str]()
        its_own = account is not None and account.id in users
        tried = attempt(email, host, device if its_own else None)
        failures = tx.failures(list(tried.buckets), now - WINDOW)
        wait = seconds_to_wait(tried, failures, now)
        return Seen(account, bool(users), tried, wait)

    def _fail(self, tx: Writer, tried: Attempt) -> None:
        now = self._clock.now()
        tx.add_failures(list(tried.buckets), now, now - WINDOW)

    def _succeed(
        self,
        tx: Writer,
        account: Account,
        tried: Attempt,
        device: str | None,
        fresh: str | None,
    ) -> SignedIn | None:
        # Hashing takes a while: whoever took rights away meanwhile has ended the sessions.
        current = tx.account(account.id)
        if current is None or not current.active:
            raise InvalidCredentials
        if current.password_hash != account.password_hash:
            return None
        if fresh is not None:
            tx.save_account(replace(current, password_hash=fresh))
        # The place keeps its failures: an account of one's own must not make room for more.
        tx.forget_failures(tried.own)
        return begin(tx, current, self._clock.now(), device)


def begin(tx: Writer, account: Account, now: datetime, device: str | None = None) -> SignedIn:
    """Begin a session of this person, in a browser that is known from now on."""
    session, device = new_token(), device or new_token()
    tx.add_session(Session(digest(session), account.id, now, now), now - LIFETIME)
    tx.remember_device(digest(device), account.id, now)
    return SignedIn(person(account), session, device)
