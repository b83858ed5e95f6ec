"""The people of a workspace, remembered for a while, for Slack has no search by handle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ...clock import Clock
from .failures import SlackFailure

KEPT_FOR = timedelta(minutes=10)
# Somebody who has just come is looked for again, but not with every message.
_SURE_FOR = timedelta(minutes=1)
_MOST_WORKSPACES = 100


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a workspace.

    Attributes:
        id: Slack's own id, `U…` or `W…`.
        handle: The account's name.
        display_name: What others write after `@`; may be empty.
        real_name: The full name; may be empty.
        email: The address, where the app may see it.
        is_person: Whether it is somebody who is there: no bot, and not deactivated.
    """

    id: str
    handle: str
    display_name: str
    real_name: str
    email: str | None
    is_person: bool


@dataclass
class _Known:
    """What was read of one workspace, and when."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    members: tuple[Member, ...] = ()
    at: datetime | None = None


class Members:
    """Finds people by their handles; each workspace is read once in ten minutes.

    Args:
        read: Reads the members of the workspace that a token is for.
        clock: Tells the time.
    """

    def __init__(self, read: Callable[[str], Awaitable[tuple[Member, ...]]], clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._known: dict[str, _Known] = {}

    async def find(self, token: str, handle: str) -> Member:
        """Find the one whose handle this is.

        Raises:
            SlackFailure: Nobody has it, several have, or the workspace could not be read.
        """
        known = self._known.setdefault(token, _Known())
        while len(self._known) > _MOST_WORKSPACES:
            del self._known[next(iter(self._known))]
        async with known.lock:
            found = await self._found(known, token, handle, KEPT_FOR)
            if not found:
                found = await self._found(known, token, handle, _SURE_FOR)
        if len(found) > 1:
            raise SlackFailure("handle_ambiguous")
        if not found:
            raise SlackFailure("users_not_found")
        return found[0]

    async def _found(
        self, known: _Known, token: str, handle: str, kept_for: timedelta
    ) -> Sequence[Member]:
        now = self._clock.now()
        if known.at is None or now - known.at > kept_for:
            known.members = await self._read(token)
            known.at = now
        wanted = handle.lower()
        for name in ("handle", "display_name"):
            found = [one for one in known.members if getattr(one, name).lower() == wanted]
            if found:
                return found
        return ()
