"""One mail, and how it is written for the wire."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from .addresses import BadAddress, parse_sender

__all__ = ["AUTOMATIC", "BadAddress", "Mail", "MalformedMail", "message", "parse_sender"]

# Nobody's out-of-office note is wanted (RFC 3834, and what Exchange understands).
AUTOMATIC: Final = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "OOF, AutoReply",
}

# A mail's id, one or several (RFC 5322, 3.6.4).
_IDS = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>(?: <[!-;=?-~]+@[!-;=?-~]+>)*", re.ASCII)
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


def message(mail: Mail, now: datetime) -> EmailMessage:
    """Return the mail as the standard library writes mails: a text, and the same in HTML."""
    made = EmailMessage(SMTP)
    made["From"] = parse_sender(mail.sender)
    made["To"] = parse_sender(mail.to)
    if mail.reply_to is not None:
        made["Reply-To"] = parse_sender(mail.reply_to)
    made["Subject"] = mail.subject
    made["Date"] = now
    made["Message-ID"] = mail.message_id
    for name, value in (mail.thread | AUTOMATIC).items():
        made[name] = value
    # Any server takes it, and no line is too long for one.
    made.set_content(mail.text, cte="quoted-printable")
    made.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return made


def _require_address(name: str, text: str | None) -> None:
    try:
        if text is not None:
            parse_sender(text)
    except BadAddress as bad:
        raise MalformedMail(f"{name} {bad}") from None
