"""Takes out of texts what nobody may read in a log."""

import re
from collections.abc import Iterable
from functools import lru_cache

REMOVED = "[removed]"
# Most specific first. What a person or program gets in with, wherever it may come from.
_PATTERNS = (
    (re.compile(r"\bah_sk_[\w-]+"), REMOVED),
    (re.compile(r"\b(?:whsec_|xox[a-z]-|xapp-|sk-)[\w+/=-]{8,}"), REMOVED),
    # Of a URL: what stands between the name and the last `@`.
    (re.compile(r"(?<=://)([^\s/:@]*):\S+@"), rf"\1:{REMOVED}@"),
    (
        re.compile(
            r"(?i)\b((?:set-)?cookie|(?:proxy-)?authorization)\b(['\"]?\s*[:=,]\s*)[^\r\n]+"
        ),
        rf"\1\2{REMOVED}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {REMOVED}"),
    (
        re.compile(
            r"(?i)((?:passw(?:or)?d|secret|token|api_?key|payload_?key|_session|_device)"
            r"['\"]?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;&\"'})\]]+)"
        ),
        rf"\1{REMOVED}",
    ),
    # What `auth.tokens` makes: sessions, links, first-run tokens. Names in capitals are not.
    (re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{43}(?![\w-])"), REMOVED),
)
_SHORTEST = 8
# Texts up to so many characters are remembered, and so many of them.
_SHORT = 100
_REMEMBERED = 512


class Scrubber:
    """Removes secrets from texts: those that are known, and what looks like one.

    Args:
        secrets: What must not be shown in any case; too short a word would take out ordinary ones.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({one for one in secrets if len(one) >= _SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

        # Most lines are of requests, and say the same few things.
        self._scrubbed = lru_cache(_REMEMBERED)(self._scrub)

    def __call__(self, text: str) -> str:
        """Return the text without them."""
        return self._scrubbed(text) if len(text) <= _SHORT else self._scrub(text)

    def _scrub(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(REMOVED, text)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text
