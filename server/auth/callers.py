"""Who calls: from a bearer token or a session to a caller; and how sessions begin and end."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from ..clock import Clock
from ..directory.model import Account, Session
from ..errors import InvalidCredentials, SetupClosed, SetupTokenInvalid
from ..tasks.ids import new_id
from ..tasks.model import Actor
from .passwords import Passwords
from .ports import AccountStore, AccountWriter

CallerKind = Literal["admin_token", "operator", "reviewer"]
SESSION_LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request, as its credentials say."""

    kind: CallerKind
    user_id: str | None = None
    email: str | None = None
    display_name: str | None = None

    def actor(self, named: str | None = None) -> Actor:
        """Return who acts; only the admin token may name somebody else (`named`)."""
        if self.kind == "admin_token":
            return Actor("agent", named, None, "api", named=named is not None)
        return Actor(self.kind, self.email, self.user_id, "dashboard")


class Callers:
    """Recognizes callers, signs people in and out, and makes the first operator.

    Args:
        store: Where people and sessions are kept.
        passwords: Who hashes and checks passwords.
        admin_token: The token of agents and automation.
        clock: What time it is.
    """

    def __init__(
        self, store: AccountStore, passwords: Passwords, admin_token: str, clock: Clock
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._admin_token = admin_token.encode()
        self._clock = clock

    async def recognize(self, bearer: str | None, cookie: str | None) -> Caller | None:
        """Return who holds these credentials; None when they are missing or wrong."""
        if bearer is not None:
            known = hmac.compare_digest(bearer.encode(), self._admin_token)
            return Caller("admin_token") if known else None
        if not cookie:
            return None
        token_hash, now = _hash(cookie), self._clock.now()
        account = await self._store.read(lambda tx: tx.account_by_session(token_hash, now))
        return None if account is None else _caller(account)

    async def sign_in(self, email: str, password: str) -> tuple[Caller, str]:
        """Return the person and the secret of a new session.

        Raises:
            InvalidCredentials: The address or the password is wrong; it takes as long to say so
                whether the address exists or not.
        """
        account = await self._store.read(lambda tx: tx.account_by_email(email))
        usable = account if account is not None and account.active else None
        kept = None if usable is None else usable.password_hash
        if not await self._passwords.matches(kept, password) or usable is None:
            raise InvalidCredentials
        token = secrets.token_urlsafe(32)
        await self._store.write(lambda tx: self._begin(tx, usable, token))
        return _caller(usable), token

    async def sign_out(self, cookie: str) -> None:
        """End the session of this cookie."""
        token_hash = _hash(cookie)
        await self._store.write(lambda tx: tx.delete_session(token_hash))

    async def setup_required(self) -> bool:
        """Whether there is no operator yet."""
        return not await self._store.read(lambda tx: tx.has_operator())

    async def print_setup_token(self) -> str | None:
        """Return a new one-time token for the first operator; None when there is one already."""
        token = secrets.token_urlsafe(32)

        def work(tx: AccountWriter) -> str | None:
            if tx.has_operator():
                return None
            tx.replace_setup_token(_hash(token), self._clock.now())
            return token

        return await self._store.write(work)

    async def set_up(
        self, token: str, email: str, display_name: str | None, password: str
    ) -> tuple[Caller, str]:
        """Make the first operator; return them and the secret of their session.

        Raises:
            SetupClosed: There is an operator already.
            SetupTokenInvalid: The server did not print this token last.
        """
        if not await self.setup_required():
            raise SetupClosed
        token_hash, session = _hash(token), secrets.token_urlsafe(32)
        if not await self._store.read(lambda tx: tx.has_setup_token(token_hash)):
            raise SetupTokenInvalid
        password_hash = await self._passwords.hash(password)

        def work(tx: AccountWriter) -> Account:
            # Asked again: of two at once, the second comes too late.
            if tx.has_operator():
                raise SetupClosed
            now = self._clock.now()
            account = Account(
                new_id("usr", now),
                email,
                display_name,
                password_hash,
                is_operator=True,
                active=True,
                created_at=now,
            )
            tx.add_account(account)
            tx.replace_setup_token(None, now)
            self._begin(tx, account, session)
            return account

        return _caller(await self._store.write(work)), session

    def _begin(self, tx: AccountWriter, account: Account, token: str) -> None:
        now = self._clock.now()
        tx.add_session(Session(_hash(token), account.id, now, now + SESSION_LIFETIME))


def _caller(account: Account) -> Caller:
    kind: CallerKind = "operator" if account.is_operator else "reviewer"
    return Caller(kind, account.id, account.email, account.display_name)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
