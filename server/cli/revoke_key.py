"""`awaithumans revoke-key`."""

import click

from awaithumans.administration import Administration

from .calling import YES, confirm, ending
from .showing import line


@click.command("revoke-key")
@click.argument("key_id")
@YES
def command(key_id: str, *, yes: bool) -> None:
    """Revoke an API key: it is refused from its next request on.

    KEY_ID is the id that `awaithumans list-keys` shows, not the key.

    Example: awaithumans revoke-key key_01K9ZQ4R8TABCDEFGHJKMNPQRS

    Example: awaithumans revoke-key key_01K9ZQ4R8TABCDEFGHJKMNPQRS --yes
    """
    with ending("No key was revoked."), Administration() as server:
        key = server.keys.find(key_id)
        confirm(f"Revoke {line(key.name)} ({line(key.hint)}...)?", yes=yes)
        server.keys.revoke(key.id)
        click.echo(f"Revoked {line(key.name)}.")
