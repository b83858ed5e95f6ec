"""The queries of people, their sessions and the first-run setup."""

from datetime import datetime

from sqlalchemy import Connection, delete, exists, insert, select

from ..directory.model import Account, Session
from .tables import sessions, setup_tokens, users

_ACCOUNT = (
    users.c.id,
    users.c.email,
    users.c.display_name,
    users.c.password_hash,
    users.c.is_operator,
    users.c.active,
    users.c.created_at,
)


class AccountReader:
    """What signing in reads."""

    _connection: Connection

    def account_by_email(self, email: str) -> Account | None:
        """Return the person with this address."""
        row = self._connection.execute(
            select(*_ACCOUNT).where(users.c.email == email)
        ).one_or_none()
        return None if row is None else Account(*row)

    def account_by_session(self, token_hash: str, now: datetime) -> Account | None:
        """Return the active person of a session that has not expired."""
        row = self._connection.execute(
            select(*_ACCOUNT)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now, users.c.active)
        ).one_or_none()
        return None if row is None else Account(*row)

    def has_operator(self) -> bool:
        """Whether there is anybody who can administer the server."""
        return self._connection.execute(select(exists().where(users.c.is_operator))).scalar_one()

    def has_setup_token(self, token_hash: str) -> bool:
        """Whether this is a token that the server printed."""
        found = select(exists().where(setup_tokens.c.token_hash == token_hash))
        return self._connection.execute(found).scalar_one()


class AccountWriter(AccountReader):
    """What signing in and setting up write."""

    def add_account(self, account: Account) -> None:
        """Store a person."""
        values = {name: getattr(account, name) for name in Account.__slots__}
        self._connection.execute(insert(users), values)

    def add_session(self, session: Session) -> None:
        """Store a session, and forget those that have expired."""
        self._connection.execute(
            delete(sessions).where(sessions.c.expires_at <= session.created_at)
        )
        values = {name: getattr(session, name) for name in Session.__slots__}
        self._connection.execute(insert(sessions), values)

    def delete_session(self, token_hash: str) -> None:
        """Forget a session."""
        self._connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def replace_setup_token(self, token_hash: str | None, now: datetime) -> None:
        """Keep this setup token and no other; None keeps none."""
        self._connection.execute(delete(setup_tokens))
        if token_hash is not None:
            self._connection.execute(
                insert(setup_tokens), {"token_hash": token_hash, "created_at": now}
            )
