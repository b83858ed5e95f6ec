"""Reads a mail that came in: who it is from, whom it is to, and what is new in it."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from html.parser import HTMLParser

from .mail import is_id

_TO = (
    "To",
    "Cc",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Forwarded-To",
)
_LONGEST = 10_000
# What somebody writes stands at the top.
_MOST_READ = 200_000
# What programs send on their own (RFC 3834, and what they said before there was one).
_BY_MACHINE = frozenset(("bulk", "junk", "list", "auto_reply"))
_MARKS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response", "X-Failed-Recipients", "List-Id")

_QUOTED_FROM_HERE = (
    re.compile(
        r"(?:On|Am|Le|El|Il|Op|Em|Den)\b.{5,300}\b"
        r"(?:wrote|schrieb|écrit|escribió|scritto|schreef|escreveu|skrev)\b.{0,200}:"
    ),
    re.compile(r"-{2,} ?(?:Original Message|Ursprüngliche Nachricht|Message d'origine) ?-{2,}.*"),
    re.compile(r"_{20,}"),
    re.compile(r"(?:From|Von|De): .+@.+"),
)
_SIGNATURE = "--"


class Unreadable(ValueError):
    """It is no mail that can be read."""


@dataclass(frozen=True)
class Incoming:
    """A mail that came in.

    Attributes:
        sender: The address that it is from, if it is from one.
        recipients: Every address that it was sent to, as far as its headers tell.
        automatic: Whether a program sent it on its own: a bounce, an out-of-office note, a list.
        text: What is new in it: without what it quotes, and without the signature.
        id: What its sender's program calls it: its `Message-ID`; else what its bytes hash to. What
            has the same id and other words is another mail.
    """

    sender: str | None
    recipients: tuple[str, ...]
    automatic: bool
    text: str
    id: str


def read(raw: bytes) -> Incoming:
    """Read a mail.

    Raises:
        Unreadable: It is none, or so broken that nobody can say what it is.
    """
    try:
        mail = message_from_bytes(raw, policy=default)
        senders = _addresses(mail, ("From",))
        return Incoming(
            senders[0] if len(senders) == 1 else None,
            _addresses(mail, _TO),
            _is_automatic(mail),
            answer_in(_text(mail)[:_MOST_READ])[:_LONGEST],
            _id(mail) or f"sha256:{hashlib.sha256(raw).hexdigest()}",
        )
    except Exception as error:
        raise Unreadable from error


def answer_in(text: str) -> str:
    """Return what somebody wrote above what they quote, and above their signature."""
    kept: list[str] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines):
        stripped = line.strip()
        if stripped == _SIGNATURE or _begins_quoting(lines[number : number + 3]):
            break
        if not stripped.startswith(">"):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()


def _begins_quoting(lines: Sequence[str]) -> bool:
    """Whether what follows is quoted; programs break the line that says so, up to twice."""
    first = lines[0].strip()
    if not first:
        return False
    joined = (" ".join(line.strip() for line in lines[:count]) for count in (1, 2, 3))
    return any(pattern.fullmatch(each) for each in joined for pattern in _QUOTED_FROM_HERE)


def _addresses(mail: EmailMessage, names: Sequence[str]) -> tuple[str, ...]:
    values = [str(value) for name in names for value in mail.get_all(name, [])]
    return tuple(dict.fromkeys(address for _, address in getaddresses(values) if "@" in address))


def _id(mail: EmailMessage) -> str | None:
    """Return the id, if it has one that any header may hold; as it was written, not as it reads."""
    given = [str(value).strip() for name, value in mail.raw_items() if name.lower() == "message-id"]
    return given[0] if len(given) == 1 and is_id(given[0]) else None


def _is_automatic(mail: EmailMessage) -> bool:
    submitted = str(mail.get("Auto-Submitted", "no")).strip().lower()
    return (
        not submitted.startswith("no")
        or str(mail.get("Precedence", "")).strip().lower() in _BY_MACHINE
        or str(mail.get("Return-Path", "")).strip() == "<>"
        or mail.get_content_type() == "multipart/report"
        or any(name in mail for name in _MARKS)
    )


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain", "html"))
    if not isinstance(part, EmailMessage):
        return ""
    text = _decoded(part)
    return _plain(text[:_MOST_READ]) if part.get_content_subtype() == "html" else text


def _decoded(part: EmailMessage) -> str:
    """Return what a part says; what can't be told of it becomes marks of that."""
    try:
        text = str(part.get_content())
    except LookupError:
        # Some programs name an alphabet that nobody else knows by that name: "windows-874".
        text = bytes(part.get_payload(decode=True) or b"").decode(errors="replace")
    # Half a character is none: nothing that has one can be written down.
    return text.encode(errors="replace").decode()


def _plain(html: str) -> str:
    reader = _Html()
    reader.feed(html)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.pieces))


class _Html(HTMLParser):
    """Takes the text out of HTML, without what it quotes."""

    _BREAKING = frozenset(("br", "p", "div", "li", "tr", "h1", "h2", "h3", "blockquote"))
    _LEFT_OUT = frozenset(("style", "script", "head", "title", "blockquote"))

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._left_out = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- the library's
        self._left_out += tag in self._LEFT_OUT
        if tag in self._BREAKING:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._LEFT_OUT:
            self._left_out = max(0, self._left_out - 1)

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self.pieces.append(re.sub(r"\s+", " ", data))
