"""The queries of the senders of mail."""

from dataclasses import fields

from sqlalchemy import Connection, bindparam, delete, select

from ..directory.senders import StoredSender
from .channel_tables import email_identities
from .dialects import UPSERTS

_COLUMNS = [email_identities.c[field.name] for field in fields(StoredSender)]
_ALL = select(*_COLUMNS).order_by(email_identities.c.name)
_BY_ID = select(*_COLUMNS).where(email_identities.c.id == bindparam("wanted"))
_BY_NAME = select(*_COLUMNS).where(email_identities.c.name == bindparam("wanted"))


class SenderReader:
    """What sending mail reads of senders."""

    _connection: Connection

    def senders(self) -> list[StoredSender]:
        """Return every sender, by name."""
        return [StoredSender(*row) for row in self._connection.execute(_ALL)]

    def sender(self, sender_id: str) -> StoredSender | None:
        """Return the sender with this id."""
        row = self._connection.execute(_BY_ID, {"wanted": sender_id}).one_or_none()
        return None if row is None else StoredSender(*row)

    def sender_named(self, name: str) -> StoredSender | None:
        """Return the sender with this name."""
        row = self._connection.execute(_BY_NAME, {"wanted": name}).one_or_none()
        return None if row is None else StoredSender(*row)


class SenderWriter(SenderReader):
    """What operators change of senders."""

    def add_sender(self, sender: StoredSender) -> bool:
        """Store a sender; False, and nothing stored, if its name is taken."""
        upsert = UPSERTS[self._connection.dialect.name](email_identities)
        values = {field.name: getattr(sender, field.name) for field in fields(StoredSender)}
        added = upsert.on_conflict_do_nothing(
            index_elements=[email_identities.c.name]
        ).execution_options(preserve_rowcount=True)
        return self._connection.execute(added, values).rowcount == 1

    def delete_sender(self, sender_id: str) -> bool:
        """Remove a sender; False if it is not there."""
        gone = delete(email_identities).where(email_identities.c.id == sender_id)
        return self._connection.execute(gone).rowcount == 1
