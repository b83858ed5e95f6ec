"""The senders that mails go out through: their settings, and how they are kept."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pydantic_core import from_json, to_json

from ...clock import Clock
from ...errors.base import FieldProblem
from ...sealing import Sealer
from .ports import Transport
from .settings import Via, completed, problems

_USE = "email identity"


class InvalidIdentity(ValueError):
    """Some of its settings are none; `problems` names each field, and holds no value of them."""

    def __init__(self, found: tuple[FieldProblem, ...]) -> None:
        self.problems = found
        super().__init__("; ".join(f"{'.'.join(map(str, one.loc))}: {one.msg}" for one in found))


@dataclass(frozen=True)
class Identity:
    """One sender.

    Attributes:
        name: What `email+<name>:` calls it.
        sender: Who its mails are from, as `Name <name@example.com>`.
        transport: How they go out.
        settings: What that takes; it may hold secrets, and is never shown.
    """

    name: str
    sender: str
    transport: Via
    settings: dict[str, Any] = field(repr=False, default_factory=dict[str, Any])


def identity(name: str, sender: str, transport: str, settings: Mapping[str, Any]) -> Identity:
    """Return a sender with these settings, what was left out of them filled in.

    Raises:
        InvalidIdentity: Some of it is wrong; each field that is at fault is named.
    """
    found = problems(name, sender, transport, settings)
    if found:
        raise InvalidIdentity(found)
    via = cast("Via", transport)
    return Identity(name, sender, via, completed(via, settings))


def sealed(identity: Identity, sealer: Sealer) -> str:
    """Return the settings as they are stored: encrypted, and for this sender's name only.

    Raises:
        NoKey: There is no key to encrypt them with.
    """
    return sealer.seal(to_json(identity.settings).decode(), f"{_USE} {identity.name}")


def opened(name: str, sender: str, transport: str, stored: str, sealer: Sealer) -> Identity:
    """Return a sender from how it is stored.

    Raises:
        Unsealable: No key opens its settings.
        InvalidIdentity: This version does not take them any more.
    """
    return identity(name, sender, transport, from_json(sealer.open(stored, f"{_USE} {name}")))


def transport_of(identity: Identity, clock: Clock, tls: ssl.SSLContext | None = None) -> Transport:
    """Return how the mails of a sender go out; what that takes is loaded now.

    Args:
        identity: The sender, with valid settings.
        clock: What time it is.
        tls: What certificates are trusted; by default those of the system.
    """
    return _MAKERS[identity.transport](identity.settings, clock, tls)


def _smtp(settings: Mapping[str, Any], clock: Clock, tls: ssl.SSLContext | None) -> Transport:
    from .transports.smtp import SmtpTransport

    return SmtpTransport(
        settings["host"],
        settings["port"],
        settings["security"],
        clock,
        username=settings.get("username"),
        password=settings.get("password"),
        tls=tls,
    )


def _resend(settings: Mapping[str, Any], clock: Clock, tls: ssl.SSLContext | None) -> Transport:
    from .transports.resend import ResendTransport

    return ResendTransport(settings["api_key"], clock, base_url=settings["base_url"], tls=tls)


def _file(settings: Mapping[str, Any], clock: Clock, _: ssl.SSLContext | None) -> Transport:
    from .transports.file import FileTransport

    return FileTransport(Path(settings["folder"]), clock)


def _logged(*_: object) -> Transport:
    from .transports.log import LogTransport

    return LogTransport()


_MAKERS: dict[Via, Callable[[Mapping[str, Any], Clock, ssl.SSLContext | None], Transport]] = {
    "smtp": _smtp,
    "resend": _resend,
    "file": _file,
    "log": _logged,
}
