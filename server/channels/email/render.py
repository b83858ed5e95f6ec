"""What a mail that asks says: a subject, a text, and the same in HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from ...tasks.model import Content, Task
from ..showing import Shown, due, lines, one_line, plain

if TYPE_CHECKING:
    from jinja2 import Environment

Purpose = Literal["new", "reminder", "again"]

_TEMPLATES = Path(__file__).parent / "templates"
_SUBJECTS: dict[Purpose, str] = {
    "new": "{}",
    "reminder": "Reminder: {}",
    "again": "Please answer again: {}",
}
_LONGEST_SUBJECT = 150
_LONGEST_PREVIEW = 120
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


@dataclass(frozen=True)
class Ask:
    """What one person is asked by mail.

    Attributes:
        purpose: Whether it is asked for the first time, once more, or because an answer was
            refused.
        task: The task.
        content: What it shows and asks.
        base_url: Where the server is.
        answers: What each button is called and where it leads; none, and there is only the link.
        open_url: Where the task is.
        asked_because: Why it is this person who gets it, as a sentence.
        note: Why an earlier answer was refused.
        who: The person, as they know themselves: a name or an address.
        now: When it is written.
        by_reply: Whether an answer in plain words, as a reply, will do.
    """

    purpose: Purpose
    task: Task
    content: Content
    base_url: str
    answers: tuple[tuple[str, str], ...]
    open_url: str
    asked_because: str
    note: str | None
    who: str
    now: datetime
    by_reply: bool = False


@dataclass(frozen=True)
class Rendered:
    """A mail's words."""

    subject: str
    text: str
    html: str


def render(ask: Ask) -> Rendered:
    """Return the mail for what is asked.

    The payload of a task with `redact_payload` stays in the house: the mail leads to it.
    """
    subject = _SUBJECTS[ask.purpose].format(one_line(ask.task.task, _LONGEST_SUBJECT))
    hidden = ask.task.redact_payload
    payload = Shown((), 0) if hidden else lines(ask.content.payload, ask.content.payload_schema)
    deadline = due(ask.task.timeout_at)
    words = {
        "ask": ask,
        "subject": subject,
        "preview": one_line(f"Answer by {deadline}. {ask.asked_because}", _LONGEST_PREVIEW),
        "question": plain(ask.task.task).strip(),
        "payload": payload,
        "hidden": hidden,
        "answers": [(one_line(label, _LONGEST_PREVIEW), url) for label, url in ask.answers],
        "because": one_line(ask.asked_because, 1_000),
        "note": plain(ask.note).strip() if ask.note else None,
        "who": one_line(ask.who, 320),
        "deadline": deadline,
        "rest": _rest(ask.task.timeout_at - ask.now),
        "host": urlsplit(ask.base_url).netloc,
    }
    return written("ask", words)


def written(name: str, words: Mapping[str, object]) -> Rendered:
    """Return the mail of the templates with this name; `words` has the subject too."""
    templates = (_environment().get_template(f"{name}.{kind}.j2") for kind in ("txt", "html"))
    text, html = (template.render(words) for template in templates)
    return Rendered(str(words["subject"]), text, html)


@cache
def _environment() -> "Environment":
    """Load the library with the first mail, for a start of the server needs none of it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(("html.j2",), ("txt.j2",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _rest(left: timedelta) -> str:
    """Return how long that is, in its largest unit."""
    seconds = max(0, int(left.total_seconds()))
    for unit, size in _UNITS:
        count = seconds // size
        if count:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
