"""What a vendor says, as it may be shown: short, and without secrets."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from ...showing import one_line
from ..mail import Mail

_LONGEST = 500
_SHORTEST_SECRET = 4
# Parts of a link that are shorter name pages, not secrets.
_SHORTEST_TOKEN = 16
_REMOVED = "[removed]"
_URL = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
_PARTS = re.compile(r"[\w~.-]+")


def said(words: str, mail: Mail, secrets: Iterable[str] = ()) -> str:
    """Return a vendor's words on one line, up to 500 characters.

    Args:
        words: What was said.
        mail: What it was said about; the tokens in its links are taken out, for filters quote them.
        secrets: What else is taken out.
    """
    for secret in sorted({*secrets, *_tokens(mail)}, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            words = words.replace(secret, _REMOVED)
    words = _URL.sub(lambda found: f"{_host(found[0])}/{_REMOVED}", words)
    return one_line(words, _LONGEST)


def _tokens(mail: Mail) -> set[str]:
    links = _URL.findall(mail.text) + _URL.findall(mail.html)
    parts = {part for link in links for part in _PARTS.findall(link.partition("://")[2])[1:]}
    return {part for part in parts if len(part) >= _SHORTEST_TOKEN}


def _host(url: str) -> str:
    """Return what may be shown of a URL: where it leads, without a name or a password in it."""
    try:
        return f"{urlsplit(url).scheme}://{urlsplit(url).hostname or ''}"
    except ValueError:
        return "https://"
