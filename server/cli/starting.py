"""What `dev` and `serve` share: from settings to a running server, or one clear message."""

import os
import sqlite3
from collections.abc import Awaitable, Callable
from importlib.metadata import version

import click
from sqlalchemy.exc import DatabaseError

from ..app import Server, build
from ..config import ConfigurationError, Settings, load, unknown_names
from ..errors import StorageUnavailable
from ..observing import logs, tracing
from ..serving import CannotListen, bind, run
from ..store.migrate import DatabaseTooNew
from ..store.sqlite import DatabaseInUse
from .showing import stop

Started = Callable[[Server, Settings], Awaitable[None]]

PORT = click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on (3001).")
HOST = click.option("--host", help="The address to listen on (127.0.0.1).")


def read(**given: object) -> Settings:
    """Return the settings, or end with what is wrong with them."""
    try:
        settings = load(**given)
    except ConfigurationError as error:
        stop(str(error))
    for name in unknown_names():
        click.echo(f"awaithumans: warning: nothing reads {name}; is it misspelled?", err=True)
    return settings


def log(settings: Settings, form: logs.Format, level: logs.Level, *secrets: str) -> None:
    """Log as the settings say; as `form` and `level` say where they say nothing."""
    hidden = [*settings.secrets, *secrets]
    logs.configure(settings.log_format or form, settings.log_level or level, hidden)


def start(settings: Settings, admin_token: str, started: Started) -> None:
    """Serve until the process is told to stop; what can't work ends with one message."""
    traced = tracing.begin(os.environ, version("awaithumans"))
    try:
        listener = bind(settings.host, settings.port)
        server = build(settings, admin_token, tracing=traced)
        run(server, listener, lambda: started(server, settings))
    except (CannotListen, ConfigurationError) as error:
        stop(str(error))
    except DatabaseInUse as error:
        stop(
            f"Another server runs on {error}. Stop it, or use another folder: AWAITHUMANS_DATA_DIR."
        )
    except DatabaseTooNew:
        stop(
            f"{settings.database} was made by a newer version. "
            "Upgrade awaithumans, or use another database: AWAITHUMANS_DATABASE_URL."
        )
    except OSError as error:
        stop(unwritable(settings, error))
    except (DatabaseError, sqlite3.DatabaseError) as error:
        reason = getattr(error, "orig", error)
        stop(
            f"{settings.database} can't be used as a database: {reason}. "
            "End what else uses it, restore it from a backup, or move it away and start again."
        )
    except StorageUnavailable as error:
        stop(unusable(settings, error))
    finally:
        if traced is not None:
            traced.end()


def unusable(settings: Settings, error: StorageUnavailable) -> str:
    """Say that the database does not take what the start has to write."""
    if settings.postgres is None:
        return (
            f"{settings.database} can't be written: another program has it locked, or the "
            "disk is full. End the program or make room, and start again."
        )
    reason = " ".join(str(error.__cause__ and getattr(error.__cause__, "orig", "")).split())
    return (
        f"{settings.database} can't be used: {reason or 'it does not answer'}. Start the database, "
        "or correct AWAITHUMANS_DATABASE_URL; the user needs the right to create tables."
    )


def unwritable(settings: Settings, error: OSError) -> str:
    """Say that the data folder can't be written to."""
    return (
        f"Can't write to {settings.folder}: {error.strerror}. Make the folder writable, or name "
        "another one: AWAITHUMANS_DATA_DIR."
    )
