"""Addresses whose mails answer a task: each is good for one task, and from one person.

They are computed, not kept: the same for every attempt to send, and good until the task is settled,
for an answer that was refused is answered by another reply.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Any

from ulid import ULID

from ...ids import is_id
from ...routing.plan import normal
from ...sealing import derived

_USE = "email reply"
_TASK = "tsk_"
_TASK_BYTES = 16
# 96 bits, for each guess is a request: the whole still fits before the `@` (RFC 5321, 4.5.3.1.1).
_PROOF_BYTES = 12


class ReplyAddresses:
    """Makes addresses under one mailbox, and knows them again.

    Args:
        mailbox: What takes the mails, as `answers@example.com`; what comes after a `+` in it is
            ours.
        payload_keys: What they are proved with, the present one first; any proves one.
    """

    def __init__(self, mailbox: str, payload_keys: Sequence[bytes]) -> None:
        self._local, _, self._domain = normal(mailbox).rpartition("@")
        self._keys = [derived(key, _USE) for key in payload_keys]

    def make(self, task_id: str, email: str) -> str:
        """Return the address that answers this task, in mails from this person."""
        task = _bytes(task_id)
        token = base64.b32encode(task + _proof(self._keys[0], task, email)).decode()
        # In small letters, as some mail servers write all addresses.
        return f"{self._local}+{token.rstrip('=').lower()}@{self._domain}"

    def task_id(self, addresses: Iterable[str], sender: str) -> str | None:
        """Return the task that a mail answers; None if none of its addresses is its sender's."""
        found = (self._proven(address, sender) for address in addresses)
        return next((task_id for task_id in found if task_id is not None), None)

    def _proven(self, address: str, sender: str) -> str | None:
        local, _, domain = normal(address).rpartition("@")
        mailbox, _, token = local.partition("+")
        if (mailbox, domain) != (self._local, self._domain):
            return None
        try:
            raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
        except (binascii.Error, ValueError):
            return None
        task, proof = raw[:_TASK_BYTES], raw[_TASK_BYTES:]
        if len(proof) != _PROOF_BYTES or not any(
            hmac.compare_digest(proof, _proof(key, task, sender)) for key in self._keys
        ):
            return None
        task_id = f"{_TASK}{ULID(task)}"
        return task_id if is_id(task_id, "tsk") else None


def _proof(key: bytes, task: bytes, email: str) -> bytes:
    return hmac.digest(key, task + normal(email).encode(), hashlib.sha256)[:_PROOF_BYTES]


def _bytes(task_id: str) -> bytes:
    ulid: Any = ULID
    return ulid.from_str(task_id.removeprefix(_TASK)).bytes
