"""The channel as the rest of the server sees it: what Slack sends, workspaces, how it is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ...clock import Clock
from ...tasks.deliveries import DeliveryFilter
from .calling import SlackApi
from .failures import NoWorkspace, SlackFailure
from .inbound import Inbound
from .installing import Installer
from .members import Member
from .ports import Store
from .setup import Setup
from .socket import SocketMode
from .targets import MalformedTarget, parse
from .texts import section
from .verifying import Verifier
from .workspaces import Listed, Workspaces
from .writing import Messages

SocketState = Literal["off", "connecting", "connected"]
_PATH = "/api/channels/slack"
# The server as a whole has to stop within seconds.
_STOP_WITHIN = 3.0
_TRY = "This is a test of awaithumans: messages arrive here."


class SlackChannel:
    """Slack, set up.

    Args:
        setup: What an operator has set.
        store: Where deliveries are kept.
        api: Calls Slack.
        workspaces: Knows the workspaces.
        messages: Finds whom targets mean.
        inbound: Takes what Slack sends.
        installer: Installs the app.
        clock: Tells the time.
    """

    def __init__(
        self,
        setup: Setup,
        store: Store,
        api: SlackApi,
        workspaces: Workspaces,
        messages: Messages,
        inbound: Inbound,
        installer: Installer,
        clock: Clock,
    ) -> None:
        self.installer = installer
        self._setup = setup
        self._store = store
        self._api = api
        self._workspaces = workspaces
        self._messages = messages
        self._inbound = inbound
        secret, app_token = setup.signing_secret, setup.app_token
        self._verifier = None if secret is None else Verifier(secret, clock)
        self._socket = None if app_token is None else SocketMode(app_token, inbound, setup.api_url)

    async def start(self) -> None:
        """Connect to Slack, where it is so configured; waits for nothing."""
        if self._socket is not None:
            await self._socket.start()

    async def stop(self) -> None:
        """Take nothing more, and let what runs end, within seconds."""
        jobs = [self._inbound.stop()]
        if self._socket is not None:
            jobs.append(self._socket.stop())
        ending = [asyncio.ensure_future(job) for job in jobs]
        await asyncio.wait(ending, timeout=_STOP_WITHIN)
        for job in ending:
            job.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def close(self) -> None:
        """Close the connections, once nothing is sent any more."""
        await self._api.close()

    @property
    def signs(self) -> bool:
        """Whether it is known by which signature requests are Slack's."""
        return self._verifier is not None

    def is_from_slack(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether Slack sent this, within the last five minutes."""
        return self._verifier is not None and self._verifier.is_from_slack(body, headers)

    async def interaction(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Take what somebody pressed or sent; return what Slack is answered with."""
        return await self._inbound("interactive", payload) or {}

    async def event(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Take an event; return what Slack is answered with."""
        challenge = payload.get("challenge")
        if payload.get("type") == "url_verification" and isinstance(challenge, str):
            return {"challenge": challenge}
        return await self._inbound("events_api", payload) or {}

    @property
    def configured(self) -> bool:
        """Whether messages can be sent, and answers received."""
        return not self._setup.missing

    @property
    def socket_mode(self) -> SocketState:
        """Whether the server is connected to Slack."""
        if self._socket is None:
            return "off"
        return "connected" if self._socket.connected else "connecting"

    @property
    def interactions_url(self) -> str:
        """Where Slack sends what people press."""
        return f"{self._setup.base_url}{_PATH}/interactions"

    @property
    def events_url(self) -> str:
        """Where Slack sends what people write."""
        return f"{self._setup.base_url}{_PATH}/events"

    async def detail(self) -> str:
        """Return how it is set up, what is missing, and what went wrong last; made for people."""
        if self._setup.missing:
            return " ".join(self._setup.missing)
        wanted = DeliveryFilter(kind="slack", limit=1)
        kept, newest = await self._store.read(lambda tx: (tx.workspaces(), tx.deliveries(wanted)))
        names = [one.team_name for one in kept]
        if self._setup.bot_token is not None:
            own = self._workspaces.own
            names.insert(0, "one by its bot token" if own is None else own.team_name)
        said = [f"Workspaces: {', '.join(dict.fromkeys(names)) or 'none yet; install the app'}."]
        if self._socket is None:
            said.append(f"Answers come to {self.interactions_url}.")
        else:
            said.append(f"Answers come by Socket Mode, which is {self.socket_mode}.")
        failed = [one.last_error for one in newest if one.status in ("pending", "abandoned")]
        said += [f"The last message was not sent: {error}" for error in failed if error]
        return " ".join(said)

    async def listed(self) -> Sequence[Listed]:
        """Return every workspace."""
        return await self._workspaces.listed()

    async def forget(self, team_id: str) -> bool:
        """Forget a workspace; False if there is none, or its token comes from the environment."""
        return await self._workspaces.forget(team_id)

    async def members(self, team_id: str) -> Sequence[Member]:
        """Return the people of a workspace.

        Raises:
            NoWorkspace: The app is not installed there.
            SlackFailure: Slack did not say.
        """
        access = await self._workspaces.of(team_id)
        return await self._api.users_list(access.token)

    async def test(self, entry: str) -> tuple[bool, str]:
        """Post a message to try a target; return whether it went well, and what Slack said."""
        try:
            target = parse(entry)
            access = await self._workspaces.meant(target.team)
            to = await self._messages.addressee(access, target)
            posted = await self._api.post_message(access.token, to.channel, _TRY, [section(_TRY)])
        except MalformedTarget as malformed:
            return False, f"The target {malformed}."
        except (NoWorkspace, SlackFailure) as failure:
            return False, str(failure)
        return True, f"Posted in {access.team_name}, to {posted.channel}."
