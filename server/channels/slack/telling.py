"""Tells one person something where they are: in Slack, and seen by nobody else."""

from __future__ import annotations

import logging

from .calling import SlackApi
from .failures import NoWorkspace, SlackFailure
from .payloads import Identity, Place
from .texts import escaped, section
from .workspaces import Workspaces

_log = logging.getLogger("awaithumans.slack")


class Teller:
    """Tells people what became of what they did.

    Args:
        api: Calls Slack.
        workspaces: Knows the tokens.
    """

    def __init__(self, api: SlackApi, workspaces: Workspaces) -> None:
        self._api = api
        self._workspaces = workspaces

    async def tell(self, by: Identity, place: Place, text: str) -> None:
        """Tell somebody; when Slack takes it neither way, the log says so."""
        blocks = [section(text)]
        try:
            if place.response_url is not None:
                try:
                    await self._api.respond(place.response_url, escaped(text), blocks)
                except SlackFailure:
                    # It is good for half an hour and five answers; then the channel is.
                    await self._whisper(by, place, text)
            else:
                await self._whisper(by, place, text)
        except (SlackFailure, NoWorkspace) as failure:
            _log.warning("Somebody in Slack could not be told what became of it: %s", failure)

    async def _whisper(self, by: Identity, place: Place, text: str) -> None:
        if place.channel is None:
            return
        access = await self._workspaces.of(by.team)
        await self._api.post_ephemeral(
            access.token,
            place.channel,
            by.user,
            escaped(text),
            [section(text)],
            thread_ts=place.thread,
        )
