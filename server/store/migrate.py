"""Bring a database up to the schema that this version needs."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select, text

_MIGRATIONS = Path(__file__).parent / "migrations"
# The newest file in migrations/versions; a test holds the two together. Knowing it here saves
# loading Alembic at each start on a database that is up to date.
HEAD = "0005"
# Advisory locks are shared by all that use the database: a number that is nobody else's.
_LOCK = 0x61776169_6D696772


class DatabaseTooNew(Exception):
    """The database was made by a newer version of the server."""


def migrate(engine: Engine) -> None:
    """Run the migrations that are missing.

    Raises:
        DatabaseTooNew: The database is ahead of this version.
    """
    if current_revision(engine) == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    with engine.connect() as connection, _alone(connection):
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise DatabaseTooNew(str(error)) from None


@contextmanager
def _alone(connection: Connection) -> Generator[None]:
    """Keep other processes from migrating; whoever waited finds nothing left to do.

    SQLite's file has one process already, and its migrations are one transaction.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.execute(select(func.pg_advisory_lock(_LOCK)))
    connection.commit()
    try:
        yield
    finally:
        # A migration that failed has left its transaction behind.
        connection.rollback()
        connection.execute(select(func.pg_advisory_unlock(_LOCK)))
        connection.commit()


def current_revision(engine: Engine) -> str:
    """Return the migration that the database is at; empty when it has no schema."""
    with engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
