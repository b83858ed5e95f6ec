"""`awaithumans list-users`."""

import click

from awaithumans.administration import Administration
from awaithumans.wire import User

from .calling import JSON, called, ending, print_json
from .showing import table

_COLUMNS = ("WHO", "NAME", "ROLE", "ACCESS LEVEL", "POOL", "KIND", "ID")


@click.command("list-users")
@click.option("--pool", help="Only people in this pool.")
@click.option("--role", help="Only people with this role.")
@click.option("--access-level", help="Only people with this access level.")
@click.option("--operators", is_flag=True, help="Only operators.")
@click.option("--inactive", is_flag=True, help="Only people who are inactive.")
@JSON
def command(
    *,
    pool: str | None,
    role: str | None,
    access_level: str | None,
    operators: bool,
    inactive: bool,
    as_json: bool,
) -> None:
    """List the people of the directory, newest first.

    Example: awaithumans list-users

    Example: awaithumans list-users --pool refunds --json
    """
    with ending("", as_json=as_json), Administration() as server:
        users = list(
            server.users.iterate(
                pool=pool,
                role=role,
                access_level=access_level,
                is_operator=True if operators else None,
                active=False if inactive else None,
            )
        )
    if as_json:
        print_json(users)
    elif users:
        click.echo("\n".join(table(_COLUMNS, [_row(user) for user in users])))
    else:
        click.echo("There is nobody. `awaithumans add-user` adds somebody.")


def _row(user: User) -> tuple[str | None, ...]:
    kind = "operator" if user.is_operator else "reviewer"
    return (
        called(user),
        user.display_name,
        user.role,
        user.access_level,
        user.pool,
        kind if user.active else f"{kind}, inactive",
        user.id,
    )
