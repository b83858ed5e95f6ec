"""The group of commands, and what they have in common."""

from importlib import import_module

import click

_COMMANDS = (
    "dev",
    "serve",
    "inbox",
    "add-user",
    "list-users",
    "set-password",
    "remove-user",
    "create-key",
    "list-keys",
    "revoke-key",
    "verify-dry-run",
    "doctor",
    "version",
)


class _Lazy(click.Group):
    """A group that loads only the command that is asked for: `version` needs no server."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's
        """Return the commands in the order in which a new user meets them."""
        return list(_COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 -- click's
        cmd_name: str,
    ) -> click.Command | None:
        """Return the command, loading its file."""
        if cmd_name not in _COMMANDS:
            return None
        return import_module(f"{__package__}.{cmd_name.replace('-', '_')}").command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Put a human into the loop of an AI agent.

    Start with `awaithumans dev`, run your agent, and answer it with `awaithumans inbox`.
    """
