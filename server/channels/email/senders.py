"""The senders of a server: one from the environment, named ones from the database."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from ...clock import Clock
from ...directory.senders import StoredSender
from ...errors import (
    EmailIdentityExists,
    EmailIdentityInvalid,
    EmailIdentityNotFound,
    FeatureNotAvailable,
    FieldProblem,
)
from ...ids import is_id, new_id
from ...sealing import NoKey, Sealer, Unsealable
from .identities import Identity, InvalidIdentity, identity, opened, sealed, transport_of
from .ports import Store, Transport

_HOW = "set AWAITHUMANS_EMAIL_TRANSPORT and AWAITHUMANS_EMAIL_FROM"
_NONE = f"email is not set up on this server: {_HOW}, or add a sender"
_SEVERAL = (
    "there are several senders and none is the default: name one, as in "
    f"email+name:someone@example.com, or {_HOW}"
)
_UNREADABLE = (
    "its settings can't be read: they were sealed under a payload key that this server has not, or "
    "by another version; remove the sender and add it again"
)


class NoSender(Exception):
    """No mail can go out so; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A named sender, as operators see it: without what is secret."""

    id: str
    name: str
    sender: str
    transport: str
    detail: str
    is_default: bool
    created_at: datetime


class Senders:
    """What can be done with senders.

    Args:
        store: Where the named ones are kept.
        sealer: Who encrypts their settings.
        clock: What time it is.
        default: The sender that the environment sets.
        resend_url: Where the API of Resend is; no named sender says it for itself.
        tls: What certificates of mail servers are trusted; by default those of the system.
    """

    def __init__(
        self,
        store: Store,
        sealer: Sealer,
        clock: Clock,
        default: Identity | None = None,
        resend_url: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._clock = clock
        self._default = default
        self._resend_url = resend_url
        self._tls = tls
        self._transports: dict[str, Transport] = {}

    async def listed(self) -> tuple[list[Sender], str | None]:
        """Return the named senders, and what stands in `From` of mails that name none."""
        stored = await self._store.read(lambda tx: tx.senders())
        shown = [self._shown(one, self._is_default(one, stored)) for one in stored]
        if self._default is not None:
            return shown, self._default.sender
        return shown, next((one.sender for one in stored if self._is_default(one, stored)), None)

    async def get(self, sender_id: str) -> Sender:
        """Return a named sender.

        Raises:
            EmailIdentityNotFound: There is none with this id.
        """
        found = next((one for one in (await self.listed())[0] if one.id == sender_id), None)
        if found is None:
            raise EmailIdentityNotFound
        return found

    async def add(
        self, name: str, sender: str, transport: str, settings: Mapping[str, Any] | None
    ) -> Sender:
        """Add a sender.

        Args:
            name: What `email+<name>:` calls it.
            sender: Who its mails are from.
            transport: How they go out, `smtp` or `resend`.
            settings: What that takes.

        Raises:
            EmailIdentityInvalid: It could send nothing.
            EmailIdentityExists: The name is taken.
            FeatureNotAvailable: There is no key to encrypt its settings with.
        """
        if settings is None:
            raise EmailIdentityInvalid([_problem((transport,), "is needed for this transport")])
        try:
            made = identity(name, sender, transport, settings)
            kept = sealed(made, self._sealer)
        except InvalidIdentity as invalid:
            raise EmailIdentityInvalid(
                [_problem(_way(one.loc, transport), one.msg) for one in invalid.problems]
            ) from None
        except NoKey:
            raise FeatureNotAvailable(
                "This server can't keep secrets: it has no key. Set AWAITHUMANS_PAYLOAD_KEY."
            ) from None
        now = self._clock.now()
        stored = StoredSender(new_id("snd", now), name, sender, transport, kept, now)
        if not await self._store.write(lambda tx: tx.add_sender(stored)):
            raise EmailIdentityExists
        return await self.get(stored.id)

    async def delete(self, sender_id: str) -> None:
        """Remove a sender; mails that are still to go out through it fail, and say so.

        Raises:
            EmailIdentityNotFound: There is none with this id.
        """
        known = is_id(sender_id, "snd")
        if not known or not await self._store.write(lambda tx: tx.delete_sender(sender_id)):
            raise EmailIdentityNotFound
        self._transports.pop(sender_id, None)

    async def choose(self, name: str | None) -> tuple[str, Transport]:
        """Return who a mail is from, and how it goes out.

        Args:
            name: What `notify` says after `email+`; None is the default: the environment's, or the
                only one that there is.

        Raises:
            NoSender: There is none, or none of several is the default: nothing is guessed.
        """
        if name is None and self._default is not None:
            return self._default.sender, self._transport("", self._default)
        stored = await (self._only() if name is None else self._named(name))
        try:
            return stored.sender, self._transport(stored.id, self._opened(stored))
        except (Unsealable, InvalidIdentity):
            raise NoSender(f"the sender {stored.name}: {_UNREADABLE}") from None

    async def known(self, name: str) -> bool:
        """Whether there is a sender with this name."""
        return await self._store.read(lambda tx: tx.sender_named(name.lower())) is not None

    async def state(self) -> tuple[bool, str]:
        """Return whether any mail can go out, and how, for people."""
        stored = await self._store.read(lambda tx: tx.senders())
        count = len(stored)
        named = f"{count} named sender{'' if count == 1 else 's'}" if count else ""
        if self._default is not None:
            told = f"{self._default.sender} by {described(self._default)}"
            return True, f"{told}; {named}" if named else told
        if count > 1:
            return True, f"{named}; {_SEVERAL}"
        return bool(stored), f"{named}: {stored[0].sender}" if stored else _NONE

    async def _only(self) -> StoredSender:
        stored = await self._store.read(lambda tx: tx.senders())
        if len(stored) != 1:
            raise NoSender(_SEVERAL if stored else _NONE)
        return stored[0]

    async def _named(self, name: str) -> StoredSender:
        stored = await self._store.read(lambda tx: tx.sender_named(name.lower()))
        if stored is None:
            raise NoSender(f"there is no sender named {name}: add it, or leave the name out")
        return stored

    def _opened(self, stored: StoredSender) -> Identity:
        made = opened(stored.name, stored.sender, stored.transport, stored.sealed, self._sealer)
        if made.transport == "resend" and self._resend_url is not None:
            made.settings["base_url"] = self._resend_url
        return made

    def _transport(self, key: str, made: Identity) -> Transport:
        """Return how its mails go out, which is made once: it loads certificates."""
        if key not in self._transports:
            self._transports[key] = transport_of(made, self._clock, self._tls)
        return self._transports[key]

    def _is_default(self, one: StoredSender, stored: list[StoredSender]) -> bool:
        return self._default is None and stored == [one]

    def _shown(self, stored: StoredSender, is_default: bool) -> Sender:
        try:
            detail = described(self._opened(stored))
        except (Unsealable, InvalidIdentity):
            detail = _UNREADABLE
        return Sender(
            stored.id,
            stored.name,
            stored.sender,
            stored.transport,
            detail,
            is_default,
            stored.created_at,
        )


def described(made: Identity) -> str:
    """Say where the mails of a sender go out, without what is secret."""
    settings = made.settings
    if made.transport == "smtp":
        signed_in = f", signed in as {settings['username']}" if "username" in settings else ""
        return f"{settings['host']}:{settings['port']}, {settings['security']}{signed_in}"
    if made.transport == "resend":
        return f"Resend at {urlsplit(str(settings['base_url'])).netloc}"
    return f"files in {settings['folder']}" if made.transport == "file" else "the log"


def _problem(loc: tuple[str | int, ...], msg: str) -> FieldProblem:
    return FieldProblem(("body", *loc), msg)


def _way(loc: tuple[str | int, ...], transport: str) -> tuple[str | int, ...]:
    """Return the way to a field in a request: there the settings have their transport's name."""
    return (transport, *loc[1:]) if loc[0] == "settings" else loc
