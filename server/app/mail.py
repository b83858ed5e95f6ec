"""Email as the settings have it: the default sender, and what sends and takes mails."""

from dataclasses import dataclass
from typing import Any

from ..auth.links import Links
from ..channels.email.addresses import BadAddress, parse_sender
from ..channels.email.identities import Identity, InvalidIdentity, identity
from ..channels.email.inbound import Inbound
from ..channels.email.replying import ReplyAddresses
from ..channels.email.senders import Senders
from ..channels.email.sending import EmailSender
from ..channels.email.trial import Trial
from ..clock import Clock
from ..config import PREFIX, ConfigurationError, Settings
from ..running import Database
from ..sealing import Sealer
from ..tasks.service import Tasks

# What says how mails are sent, but for their sender; `smtp_security` has a default.
_OF = {
    "smtp": ("smtp_host", "smtp_port", "smtp_username", "smtp_password"),
    "resend": ("resend_api_key",),
    "file": ("email_folder",),
    "log": (),
}
_NAMES: dict[tuple[str, ...], str] = {
    **{("settings", name): f"smtp_{name}" for name in ("host", "port", "username", "password")},
    ("settings", "security"): "smtp_security",
    ("settings", "api_key"): "resend_api_key",
    ("settings", "base_url"): "resend_url",
    ("settings", "folder"): "email_folder",
    ("sender",): "email_from",
}
# With 45 characters of ours after a `+`, at most 64 may stand before the `@`.
_LONGEST_MAILBOX = 18


def default_sender(settings: Settings) -> Identity | None:
    """Return the sender that the environment sets; None if it sets none.

    Raises:
        ConfigurationError: It is set by half; the message names each setting.
    """
    via = settings.email_transport
    if via is None:
        given = [n for n in ("email_from", *sum(_OF.values(), ())) if getattr(settings, n)]
        if given:
            raise _half([(given[0], "is set, but AWAITHUMANS_EMAIL_TRANSPORT is not")])
        return None
    if settings.email_from is None:
        raise _half([("email_from", "is not set: who mails are from")])
    told = {name: getattr(settings, name) for name in _OF[via]}
    taken: dict[str, dict[str, Any]] = {
        "smtp": {n.removeprefix("smtp_"): v for n, v in told.items() if v is not None}
        | {"security": settings.smtp_security},
        "resend": {"base_url": settings.resend_url}
        | ({} if settings.resend_api_key is None else {"api_key": settings.resend_api_key}),
        "file": {"folder": str(settings.email_folder or settings.folder / "mails")},
        "log": {},
    }
    try:
        return identity("default", settings.email_from, via, taken[via])
    except InvalidIdentity as invalid:
        raise _half(
            [(_NAMES[tuple(map(str, one.loc))], one.msg) for one in invalid.problems]
        ) from None


@dataclass(frozen=True, slots=True)
class Email:
    """The channel: who mails are from, what tries them and sends mails, and what takes replies."""

    senders: Senders
    trial: Trial
    sender: EmailSender
    inbound: Inbound


def email(settings: Settings, store: Database, tasks: Tasks, clock: Clock) -> Email:
    """Return the channel as the settings have it.

    Raises:
        ConfigurationError: It is set up by half; the message names each setting.
    """
    sealer, answered = Sealer(settings.payload_keys), reply_addresses(settings)
    senders = Senders(store, sealer, clock, default_sender(settings), settings.resend_url)
    links = Links(store, clock)
    sender = EmailSender(tasks, store, links, senders, clock, settings.base_url, answered)
    trial = Trial(senders, clock, settings.base_url)
    return Email(senders, trial, sender, Inbound(tasks, store, answered))


def reply_addresses(settings: Settings) -> ReplyAddresses | None:
    """Return what makes the addresses that replies go to; None if they go nowhere.

    Raises:
        ConfigurationError: The mailbox is none, or there is no key to prove addresses with.
    """
    mailbox = settings.email_reply_to
    if mailbox is None:
        return None
    try:
        parsed = parse_sender(mailbox)
    except BadAddress:
        parsed = None
    usable = parsed is not None and not parsed.display_name and "+" not in parsed.username
    if parsed is None or not usable or len(parsed.username) > _LONGEST_MAILBOX:
        told = f"must be an address with at most {_LONGEST_MAILBOX} characters before the @"
        raise _half([("email_reply_to", f"{told}, and no + there")])
    if not settings.payload_keys:
        raise _half([("email_reply_to", "needs AWAITHUMANS_PAYLOAD_KEY")])
    return ReplyAddresses(parsed.addr_spec, settings.payload_keys)


def _half(found: list[tuple[str, str]]) -> ConfigurationError:
    return ConfigurationError("\n".join(f"{PREFIX}{name.upper()} {told}" for name, told in found))
