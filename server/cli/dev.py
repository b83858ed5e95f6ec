"""`awaithumans dev`."""

import base64
import json
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from ..app import Server
from ..config import Settings
from .showing import stop
from .starting import HOST, PORT, log, read, start, unwritable

_PRIVATE_FILE = 0o600


@click.command("dev")
@HOST
@PORT
def command(host: str | None, port: int | None) -> None:
    """Run a server on this machine, with everything generated.

    Keys and the SQLite file are kept in ~/.awaithumans; ~/.awaithumans-dev.json tells the SDK
    where the server is.

    Example: awaithumans dev --port 3001
    """
    settings = read(host=host, port=port)
    try:
        generated = _secrets(settings.folder / "dev.json")
    except OSError as error:
        stop(unwritable(settings, error))
    token = settings.admin_api_token or generated["admin_api_token"]
    settings = settings.model_copy(update=_for_development(settings, generated["payload_key"]))
    discovery = Path("~/.awaithumans-dev.json").expanduser()

    async def started(server: Server, settings: Settings) -> None:
        here = {"url": settings.base_url, "admin_api_token": token, "pid": os.getpid()}
        try:
            _write(discovery, here)
        except OSError as error:
            click.echo(
                f"awaithumans: warning: can't write {discovery}: {error.strerror}. Tell agents "
                "where the server is: AWAITHUMANS_URL and AWAITHUMANS_ADMIN_API_TOKEN.",
                err=True,
            )
        click.echo(f"awaithumans: serving on {settings.base_url}")
        setup = await server.first_run.print_token()
        if setup is not None:
            click.echo(f"  first operator   {settings.base_url}/setup?token={setup}")
        click.echo("  answer tasks     awaithumans inbox")
        click.echo(f"  read the API     {settings.base_url}/api/docs")
        click.echo(f"  data             {settings.database}")
        click.echo("Press Ctrl-C to stop.")

    log(settings, "text", "warning", token, *generated.values())
    try:
        start(settings, token, started)
    finally:
        _forget(discovery)


def _for_development(settings: Settings, payload_key: str) -> dict[str, Any]:
    """Return what is set where nothing else is: agents and receivers are on this machine."""
    wanted = {"payload_key": payload_key, "callback_allow_private": True}
    return {name: value for name, value in wanted.items() if name not in settings.model_fields_set}


def _secrets(path: Path) -> dict[str, str]:
    """Return the keys of this machine's development server, made at the first start."""
    made = {
        "admin_api_token": secrets.token_urlsafe(32),
        "payload_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }
    # Whatever else the file holds, it is made anew.
    with suppress(FileNotFoundError, ValueError, TypeError, KeyError):
        kept = json.loads(path.read_text(encoding="utf-8"))
        if all(isinstance(kept[name], str) and kept[name] for name in made):
            return kept
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(path, made)
    return made


def _write(path: Path, content: dict[str, Any]) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), _PRIVATE_FILE)
        json.dump(content, file, indent=2)
        file.write("\n")
    Path(name).replace(path)


def _forget(discovery: Path) -> None:
    """Remove the discovery file, unless another server has written it since."""
    with suppress(OSError, ValueError, AttributeError):
        if json.loads(discovery.read_text(encoding="utf-8")).get("pid") == os.getpid():
            discovery.unlink()
