"""Answers that a tab gets instead of the server's: of vendors' clouds, models and links."""

import json
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Request, Route

from tests.dashboard.browsing import Tab

Json = dict[str, Any]

SENDER: Json = {
    "id": "eid_00000000000000000000000001",
    "name": "support",
    "sender": "Support <support@example.com>",
    "transport": "smtp",
    "detail": "mail.example.com:587, STARTTLS, as support",
    "is_default": True,
    "created_at": "2026-01-05T10:00:00Z",
}
WORKSPACE: Json = {
    "team_id": "T0000001",
    "team_name": "Nordlicht",
    "bot_user_id": "U0000009",
    "scopes": ["chat:write"],
    "source": "oauth",
    "installed_by_email": "olga@example.com",
    "created_at": "2026-01-05T10:00:00Z",
}
SLACK: Json = {
    "items": [
        WORKSPACE,
        WORKSPACE
        | {"team_id": "T0000002", "team_name": "Südwind", "source": "environment"}
        | {"installed_by_email": None, "created_at": None},
    ],
    "configured": True,
    "detail": "Answers come by Socket Mode.",
    "oauth_available": True,
    "socket_mode": "connected",
    "interactions_url": "https://humans.example.com/api/channels/slack/interactions",
    "events_url": "https://humans.example.com/api/channels/slack/events",
}
MEMBERS: list[Json] = [
    {"user_id": "U0000001", "name": "sue", "display_name": "Sue S.", "email": "sue@example.com"},
    {"user_id": "U0000002", "name": "guest", "display_name": None, "email": None},
]
GUEST = "ann@example.com"
REFUSED: Json = {
    "outcome": "refused",
    "reason": "The reason does not say why.",
    "fields": [{"loc": ["reason"], "msg": "has to name the policy"}],
    "attempt": 1,
    "model": "model-1",
    "at": "2026-01-05T10:00:00Z",
}


def refusal(code: str, message: str, *errors: Json) -> Json:
    """Return the body of a refusal."""
    found = {"errors": list(errors)} if errors else {}
    return {"error_code": code, "message": message, "docs": "/api/docs"} | found


async def says(route: Route, body: Any, status: int = 200) -> None:
    """Answer in the server's place."""
    await route.fulfill(
        status=status,
        body=None if status == 204 else json.dumps(body),
        content_type="application/json",
    )


@dataclass
class Channels:
    """The operations of email and Slack; `said` is what vendors say, `refused` one's refusal."""

    senders: list[Json] = field(default_factory=list[Json])
    default_sender: str | None = None
    slack: Json = field(default_factory=lambda: dict(SLACK))
    members: list[Json] = field(default_factory=lambda: list(MEMBERS))
    said: Json = field(default_factory=lambda: {"ok": True, "detail": "250 2.0.0 Ok: queued"})
    refused: tuple[int, Json] | None = None
    asked: list[tuple[str, str, Any]] = field(default_factory=list[tuple[str, str, Any]])

    async def serve(self, tab: Tab) -> None:
        """Answer this tab's requests from now on."""
        await tab.page.route("**/api/channels/**", self._answer)

    async def _answer(self, route: Route) -> None:
        request = route.request
        path = request.url.partition("/api/channels")[2]
        if request.method != "GET":
            self.asked.append((request.method, path, request.post_data_json))
        if self.refused is not None and request.method != "GET":
            status, body = self.refused
            await says(route, body, status)
        else:
            status = {"DELETE": 204, "POST": 200 if path.endswith("/test") else 201}
            await says(route, self._body(request, path), status.get(request.method, 200))

    def _body(self, request: Request, path: str) -> Any:
        if path.endswith("/test"):
            return self.said
        if path.endswith("/members"):
            return {"items": self.members}
        if path.startswith("/slack"):
            if request.method == "DELETE":
                team = path.rpartition("/")[2]
                kept = [each for each in self.slack["items"] if each["team_id"] != team]
                self.slack["items"] = kept
            return self.slack
        if request.method == "POST":
            body: Json = json.loads(request.post_data or "{}")
            made = {name: body[name] for name in ("name", "sender", "transport")}
            self.senders.append(SENDER | made | {"id": f"eid_{len(self.senders)}"})
            return self.senders[-1]
        if request.method == "DELETE":
            self.senders = [each for each in self.senders if not path.endswith(each["id"])]
        return {"items": self.senders, "default_sender": self.default_sender}


@dataclass
class Verified:
    """A task with a verifier: the server's own, but for `now`, which the tab sees instead.

    `completes` is what the server answers to an answer; what was sent is in `answers`.
    """

    task_id: str
    now: Json = field(default_factory=lambda: {"max_attempts": 3, "verdict": None})
    completes: tuple[int, Json] | None = None
    answers: list[Any] = field(default_factory=list[Any])

    async def serve(self, tab: Tab) -> None:
        """Answer this tab's requests for the task from now on."""
        await tab.page.route(f"**/api/tasks/{self.task_id}", self._show)
        await tab.page.route(f"**/api/tasks/{self.task_id}/complete*", self._complete)

    async def _show(self, route: Route) -> None:
        answer = await route.fetch()
        await says(route, await answer.json() | self.now)

    async def _complete(self, route: Route) -> None:
        self.answers.append((route.request.url.partition("?")[2], route.request.post_data_json))
        if self.completes is not None:
            status, body = self.completes
            await says(route, body, status)
            return
        self.now |= {"status": "submitted"}
        task = await route.fetch(url=route.request.url.partition("/complete")[0], method="GET")
        await says(route, await task.json() | self.now)


async def visit(tab: Tab, task_id: str) -> dict[str, Any]:
    """Have a tab be one that came by a link; return who it is, to be changed to nobody."""
    over = refusal("UNAUTHORIZED", "Sign in.")
    session: dict[str, Any] = {
        "me": {
            "kind": "link",
            "user_id": None,
            "email": GUEST,
            "display_name": None,
            "scopes": [],
            "task_id": task_id,
        }
    }

    async def me(route: Route) -> None:
        known = session["me"]
        await says(route, known or over, 200 if known else 401)

    async def others(route: Route) -> None:
        if not session["me"]:
            await says(route, over, 401)
        else:
            await route.fallback()

    async def forbidden(route: Route) -> None:
        tab.faults.append(f"asked for {route.request.url}")
        await says(route, refusal("FORBIDDEN", "A link is for one task."), 403)

    for path in ("events", "tasks?*", "admin/**", "status", "tasks/*/audit"):
        await tab.page.route(f"**/api/{path}", forbidden)
    await tab.page.route(f"**/api/tasks/{task_id}**", others)
    await tab.page.route("**/api/auth/me", me)
    return session
