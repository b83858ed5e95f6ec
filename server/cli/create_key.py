"""`awaithumans create-key`."""

from typing import get_args

import click

from awaithumans.administration import Administration
from awaithumans.wire import ApiKeyScope, NewApiKey

from .calling import JSON, ending, print_json
from .showing import line, moment, plain

_DAY = 86_400
_LONGEST_DAYS = 3_650


@click.command("create-key")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(get_args(ApiKeyScope.__value__)),
    help="What it may do; give it once for each. By default create, read and cancel tasks.",
)
@click.option(
    "--expires-in-days",
    "days",
    type=click.IntRange(1, _LONGEST_DAYS),
    help="How long it is good for; for ever by default.",
)
@JSON
def command(name: str, scopes: tuple[ApiKeyScope, ...], days: int | None, *, as_json: bool) -> None:
    """Make an API key for an agent or a service.

    NAME says whose it is; the history of tasks shows it. The key is printed this once, alone on
    standard output. Agents send it as they send the admin token: AWAITHUMANS_ADMIN_API_TOKEN, or
    api_key= in the SDK.

    Example: awaithumans create-key "refund agent"

    Example: awaithumans create-key metrics --scope tasks:read

    Example: KEY=$(awaithumans create-key agent)
    """
    with ending("No key was made.", as_json=as_json), Administration() as server:
        made = server.keys.create(
            name,
            scopes=list(scopes) or None,
            expires_in_seconds=days * _DAY if days else None,
        )
    if as_json:
        print_json(made)
    else:
        _tell(made)


def _tell(made: NewApiKey) -> None:
    until = f"until {moment(made.expires_at)}" if made.expires_at else "for ever"
    scopes = ", ".join(made.scopes)
    click.echo(f"Made {line(made.name)} ({plain(made.id)}): {scopes}; good {until}.", err=True)
    click.echo("The key is shown this once; keep it:", err=True)
    click.echo(plain(made.key))
