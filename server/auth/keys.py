"""API keys: made once, shown once, revoked at once."""

from collections.abc import Sequence
from datetime import timedelta

from ..clock import Clock
from ..directory.credentials import ApiKey, Scope
from ..errors import ApiKeyNotFound
from ..ids import is_id, new_id
from .callers import KEY_PREFIX
from .model import Caller
from .ports import Store
from .tokens import digest, new_token

_DEFAULT: tuple[Scope, ...] = ("tasks:create", "tasks:read", "tasks:cancel")
_HINT = len(KEY_PREFIX) + 4


class Keys:
    """What can be done with API keys.

    Args:
        store: Where they are kept.
        clock: What time it is.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(
        self, name: str, scopes: Sequence[Scope] | None, seconds: int | None, by: Caller
    ) -> tuple[ApiKey, str]:
        """Make a key; return it, and the bearer token that is not kept.

        Args:
            name: Whose key it is.
            scopes: What it may do; None is to create, read and cancel tasks.
            seconds: How long it is good for; None is for ever.
            by: Who makes it.
        """
        now, token = self._clock.now(), KEY_PREFIX + new_token()
        key = ApiKey(
            id=new_id("key", now),
            name=name,
            hint=token[:_HINT],
            token_hash=digest(token),
            scopes=tuple(dict.fromkeys(scopes or _DEFAULT)),
            created_by_email=by.email,
            created_at=now,
            expires_at=None if seconds is None else now + timedelta(seconds=seconds),
        )
        await self._store.write(lambda tx: tx.add_api_key(key))
        return key, token

    async def all(self) -> list[ApiKey]:
        """Return every key, newest first; those that have expired too."""
        return await self._store.read(lambda tx: tx.api_keys())

    async def revoke(self, key_id: str) -> None:
        """Remove a key: its next request is refused.

        Raises:
            ApiKeyNotFound: There is none with this id.
        """
        gone = is_id(key_id, "key") and await self._store.write(
            lambda tx: tx.delete_api_key(key_id)
        )
        if not gone:
            raise ApiKeyNotFound
