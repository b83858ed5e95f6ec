"""`awaithumans version`."""

import json
import platform
from importlib.metadata import version

import click


@click.command("version")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(*, as_json: bool) -> None:
    """Print the version.

    Example: awaithumans version
    """
    found = {"version": version("awaithumans"), "python": platform.python_version()}
    click.echo(json.dumps(found) if as_json else found["version"])
