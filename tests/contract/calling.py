"""How each operation is called validly, on something that is there to be called on."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import httpx

from awaithumans.server.directory.credentials import Purpose
from awaithumans.server.directory.workspaces import Workspace
from tests.support.bodies import APPROVED, refund, yes_or_no
from tests.support.inprocess import InProcess, Person
from tests.support.slack_requests import SECRET, form, signed

_SLACK = "/api/channels/slack"
_PASSWORD = "correct horse battery"
_numbers = count(1)


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: dict[str, Any] | None = None
    mail: bytes | None = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def sent(self) -> dict[str, Any]:
        """What is sent of it, as httpx takes it."""
        if self.content is not None:
            return {"content": self.content, "headers": self.headers}
        if self.mail is None:
            return {"json": self.body}
        return {"content": self.mail, "headers": {"content-type": "message/rfc822"}}


@dataclass
class World:
    """A server with somebody of each kind, and with something to do everything on."""

    served: InProcess
    sue: Person
    """A reviewer, who has the tasks."""
    joe: Person
    """Another reviewer."""
    olga: Person
    keys: dict[str, httpx.AsyncClient] = field(default_factory=dict[str, httpx.AsyncClient])

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Prepare something as whoever may do everything."""
        done = await self.served.client.request(method, path, json=body)
        assert done.is_success, done.text
        return done.json() if done.content else None

    async def task(self) -> str:
        """Return the path of a new task that Sue has."""
        made = await self.ask("POST", "/api/tasks", refund(assign_to={"email": self.sue.email}))
        assert made["assigned_to_user_id"] == self.sue.id
        return f"/api/tasks/{made['id']}"

    async def settled_task(self) -> str:
        task = await self.task()
        await self.ask("POST", f"{task}/complete", APPROVED)
        return task

    async def user(self, **fields: Any) -> str:
        """Return the path of a new person."""
        body = {"email": new_address(), **fields}
        return f"/api/admin/users/{(await self.ask('POST', '/api/admin/users', body))['id']}"

    async def state(self) -> Any:
        """Return what a request that is refused must leave as it was."""
        tasks = (await self.ask("GET", "/api/tasks?limit=200"))["items"]
        users = (await self.ask("GET", "/api/admin/users?limit=200"))["items"]
        keys = (await self.ask("GET", "/api/admin/keys"))["items"]
        return tasks, users, sorted(key["id"] for key in keys)

    @asynccontextmanager
    async def without_operators(self) -> AsyncGenerator[None]:
        """Have nobody be an operator for a while, as in a first run."""
        store = self.served.store
        olga = await store.read(lambda tx: tx.account(self.olga.id))
        assert olga is not None
        await store.write(lambda tx: tx.save_account(replace(olga, is_operator=False)))
        try:
            yield
        finally:
            await store.write(lambda tx: tx.save_account(olga))


def new_address() -> str:
    return f"person{next(_numbers)}@example.com"


def _plain(method: str, path: str, body: dict[str, Any] | None = None) -> "Call":
    async def call(world: World) -> Request:
        return Request(method, path, body)

    return call


def _on_task(method: str, action: str = "", body: dict[str, Any] | None = None) -> "Call":
    async def call(world: World) -> Request:
        return Request(method, await world.task() + action, body)

    return call


def _on_user(method: str, action: str = "", body: dict[str, Any] | None = None) -> "Call":
    async def call(world: World) -> Request:
        return Request(method, await world.user() + action, body)

    return call


async def _create_task(world: World) -> Request:
    return Request("POST", "/api/tasks", refund())


async def _claim(world: World) -> Request:
    invited = {"emails": [world.sue.email, "ann@example.com"]}
    made = await world.ask("POST", "/api/tasks", refund(assign_to=invited))
    # Only the admin token's is read.
    body = {"claimed_by_email": world.sue.email}
    return Request("POST", f"/api/tasks/{made['id']}/claim", body)


async def _poll(world: World) -> Request:
    return Request("GET", f"{await world.settled_task()}/poll?timeout=1")


async def _create_user(world: World) -> Request:
    return Request("POST", "/api/admin/users", {"email": new_address()})


async def _revoke(world: World) -> Request:
    made = await world.ask("POST", "/api/admin/keys", {"name": "to revoke"})
    return Request("DELETE", f"/api/admin/keys/{made['id']}")


async def _delivery(world: World) -> str:
    """Return the path of a delivery that has failed once: nobody listens there."""
    made = await world.ask("POST", "/api/tasks", refund(callback_url="http://127.0.0.1:9/"))
    await world.ask("POST", f"/api/tasks/{made['id']}/cancel")
    path = "/api/admin/webhook-deliveries"
    for _ in range(500):
        (delivery,) = (await world.ask("GET", f"{path}?task_id={made['id']}"))["items"]
        if delivery["attempts"]:
            return f"{path}/{delivery['id']}"
        await asyncio.sleep(0.01)
    raise AssertionError("it was not tried")


async def _get_delivery(world: World) -> Request:
    return Request("GET", await _delivery(world))


async def _redeliver(world: World) -> Request:
    return Request("POST", f"{await _delivery(world)}/redeliver")


_SENDERS = "/api/channels/email/identities"


def _a_sender() -> dict[str, Any]:
    number = next(_numbers)
    smtp = {"host": "127.0.0.1", "port": 9, "security": "none"}
    sender = f"sender{number}@example.com"
    return {"name": f"sender{number}", "sender": sender, "transport": "smtp", "smtp": smtp}


async def _add_sender(_world: World) -> Request:
    return Request("POST", _SENDERS, _a_sender())


