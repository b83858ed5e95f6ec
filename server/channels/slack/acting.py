"""What people do with buttons and in threads, carried out: `Acts`."""

from __future__ import annotations

import logging

from ...errors import Refusal, TaskAlreadySettled
from ...tasks.model import Actor
from .buttons import decisions
from .failures import NoWorkspace, SlackFailure
from .forms import Forms
from .payloads import Identity, Place, Pressed, Removed, Said
from .people import People, Stranger
from .ports import Store, Tasks
from .telling import Teller
from .workspaces import Workspaces
from .writing import Messages

_log = logging.getLogger("awaithumans.slack")


class Acts:
    """Carries out what somebody wants, or tells them why not.

    Args:
        store: Where it is kept which message lies where.
        tasks: What can be done with tasks.
        people: Knows who is who.
        workspaces: Knows the tokens.
        messages: Writes messages anew.
        teller: Tells people.
        forms: Shows forms.
    """

    def __init__(
        self,
        store: Store,
        tasks: Tasks,
        people: People,
        workspaces: Workspaces,
        messages: Messages,
        teller: Teller,
        forms: Forms,
    ) -> None:
        self._store = store
        self._tasks = tasks
        self._people = people
        self._workspaces = workspaces
        self._messages = messages
        self._teller = teller
        self._forms = forms

    async def press(self, pressed: Pressed) -> None:
        """Do what a button is for."""
        try:
            if pressed.press.act == "open":
                await self._forms.open(pressed)
                return
            actor = await self._people.actor(pressed.by)
            if pressed.press.act == "claim":
                await self._tasks.claim(pressed.press.task_id, actor)
            else:
                await self._answer(pressed, actor)
        except Stranger as stranger:
            await self._teller.tell(pressed.by, pressed.place, str(stranger))
        except Refusal as refusal:
            await self._teller.tell(pressed.by, pressed.place, refusal.message)
            await self._renew(pressed.by, pressed.place)
        except (SlackFailure, NoWorkspace) as failure:
            await self._teller.tell(pressed.by, pressed.place, str(failure))

    async def reply(self, said: Said) -> None:
        """Take what was written under a message as an answer, where a verifier understands it."""
        place = said.place
        channel, ts = place.channel or "", place.ts or ""
        placed = await self._store.read(lambda tx: tx.slack_message_at(said.by.team, channel, ts))
        if placed is None:
            return
        try:
            full = await self._tasks.get(placed.task_id)
            if full.task.verifier is None or full.task.terminal:
                return
            actor = await self._people.actor(said.by)
            await self._tasks.say(placed.task_id, said.text, actor)
        except TaskAlreadySettled:
            # People may go on talking under what is settled.
            return
        except Stranger as stranger:
            await self._teller.tell(said.by, place, str(stranger))
        except Refusal as refusal:
            await self._teller.tell(said.by, place, refusal.message)
        else:
            await self._teller.tell(said.by, place, "Thank you. Your answer is being checked.")

    async def forget(self, removed: Removed) -> None:
        """Forget a workspace that the app was removed from."""
        await self._workspaces.removed(removed.team)
        _log.info("Slack says that the app was removed from a workspace: %s", removed.team)

    async def _answer(self, pressed: Pressed, actor: Actor) -> None:
        press, full = pressed.press, await self._tasks.get(pressed.press.task_id)
        offered = decisions(full.content)
        if press.choice is None or press.choice >= len(offered):
            await self._teller.tell(
                pressed.by, pressed.place, "This task has no such answer. Use a newer message."
            )
            return
        await self._tasks.complete(press.task_id, offered[press.choice].response, actor)

    async def _renew(self, by: Identity, place: Place) -> None:
        """Bring the message up to date that somebody pressed, whose task was different."""
        channel, ts = place.channel, place.ts
        if channel is None or ts is None:
            return
        try:
            placed = await self._store.read(lambda tx: tx.slack_message_at(by.team, channel, ts))
            if placed is not None:
                await self._messages.renew(placed)
        except (Refusal, SlackFailure, NoWorkspace) as failure:
            _log.info("A message was not brought up to date: %s", failure)
