"""`awaithumans add-user`."""

import shlex
from typing import Any

import click

from awaithumans.administration import Administration
from awaithumans.errors import RequestError
from awaithumans.wire import User

from .asking import until, yes
from .calling import (
    JSON,
    PASSWORD,
    called,
    checked,
    checked_option,
    ending,
    need_terminal,
    new_password,
    print_json,
)
from .showing import plain

_ASKED = {
    "email": "Email address",
    "display_name": "Name [empty: leave out]",
    "pool": "Pool [empty: leave out]",
    "role": "Role [empty: leave out]",
    "access_level": "Access level [empty: leave out]",
    "is_operator": "Operator, who runs the server and sees every task?",
    "password": "",
}


@click.command("add-user")
@click.option("--email", callback=checked_option, help="Where they are reached.")
@click.option("--slack-user-id", callback=checked_option, help="Who they are in Slack.")
@click.option("--slack-team-id", callback=checked_option, help="Of which workspace.")
@click.option("--display-name", callback=checked_option, help="Their name.")
@click.option("--role", callback=checked_option, help="What they do, in your words.")
@click.option("--access-level", callback=checked_option, help="What they may decide.")
@click.option("--pool", callback=checked_option, help="The team they answer with.")
@click.option("--operator", "is_operator", is_flag=True, help="They run the server, too.")
@PASSWORD
@JSON
def command(*, as_json: bool, **given: Any) -> None:
    """Add a person who answers tasks, or who runs the server.

    Without --email and --slack-user-id it asks for everything, in the terminal.

    Example: awaithumans add-user

    Example: awaithumans add-user --email sue@example.com --pool refunds

    Example: awaithumans add-user --email ann@example.com --operator
    """
    with ending("Nobody was added.", as_json=as_json), Administration() as server:
        if given["email"] or given["slack_user_id"]:
            user = server.users.add(**given)
        else:
            need_terminal("Name an address: --email or --slack-user-id.")
            user = _asked(server, given)
        if as_json:
            print_json(user)
        else:
            _tell(user)


def _asked(server: Administration, given: dict[str, Any]) -> User:
    """Ask for what is not given, add the person, and ask again for what the server refuses."""
    missing = [field for field in _ASKED if not given[field]]
    while True:
        given |= {field: _ask(field) for field in missing}
        try:
            return server.users.add(**given)
        except RequestError as error:
            missing = _at_fault(error)
            if not missing:
                raise
            click.secho(plain(str(error)), fg="yellow", err=True)


def _ask(field: str) -> Any:
    if field == "is_operator":
        return yes(_ASKED[field], err=True)
    if field == "password":
        return new_password(needed=False)

    def read(text: str) -> str | None:
        return checked(field, text.strip()) if text.strip() or field == "email" else None

    return until(_ASKED[field], read, err=True)


def _at_fault(error: RequestError) -> list[str]:
    if error.code == "USER_ALREADY_EXISTS":
        return ["email"]
    named = {fault["loc"][-1] for fault in error.errors if fault["loc"]}
    return [field for field in _ASKED if field in named]


def _tell(user: User) -> None:
    kind = "an operator" if user.is_operator else "a reviewer"
    click.echo(f"Added {called(user)} as {kind}: {plain(user.id)}")
    if user.has_password:
        return
    if user.email is None:
        click.echo("They can't sign in: that takes an email address and a password.")
        return
    setting = f"awaithumans set-password {shlex.quote(called(user))}"
    click.echo(f"They can't sign in until they have a password: {setting}")
