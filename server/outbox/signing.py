"""Signatures, by which a receiver knows that a webhook is from this server and unchanged."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

_SALT = b"awaithumans-webhook-v1"
_INFO = b"v1"
_BLOCK_ONE = b"\x01"


def webhook_key(payload_key: bytes) -> bytes:
    """Return the 32 bytes that sign, from the 32 bytes of a payload key (HKDF-SHA256, RFC 5869)."""
    pseudorandom = hmac.digest(_SALT, payload_key, hashlib.sha256)
    # One block of the expansion is as long as the key has to be.
    return hmac.digest(pseudorandom, _INFO + _BLOCK_ONE, hashlib.sha256)


class Signer:
    """Signs with every key, so that receivers may go over from one to the next in their own time.

    Args:
        payload_keys: 32 bytes each, the present one first.
    """

    def __init__(self, payload_keys: Sequence[bytes]) -> None:
        self._keys = [webhook_key(key) for key in payload_keys]

    def headers(self, delivery_id: str, task_id: str, body: bytes, now: datetime) -> dict[str, str]:
        """Return the headers that an attempt carries: ours, and those of Standard Webhooks."""
        timestamp = str(int(now.timestamp()))
        signed = b".".join((delivery_id.encode(), timestamp.encode(), body))
        return {
            "X-Awaithumans-Signature": ",".join(f"sha256={_hex(key, body)}" for key in self._keys),
            "X-Awaithumans-Task-Id": task_id,
            "webhook-id": delivery_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(f"v1,{_base64(key, signed)}" for key in self._keys),
        }


def _hex(key: bytes, message: bytes) -> str:
    return hmac.digest(key, message, hashlib.sha256).hex()


def _base64(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.digest(key, message, hashlib.sha256)).decode()
