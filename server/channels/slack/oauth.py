"""The installation of the app in a workspace: where to send a person, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from .calling import SlackApi
from .failures import SlackFailure
from .outcomes import Answer

AUTHORIZE_URL = "https://slack.com/oauth/v2/authorize"
# To post in channels and to people, find people, and read the replies in threads.
SCOPES = (
    "channels:history",
    "chat:write",
    "chat:write.public",
    "groups:history",
    "im:history",
    "im:write",
    "users:read",
    "users:read.email",
)


@dataclass(frozen=True, slots=True)
class Installation:
    """The app in a workspace.

    Attributes:
        team_id: The workspace.
        team_name: What it is called.
        bot_user_id: The app's own user there.
        token: The bot token; a secret.
        scopes: What the app may.
        installed_by: The id of the person who installed it.
    """

    team_id: str
    team_name: str
    bot_user_id: str
    token: str
    scopes: tuple[str, ...]
    installed_by: str

    def __repr__(self) -> str:
        return f"Installation(team_id={self.team_id!r})"


def authorize_url(
    client_id: str,
    redirect_uri: str,
    state: str,
    team: str | None = None,
    base: str = AUTHORIZE_URL,
) -> str:
    """Return where to send a person who is to install the app.

    Args:
        client_id: The app's.
        redirect_uri: Where Slack sends them back to.
        state: What comes back with them, and proves that it was we who sent them.
        team: The workspace to offer first.
        base: Slack's page.
    """
    query = {
        "client_id": client_id,
        "scope": ",".join(SCOPES),
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{base}?{urlencode(query | ({'team': team} if team else {}))}"


async def exchange(
    api: SlackApi, client_id: str, client_secret: str, code: str, redirect_uri: str | None
) -> Installation:
    """Finish an installation.

    Args:
        api: Calls Slack.
        client_id: The app's.
        client_secret: The app's secret.
        code: What Slack sent the person back with.
        redirect_uri: The one that was given to `authorize_url`.

    Raises:
        SlackFailure: Slack did not give a bot token for a workspace.
    """
    answer = await api.oauth_v2_access(client_id, client_secret, code, redirect_uri)
    if answer.get("token_type") != "bot":
        raise SlackFailure("not_allowed_token_type")
    team, person = _part(answer, "team"), _part(answer, "authed_user")
    found = Installation(
        team_id=str(team.get("id") or ""),
        team_name=str(team.get("name") or ""),
        bot_user_id=str(answer.get("bot_user_id") or ""),
        token=str(answer.get("access_token") or ""),
        scopes=tuple(filter(None, str(answer.get("scope") or "").split(","))),
        installed_by=str(person.get("id") or ""),
    )
    if not (found.team_id and found.bot_user_id and found.token):
        raise SlackFailure("malformed_answer")
    return found


def _part(answer: Answer, name: str) -> Answer:
    """Return an object of the answer; an empty one for a whole organization, which has no team."""
    part = answer.get(name)
    return cast("Answer", part) if isinstance(part, dict) else {}
