"""One mail, and how it is written for the wire."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from typing import TYPE_CHECKING

from .addresses import BadAddress, parse_sender

__all__ = ["BadAddress", "Mail", "MalformedMail", "is_id", "message", "parse_sender"]

# A mail's id, one or several (RFC 5322, 3.6.4).
_ID = r"<[!-;=?-~]+@[!-;=?-~]+>"
_IDS = re.compile(rf"{_ID}(?: {_ID})*", re.ASCII)
# With the name of its header it has to fit into a line of 998.
_LONGEST_ID = 250
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class MalformedMail(ValueError):
    """An address or an id of it is none, so that it can't be sent."""


@dataclass(frozen=True)
class Mail:
    """What is sent to one person.

    Attributes:
        sender: Who it is from, as `Name <name@example.com>`.
        to: Who gets it.
        subject: What it is about; line breaks and other controls in it become blanks.
        text: What it says.
        html: The same, with its looks.
        message_id: Its id in angle brackets, the same for each attempt of a delivery.
        reply_to: Where answers go, if not to the sender.
        references: The ids of the mails before it in the same thread, oldest first.
        auto_replied: Whether it answers a mail that came in, of itself.

    Raises:
        MalformedMail: An address or an id is none.
    """

    sender: str
    to: str
    subject: str
    text: str
    html: str
    message_id: str
    reply_to: str | None = None
    references: str | None = None
    auto_replied: bool = False

    def __post_init__(self) -> None:
        """Keep out what would make headers of its own."""
        object.__setattr__(self, "subject", " ".join(_BREAKS.sub(" ", self.subject).split()))
        for name in ("sender", "to", "reply_to"):
            _require_address(name, getattr(self, name))
        for name in ("message_id", "references"):
            ids = getattr(self, name)
            if ids is not None and not _IDS.fullmatch(ids):
                raise MalformedMail(f"{name} must be ids such as <name@example.com>")

    @property
    def thread(self) -> dict[str, str]:
        """The headers that put it in its thread."""
        if self.references is None:
            return {}
        return {"In-Reply-To": self.references.split()[-1], "References": self.references}

    @property
    def automatic(self) -> dict[str, str]:
        """The headers that keep machines from answering (RFC 3834; the second is Exchange's)."""
        return {
            "Auto-Submitted": "auto-replied" if self.auto_replied else "auto-generated",
            "X-Auto-Response-Suppress": "OOF, AutoReply",
        }


def is_id(text: str) -> bool:
    """Whether this is the id of one mail, as a header may hold it."""
    return len(text) <= _LONGEST_ID and re.fullmatch(_ID, text, re.ASCII) is not None


def message(mail: Mail, now: datetime) -> EmailMessage:
    """Return the mail as the standard library writes mails: a text, and the same in HTML."""
    made = EmailMessage(_POLICY)
    made["From"] = parse_sender(mail.sender)
    made["To"] = parse_sender(mail.to)
    if mail.reply_to is not None:
        made["Reply-To"] = parse_sender(mail.reply_to)
    made["Subject"] = mail.subject
    made["Date"] = now
    made["Message-ID"] = mail.message_id
    for name, value in (mail.thread | mail.automatic).items():
        made[name] = value
    # Any server takes it, and no line is too long for one.
    made.set_content(mail.text, cte="quoted-printable")
    made.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return made


class _Ids(UnstructuredHeader, BaseHeader if TYPE_CHECKING else object):
    """Ids, each on a line as it is: the library writes long ones so that no reader finds them."""

    def fold(self, *, policy: Policy) -> str:
        ids = f"{policy.linesep} ".join(self.split())
        return f"{self.name}: {ids}{policy.linesep}"


_HEADERS = HeaderRegistry()
for _name in ("In-Reply-To", "References"):
    _HEADERS.map_to_type(_name, _Ids)
_POLICY = SMTP.clone(header_factory=_HEADERS)


def _require_address(name: str, text: str | None) -> None:
    try:
        if text is not None:
            parse_sender(text)
    except BadAddress as bad:
        raise MalformedMail(f"{name} {bad}") from None
