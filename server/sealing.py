"""Secrets that have to be read again: encrypted with AES-GCM under the payload keys."""

import base64
import binascii
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_SALT = b"awaithumans-sealing-v1"
_NONCE_BYTES = 12
_VERSION = "v1."


class Unsealable(Exception):
    """None of the keys opens it: it was sealed under another one, for another use, or changed."""


class NoKey(Exception):
    """There is no key to seal with."""


class Sealer:
    """Seals with the first key, opens with any, so that keys can be rotated.

    Args:
        payload_keys: 32 bytes each, the present one first; none, and nothing can be sealed.
    """

    def __init__(self, payload_keys: Sequence[bytes]) -> None:
        self._keys = list(payload_keys)

    @property
    def ready(self) -> bool:
        """Whether there is a key."""
        return bool(self._keys)

    def seal(self, secret: str, use: str) -> str:
        """Return `secret` encrypted; it opens for the same `use` only (AES-GCM, RFC 5116).

        Raises:
            NoKey: There is none.
        """
        if not self._keys:
            raise NoKey
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(derived(self._keys[0], use)).encrypt(nonce, secret.encode(), use.encode())
        return _VERSION + base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, use: str) -> str:
        """Return what was sealed for this `use`.

        Raises:
            Unsealable: No key opens it.
        """
        try:
            raw = base64.b64decode(sealed.removeprefix(_VERSION), altchars=b"-_", validate=True)
        except binascii.Error:
            raise Unsealable from None
        opened = (_opened(key, raw, use) for key in self._keys)
        secret = next((each for each in opened if each is not None), None)
        if secret is None:
            raise Unsealable
        return secret


def _opened(payload_key: bytes, raw: bytes, use: str) -> str | None:
    nonce, content = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
    try:
        return AESGCM(derived(payload_key, use)).decrypt(nonce, content, use.encode()).decode()
    except (InvalidTag, ValueError):
        return None


def derived(payload_key: bytes, use: str) -> bytes:
    """Return the key for one use (HKDF-SHA256, RFC 5869): no use opens what another sealed."""
    return HKDF(SHA256(), length=32, salt=_SALT, info=use.encode()).derive(payload_key)
