"""Reads what a model replied; nothing of it is taken on trust."""

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from pydantic_core import from_json

from ..tasks.model import Json
from . import paths
from .failures import unreadable
from .model import Case, FieldReason, Verdict
from .ports import Reply

_MOST_REASON = 1_000
_MOST_FIELDS = 50
_MOST_MODEL = 200
_DEEPEST = 64
# What can't be stored or would steer a terminal; line breaks are kept.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def verdict(reply: Reply, case: Case, vendor: str, seconds: float) -> Verdict:
    """Return the verdict that a reply holds.

    Args:
        reply: What the model said.
        case: What it was asked about.
        vendor: Whose model it is, for the failure.
        seconds: How long it took.

    Raises:
        VerifierFailure: It is no verdict.
    """
    given = reply.said
    said = cast("Json", given) if isinstance(given, dict) else {}
    passed, reason = said.get("passed"), _text(said.get("reason"), _MOST_REASON)
    understood = said.get("understood") if case.said is not None else True
    if not isinstance(passed, bool) or not isinstance(understood, bool) or not reason:
        raise unreadable(vendor)
    answer = _answer(said.get("answer"), vendor) if case.said is not None and understood else None
    return Verdict(
        passed=passed and understood,
        reason=reason,
        fields=() if passed and understood else tuple(_fields(said, case.response_schema)),
        answer=answer,
        understood=understood,
        model=_text(reply.model, _MOST_MODEL) or "unknown",
        input_tokens=_count(reply.input_tokens),
        output_tokens=_count(reply.output_tokens),
        seconds=seconds,
    )


def _fields(said: Json, schema: Json) -> Iterator[FieldReason]:
    """Yield the reasons that concern a field that there is; others are in the whole's reason."""
    given = said.get("fields")
    for one in cast("list[Any]", given)[:_MOST_FIELDS] if isinstance(given, list) else []:
        if not isinstance(one, dict):
            continue
        steps, reason = cast("Json", one).get("path"), cast("Json", one).get("reason")
        path = paths.field(schema, cast("list[Any]", steps)) if isinstance(steps, list) else None
        text = _text(reason, _MOST_REASON)
        if path is not None and text:
            yield FieldReason(path, text)


def _answer(text: object, vendor: str) -> Json:
    if not isinstance(text, str):
        raise unreadable(vendor)
    try:
        answer = from_json(text, allow_inf_nan=False)
    except ValueError:
        raise unreadable(vendor) from None
    if not isinstance(answer, dict) or not _is_taken(answer, _DEEPEST):
        raise unreadable(vendor)
    return cast("Json", answer)


def _is_taken(value: Any, levels: int) -> bool:
    """Say whether the contract takes a value: 64 levels, no NUL, and no number that overflowed."""
    if isinstance(value, dict):
        named = cast("Json", value)
        return not any("\x00" in name for name in named) and _are_taken(named.values(), levels)
    if isinstance(value, list):
        return _are_taken(cast("list[Any]", value), levels)
    if isinstance(value, str):
        return "\x00" not in value
    return not isinstance(value, float) or math.isfinite(value)


def _are_taken(parts: Iterable[Any], levels: int) -> bool:
    return levels > 0 and all(_is_taken(part, levels - 1) for part in parts)


def _text(value: object, most: int) -> str:
    if not isinstance(value, str):
        return ""
    text = _CONTROL.sub(" ", value[: most * 2]).strip()
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _count(value: object) -> int | None:
    return value if type(value) is int and value >= 0 else None
