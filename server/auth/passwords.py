"""Passwords: argon2id, off the event loop, with a bound on how many are hashed at once.

The parameters are argon2-cffi's, which follow RFC 9106, 4 (low-memory option).
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = 2


class Passwords:
    """Hashes and checks passwords in threads of its own.

    Args:
        hasher: What hashes and checks them; argon2id by default.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="argon2")
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """Return what to keep instead of the password."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._hasher.hash, password)

    async def matches(self, kept: str | None, password: str) -> bool:
        """Whether this is the password; takes as long when there is none to compare with."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._matches, kept, password)

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
