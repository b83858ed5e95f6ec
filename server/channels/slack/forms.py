"""Forms in Slack: opened within three seconds, and sent without losing what was put in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

from ...errors import (
    Refusal,
    ResponseInvalid,
    TaskAlreadySettled,
    TaskNotFound,
    VerificationInProgress,
)
from ...tasks.model import Json
from . import modal
from .calling import SlackApi
from .drafts import first_input, restored
from .payloads import Pressed, Sent
from .people import People, Stranger
from .ports import Tasks
from .texts import Block
from .workspaces import Workspaces

# Slack takes no answer to a form that was sent after 3 s.
AT_ONCE = 2.0
# The answer that says "Saving" has to be there before the view is replaced again.
_AFTER_IT = 0.3
_SENT = "Your answer was sent."
_CHECKED = (
    "Your answer is being checked. If it is not accepted, you are told in the message's thread."
)
_LOST = "The server made a mistake; its log has the details. Nothing was changed. Send it again."


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a form that was sent.

    Attributes:
        said: What to tell the person.
        taken: Whether it was taken.
        errors: What is wrong, by input.
        final: Whether sending it again can do nothing.
    """

    said: str
    taken: bool = False
    errors: dict[str, str] = field(default_factory=dict[str, str])
    final: bool = False


class Forms:
    """Shows forms and takes them.

    Args:
        api: Calls Slack.
        tasks: What can be done with tasks.
        people: Knows who is who.
        workspaces: Knows the tokens.
        base_url: Where the dashboard is.
    """

    def __init__(
        self, api: SlackApi, tasks: Tasks, people: People, workspaces: Workspaces, base_url: str
    ) -> None:
        self._api = api
        self._tasks = tasks
        self._people = people
        self._workspaces = workspaces
        self._base_url = base_url

    async def open(self, pressed: Pressed) -> None:
        """Open the form of a task: at first a small view, for the press is good for 3 s only.

        Raises:
            NoWorkspace, SlackFailure: Nothing could be shown.
        """
        access = await self._workspaces.of(pressed.by.team)
        view_id = await self._api.open_view(
            access.token, pressed.id, modal.working("Getting the task…")
        )
        try:
            view = await self._form(pressed)
        except Stranger as stranger:
            view = modal.failed(str(stranger))
        except Refusal as refusal:
            view = modal.failed(refusal.message)
        await self._api.update_view(access.token, view_id, view)

    async def take(self, sent: Sent) -> Ended:
        """Take what somebody sent as their answer; whatever is in the way of it is said."""
        try:
            actor = await self._people.actor(sent.by)
            full = await self._tasks.get(sent.origin.task_id)
            read = modal.read(_state(sent.view), full.content)
            if read.response is None:
                return Ended("Something can't be read.", errors=read.errors)
            try:
                full = await self._tasks.complete(sent.origin.task_id, read.response, actor)
            except ResponseInvalid as invalid:
                return Ended(invalid.message, errors=modal.place(invalid.problems, full.content))
            return Ended(_SENT if full.task.terminal else _CHECKED, taken=True)
        except (TaskAlreadySettled, TaskNotFound) as over:
            return Ended(over.message, final=True)
        except Refusal as refusal:
            return Ended(refusal.message)
        except Stranger as stranger:
            return Ended(str(stranger))

    async def show(self, sent: Sent, ended: Ended) -> None:
        """Show what became of a form, in place of the view that says that it takes a while.

        Raises:
            NoWorkspace, SlackFailure: It could not be shown.
        """
        await asyncio.sleep(_AFTER_IT)
        access = await self._workspaces.of(sent.by.team)
        view = modal.done(ended.said) if ended.taken else _again(sent, ended)
        await self._api.update_view(access.token, sent.view_id, view)

    async def _form(self, pressed: Pressed) -> Block:
        actor, task_id = await self._people.actor(pressed.by), pressed.press.task_id
        full = await self._tasks.open(task_id, actor)
        if full.task.status == "submitted":
            raise VerificationInProgress
        content, place = full.content, pressed.place
        shown = modal.can_show(content.response_schema, content.initial_response)
        if full.task.redact_payload or not shown:
            return modal.failed(
                "Slack can't show the form of this task. Answer it in the dashboard: "
                f"{self._base_url}/task?id={task_id}"
            )
        origin = modal.Origin(task_id, place.channel, place.ts)
        return modal.view(full.task, content, origin=origin)


def at_once(sent: Sent, ended: Ended) -> Json:
    """Return what Slack is answered with when what became of a form is known in time."""
    if ended.taken:
        if ended.said == _SENT:
            return {"response_action": "clear"}
        return {"response_action": "update", "view": modal.done(ended.said)}
    at = first_input(sent.view)
    if ended.errors or (at is not None and not ended.final):
        # The form stays as it is, with what was put in.
        return {"response_action": "errors", "errors": ended.errors or {at: ended.said}}
    return {"response_action": "update", "view": modal.failed(ended.said)}


def saving() -> Json:
    """Return what Slack is answered with when it takes longer."""
    return {"response_action": "update", "view": modal.working("Saving your answer…")}


def lost() -> Ended:
    """Return what became of a form when the server made a mistake."""
    return Ended(_LOST)


def _again(sent: Sent, ended: Ended) -> Block:
    said = " ".join([*ended.errors.values()]) or ended.said
    form = None if ended.final else restored(sent.view, said)
    return form or modal.failed(said)


def _state(view: Json) -> Json:
    state: Any = view.get("state")
    return cast("Json", state) if isinstance(state, dict) else {}
