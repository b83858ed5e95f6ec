"""What is in the stand-in for Slack: workspaces, their people, messages."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

Args = dict[str, Any]


class ApiError(Exception):
    """The answer is `ok: false` with this code."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code, self.more = code, more


def direct(user: str) -> str:
    """Return the id of the channel between the app and somebody."""
    return f"D{user[1:]}"


def a_member(name: str, **changes: Any) -> dict[str, Any]:
    """Return somebody of a workspace: `U0SUE`, whose handle is "sue"."""
    return {
        "id": f"U0{name.upper()}",
        "name": name,
        "deleted": False,
        "is_bot": False,
        "profile": {
            "display_name": name,
            "real_name": name.title(),
            "email": f"{name}@example.com",
        },
    } | changes


@dataclass
class Workspace:
    """A workspace that the app is installed in."""

    team_id: str = "T0ACME"
    name: str = "Acme"
    bot_user_id: str = "U0BOT"
    channels: dict[str, str] = field(default_factory=lambda: {"refunds": "C0REFUNDS"})
    """The ids of channels by name."""
    outside: set[str] = field(default_factory=set[str])
    """The ids of channels that the app was not invited to."""
    members: list[dict[str, Any]] = field(
        default_factory=lambda: [a_member("sue"), a_member("bob"), a_member("bot", is_bot=True)]
    )

    def channel(self, name: str) -> str:
        """Return the id of a channel that the app can post in."""
        if name.startswith("U"):
            return direct(self.member(name)["id"])
        known = {direct(member["id"]) for member in self.members}
        channel = self.channels.get(name.removeprefix("#"), name)
        if channel not in {*self.channels.values(), *known}:
            raise ApiError("channel_not_found")
        if channel in self.outside:
            raise ApiError("not_in_channel")
        return channel

    def member(self, user: Any) -> dict[str, Any]:
        """Return somebody by their id."""
        for member in self.members:
            if member["id"] == user:
                return member
        raise ApiError("user_not_found")


@dataclass
class Message:
    """A message as it is at this moment."""

    team: str
    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    thread_ts: str | None = None
    user: str | None = None
    """Who alone sees it; None for everybody."""
    versions: int = 1

    @property
    def shown(self) -> str:
        """Everything that can be read in it."""
        return json.dumps(self.blocks, ensure_ascii=False)

    def button(self, label: str) -> dict[str, Any]:
        """Return the button of this label."""
        return next(one for one in self.buttons if one["text"]["text"] == label)

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """Return all buttons."""
        actions = [block for block in self.blocks if block["type"] == "actions"]
        return [element for block in actions for element in block["elements"]]

    @property
    def labels(self) -> list[str]:
        """Return what is on the buttons."""
        return [button["text"]["text"] for button in self.buttons]


@dataclass
class Call:
    """A call of the API that arrived."""

    method: str
    args: Args
    token: str | None
    at: float = field(default_factory=time.monotonic)
