"""Texts as Slack takes them: escaped, never empty, and within its lengths."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ...clock import rfc3339
from ..showing import plain

Block = dict[str, Any]

MOST_OF_SECTION = 3_000
_MOST_OF_HEADER = 150
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_EMPTY = "\N{EN DASH}"


def escaped(text: str, longest: int = MOST_OF_SECTION) -> str:
    """Write `text` so that Slack shows it as it is: no mentions, no links, no channels.

    Args:
        text: What an agent or a person wrote.
        longest: How many characters the result may have; what is cut off is replaced by "…".
    """
    whole = plain(text).strip().translate(_ESCAPED) or _EMPTY
    if len(whole) <= longest:
        return whole
    parts = (character.translate(_ESCAPED) for character in plain(text).strip())
    kept, length = list[str](), len(_ELLIPSIS)
    for part in parts:
        length += len(part)
        if length > longest:
            break
        kept.append(part)
    return "".join(kept).rstrip() + _ELLIPSIS


def plain_text(text: str, longest: int = MOST_OF_SECTION) -> Block:
    """Make a text object that Slack shows to the letter: it reads no markup in it at all."""
    return {"type": "plain_text", "text": escaped(text, longest), "emoji": False}


def mrkdwn(text: str) -> Block:
    """Make a text object of our own markup; what others wrote in it has to be escaped already."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: str, longest: int = MOST_OF_SECTION) -> Block:
    """Make a block that shows a text to the letter."""
    return {"type": "section", "text": plain_text(text, longest)}


def heading(text: str, longest: int = MOST_OF_SECTION) -> Block:
    """Make a block that shows a title to the letter: large, when it is short enough."""
    written = plain_text(text, longest)
    large = len(written["text"]) <= _MOST_OF_HEADER and "\n" not in written["text"]
    return {"type": "header" if large else "section", "text": written}


def context(*texts: str) -> Block:
    """Make a block of small remarks, each in our own markup."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts]}


def moment(at: datetime) -> str:
    """Write a moment so that everybody reads it in their own time zone."""
    shape = "{date_short_pretty} at {time}"
    return f"<!date^{int(at.timestamp())}^{shape}|{rfc3339(at)}>"
