"""The queries of the links in messages."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from .channel_tables import links

_SPEND = (
    update(links)
    .where(
        links.c.token_hash == bindparam("wanted"),
        links.c.used_at.is_(None),
        links.c.expires_at > bindparam("now"),
    )
    .values(used_at=bindparam("now"))
)


class LinkWriter:
    """What following a link writes."""

    _connection: Connection

    def spend_link(self, token_hash: str, now: datetime) -> bool:
        """Use a link up; False if it is used or has expired, or is not there."""
        return self._connection.execute(_SPEND, {"wanted": token_hash, "now": now}).rowcount == 1
