"""Who calls: from a bearer token or a session to a caller."""

import hmac
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from ..clock import Clock
from ..errors import StorageUnavailable
from .model import Caller, person, service
from .ports import Store, Writer
from .tokens import digest

KEY_PREFIX = "ah_sk_"
# How exactly the last use is known; noting each would make a write of every read.
_SESSION_GRAIN = timedelta(minutes=5)
_KEY_GRAIN = timedelta(minutes=1)


class Callers:
    """Recognizes callers. Nothing is kept in memory: what has ended is refused at once.

    Args:
        store: Where people, sessions and keys are kept.
        admin_token: The token of agents and automation.
        clock: What time it is.
    """

    def __init__(self, store: Store, admin_token: str, clock: Clock) -> None:
        self._store = store
        self._admin_token = admin_token.encode()
        self._clock = clock

    async def recognize(self, bearer: str | None, cookie: str | None) -> Caller | None:
        """Return who holds these credentials; None when they are missing or wrong."""
        if bearer is not None:
            if hmac.compare_digest(bearer.encode(), self._admin_token):
                return Caller("admin_token")
            return await self._by_key(bearer) if bearer.startswith(KEY_PREFIX) else None
        return await self._by_session(cookie) if cookie else None

    async def _by_key(self, bearer: str) -> Caller | None:
        token_hash, now = digest(bearer), self._clock.now()
        key = await self._store.read(lambda tx: tx.api_key(token_hash))
        if key is None or not key.alive(now):
            return None
        if key.last_used_at is None or now - key.last_used_at >= _KEY_GRAIN:
            key_id = key.id
            await self._note(lambda tx: tx.touch_api_key(key_id, now))
        return service(key)

    async def _by_session(self, cookie: str) -> Caller | None:
        token_hash, now = digest(cookie), self._clock.now()
        found = await self._store.read(lambda tx: tx.session(token_hash))
        if found is None:
            return None
        session, account = found
        if not account.active or not session.alive(now):
            return None
        if now - session.last_seen_at >= _SESSION_GRAIN:
            await self._note(lambda tx: tx.touch_session(token_hash, now))
        return person(account, token_hash)

    async def _note(self, work: Callable[[Writer], None]) -> None:
        """Write when something was last used; a full disk must not keep people from reading."""
        with suppress(StorageUnavailable):
            await self._store.write(work)
