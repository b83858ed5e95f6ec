"""The workspaces that messages can go to, and the token for each."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ...clock import Clock
from ...directory.workspaces import Workspace
from ...sealing import Sealer, Unsealable
from .calling import SlackApi
from .failures import NoWorkspace, SlackFailure
from .oauth import Installation
from .ports import Store

# For how many seconds a list waits for Slack to say whose the environment's token is.
_LISTED_WITHIN = 2.0


@dataclass(frozen=True, slots=True)
class Access:
    """A workspace, and the token for it."""

    team_id: str
    team_name: str
    bot_user_id: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """A workspace as operators see it."""

    team_id: str
    team_name: str
    bot_user_id: str
    scopes: tuple[str, ...]
    source: Literal["environment", "oauth"]
    installed_by_email: str | None
    created_at: datetime | None


class Workspaces:
    """Knows the workspace of the environment's token, and those that installed the app.

    Args:
        store: Where the latter are kept, with their tokens sealed.
        api: Tells whose the environment's token is; it is asked once.
        sealer: Opens tokens.
        clock: Tells the time.
        bot_token: The environment's.
    """

    def __init__(
        self,
        store: Store,
        api: SlackApi,
        sealer: Sealer,
        clock: Clock,
        bot_token: str | None,
    ) -> None:
        self._store = store
        self._api = api
        self._sealer = sealer
        self._clock = clock
        self._bot_token = bot_token
        self._own: Access | None = None
        self._lock = asyncio.Lock()

    @property
    def own(self) -> Access | None:
        """The workspace of the environment's token, as far as it is known by now."""
        return self._own

    async def meant(self, team: str | None) -> Access:
        """Return the workspace that an entry of `notify` means.

        Args:
            team: Its id or name; None for the only one.

        Raises:
            NoWorkspace: There is none of the name, or several and none is named.
            SlackFailure: Slack did not say whose the environment's token is.
        """
        if team is None:
            return await self._only()
        own = await self.environment()
        if own is not None and team in (own.team_id, _short(own.team_name)):
            return own
        kept = await self._store.read(lambda tx: tx.workspaces())
        for workspace in kept:
            if team == workspace.team_id:
                return self._opened(workspace)
        named = [one for one in (own, *kept) if one and _short(one.team_name) == _short(team)]
        if len(named) > 1:
            raise NoWorkspace(
                f"Several workspaces are called {team}. Name one by its id: slack+T…:"
            )
        if not named:
            raise NoWorkspace(
                f"The app is not installed in a workspace {team}. Install it there, or name "
                f"another: {_ids(own, kept)}."
            )
        found = named[0]
        return found if isinstance(found, Access) else self._opened(found)

    async def of(self, team_id: str) -> Access:
        """Return the workspace with this id.

        Raises:
            NoWorkspace: The app is not installed there.
            SlackFailure: Slack did not say whose the environment's token is.
        """
        if self._own is not None and self._own.team_id == team_id:
            return self._own
        kept = await self._store.read(lambda tx: tx.workspace(team_id))
        if kept is not None:
            return self._opened(kept)
        own = await self.environment()
        if own is None or own.team_id != team_id:
            raise NoWorkspace(f"The app is not installed in the workspace {team_id}.")
        return own

    async def several(self) -> bool:
        """Whether the app is in more than one workspace, as far as is known."""
        kept = {one.team_id for one in await self._store.read(lambda tx: tx.workspaces())}
        if self._bot_token is not None:
            kept.add("" if self._own is None else self._own.team_id)
        return len(kept) > 1

    async def listed(self) -> list[Listed]:
        """Return every workspace; the environment's only when Slack says which it is."""
        kept = await self._store.read(lambda tx: tx.workspaces())
        found: list[Listed] = []
        try:
            own = await asyncio.wait_for(self.environment(), _LISTED_WITHIN)
        except (SlackFailure, asyncio.TimeoutError):
            own = None
        if own is not None:
            whose = (own.team_id, own.team_name, own.bot_user_id)
            found.append(Listed(*whose, (), "environment", None, None))
        for one in kept:
            if own is None or one.team_id != own.team_id:
                whose = (one.team_id, one.team_name, one.bot_user_id, one.scopes)
                found.append(Listed(*whose, "oauth", one.installed_by_email, one.created_at))
        return found

    async def install(self, installation: Installation, by: str | None) -> None:
        """Keep what an installation gave.

        Raises:
            NoKey: There is no payload key to seal the token with.
        """
        sealed = self._sealer.seal(installation.token, _use(installation.team_id))
        workspace = Workspace(
            installation.team_id,
            installation.team_name or installation.team_id,
            installation.bot_user_id,
            installation.scopes,
            by,
            sealed,
            self._clock.now(),
        )
        await self._store.write(lambda tx: tx.save_workspace(workspace))

    async def forget(self, team_id: str) -> bool:
        """Forget what an installation gave; False if there is none."""
        return await self._store.write(lambda tx: tx.forget_workspace(team_id))

    async def removed(self, team_id: str) -> None:
        """Forget an installation that Slack says is over, if its token is indeed worth nothing.

        Who installs the app anew may be faster than the word that the old token is gone.
        """
        try:
            access = await self.of(team_id)
            await self._api.auth_test(access.token)
        except SlackFailure as failure:
            if failure.permanent:
                await self.forget(team_id)
        except NoWorkspace:
            return

    async def environment(self) -> Access | None:
        """Return the workspace of the environment's token; None without one.

        Raises:
            SlackFailure: Slack did not say whose it is.
        """
        if self._own is None and self._bot_token is not None:
            async with self._lock:
                if self._own is None:
                    who = await self._api.auth_test(self._bot_token)
                    self._own = Access(who.team_id, who.team_name, who.bot_user_id, self._bot_token)
        return self._own

    async def _only(self) -> Access:
        own = await self.environment()
        kept = await self._store.read(lambda tx: tx.workspaces())
        others = [one for one in kept if own is None or one.team_id != own.team_id]
        if len(others) + (own is not None) > 1:
            raise NoWorkspace(
                "The app is installed in several workspaces. Say which one is meant, such as "
                f"slack+TEAM:#channel; there are {_ids(own, others)}."
            )
        if own is not None:
            return own
        if not others:
            raise NoWorkspace("The app is not installed in any workspace. Install it first.")
        return self._opened(others[0])

    def _opened(self, kept: Workspace) -> Access:
        try:
            token = self._sealer.open(kept.sealed, _use(kept.team_id))
        except Unsealable:
            raise NoWorkspace(
                f"The token of {kept.team_name} was encrypted under a payload key that is not set "
                "any more. Set it as the second one, or install the app there again."
            ) from None
        return Access(kept.team_id, kept.team_name, kept.bot_user_id, token)


def _use(team_id: str) -> str:
    return f"slack-token:{team_id}"


def _short(name: str) -> str:
    """Return a workspace's name as an entry can write it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _ids(own: Access | None, kept: Sequence[Workspace]) -> str:
    found = [f"{one.team_id} ({one.team_name})" for one in (own, *kept) if one is not None]
    return ", ".join(found[:20]) or "none is known"