def _on_sender(method: str) -> "Call":
    async def call(world: World) -> Request:
        made = await world.ask("POST", _SENDERS, _a_sender())
        return Request(method, f"{_SENDERS}/{made['id']}")

    return call


async def _receive_mail(_world: World) -> Request:
    raw = b"From: a@example.com\r\n\r\nYes"
    return Request("POST", "/api/channels/email/inbound", mail=raw)


async def _login(world: World) -> Request:
    email = new_address()
    await world.user(email=email, password=_PASSWORD)
    return Request("POST", "/api/auth/login", {"email": email, "password": _PASSWORD})


async def _set_up(world: World) -> Request:
    token = await world.served.server.first_run.print_token()
    body = {"token": token, "email": new_address(), "password": _PASSWORD}
    return Request("POST", "/api/setup/operator", body)


def _by_link(method: str, purpose: Purpose, path: str) -> "Call":
    async def call(world: World) -> Request:
        asked = yes_or_no(assign_to={"email": world.sue.email})
        made = await world.ask("POST", "/api/tasks", asked)
        token = await world.served.link(made["id"], world.sue.email, purpose)
        return Request(method, path.format(token=token))

    return call


_LINK, _ACTION = "/api/links/{token}", "/api/channels/email/action/{token}?choice=0"


async def _forget_workspace(world: World) -> Request:
    kept = Workspace("T0BETA", "Beta", "U0BOT", (), None, "sealed", world.served.clock.now())
    await world.served.store.write(lambda tx: tx.save_workspace(kept))
    return Request("DELETE", f"{_SLACK}/installations/T0BETA")


def _from_slack(path: str, body: bytes) -> "Call":
    async def call(world: World) -> Request:
        proof = signed(body, SECRET, world.served.clock.now())
        return Request("POST", _SLACK + path, content=body, headers=proof)

    return call


Call = Callable[[World], Awaitable[Request]]

CALLS: dict[str, Call] = {
    "createTask": _create_task,
    "listTasks": _plain("GET", "/api/tasks"),
    "getTask": _on_task("GET"),
    "deleteTask": _on_task("DELETE"),
    "pollTask": _poll,
    "openTask": _on_task("POST", "/open"),
    "claimTask": _claim,
    "assignTask": _on_task("POST", "/assign", {"assign_to": {"email": "ann@example.com"}}),
    "completeTask": _on_task("POST", "/complete", APPROVED),
    "cancelTask": _on_task("POST", "/cancel", {"reason": "withdrawn"}),
    "listTaskAudit": _on_task("GET", "/audit"),
    "streamEvents": _plain("GET", "/api/events?timeout=1"),
    "getTaskStats": _plain("GET", "/api/stats/tasks"),
    "listUsers": _plain("GET", "/api/admin/users"),
    "createUser": _create_user,
    "getUser": _on_user("GET"),
    "updateUser": _on_user("PATCH", "", {"pool": "claims"}),
    "deleteUser": _on_user("DELETE"),
    "setUserPassword": _on_user("POST", "/password", {"password": _PASSWORD}),
    "deleteUserPassword": _on_user("DELETE", "/password"),
    "listApiKeys": _plain("GET", "/api/admin/keys"),
    "createApiKey": _plain("POST", "/api/admin/keys", {"name": "agent"}),
    "revokeApiKey": _revoke,
    "listWebhookDeliveries": _plain("GET", "/api/admin/webhook-deliveries"),
    "getWebhookDelivery": _get_delivery,
    "redeliverWebhook": _redeliver,
    "showEmailAction": _by_link("GET", "answer", _ACTION),
    "headEmailAction": _by_link("HEAD", "answer", _ACTION),
    "confirmEmailAction": _by_link("POST", "answer", _ACTION),
    "showLink": _by_link("GET", "open", _LINK),
    "headLink": _by_link("HEAD", "open", _LINK),
    "followLink": _by_link("POST", "open", _LINK),
    "listEmailIdentities": _plain("GET", _SENDERS),
    "createEmailIdentity": _add_sender,
    "getEmailIdentity": _on_sender("GET"),
    "deleteEmailIdentity": _on_sender("DELETE"),
    "sendTestEmail": _plain("POST", "/api/channels/email/test", {"to": "ann@example.com"}),
    "receiveEmail": _receive_mail,
    "login": _login,
    "logout": _plain("POST", "/api/auth/logout"),
    "getMe": _plain("GET", "/api/auth/me"),
    "listSlackInstallations": _plain("GET", f"{_SLACK}/installations"),
    "deleteSlackInstallation": _forget_workspace,
    "listSlackMembers": _plain("GET", f"{_SLACK}/installations/T0ACME/members"),
    "sendTestSlackMessage": _plain("POST", f"{_SLACK}/test", {"target": "slack:#refunds"}),
    "takeSlackInteraction": _from_slack("/interactions", form({"type": "unknown"})),
    "takeSlackEvent": _from_slack("/events", b'{"type": "unknown"}'),
    "startSlackInstallation": _plain("GET", f"{_SLACK}/oauth/start"),
    "finishSlackInstallation": _plain("GET", f"{_SLACK}/oauth/callback?error=access_denied"),
    "getSetupStatus": _plain("GET", "/api/setup/status"),
    "createFirstOperator": _set_up,
    "getHealth": _plain("GET", "/api/health"),
    "getReady": _plain("GET", "/api/ready"),
    "getVersion": _plain("GET", "/api/version"),
    "getStatus": _plain("GET", "/api/status"),
    "getOpenapiJson": _plain("GET", "/api/openapi.json"),
    "getOpenapiYaml": _plain("GET", "/api/openapi.yaml"),
    "getDocs": _plain("GET", "/api/docs"),
    "getMetrics": _plain("GET", "/metrics"),
}
