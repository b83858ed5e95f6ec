"""How the channel is set up, and what is missing of it: `Setup`."""

from __future__ import annotations

from dataclasses import dataclass, field

_PREFIX = "AWAITHUMANS_SLACK_"


@dataclass(frozen=True, slots=True)
class Setup:
    """What an operator has set.

    Attributes:
        bot_token: The token of one workspace.
        signing_secret: By which requests are known to be Slack's.
        app_token: For Socket Mode.
        client_id: The app's, for installing it in several workspaces.
        client_secret: For the same.
        url: Where Slack is.
        base_url: Where this server is.
    """

    bot_token: str | None = field(repr=False)
    signing_secret: str | None = field(repr=False)
    app_token: str | None = field(repr=False)
    client_id: str | None
    client_secret: str | None = field(repr=False)
    url: str
    base_url: str

    @property
    def begun(self) -> bool:
        """Whether anything is set at all."""
        return any(
            (
                *(self.bot_token, self.signing_secret, self.app_token),
                *(self.client_id, self.client_secret),
            )
        )

    @property
    def oauth(self) -> bool:
        """Whether the app can be installed in workspaces from here."""
        return bool(self.client_id and self.client_secret)

    @property
    def api_url(self) -> str:
        """Where Slack's API is."""
        return f"{self.url.rstrip('/')}/api/"

    @property
    def missing(self) -> list[str]:
        """What is missing, a sentence each that says what to do; nothing when nothing is set."""
        if not self.begun:
            return []
        found: list[str] = []
        if bool(self.client_id) != bool(self.client_secret):
            there, absent = ("ID", "SECRET") if self.client_id else ("SECRET", "ID")
            found.append(
                f"{_PREFIX}CLIENT_{there} is set without {_PREFIX}CLIENT_{absent}: set both, from "
                "the app's page at Slack, or neither."
            )
        if not self.bot_token and not self.oauth:
            found.append(
                f"{_PREFIX}BOT_TOKEN is not set, nor the client id and secret to install the app "
                "with: nothing could be posted. Set it to the bot token of the workspace, xoxb-…"
            )
        if not self.signing_secret and not self.app_token:
            found.append(
                f"Neither {_PREFIX}SIGNING_SECRET nor {_PREFIX}APP_TOKEN is set: no answer could "
                "be received. Set the signing secret, or, for Socket Mode, the app token, xapp-…"
            )
        return found
