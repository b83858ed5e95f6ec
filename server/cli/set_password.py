"""`awaithumans set-password`."""

import click

from awaithumans.administration import Administration

from .calling import PASSWORD, called, ending, need_terminal, new_password


@click.command("set-password")
@click.argument("who")
@PASSWORD
@click.option("--remove", is_flag=True, help="Take the password away: they can't sign in.")
def command(who: str, password: str | None, *, remove: bool) -> None:
    """Give a person a password to sign in with, or take it away.

    WHO is an email address or an id. Asks for the password, hidden, unless it is given. Whoever is
    signed in as that person has to sign in again.

    Example: awaithumans set-password sue@example.com

    Example: awaithumans set-password sue@example.com --remove
    """
    if remove and password is not None:
        raise click.UsageError("Give --password or --remove, not both.")
    with ending("The password is as it was."), Administration() as server:
        user = server.users.find(who)
        if remove:
            server.users.remove_password(user.id)
            done = "can't sign in any more"
        else:
            server.users.set_password(user.id, password or _asked())
            done = "has a new password"
        click.echo(f"{called(user)} {done}. Their sessions have ended.")


def _asked() -> str:
    need_terminal("Give the password: --password - reads it from standard input.")
    return new_password() or ""
