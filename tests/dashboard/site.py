"""A server with people, for a browser to go to."""

from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

import httpx
from pydantic import BaseModel

from tests.support.bodies import refund
from tests.support.process import ServerProcess

PASSWORD = "correct horse battery"
OLGA, SUE, JOE = "olga@example.com", "sue@example.com", "joe@example.com"
Who = Literal["olga", "sue", "joe", "nobody"]
_EMAILS: dict[Who, str] = {"olga": OLGA, "sue": SUE, "joe": JOE}
_numbers = count(1)


class RefundPayload(BaseModel):
    amount: int
    customer: str


class RefundDecision(BaseModel):
    approved: bool
    reason: str = ""


@dataclass
class Site:
    """A server where Olga operates, and Sue and Joe answer."""

    server: ServerProcess
    agent: httpx.Client
    sessions: dict[Who, str]

    @property
    def url(self) -> str:
        return self.server.url

    def ask(self, title: str = "Approve this refund?", **fields: Any) -> str:
        """Make a task; return its id."""
        made = self.agent.post("/api/tasks", json=refund(task=title, **fields))
        assert made.status_code == 201, made.text
        return made.json()["id"]

    def ask_for(self, model: type[BaseModel], **fields: Any) -> str:
        """Make a task whose answer is this model, as the SDK would."""
        return self.ask(
            f"Fill in {model.__name__}",
            payload={"amount": 250, "customer": "cus_123"},
            payload_schema=RefundPayload.model_json_schema(),
            response_schema=model.model_json_schema(),
            **fields,
        )

    def task(self, task_id: str) -> dict[str, Any]:
        return self.agent.get(f"/api/tasks/{task_id}").json()

    def as_person(self, who: Who) -> httpx.Client:
        """Return a client with a person's session."""
        cookies = {"awaithumans_session": self.sessions[who]}
        return httpx.Client(base_url=self.url, cookies=cookies, timeout=20)


def people_of(server: ServerProcess) -> Site:
    """Make an operator and two reviewers, and sign them in."""
    token = server.printed("/setup?token=").partition("/setup?token=")[2].split()[0]
    agent, sessions = server.client(), dict[Who, str]()
    body = {"token": token, "email": OLGA, "display_name": "Olga", "password": PASSWORD}
    with httpx.Client(base_url=server.url, timeout=20) as browser:
        done = browser.post("/api/setup/operator", json=body)
        assert done.status_code == 201, done.text
        sessions["olga"] = browser.cookies["awaithumans_session"]
    for who in ("sue", "joe"):
        person = {"email": _EMAILS[who], "display_name": who.title(), "pool": "refunds"}
        agent.post("/api/admin/users", json=person | {"password": PASSWORD}).raise_for_status()
        with httpx.Client(base_url=server.url, timeout=20) as browser:
            credentials = {"email": _EMAILS[who], "password": PASSWORD}
            browser.post("/api/auth/login", json=credentials).raise_for_status()
            sessions[who] = browser.cookies["awaithumans_session"]
    return Site(server, agent, sessions)
