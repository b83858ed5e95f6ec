"""Leads an operator to Slack to install the app, and takes what they come back with."""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from ...clock import Clock
from ...sealing import NoKey, Sealer, Unsealable
from .calling import SlackApi
from .failures import SlackFailure
from .oauth import authorize_url, exchange
from .outcomes import code_of
from .setup import Setup
from .workspaces import Workspaces

CALLBACK = "/api/channels/slack/oauth/callback"
LIFETIME = timedelta(minutes=10)
_USE = "slack-oauth-state"
_MOST_USED = 10_000


class _NotInstalled(Exception):
    """The app was not installed; `code` says why, as Slack does or we do."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Begun:
    """An installation that was begun: where to send the operator, and what their browser keeps."""

    url: str
    kept: str


class Installer:
    """Installs the app in workspaces.

    What comes back from Slack counts once, within ten minutes, in the browser that was sent there,
    for the operator who was.

    Args:
        setup: The app's credentials, and where everything is.
        api: Calls Slack.
        workspaces: Keeps what an installation gives.
        sealer: Seals what the browser keeps.
        clock: Tells the time.
    """

    def __init__(
        self, setup: Setup, api: SlackApi, workspaces: Workspaces, sealer: Sealer, clock: Clock
    ) -> None:
        self._setup = setup
        self._api = api
        self._workspaces = workspaces
        self._sealer = sealer
        self._clock = clock
        self._used: dict[str, None] = {}

    @property
    def ready(self) -> bool:
        """Whether there are credentials of the app, and a key to keep tokens with."""
        return self._setup.oauth and self._sealer.ready

    def begin(self, user_id: str) -> Begun:
        """Begin an installation.

        Raises:
            NoKey: There is no payload key.
        """
        state = secrets.token_urlsafe(32)
        until = (self._clock.now() + LIFETIME).timestamp()
        kept = json.dumps({"state": state, "until": until, "user": user_id})
        url = authorize_url(
            self._setup.client_id or "",
            self._redirect_uri,
            state,
            base=f"{self._setup.url.rstrip('/')}/oauth/v2/authorize",
        )
        return Begun(url, self._sealer.seal(kept, _USE))

    async def finish(
        self,
        kept: str | None,
        state: str | None,
        code: str | None,
        error: str | None,
        user_id: str,
        email: str | None,
    ) -> str:
        """Finish an installation.

        Args:
            kept: What the browser has kept.
            state: What Slack gave back.
            code: What is exchanged for a token.
            error: Why there is none, in Slack's word.
            user_id: Who comes back.
            email: Their address.

        Returns:
            What the page that follows is told: `installed=` a workspace, or `error=` a code.
        """
        try:
            self._spend(kept, state, user_id)
            if error is not None or not code:
                return urlencode({"error": code_of(error or "no_code")})
            return urlencode({"installed": await self._installed(code, email)})
        except _NotInstalled as failure:
            return urlencode({"error": failure.code})

    async def _installed(self, code: str, email: str | None) -> str:
        client_id, secret = self._setup.client_id or "", self._setup.client_secret or ""
        try:
            found = await exchange(self._api, client_id, secret, code, self._redirect_uri)
            await self._workspaces.install(found, email)
        except SlackFailure as failure:
            raise _NotInstalled(failure.code) from None
        except NoKey:
            raise _NotInstalled("no_payload_key") from None
        return found.team_id

    @property
    def _redirect_uri(self) -> str:
        return f"{self._setup.base_url}{CALLBACK}"

    def _spend(self, kept: str | None, state: str | None, user_id: str) -> None:
        """Check and use up what proves that it was we who sent them.

        Raises:
            _NotInstalled: It proves nothing.
        """
        try:
            known = json.loads(self._sealer.open(kept or "", _USE))
        except Unsealable:
            raise _NotInstalled("state_missing" if not kept else "state_invalid") from None
        ours = str(known["state"])
        same = hmac.compare_digest(ours.encode(), (state or "").encode())
        if not same or known["user"] != user_id:
            raise _NotInstalled("state_invalid")
        if self._clock.now().timestamp() >= known["until"]:
            raise _NotInstalled("state_expired")
        if ours in self._used:
            raise _NotInstalled("state_used")
        self._used[ours] = None
        while len(self._used) > _MOST_USED:
            del self._used[next(iter(self._used))]
