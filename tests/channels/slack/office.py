"""A server with Slack on loopback, and the people who work there."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.contract.conftest import hold_to_contract
from tests.support.bodies import refund
from tests.support.clock import ManualClock
from tests.support.inprocess import InProcess, Person, in_process
from tests.support.slack import TOKEN, Slack, slack
from tests.support.slack_places import Message, a_member
from tests.support.slack_requests import SECRET, block_action, form, signed, typed, view_submission

INTERACTIONS = "/api/channels/slack/interactions"
EVENTS = "/api/channels/slack/events"
YES_NO: dict[str, Any] = {
    "type": "object",
    "required": ["approved"],
    "properties": {"approved": {"type": "boolean"}},
}
CHANNEL = "slack:#refunds"
SUE_ALONE = "slack:@sue"


@dataclass
class Office:
    served: InProcess
    slack: Slack

    @property
    def client(self) -> httpx.AsyncClient:
        return self.served.client

    async def hire(self, name: str, **fields: Any) -> Person:
        """Add somebody to the directory, with their Slack identity."""
        identity: dict[str, Any] = {"slack_user_id": f"U0{name.upper()}", "slack_team_id": "T0ACME"}
        return await self.served.person(f"{name}@example.com", **identity | fields)

    async def task(self, *notify: str, **changes: Any) -> str:
        """Return the path of a new task."""
        body = refund(notify=list(notify or (CHANNEL,)), **changes)
        made = await self.client.post("/api/tasks", json=body)
        assert made.status_code == 201, made.text
        return f"/api/tasks/{made.json()['id']}"

    async def posted(self, *notify: str, **changes: Any) -> tuple[str, Message]:
        """Return a new task, and the message about it."""
        before = set(self.slack.messages)
        task = await self.task(*notify, **changes)
        await self.notes(task, lambda it: it["status"] == "delivered")
        (made,) = [self.slack.messages[key] for key in self.slack.messages if key not in before]
        return task, made

    async def state(self, task: str) -> dict[str, Any]:
        return (await self.client.get(task)).json()

    async def history(self, task: str) -> list[dict[str, Any]]:
        return (await self.client.get(f"{task}/audit")).json()["items"]

    async def actions(self, task: str) -> list[str]:
        """Return what happened to a task, but its first line."""
        return [line["action"] for line in await self.history(task)][1:]

    async def becomes(self, task: str, status: str, seconds: float = 0.0) -> dict[str, Any]:
        """Return the task once it has this status; the clock moves on by `seconds` at each look."""
        state = await self.state(task)
        for _ in range(500):
            if state["status"] == status:
                return state
            await self.later(seconds)
            state = await self.state(task)
        raise AssertionError(f"it is {state['status']}, not {status}: {state['notifications']}")

    async def notes(
        self, task: str, holds: Callable[[dict[str, Any]], object], seconds: float = 0.0
    ) -> dict[str, Any]:
        """Return the task's only notification once something is true of it."""
        (told,) = (await self.state(task))["notifications"]
        for _ in range(500):
            if holds(told):
                return told
            await self.later(seconds)
            (told,) = (await self.state(task))["notifications"]
        raise AssertionError(f"it is {told}")

    async def later(self, seconds: float) -> None:
        self.served.clock.advance(seconds)
        if seconds:
            self.served.server.jobs.relay.wake()
        await asyncio.sleep(0.01)

    async def send(
        self, payload: Mapping[str, Any], path: str = INTERACTIONS, **headers: str
    ) -> httpx.Response:
        """Send what Slack sends."""
        return await self.raw(form(payload), path, **headers)

    async def event(self, payload: Mapping[str, Any], **headers: str) -> httpx.Response:
        """Send an event as Slack does."""
        body = httpx.Request("POST", "http://slack", json=payload).content
        return await self.raw(body, EVENTS, **headers)

    async def raw(self, body: bytes, path: str = INTERACTIONS, **headers: str) -> httpx.Response:
        """Send this to the byte, signed."""
        kind = "application/json" if path == EVENTS else "application/x-www-form-urlencoded"
        proof = signed(body, SECRET, self.served.clock.now())
        given = {"Content-Type": kind, **proof, **headers}
        return await self.served.stranger.post(path, content=body, headers=given)

    def press_of(self, message: Message, label: str, name: str, url: str) -> dict[str, Any]:
        """Return what Slack sends when somebody presses a button of a message."""
        return block_action(
            message.button(label),
            user=f"U0{name.upper()}",
            team=message.team,
            channel=message.channel,
            ts=message.ts,
            response_url=url,
        )

    async def press(self, message: Message, label: str, name: str = "sue") -> httpx.Response:
        """Press a button; what is answered to the press alone is `told`."""
        url = self.slack.response_url(name)
        return await self.send(self.press_of(message, label, name, url))

    async def told(self, name: str = "sue", within: float = 10.0) -> str:
        """Return what somebody was told who pressed something."""
        await self.slack.has(lambda it: any(to == name for to, _ in it.responses), within)
        return next(body["text"] for to, body in self.slack.responses if to == name)

    async def form(self, message: Message, label: str = "Answer", name: str = "sue") -> str:
        """Open the form of a task; return the id of the view."""
        known = set(self.slack.views)
        await self.press(message, label, name)
        await self.slack.has(
            lambda it: any(
                v not in known and one["title"]["text"] != "One moment"
                for v, one in it.views.items()
            )
        )
        (view_id,) = set(self.slack.views) - known
        return view_id

    async def submit(self, view_id: str, name: str = "sue", **given: Any) -> dict[str, Any]:
        """Fill a form in and send it; return what Slack is answered with."""
        sent = await self.send(self.filled(view_id, name, **given))
        assert sent.status_code == 200, sent.text
        return sent.json()

    def filled(self, view_id: str, name: str = "sue", **given: Any) -> dict[str, Any]:
        view = self.slack.views[view_id]
        values = typed(view, given)
        return view_submission(view, values, user=f"U0{name.upper()}", view_id=view_id)


@asynccontextmanager
async def office(folder: Path, **settings: Any) -> AsyncGenerator[Office]:
    """Run a server that has Slack, with Sue in its directory."""
    async with slack() as made:
        made.workspaces[TOKEN].members.append(a_member("annabelle"))
        given: dict[str, Any] = {
            "slack_bot_token": TOKEN,
            "slack_signing_secret": SECRET,
            "slack_url": made.url.removesuffix("/api/"),
        }
        async with in_process(folder, ManualClock(), **given | settings) as served:
            await hold_to_contract(served.client, served.stranger)
            yield Office(served, made)
