"""What goes wrong between us and a vendor, in words that hold nothing of what was sent."""

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any, cast

from pydantic_core import from_json

from .model import VerifierFailure
from .ports import Call

_OPERATOR = "An operator of this server has to look at it."
# A vendor's own short word, never a sentence: that could repeat what was sent.
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_DELAY = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)s")
_LONGEST_WAIT = 86_400.0
_BAD_KEY = ("invalid_api_key", "API_KEY_INVALID")
_DECLINED = frozenset(
    {
        "content_filter",
        "content_policy_violation",
        "misalignment_policy_violation",
        "bio_policy",
        "invalid_prompt",
    }
)


def extra_missing(vendor: str, extra: str) -> VerifierFailure:
    """Return the failure for a vendor whose library is not installed."""
    return VerifierFailure(install(vendor, extra), permanent=True)


def install(vendor: str, extra: str) -> str:
    """Return the sentence that says what to install."""
    return (
        f'The server lacks the library for {vendor}. Run pip install "awaithumans[{extra}]" there.'
    )


def slow(vendor: str, seconds: float) -> VerifierFailure:
    """Return the failure for no answer in time."""
    return VerifierFailure(f"{vendor} gave no verdict within {seconds:g} s.", permanent=False)


def unreachable(vendor: str) -> VerifierFailure:
    """Return the failure for a connection that was refused or broke."""
    return VerifierFailure(f"The connection to {vendor} failed.", permanent=False)


def unreadable(vendor: str) -> VerifierFailure:
    """Return the failure for a reply that is no verdict."""
    return VerifierFailure(
        f"{vendor}'s model replied with something that is no verdict.", permanent=False
    )


def truncated(vendor: str) -> VerifierFailure:
    """Return the failure for a reply that was cut off."""
    return VerifierFailure(f"The reply of {vendor}'s model was cut off.", permanent=False)


def too_long(vendor: str) -> VerifierFailure:
    """Return the failure for more than a model reads."""
    return VerifierFailure(
        f"The task and its answer are longer than {vendor}'s model reads.", permanent=True
    )


def declined(vendor: str) -> VerifierFailure:
    """Return the failure for a model, or what guards it, that will not look at this."""
    return VerifierFailure(f"{vendor}'s model declined to look at this answer.", permanent=True)


def broken(vendor: str, error: Exception) -> VerifierFailure:
    """Return the failure for what nobody foresaw."""
    return VerifierFailure(
        f"Asking {vendor}'s model went wrong ({type(error).__name__}).", permanent=False
    )


def of_status(
    call: Call,
    status: int,
    code: object = None,
    headers: Mapping[str, str] | None = None,
    body: object = None,
) -> VerifierFailure:
    """Return the failure that an HTTP status tells of.

    Args:
        call: What was asked.
        status: The status of the vendor's answer.
        code: The vendor's own word for the error, if there is one.
        headers: The headers of the answer, for `Retry-After`.
        body: The body of the answer, for what Google tells only there.
    """
    vendor = call.vendor
    # Google says of a wrong key that an argument is invalid, and what it means in the details.
    reasons = (detail.get("reason") for detail in _details(body))
    code = next((reason for reason in reasons if reason in _BAD_KEY), code)
    word = code if isinstance(code, str) and _CODE.fullmatch(code) else None
    if word in _DECLINED:
        return declined(vendor)
    if word == "context_length_exceeded" or status == 413:
        return too_long(vendor)
    told = f" ({status}{'' if word is None else f', {word}'})"
    wait = _retry_after(headers or {}, body)
    if status == 429 and word != "insufficient_quota":
        return VerifierFailure(
            f"{vendor} gets too many requests from this server{told}.",
            permanent=False,
            retry_after=wait,
        )
    if status in {408, 409} or status >= 500:
        what = "is overloaded" if status in {503, 529} else "has a fault of its own"
        return VerifierFailure(f"{vendor} {what}{told}.", permanent=False, retry_after=wait)
    return VerifierFailure(f"{_refused(call, status, word)}{told}. {_OPERATOR}", permanent=True)


def _refused(call: Call, status: int, word: str | None) -> str:
    if status == 401 or word in _BAD_KEY:
        return f"{call.vendor} does not accept the key in {call.key_env}"
    if status == 402 or word == "insufficient_quota":
        return f"The account at {call.vendor} has nothing left to spend"
    if status == 403:
        return f"{call.vendor} does not let the key in {call.key_env} use the model {call.model}"
    if status == 404:
        return f"{call.vendor} knows no model {call.model}"
    return f"{call.vendor} refused the request to the model {call.model}"


def json_of(text: object, vendor: str) -> object:
    """Return what a model wrote as JSON.

    Raises:
        VerifierFailure: It is none.
    """
    try:
        return from_json(cast("str", text), allow_inf_nan=False)
    except (ValueError, TypeError):
        raise unreadable(vendor) from None


def _retry_after(headers: Mapping[str, str], body: object) -> float | None:
    """Return how many seconds a vendor wants to be left alone, if it says so in any way."""
    milliseconds, seconds = headers.get("retry-after-ms"), headers.get("retry-after")
    if milliseconds is not None:
        return _seconds(milliseconds, 1_000)
    if seconds is not None:
        return _seconds(seconds, 1) if seconds[:1].isdigit() else _until(seconds)
    for detail in _details(body):
        delay = _DELAY.fullmatch(str(detail.get("retryDelay")))
        if delay is not None:
            return _seconds(delay[1], 1)
    return None


def _seconds(text: str, parts: int) -> float | None:
    try:
        value = float(text) / parts
    except ValueError:
        return None
    return min(value, _LONGEST_WAIT) if isfinite(value) and value >= 0 else None


def _until(date: str) -> float | None:
    try:
        then = parsedate_to_datetime(date)
    except ValueError:
        return None
    left = then.replace(tzinfo=then.tzinfo or timezone.utc) - datetime.now(timezone.utc)
    return min(max(left.total_seconds(), 0.0), _LONGEST_WAIT)


def _details(body: object) -> list[dict[str, Any]]:
    """Return `error.details` of an answer of Google's."""
    error = cast("dict[str, Any]", body).get("error") if isinstance(body, dict) else None
    found = cast("dict[str, Any]", error).get("details") if isinstance(error, dict) else None
    every = cast("list[Any]", found) if isinstance(found, list) else []
    return [cast("dict[str, Any]", one) for one in every if isinstance(one, dict)]
