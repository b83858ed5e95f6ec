"""The first run: a one-time token makes the first operator, then it is closed for good."""

from dataclasses import replace

from ..clock import Clock
from ..directory.model import Account
from ..errors import SetupClosed, SetupTokenInvalid
from ..ids import new_id
from .passwords import Passwords
from .ports import Store, Writer
from .sessions import SignedIn, begin
from .tokens import digest, new_token


class FirstRun:
    """Makes the first operator.

    Args:
        store: Where people and sessions are kept.
        passwords: Who hashes passwords.
        clock: What time it is.
    """

    def __init__(self, store: Store, passwords: Passwords, clock: Clock) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock

    async def required(self) -> bool:
        """Whether there is no operator yet."""
        return not await self._store.read(lambda tx: tx.has_operator())

    async def print_token(self) -> str | None:
        """Return a new one-time token for the first operator; None when there is one already."""
        token = new_token()

        def work(tx: Writer) -> str | None:
            if tx.has_operator():
                return None
            tx.replace_setup_token(digest(token), self._clock.now())
            return token

        return await self._store.write(work)

    async def complete(
        self, token: str, email: str, display_name: str | None, password: str
    ) -> SignedIn:
        """Make the first operator, of a person of the directory or a new one, and sign them in.

        Raises:
            SetupClosed: There is an operator already.
            SetupTokenInvalid: The server did not print this token last.
        """
        token_hash = digest(token)
        # Both in one view: whoever comes second is told that it is closed, not that they erred.
        closed, valid = await self._store.read(
            lambda tx: (tx.has_operator(), tx.has_setup_token(token_hash))
        )
        if closed:
            raise SetupClosed
        if not valid:
            raise SetupTokenInvalid
        password_hash = await self._passwords.hash(password)

        def work(tx: Writer) -> SignedIn:
            # Asked again: of two at once, the second comes too late.
            spent = tx.spend_setup_token(token_hash)
            if tx.has_operator():
                raise SetupClosed
            if not spent:
                raise SetupTokenInvalid
            now = self._clock.now()
            known = tx.account_by_email(email)
            account = replace(
                known or Account(new_id("usr", now), created_at=now, updated_at=now, email=email),
                display_name=display_name or (known and known.display_name),
                password_hash=password_hash,
                is_operator=True,
                active=True,
                updated_at=now,
            )
            (tx.save_account if known else tx.add_account)(account)
            return begin(tx, account, now)

        return await self._store.write(work)
