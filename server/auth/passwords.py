"""Passwords: argon2id, off the event loop, with a bound on how many are hashed at once.

The parameters are one of the pairs that OWASP gives as equals (Password Storage Cheat Sheet); of
those, the one with the most memory, which costs an attacker most. A hash carries its own, so that
others are checked as they were made.
"""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = 2
# Passes, KiB of memory, lanes.
_COST = (1, 47_104, 1)
# Hardly more than usual: at 19 a sign-in took over a minute beside two busy programs.
_NICENESS = 5


class Passwords:
    """Hashes and checks passwords in threads of its own.

    Args:
        hasher: What hashes and checks them; argon2id by default.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(*_COST)
        self._threads = ThreadPoolExecutor(_AT_ONCE, "argon2", _step_back)
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """Return what to keep instead of the password."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._hasher.hash, password)

    async def matches(self, kept: str | None, password: str) -> bool:
        """Whether this is the password; takes as long when there is none to compare with."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._matches, kept, password)

    async def renewed(self, kept: str, password: str) -> str | None:
        """Return what to keep from now on, if what is kept was made with other parameters."""
        return await self.hash(password) if self._hasher.check_needs_rehash(kept) else None

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown()

    def _matches(self, kept: str | None, password: str) -> bool:
        if self._nobody is None:
            self._nobody = self._hasher.hash("nobody's password")
        try:
            return self._hasher.verify(kept or self._nobody, password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


def _step_back() -> None:
    """Let what answers requests go first: hashing needs a whole core, for as long as it takes.

    On Linux a thread has a priority of its own; elsewhere it stays as it is.
    """
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
