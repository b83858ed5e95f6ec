"""The refusals of channels, with what provokes each."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from tests.support.inprocess import InProcess

Provoke = Callable[[InProcess], Awaitable[httpx.Response]]

_SENDERS = "/api/channels/email/identities"
_NO_SENDER = f"{_SENDERS}/snd_0000000000000000000000000A"
_WORKSPACES = "/api/channels/slack/installations"
_CANARY = "canary-4711"
_SENDER: dict[str, Any] = {
    "name": "support",
    "sender": "Support <support@example.com>",
    "transport": "smtp",
    "smtp": {"host": "mail.example.com", "username": "support", "password": _CANARY},
}


def _ask(method: str, path: str, body: Any = None) -> Provoke:
    return lambda served: served.client.request(method, path, json=body)


async def _twice(served: InProcess) -> httpx.Response:
    await served.client.post(_SENDERS, json=_SENDER)
    return await served.client.post(_SENDERS, json=_SENDER)


async def _installed(served: InProcess) -> httpx.Response:
    olga = await served.person("olga@example.com", "operator")
    return await olga.browser.get("/api/channels/slack/oauth/start")


OF_CHANNELS: dict[str, tuple[Provoke, int, str]] = {
    "a sender that is not there": (_ask("GET", _NO_SENDER), 404, "EMAIL_IDENTITY_NOT_FOUND"),
    "no sender to remove": (_ask("DELETE", _NO_SENDER), 404, "EMAIL_IDENTITY_NOT_FOUND"),
    "no sender to try": (
        _ask("POST", "/api/channels/email/test", {"to": "a@example.com", "identity": "nobody"}),
        404,
        "EMAIL_IDENTITY_NOT_FOUND",
    ),
    "a sender of a name that is taken": (_twice, 409, "EMAIL_IDENTITY_EXISTS"),
    "a sender without its settings": (
        _ask("POST", _SENDERS, _SENDER | {"smtp": None}),
        422,
        "EMAIL_IDENTITY_INVALID",
    ),
    "no workspace to forget": (
        _ask("DELETE", f"{_WORKSPACES}/T0CANARY"),
        404,
        "SLACK_INSTALLATION_NOT_FOUND",
    ),
    "no workspace to look into": (
        _ask("GET", f"{_WORKSPACES}/T0CANARY/members"),
        404,
        "SLACK_INSTALLATION_NOT_FOUND",
    ),
    "an app that is not set up": (_installed, 501, "FEATURE_NOT_AVAILABLE"),
}
