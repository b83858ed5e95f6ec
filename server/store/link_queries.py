"""The queries of the links in messages, and of the browsers that followed one."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from ..directory.credentials import Link, TaskSession
from .channel_tables import links, task_sessions

_LINK = [links.c[field.name] for field in fields(Link)]
_SESSION = [task_sessions.c[field.name] for field in fields(TaskSession)]
# Whoever makes a new one clears away so many that have expired: more than one, so that few stay.
_CLEARED = 20
_SPEND = (
    update(links)
    .where(
        links.c.token_hash == bindparam("wanted"),
        links.c.used_at.is_(None),
        links.c.expires_at > bindparam("now"),
    )
    .values(used_at=bindparam("now"))
)


class LinkReader:
    """What following a link reads."""

    _connection: Connection

    def link(self, token_hash: str) -> Link | None:
        """Return the link that hashes to this; used and expired ones too, while they are kept."""
        row = self._connection.execute(
            select(*_LINK).where(links.c.token_hash == token_hash)
        ).one_or_none()
        return None if row is None else Link(*row)

    def task_session(self, token_hash: str) -> TaskSession | None:
        """Return the browser whose secret hashes to this."""
        row = self._connection.execute(
            select(*_SESSION).where(task_sessions.c.token_hash == token_hash)
        ).one_or_none()
        return None if row is None else TaskSession(*row)


class LinkWriter(LinkReader):
    """What making and following a link writes."""

    def add_link(self, link: Link, expired: datetime) -> None:
        """Store a link, and forget some of those that expired by `expired`."""
        self._clear(links, expired)
        values = {name: getattr(link, name) for name in Link.__slots__}
        self._connection.execute(insert(links), values)

    def spend_link(self, token_hash: str, now: datetime) -> bool:
        """Use a link up; False if it is used or has expired, or is not there."""
        return self._connection.execute(_SPEND, {"wanted": token_hash, "now": now}).rowcount == 1

    def add_task_session(self, session: TaskSession, expired: datetime) -> None:
        """Store a browser, and forget some of those that expired by `expired`."""
        self._clear(task_sessions, expired)
        values = {name: getattr(session, name) for name in TaskSession.__slots__}
        self._connection.execute(insert(task_sessions), values)

    def delete_task_session(self, token_hash: str) -> None:
        """Forget a browser."""
        self._connection.execute(
            delete(task_sessions).where(task_sessions.c.token_hash == token_hash)
        )

    def _clear(self, table: Table, expired: datetime) -> None:
        old = (
            select(table.c.token_hash)
            .where(table.c.expires_at <= expired)
            .order_by(table.c.expires_at)
            .limit(_CLEARED)
            # Those that another transaction clears away are left to it.
            .with_for_update(skip_locked=True)
        )
        self._connection.execute(delete(table).where(table.c.token_hash.in_(old)))
