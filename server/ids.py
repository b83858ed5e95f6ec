"""Identifiers: the kind, then a ULID, so that they sort by the time they were made."""

import itertools
import os
import re
from datetime import datetime
from typing import Literal

from ulid import ULID

Kind = Literal["tsk", "usr", "aud", "key", "dlv", "snd"]
_made = itertools.count()
_SHAPE = re.compile(r"[a-z]{3}_[0-7][0-9A-HJKMNP-TV-Z]{25}")


def new_id(kind: Kind, now: datetime) -> str:
    """Return a new id of this kind, made at `now`."""
    milliseconds = int(now.timestamp() * 1000)
    # Within a millisecond the counter keeps the order, unless it starts again, once in 16 million;
    # the rest is random.
    order = (next(_made) & 0xFFFFFF).to_bytes(3, "big")
    return f"{kind}_{ULID(milliseconds.to_bytes(6, 'big') + order + os.urandom(7))}"


def earliest_id(kind: Kind, at: datetime) -> str:
    """Return what sorts before every id that is made at `at` or later."""
    milliseconds = int(at.timestamp() * 1000)
    return f"{kind}_{ULID(milliseconds.to_bytes(6, 'big') + bytes(10))}"


def is_id(text: str, kind: Kind) -> bool:
    """Whether `text` has the shape of an id of this kind; anything else is in no database."""
    return text.startswith(kind) and _SHAPE.fullmatch(text) is not None
