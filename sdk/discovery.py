"""Which server to talk to and with what key: arguments, environment, discovery file, default."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from awaithumans.errors import ConfigurationError

DEFAULT_URL = "http://localhost:3001"
_FILE = ".awaithumans-dev.json"
_PORTS = {"http": 80, "https": 443}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Endpoint:
    """A server and the key for it.

    Attributes:
        server_url: ``http`` or ``https``, with no slash at the end.
        api_key: The bearer token (the server's admin token or an API key), or None for none;
            never shown in a repr.
        url_source: Where the address came from, in words for a message.
        key_source: Where the key came from, in words for a message.
    """

    server_url: str
    api_key: str | None = field(default=None, repr=False)
    url_source: str = "the default"
    key_source: str = "nowhere"

    def docs(self, code: str) -> str:
        """Return the address of the server's page about an error code."""
        return f"{self.server_url}/api/docs#{code}"

    def page(self, task_id: str) -> str:
        """Return the address where a person answers a task."""
        return f"{self.server_url}/task?id={task_id}"


def resolve(
    server_url: str | None = None,
    api_key: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    home: Path | None = None,
) -> Endpoint:
    """Find the server and the key; for each of the two, the first that is given wins.

    The order is: the argument, the environment (``AWAITHUMANS_URL``, and
    ``AWAITHUMANS_ADMIN_API_TOKEN``, which may hold an API key as well), the discovery file that
    ``awaithumans dev`` writes (``~/.awaithumans-dev.json``), and at last ``http://localhost:3001``
    without a key. Empty values count as not given. The file is only opened when the first two
    leave something open.

    The file's token belongs to the file's server: it is sent to another address only if that one
    is the same server by another name (``localhost``, ``127.0.0.1`` and ``[::1]`` with the same
    port are). So pointing ``AWAITHUMANS_URL`` elsewhere never hands the local token to a stranger.

    Args:
        server_url: The caller's ``server_url``.
        api_key: The caller's ``api_key``.
        environ: The environment; the process's own by default.
        home: Where the discovery file lies; the user's home by default.

    Returns:
        The server and the key, with where they came from.

    Raises:
        ConfigurationError: An address is not an http(s) address, a key has characters that no
            header can carry, or the discovery file is needed and cannot be read.
    """
    env = os.environ if environ is None else environ
    url, url_source = _first(
        (server_url, "server_url="), (env.get("AWAITHUMANS_URL"), "AWAITHUMANS_URL")
    )
    key, key_source = _first(
        (api_key, "api_key="),
        (env.get("AWAITHUMANS_ADMIN_API_TOKEN"), "AWAITHUMANS_ADMIN_API_TOKEN"),
    )
    if url and key:
        return Endpoint(_address(url, url_source), _bearer(key, key_source), url_source, key_source)
    path = _path(home)
    file_url, file_key = _read(path) if path else (None, None)
    if not url:
        url, url_source = (file_url, f"~/{_FILE}") if file_url else (DEFAULT_URL, "the default")
    address = _address(url, url_source)
    if not key and file_key and same_server(address, _address(file_url or DEFAULT_URL, str(path))):
        key, key_source = file_key, f"~/{_FILE}"
    return Endpoint(address, _bearer(key, key_source) if key else None, url_source, key_source)


def same_server(one: str, other: str) -> bool:
    """Say whether two addresses mean the same server: scheme, host, port and path prefix."""
    return _identity(urlsplit(one)) == _identity(urlsplit(other))


def _identity(parts: SplitResult) -> tuple[str, str, int | None, str]:
    host = (parts.hostname or "").lower()
    port = parts.port or _PORTS.get(parts.scheme)
    return parts.scheme, "loopback" if host in _LOOPBACK else host, port, parts.path.rstrip("/")


def _first(*candidates: tuple[str | None, str]) -> tuple[str, str]:
    for value, source in candidates:
        if value and value.strip():
            return value.strip(), source
    return "", "nowhere"


def _address(url: str, source: str) -> str:
    """Return the address without a slash at the end, or say what is wrong with it."""
    try:
        parts = urlsplit(url)
        fault = _fault(url, parts, parts.port)
    except ValueError as error:
        fault = f"is not an address ({error})"
    if fault:
        raise ConfigurationError(
            f"The server's address {fault}.",
            code="SERVER_URL_INVALID",
            hint=f"It came from {source}; it should look like {DEFAULT_URL}.",
        )
    return url.rstrip("/")


def _fault(url: str, parts: SplitResult, port: int | None) -> str | None:
    # Only a bare address is safe to repeat: the other faults may hold a password.
    if not url.isascii() or not url.isprintable() or " " in url:
        return "holds characters that an address cannot have"
    if "@" in parts.netloc:
        return "holds a user name or password; pass the key as api_key instead"
    if parts.scheme.lower() not in _PORTS or not parts.hostname or port == 0:
        return f"{url!r} is not an http or https address"
    if parts.query or parts.fragment:
        return "holds a query or fragment, which a server's address does not have"
    return None


def _bearer(key: str, source: str) -> str:
    if key.isascii() and key.isprintable() and " " not in key:
        return key
    raise ConfigurationError(
        "The API key holds characters that a header cannot carry.",
        code="API_KEY_INVALID",
        hint=f"It came from {source}; look for a line break or a quotation mark in it.",
    )


def _path(home: Path | None) -> Path | None:
    try:
        return (home or Path.home()) / _FILE
    except RuntimeError:  # a container whose user has no home
        return None


def _read(path: Path) -> tuple[str | None, str | None]:
    """Return the file's url and token; both None when there is no file."""
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None, None
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(path, type(error).__name__) from None
    if not isinstance(found, dict):
        raise _unreadable(path, "not a JSON object")
    entries = cast("dict[str, Any]", found)
    url, token = entries.get("url"), entries.get("admin_api_token")
    if not isinstance(url, str | None) or not isinstance(token, str | None):
        raise _unreadable(path, "url and admin_api_token should be text")
    return url, token


def _unreadable(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The discovery file {path} cannot be used ({why}).",
        code="DISCOVERY_FILE_INVALID",
        hint="Delete it, or run `awaithumans dev` again, which writes it anew; "
        "or set AWAITHUMANS_URL and AWAITHUMANS_ADMIN_API_TOKEN, and it is not read.",
    )
