"""For those who receive webhooks: is this really from our awaithumans server?

Only the standard library is needed, so a receiver needs no extra.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import time
from collections.abc import Iterable, Mapping

from awaithumans.errors import ConfigurationError

SIGNATURE_HEADER = "X-Awaithumans-Signature"
TOLERANCE_SECONDS = 300
"""How far a Standard Webhooks timestamp may be from now, in seconds, before and after."""

_VARIABLE = "AWAITHUMANS_PAYLOAD_KEY"
_SALT = b"awaithumans-webhook-v1"
_INFO = b"v1"
_KEY_BYTES = 32


def verify_signature(
    *, body: bytes | str, signature: str | None, payload_key: str | None = None
) -> bool:
    """Say whether a webhook was signed with our key.

    While the server's key rotates, the header holds several signatures, and the receiver may have
    several keys; one that fits is enough. The signature has no time in it: the same webhook may
    come twice, and whoever saw it can send it again. ``verify_standard_webhook`` refuses old ones.

    Args:
        body: The request's body exactly as it came, before anything parses it.
        signature: The header ``X-Awaithumans-Signature``; None when there was none.
        payload_key: The server's ``AWAITHUMANS_PAYLOAD_KEY``, or several of them, separated by
            commas; by default the environment's.

    Returns:
        True only if one of the signatures is right.

    Raises:
        ConfigurationError: There is no key, or it is not one (``PAYLOAD_KEY_INVALID``).
    """
    keys = signing_keys(payload_key)
    claimed = [
        value.strip().removeprefix("sha256=")
        for value in (signature or "").split(",")
        if value.strip().startswith("sha256=")
    ]
    content = body.encode() if isinstance(body, str) else body
    right = [hmac.new(key, content, hashlib.sha256).hexdigest() for key in keys]
    return _any_equal(claimed, right)


def verify_standard_webhook(
    *,
    body: bytes | str,
    headers: Mapping[str, str],
    payload_key: str | None = None,
    now: float | None = None,
) -> bool:
    """Say whether a webhook is one of ours, by its Standard Webhooks headers, and is not old.

    Args:
        body: The request's body exactly as it came.
        headers: The request's headers, of which ``webhook-id``, ``webhook-timestamp`` and
            ``webhook-signature`` are read, in any case.
        payload_key: As for ``verify_signature``.
        now: The time in seconds since 1970; the clock's by default.

    Returns:
        True only if the signature is right and its timestamp within five minutes of now.

    Raises:
        ConfigurationError: There is no key, or it is not one (``PAYLOAD_KEY_INVALID``).
    """
    keys = signing_keys(payload_key)
    given = {name.lower(): value for name, value in headers.items()}
    sent, stamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    current = time.time() if now is None else now
    if not sent or not _is_recent(stamp, current):
        return False
    claimed = [
        value.removeprefix("v1,")
        for value in given.get("webhook-signature", "").split()
        if value.startswith("v1,")
    ]
    content = f"{sent}.{stamp}.".encode() + (body.encode() if isinstance(body, str) else body)
    right = [_base64(hmac.new(key, content, hashlib.sha256).digest()) for key in keys]
    return _any_equal(claimed, right)


def standard_webhook_secret(payload_key: str | None = None) -> str:
    """Return the secret, ``whsec_...``, with which any Standard Webhooks library can check.

    Args:
        payload_key: As for ``verify_signature``; of several, the first counts.

    Raises:
        ConfigurationError: There is no key, or it is not one (``PAYLOAD_KEY_INVALID``).
    """
    return f"whsec_{_base64(signing_keys(payload_key)[0])}"


def signing_keys(payload_key: str | None = None) -> list[bytes]:
    """Return the keys that webhooks are signed with, one for each payload key.

    Each is the HKDF-SHA256 (RFC 5869) of a payload key, 32 bytes long.

    Raises:
        ConfigurationError: There is no key, or it is not one (``PAYLOAD_KEY_INVALID``).
    """
    source = _VARIABLE if payload_key is None else "payload_key="
    text = os.environ.get(_VARIABLE, "") if payload_key is None else payload_key
    if not text.strip():
        raise _invalid(
            "There is no key to check webhooks with.",
            f"Set {_VARIABLE} (or pass payload_key=) to the value that the server has.",
        )
    return [_derived(_decoded(part, source)) for part in text.split(",")]


def _decoded(text: str, source: str) -> bytes:
    try:
        padded = text.strip().rstrip("=") + "="
        key = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise _invalid(
            "The key to check webhooks with is not 32 bytes in URL-safe base64.",
            f"It came from {source}; it should be the value that the server has, or several of "
            "them, separated by commas.",
        )
    return key


def _derived(key: bytes) -> bytes:
    """Return HKDF-SHA256's first block, which is as long as is needed."""
    extracted = hmac.new(_SALT, key, hashlib.sha256).digest()
    return hmac.new(extracted, _INFO + b"\x01", hashlib.sha256).digest()


def _is_recent(stamp: str, now: float) -> bool:
    # Bounded in length, so that a hostile header is not a number to compute with.
    whole = stamp.isascii() and stamp.isdigit() and len(stamp) <= 12
    return whole and abs(now - int(stamp)) <= TOLERANCE_SECONDS


def _any_equal(claimed: Iterable[str], right: list[str]) -> bool:
    """Say whether one fits; comparing takes as long for a near miss as for a far one."""
    # As bytes, because text that is not ASCII cannot be compared so.
    pairs = [(one.encode(errors="replace"), other.encode()) for one in claimed for other in right]
    return any(hmac.compare_digest(one, other) for one, other in pairs)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _invalid(message: str, hint: str) -> ConfigurationError:
    return ConfigurationError(message, code="PAYLOAD_KEY_INVALID", hint=hint)
