"""The queries of what lets people in: sessions, browsers, failed attempts, first run, keys."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from ..directory.credentials import ApiKey, Failures, Session
from ..directory.model import Account
from .dialects import UPSERTS, Serial
from .people_queries import ACCOUNT
from .tables import api_keys, devices, failed_sign_ins, sessions, setup_tokens, users

_SESSION = [sessions.c[field.name] for field in fields(Session)]
_KEY = [api_keys.c[field.name] for field in fields(ApiKey)]
# Browsers of one person; the one that was not used for longest is forgotten first.
_MOST_DEVICES = 20


class AccessReader:
    """What recognizing callers and signing in read."""

    _connection: Connection

    def session(self, token_hash: str) -> tuple[Session, Account] | None:
        """Return a session, and whose it is."""
        row = self._connection.execute(
            select(*_SESSION, *ACCOUNT)
            .join(users, users.c.id == sessions.c.user_id)
            .where(sessions.c.token_hash == token_hash)
        ).one_or_none()
        if row is None:
            return None
        return Session(*row[: len(_SESSION)]), Account(*row[len(_SESSION) :])

    def device_users(self, token_hash: str, since: datetime) -> set[str]:
        """Return the ids of the people who have signed in with this browser after `since`."""
        known = select(devices.c.user_id).where(
            devices.c.token_hash == token_hash, devices.c.used_at > since
        )
        return set(self._connection.execute(known).scalars())

    def failures(self, buckets: Sequence[str], since: datetime) -> dict[str, Failures]:
        """Return the failed attempts of each bucket that has any after `since`."""
        failed = failed_sign_ins.c
        rows = self._connection.execute(
            select(failed.bucket, func.count(), func.min(failed.at))
            .where(failed.bucket.in_(buckets), failed.at > since)
            .group_by(failed.bucket)
        )
        return {bucket: Failures(count, oldest) for bucket, count, oldest in rows}

    def api_key(self, token_hash: str) -> ApiKey | None:
        """Return the key that hashes to this."""
        row = self._connection.execute(
            select(*_KEY).where(api_keys.c.token_hash == token_hash)
        ).one_or_none()
        return None if row is None else ApiKey(*row)

    def api_keys(self) -> list[ApiKey]:
        """Return every key, newest first."""
        rows = self._connection.execute(select(*_KEY).order_by(api_keys.c.id.desc()))
        return [ApiKey(*row) for row in rows]

    def has_setup_token(self, token_hash: str) -> bool:
        """Whether this is the token that the server printed last."""
        found = select(exists().where(setup_tokens.c.token_hash == token_hash))
        return self._connection.execute(found).scalar_one()


class AccessWriter(Serial, AccessReader):
    """What recognizing callers and signing in write."""

    def add_session(self, session: Session, expired: datetime) -> None:
        """Store a session, and forget those that were made before `expired`."""
        self._connection.execute(delete(sessions).where(sessions.c.created_at <= expired))
        values = {name: getattr(session, name) for name in Session.__slots__}
        self._connection.execute(insert(sessions), values)

    def touch_session(self, token_hash: str, now: datetime) -> None:
        """Note that a session is in use."""
        self._connection.execute(
            update(sessions).where(sessions.c.token_hash == token_hash).values(last_seen_at=now)
        )

    def delete_session(self, token_hash: str) -> None:
        """Forget a session."""
        self._connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def remember_device(self, token_hash: str, user_id: str, now: datetime) -> None:
        """Note that a person has signed in with this browser; the newest few are kept."""
        seen = {"token_hash": token_hash, "user_id": user_id, "used_at": now}
        upsert = UPSERTS[self._connection.dialect.name]
        self._connection.execute(
            upsert(devices).on_conflict_do_update(
                index_elements=[devices.c.token_hash, devices.c.user_id], set_={"used_at": now}
            ),
            seen,
        )
        newest = (
            select(devices.c.token_hash)
            .where(devices.c.user_id == user_id)
            .order_by(devices.c.used_at.desc())
            .limit(_MOST_DEVICES)
        )
        self._connection.execute(
            delete(devices).where(
                devices.c.user_id == user_id,
                devices.c.token_hash != token_hash,
                devices.c.token_hash.not_in(newest),
            )
        )

    def add_failures(self, buckets: Sequence[str], now: datetime, since: datetime) -> None:
        """Note a failed attempt in each bucket, and forget all those before `since`."""
        self._connection.execute(delete(failed_sign_ins).where(failed_sign_ins.c.at <= since))
        self._connection.execute(
            insert(failed_sign_ins), [{"bucket": bucket, "at": now} for bucket in buckets]
        )

    def forget_failures(self, bucket: str) -> None:
        """Forget the failed attempts of one bucket."""
        self._connection.execute(delete(failed_sign_ins).where(failed_sign_ins.c.bucket == bucket))

    def add_api_key(self, key: ApiKey) -> None:
        """Store a key."""
        values = {name: getattr(key, name) for name in ApiKey.__slots__}
        self._connection.execute(insert(api_keys), values)

    def touch_api_key(self, key_id: str, now: datetime) -> None:
        """Note that a key is in use."""
        self._connection.execute(
            update(api_keys).where(api_keys.c.id == key_id).values(last_used_at=now)
        )

    def delete_api_key(self, key_id: str) -> bool:
        """Remove a key; False if it is not there."""
        gone = self._connection.execute(delete(api_keys).where(api_keys.c.id == key_id))
        return gone.rowcount == 1

    def spend_setup_token(self, token_hash: str) -> bool:
        """Forget this setup token; False if it is not there, or somebody else was first."""
        self._alone("directory")
        spent = delete(setup_tokens).where(setup_tokens.c.token_hash == token_hash)
        return self._connection.execute(spent).rowcount == 1

    def replace_setup_token(self, token_hash: str, now: datetime) -> None:
        """Keep this setup token and no other."""
        self._alone("directory")
        self._connection.execute(delete(setup_tokens))
        values = {"token_hash": token_hash, "created_at": now}
        self._connection.execute(insert(setup_tokens), values)
