"""`awaithumans remove-user`."""

import click

from awaithumans.administration import Administration

from .calling import YES, called, confirm, ending


@click.command("remove-user")
@click.argument("who")
@YES
def command(who: str, *, yes: bool) -> None:
    """Remove a person from the directory.

    WHO is an email address or an id. Their sessions end, and they get no more tasks; what they
    have answered keeps their name.

    Example: awaithumans remove-user sue@example.com

    Example: awaithumans remove-user sue@example.com --yes
    """
    with ending("Nobody was removed."), Administration() as server:
        user = server.users.find(who)
        confirm(f"Remove {called(user)}?", yes=yes)
        server.users.remove(user.id)
        click.echo(f"Removed {called(user)}. Their sessions have ended.")
