"""`awaithumans list-keys`."""

from datetime import datetime, timezone

import click

from awaithumans.administration import Administration
from awaithumans.wire import ApiKey

from .calling import JSON, ending, print_json
from .showing import moment, table

_COLUMNS = ("ID", "NAME", "KEY", "SCOPES", "EXPIRES", "LAST USED")


@click.command("list-keys")
@JSON
def command(*, as_json: bool) -> None:
    """List the API keys, newest first; of the keys themselves only how they begin.

    Example: awaithumans list-keys

    Example: awaithumans list-keys --json
    """
    with ending("", as_json=as_json), Administration() as server:
        keys = server.keys.list()
    if as_json:
        print_json(keys)
    elif keys:
        click.echo("\n".join(table(_COLUMNS, [_row(key) for key in keys])))
    else:
        click.echo("There are no API keys. `awaithumans create-key NAME` makes one.")


def _row(key: ApiKey) -> tuple[str, ...]:
    return (
        key.id,
        key.name,
        f"{key.hint}...",
        ", ".join(key.scopes),
        _expires(key.expires_at),
        moment(key.last_used_at) if key.last_used_at else "never",
    )


def _expires(at: datetime | None) -> str:
    if at is None:
        return "never"
    return f"{moment(at)}{' (expired)' if at <= datetime.now(timezone.utc) else ''}"
