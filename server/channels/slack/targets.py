"""Whom a `notify` entry of Slack means: `parse`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["channel", "handle", "user", "email"]

ALLOWED = (
    "slack:#channel, slack:@handle, slack:@U… (a member's id), slack:someone@example.com, "
    "or slack+TEAM:… with a workspace's id or name before any of these"
)

_ENTRY = re.compile(r"slack(?:\+([^:]*))?:(.*)", re.DOTALL)
_TEAM = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{6,30}")
_USER_ID = re.compile(r"[UW][A-Z0-9]{6,30}")
# Slack writes channels in lower case, in any script; handles have points too. What the contract
# lets in is never more than these: what is malformed is refused when a task is made.
_CHANNEL = re.compile(r"[^\x00-,./:-\^`{-\x7f\s]{1,80}")
_HANDLE = re.compile(r"[^\x00-/:-@\[-\^`{-\x7f\s][^\x00-,/:-@\[-\^`{-\x7f\s]{0,79}")
_EMAIL = re.compile(r"[^\s@<>,;:\"\\]+@[^\s@<>,;:\"\\.]+(\.[^\s@<>,;:\"\\.]+)+")


class MalformedTarget(ValueError):
    """It names nobody on Slack; the message says what is allowed."""

    def __init__(self) -> None:
        super().__init__(f"must be {ALLOWED}")


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to tell.

    Attributes:
        team: The workspace's id or name; None when the entry leaves it open.
        kind: What `name` is.
        name: A channel's name or id, a handle, a member's id, or an address; without `#` or `@`.
    """

    team: str | None
    kind: Kind
    name: str

    @property
    def broadcast(self) -> bool:
        """Whether several people see the message, so that one of them has to claim the task."""
        return self.kind == "channel"

    @property
    def channel(self) -> str:
        """The channel as Slack's API takes it; for `kind` "channel" alone."""
        return self.name if _CHANNEL_ID.fullmatch(self.name) else f"#{self.name}"


def parse(entry: str) -> Target:
    """Take a `notify` entry apart.

    Args:
        entry: Such as `slack:#refunds`; begins with `slack:` or `slack+`.

    Raises:
        MalformedTarget: It is none.
    """
    found = _ENTRY.fullmatch(entry)
    if found is None:
        raise MalformedTarget
    team, rest = found.groups()
    if team is not None and not _TEAM.fullmatch(team):
        raise MalformedTarget
    for kind, name in _readings(rest):
        return Target(team, kind, name)
    raise MalformedTarget


def _readings(rest: str) -> list[tuple[Kind, str]]:
    name = rest[1:]
    if rest.startswith("#"):
        named = _CHANNEL_ID.fullmatch(name) or _CHANNEL.fullmatch(name)
        return [("channel", name)] if named else []
    if rest.startswith("@"):
        if _USER_ID.fullmatch(name):
            return [("user", name)]
        return [("handle", name.lower())] if _HANDLE.fullmatch(name) else []
    if _USER_ID.fullmatch(rest):
        return [("user", rest)]
    return [("email", rest)] if _EMAIL.fullmatch(rest) else []
