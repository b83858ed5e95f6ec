"""`awaithumans doctor`: what is set up, what is not, and what to do about it."""

import json
import socket
import sys
from collections.abc import Iterator
from dataclasses import asdict

import click
import httpx

from awaithumans.discovery import Endpoint, resolve
from awaithumans.errors import AwaitHumansError

from ..app.mail import default_sender, reply_addresses
from ..app.slack_channel import setup_of
from ..channels.email.senders import described
from ..config import ConfigurationError, Settings, load, unknown_names
from .findings import Finding, State, database
from .showing import plain

_MARKS: dict[State, str] = {"ok": "ok     ", "warning": "warning", "problem": "PROBLEM"}
_PATIENCE = 5.0


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(*, as_json: bool) -> None:
    """Check configuration, database, keys, port and reachability.

    Exits with 1 if there is a problem. It changes nothing.

    Example: awaithumans doctor
    """
    findings = list(examine())
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            click.echo(f"{_MARKS[finding.state]}  {finding.what}: {finding.found}")
            if finding.fix:
                click.echo(f"         {finding.fix}")
    if any(finding.state == "problem" for finding in findings):
        sys.exit(1)


def examine() -> Iterator[Finding]:
    """Look at everything, the first things first."""
    try:
        settings = load()
    except ConfigurationError as error:
        fix = "Correct the variable, or the .env file."
        yield Finding("configuration", "problem", str(error), fix)
        return
    for name in unknown_names():
        yield Finding("configuration", "warning", f"nothing reads {name}", "Is it misspelled?")
    yield _keys(settings)
    yield _mail(settings)
    yield from _slack(settings)
    yield from database(settings)
    yield _port(settings)
    yield from _reachability()


def _keys(settings: Settings) -> Finding:
    needed = ("admin_api_token", "payload_key", "public_url")
    missing = [f"AWAITHUMANS_{name.upper()}" for name in needed if getattr(settings, name) is None]
    if not missing:
        return Finding("keys", "ok", "everything that `awaithumans serve` needs is set")
    return Finding(
        "keys",
        "warning",
        f"{', '.join(missing)} not set",
        "`awaithumans dev` makes its own; `awaithumans serve` says how to make them.",
    )


def _mail(settings: Settings) -> Finding:
    try:
        sender, answered = default_sender(settings), reply_addresses(settings)
    except ConfigurationError as error:
        fix = "Set what is missing, or nothing of email; docs/email.md says what belongs together."
        return Finding("email", "problem", str(error), fix)
    if sender is None:
        return Finding("email", "ok", "no default sender; named ones are kept in the database")
    replies = "" if answered is None else f"; replies to {settings.email_reply_to}"
    return Finding("email", "ok", f"{sender.sender} by {described(sender)}{replies}")


def _slack(settings: Settings) -> Iterator[Finding]:
    """Look at what is set of Slack; nothing, and there is nothing to say."""
    setup = setup_of(settings)
    for missing in setup.missing:
        what, _, fix = missing.partition(": ")
        yield Finding("slack", "problem", what, fix)
    if setup.begun and not setup.missing:
        how = "Socket Mode" if setup.app_token else f"{setup.base_url}/api/channels/slack/…"
        yield Finding("slack", "ok", f"answers come by {how}")


def _port(settings: Settings) -> Finding:
    where = f"{settings.host}:{settings.port}"
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            return _taken(settings, where, error)
    return Finding("port", "ok", f"{where} is free; no server runs there")


def _taken(settings: Settings, where: str, error: OSError) -> Finding:
    try:
        answer = httpx.get(f"http://{where}/api/version", timeout=_PATIENCE)
        return Finding("port", "ok", f"awaithumans {answer.json()['version']} runs on {where}")
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        fix = f"Stop what listens on port {settings.port}, or choose another: AWAITHUMANS_PORT."
        return Finding("port", "problem", f"{where}: {error.strerror}", fix)


def _reachability() -> Iterator[Finding]:
    """Look at the server as an agent on this machine would."""
    try:
        endpoint = resolve()
    except AwaitHumansError as error:
        yield Finding("agents", "problem", error.message, error.hint)
        return
    url, source = endpoint.server_url, endpoint.url_source
    try:
        _ask(endpoint, "/api/health")
    except httpx.HTTPError as error:
        fix = "Start it (`awaithumans dev`), or set AWAITHUMANS_URL to where it is."
        yield Finding("agents", "warning", f"no server at {url} ({source}): {error}", fix)
        return
    yield Finding("agents", "ok", f"{url} answers (from {source})")
    yield _authenticated(endpoint)


def _authenticated(endpoint: Endpoint) -> Finding:
    if endpoint.api_key is None:
        fix = "Set AWAITHUMANS_ADMIN_API_TOKEN to the server's admin token or to an API key."
        return Finding("agents' key", "warning", "there is none", fix)
    try:
        me = _ask(endpoint, "/api/auth/me").json()
    except httpx.HTTPError:
        fix = (
            "Set AWAITHUMANS_ADMIN_API_TOKEN to the token that the server was started with, or to "
            "an API key: `awaithumans create-key NAME` makes one, where the token is set."
        )
        found = f"{endpoint.server_url} refuses the key from {endpoint.key_source}"
        return Finding("agents' key", "problem", found, fix)
    may = f", {', '.join(me['scopes'])}" if me.get("scopes") else ""
    found = f"accepted as {me['kind']}{may} (from {endpoint.key_source})"
    return Finding("agents' key", "ok", plain(found))


def _ask(endpoint: Endpoint, path: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
    answer = httpx.get(f"{endpoint.server_url}{path}", headers=headers, timeout=_PATIENCE)
    return answer.raise_for_status()
