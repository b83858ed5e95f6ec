"""Turns what a person types into the value that was asked for: `parse`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal as Exact
from typing import Any

from . import kinds
from .formats import CHECKS, MESSAGES
from .kinds import Kind, Limits, Option

_WHOLE = re.compile(r"[+-]?\d{1,300}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_NUMBER = re.compile(rf"{_DECIMAL.pattern}(?:[eE][+-]?\d{{1,3}})?", re.ASCII)
_MINUTES = re.compile(r"(\d\d?:\d\d)(:\d\d(?:\.\d+)?)? ?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_LONGEST = 400

_BOOLEANS = {"y": True, "yes": True, "true": True, "n": False, "no": False, "false": False}


class BadInput(ValueError):
    """What was typed is not what was asked for; the message says what is, without the text."""


def parse(kind: Kind, text: str) -> Any:
    """Read what a person typed.

    Args:
        kind: What was asked for. Lists, records, mappings and unions are read as JSON.
        text: What was typed. For something optional, nothing typed means null; whether to leave
            a field out altogether is the caller's to decide.

    Returns:
        The value for the answer. Limits are checked as far as a person can be told at once;
        `Schema.problems` has the last word.

    Raises:
        BadInput: When the text is something else.
    """
    return _PARSERS.get(type(kind), _json)(kind, text)


def _text(kind: kinds.Text, text: str) -> str:
    if kind.min_length is not None and len(text) < kind.min_length:
        raise BadInput(f"must have at least {kind.min_length} characters")
    if kind.max_length is not None and len(text) > kind.max_length:
        raise BadInput(f"must have at most {kind.max_length} characters")
    if kind.format == "json-string":
        _json(kinds.Json(), text)
    elif kind.format in CHECKS and not CHECKS[kind.format](text):
        raise BadInput(MESSAGES[kind.format])
    return text


def _integer(kind: kinds.Integer, text: str) -> int:
    written = _matching(_WHOLE, text, "must be a whole number")
    _keep_to(kind.limits, Exact(written))
    return int(written)


def _number(kind: kinds.Number, text: str) -> float:
    written = _matching(_NUMBER, text, "must be a number such as 12.5")
    _keep_to(kind.limits, Exact(written))
    value = float(written)
    if value - value != 0:
        raise BadInput("must be a smaller number")
    return int(written) if _WHOLE.fullmatch(written) else value


def _decimal(kind: kinds.Decimal, text: str) -> str:
    written = _matching(_DECIMAL, text, "must be a decimal number such as 12.50")
    _keep_to(kind.limits, Exact(written))
    return written


def _matching(pattern: re.Pattern[str], text: str, message: str) -> str:
    written = text.strip()
    if len(written) > _LONGEST or not pattern.fullmatch(written):
        raise BadInput(message)
    return written


def _keep_to(limits: Limits, value: Exact) -> None:
    for name, sentence, holds in _LIMITS:
        limit = getattr(limits, name)
        if limit is not None and not holds(value, Exact(str(limit))):
            raise BadInput(sentence.format(limit))


_LIMITS: tuple[tuple[str, str, Callable[[Exact, Exact], bool]], ...] = (
    ("at_least", "must be at least {}", lambda value, limit: value >= limit),
    ("more_than", "must be more than {}", lambda value, limit: value > limit),
    ("at_most", "must be at most {}", lambda value, limit: value <= limit),
    ("less_than", "must be less than {}", lambda value, limit: value < limit),
)


def _boolean(_: kinds.Boolean, text: str) -> bool:
    found = _BOOLEANS.get(text.strip().lower())
    if found is None:
        raise BadInput("must be yes or no")
    return found


def _choice(kind: kinds.Choice, text: str) -> Any:
    """Find an option by its value, its label, its number from 1, or the start of its label."""
    wanted = text.strip().lower()
    for way in (_by_name, _by_number, _by_start):
        found = way(kind.options, wanted)
        if len(found) == 1:
            return found[0].value
    raise BadInput(f"must be one of the options, or a number from 1 to {len(kind.options)}")


def _by_name(options: Sequence[Option], wanted: str) -> Sequence[Option]:
    return [option for option in options if wanted in (_shown(option.value), option.label.lower())]


def _by_number(options: Sequence[Option], wanted: str) -> Sequence[Option]:
    if not (wanted.isascii() and wanted.isdecimal() and 1 <= len(wanted) <= 9):
        return ()
    return options[int(wanted) - 1 : int(wanted)] if int(wanted) else ()


def _by_start(options: Sequence[Option], wanted: str) -> Sequence[Option]:
    return [option for option in options if wanted and option.label.lower().startswith(wanted)]


def _shown(value: Any) -> str:
    return value.lower() if isinstance(value, str) else json.dumps(value)


def _date(_: kinds.Date, text: str) -> str:
    return _in_format("date", text.strip())


def _time(_: kinds.Time, text: str) -> str:
    return _in_format("time", _to_the_second(text.strip()))


def _date_time(_: kinds.DateTime, text: str) -> str:
    """Read a moment; a blank between its parts will do, and the seconds may be left out."""
    day, time = text.strip()[:10], text.strip()[10:]
    return _in_format("date-time", f"{day}T{_to_the_second(time[1:])}")


def _to_the_second(text: str) -> str:
    found = _MINUTES.fullmatch(text)
    if not found:
        return text
    minutes, seconds, zone = found.groups()
    return f"{minutes:0>5}{seconds or ':00'}{(zone or '').upper()}"


def _in_format(name: str, text: str) -> str:
    if not CHECKS[name](text):
        raise BadInput(MESSAGES[name])
    return text


def _optional(kind: kinds.Optional, text: str) -> Any:
    return parse(kind.kind, text) if text.strip() else None


def _json(_: Kind, text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadInput('must be JSON, such as {"name": "value"} or [1, 2]') from None


def _refuse(_: str) -> None:
    raise ValueError("not JSON")


_PARSERS: dict[type, Callable[[Any, str], Any]] = {
    kinds.Text: _text,
    kinds.Integer: _integer,
    kinds.Number: _number,
    kinds.Decimal: _decimal,
    kinds.Boolean: _boolean,
    kinds.Choice: _choice,
    kinds.Date: _date,
    kinds.Time: _time,
    kinds.DateTime: _date_time,
    kinds.Optional: _optional,
}
