"""`awaithumans serve`."""

import click

from ..app import Server
from ..app.slack_channel import setup_of
from ..config import Settings
from .showing import stop
from .starting import HOST, PORT, log, read, start

_KEY = 'python3 -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"'
_NEEDED = {
    "admin_api_token": "the bearer token of your agents. Make one: "
    'python3 -c "import secrets; print(secrets.token_urlsafe(32))"',
    "payload_key": f"the key of signatures. Make one: {_KEY}",
    "public_url": "where people and agents reach the server, such as https://humans.example.com",
}


@click.command("serve")
@HOST
@PORT
def command(host: str | None, port: int | None) -> None:
    """Run a server for production.

    Everything is configured by AWAITHUMANS_* variables; it refuses to start half-configured.

    Example: awaithumans serve --host 0.0.0.0 --port 3001
    """
    settings = read(host=host, port=port)
    missing = [
        f"AWAITHUMANS_{name.upper()} is not set: {what}"
        for name, what in _NEEDED.items()
        if getattr(settings, name) is None
    ]
    missing += setup_of(settings).missing
    if missing:
        stop("\n".join(missing))
    log(settings, "json", "info")
    start(settings, settings.admin_api_token or "", _started)


async def _started(server: Server, settings: Settings) -> None:
    click.echo(f"awaithumans: serving on {settings.host}:{settings.port}, {settings.base_url}")
    token = await server.first_run.print_token()
    if token is not None:
        click.echo(f"awaithumans: make the first operator: {settings.base_url}/setup?token={token}")
