"""What the commands that call a server share: how they end, what they ask, what they print."""

import json
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import click
from pydantic import BaseModel, ValidationError

from awaithumans.errors import AwaitHumansError
from awaithumans.wire import CreateUserRequest, User

from ..forms.typing_in import BadInput
from .showing import line, plain, stop

_INTERRUPTED = 130
_LIKE = {
    "email": "should look like sue@example.com",
    "slack_user_id": "should look like U0123ABCD",
    "slack_team_id": "should look like T0123ABCD",
}

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
YES = click.option("--yes", is_flag=True, help="Don't ask whether it is meant.")


@contextmanager
def ending(undone: str, *, as_json: bool = False) -> Generator[None]:
    """End with exit code 1 and the server's word, or with 130 when the person has had enough.

    Args:
        undone: What to say when a question was left with Ctrl-C: that nothing was done.
        as_json: Print an error as JSON on stdout, for programs.
    """
    try:
        yield
    except AwaitHumansError as error:
        if as_json:
            click.echo(json.dumps({"error_code": error.code, "message": error.message}))
            sys.exit(1)
        stop(plain(str(error)))
    except UnicodeError:
        stop("What was given is not text in UTF-8.")
    except click.Abort:
        click.echo(f"\n{undone}", err=True)
        sys.exit(_INTERRUPTED)
    except KeyboardInterrupt:
        click.echo("\nStopped; what the server was asked already, it may have done.", err=True)
        sys.exit(_INTERRUPTED)


def confirm(question: str, *, yes: bool) -> None:
    """Ask whether it is meant, unless that was said beforehand; end if it is not."""
    if yes:
        return
    need_terminal("--yes says beforehand that it is meant.")
    if not click.confirm(question, err=True):
        stop("Nothing was changed.")


def need_terminal(instead: str) -> None:
    """End with what to do instead of being asked, if there is nobody to ask."""
    if not sys.stdin.isatty():
        stop(f"There is no terminal to ask on. {instead}")


def checked(field: str, text: str) -> str:
    """Return a text of a new person as it is, if the contract takes it.

    Args:
        field: The property of `CreateUserRequest`.
        text: Its value.

    Raises:
        BadInput: The contract does not take it; the message does not repeat it.
    """
    try:
        CreateUserRequest.model_validate({field: text})
    except ValidationError as error:
        said = error.errors(include_url=False, include_context=False, include_input=False)[0]["msg"]
        _, should, what = said.partition("should")
        raise BadInput(_LIKE.get(field, f"{should}{what}" or said)) from None
    return text


def checked_option(_: click.Context, option: click.Parameter, text: str | None) -> str | None:
    """Check an option that is named after a field of a person; a callback for click.

    Raises:
        click.BadParameter: The contract does not take it.
    """
    try:
        return None if text is None else checked(option.name or "", text)
    except BadInput as error:
        raise click.BadParameter(f"it {error}.") from None


def _password_option(
    context: click.Context, option: click.Parameter, text: str | None
) -> str | None:
    if text == "-":
        read = sys.stdin.buffer.readline().decode(errors="surrogateescape")
        text = read.rstrip("\r\n")
    return checked_option(context, option, text)


PASSWORD = click.option(
    "--password",
    metavar="TEXT",
    callback=_password_option,
    help="At least 12 characters; - reads one line from standard input. A password on the command "
    "line is seen by others on this machine, and kept in the shell's history.",
)


def new_password(*, needed: bool = True) -> str | None:
    """Ask for a password, hidden and twice, until it is one; None for none, if none is needed."""
    while True:
        typed = _hidden("Password" if needed else "Password [empty: none]")
        if not typed and not needed:
            return None
        try:
            checked("password", typed)
        except BadInput as error:
            click.secho(f"  This {error}.", fg="yellow", err=True)
            continue
        if _hidden("The same again") == typed:
            return typed
        click.secho("  The two are not the same.", fg="yellow", err=True)


def _hidden(prompt: str) -> str:
    return click.prompt(prompt, default="", show_default=False, hide_input=True, err=True)


def called(user: User) -> str:
    """Return the name under which people know a person: an address, or else the id."""
    return line(user.email or user.slack_user_id or user.id)


def print_json(found: BaseModel | Sequence[BaseModel]) -> None:
    """Print what the server said as JSON, in ASCII: it steers no terminal and loses nothing."""
    several = isinstance(found, Sequence)
    plainly = [one.model_dump(mode="json") for one in (found if several else [found])]
    click.echo(json.dumps(plainly if several else plainly[0], indent=2))
