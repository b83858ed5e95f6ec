"""A stand-in for Slack on loopback: its Web API, `response_url`s and Socket Mode."""

import asyncio
import json
import time
from base64 import b64decode
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from tests.support.block_kit import problems_of_message, problems_of_view
from tests.support.slack_consent import consent
from tests.support.slack_manners import Manner
from tests.support.slack_places import ApiError, Args, Call, Message, Workspace, direct
from tests.support.slack_requests import SECRET

TOKEN = "xoxb-1111111111-acme-secret"
APP_TOKEN = "xapp-1-A0AWAIT-2222222222-secret"
CLIENT_ID, CLIENT_SECRET, CODE = "111.222", "client-secret-canary-333", "code-444"


@dataclass
class Slack:
    """Takes calls as Slack does, and keeps what was posted.

    Attributes:
        workspaces: By bot token.
        messages: By channel and time stamp.
        views: The modals that are or were open, by id, as they are shown.
        responses: What was sent to `response_url`s: the name in the URL and the body.
        refused: Why blocks were not taken.
    """

    port: int = 0
    workspaces: dict[str, Workspace] = field(default_factory=lambda: {TOKEN: Workspace()})
    messages: dict[tuple[str, str], Message] = field(default_factory=dict[tuple[str, str], Message])
    ephemerals: list[Message] = field(default_factory=list[Message])
    views: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    responses: list[tuple[str, Args]] = field(default_factory=list[tuple[str, Args]])
    calls: list[Call] = field(default_factory=list[Call])
    refused: list[str] = field(default_factory=list[str])
    sockets: list[web.WebSocketResponse] = field(default_factory=list[web.WebSocketResponse])
    opened: int = 0
    codes: dict[str, str] = field(default_factory=lambda: {CODE: TOKEN})
    """The bot tokens that codes of installations are exchanged for, each once."""
    page: int = 2
    """How many members a page has at most."""
    _manners: defaultdict[str, deque[Manner]] = field(
        default_factory=lambda: defaultdict[str, deque[Manner]](deque)
    )
    _always: dict[str, Manner] = field(default_factory=dict[str, Manner])
    _acks: dict[str, asyncio.Future[Args]] = field(default_factory=dict[str, asyncio.Future[Args]])
    _triggers: set[str] = field(default_factory=set[str])
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return f"http://127.0.0.1:{self.port}/api/"

    def response_url(self, name: str = "1") -> str:
        """Return a URL to answer a press at."""
        return f"http://127.0.0.1:{self.port}/actions/{name}"

    def then(self, method: str, *manners: Manner) -> None:
        """Behave in these manners with the next calls of a method, one each."""
        self._manners[method] += manners

    def always(self, method: str, manner: Manner | None) -> None:
        """Behave in this manner with each call of a method; None is to behave well again."""
        self._always.pop(method, None)
        if manner is not None:
            self._always[method] = manner

    def called(self, method: str) -> list[Call]:
        """Return the calls of a method."""
        return [call for call in self.calls if call.method == method]

    @property
    def message(self) -> Message:
        """The only message there is."""
        (message,) = self.messages.values()
        return message

    async def has(self, holds: Callable[["Slack"], Any], within: float = 10.0) -> None:
        """Wait until something is true of this."""
        deadline = time.monotonic() + within
        while not holds(self):
            assert time.monotonic() < deadline, f"not within {within} s; refused: {self.refused}"
            await asyncio.sleep(0.01)

    async def send(self, kind: str, payload: Mapping[str, Any], within: float = 5.0) -> Args:
        """Send an envelope over the newest WebSocket and return what it is acknowledged with."""
        envelope = f"env-{next(self._numbers)}"
        answered = self._acks[envelope] = asyncio.get_running_loop().create_future()
        body = {
            "envelope_id": envelope,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind == "interactive",
        }
        await self.sockets[-1].send_json(body)
        return await asyncio.wait_for(answered, within)

    async def refresh(self) -> None:
        """Announce that the newest WebSocket will be closed, as Slack does every few hours."""
        await self.sockets[-1].send_json({"type": "disconnect", "reason": "refresh_requested"})

    async def drop(self) -> None:
        """Close all WebSockets."""
        for socket in list(self.sockets):
            await socket.close()

    async def api(self, request: web.Request) -> web.StreamResponse:
        """Take a call of the Web API."""
        method = request.match_info["method"]
        args = await _args(request)
        token = request.headers.get("Authorization", "").partition("Bearer ")[2] or None
        self.calls.append(Call(method, args, token))
        waiting = self._manners[method]
        manner = waiting.popleft() if waiting else self._always.get(method)
        answer = await manner() if manner is not None else None
        if answer is not None:
            return answer
        try:
            return web.json_response({"ok": True, **self._answer(method, args, token, request)})
        except ApiError as error:
            return web.json_response({"ok": False, "error": error.code, **error.more})

    def _answer(
        self, method: str, args: Args, token: str | None, request: web.Request
    ) -> Mapping[str, Any]:
        if method == "oauth.v2.access":
            return self._installed(args, request.headers.get("Authorization", ""))
        if method == "apps.connections.open":
            if token != APP_TOKEN:
                raise ApiError("invalid_auth")
            return {"url": f"ws://127.0.0.1:{self.port}/link/?ticket=secret-{next(self._numbers)}"}
        workspace = self.workspaces.get(token or "")
        if workspace is None:
            raise ApiError("invalid_auth" if token else "not_authed")
        handler = _METHODS.get(method)
        if handler is None:
            raise ApiError("unknown_method")
        return handler(self, workspace, args)

    def _installed(self, args: Args, authorization: str) -> Mapping[str, Any]:
        expected = f"{CLIENT_ID}:{CLIENT_SECRET}"
        if b64decode(authorization.partition(" ")[2]).decode() != expected:
            raise ApiError("bad_client_secret")
        token = self.codes.pop(args.get("code", ""), None)
        if token is None:
            raise ApiError("invalid_code")
        workspace = self.workspaces[token]
        return {
            "access_token": token,
            "token_type": "bot",
            "scope": "chat:write,users:read",
            "bot_user_id": workspace.bot_user_id,
            "app_id": "A0AWAIT",
            "team": {"id": workspace.team_id, "name": workspace.name},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": "U0OLGA"},
        }

    def auth_test(self, workspace: Workspace, _args: Args) -> Args:
        return {
            "url": "https://acme.slack.com/",
            "team": workspace.name,
            "user": "awaithumans",
            "team_id": workspace.team_id,
            "user_id": workspace.bot_user_id,
            "bot_id": "B0BOT",
        }

    def post(self, workspace: Workspace, args: Args) -> Args:
        self._require_message(args)
        message = self._made(workspace, args)
        self.messages[message.channel, message.ts] = message
        return {"channel": message.channel, "ts": message.ts, "message": {"text": message.text}}

    def whisper(self, workspace: Workspace, args: Args) -> Args:
        self._require_message(args)
        workspace.member(args["user"])
        message = self._made(workspace, args)
        message.user = args["user"]
        self.ephemerals.append(message)
        return {"message_ts": message.ts}

    def update(self, workspace: Workspace, args: Args) -> Args:
        self._require_message(args)
        message = self.messages.get((args["channel"], args["ts"]))
        if message is None or message.team != workspace.team_id:
            raise ApiError("message_not_found")
        message.text, message.blocks = args["text"], args.get("blocks") or []
        message.versions += 1
        return {"channel": message.channel, "ts": message.ts, "text": message.text}

    def open_view(self, _workspace: Workspace, args: Args) -> Args:
        trigger = args.get("trigger_id")
        if not trigger:
            raise ApiError("invalid_trigger_id")
        if trigger in self._triggers:
            raise ApiError("exchanged_trigger_id")
        self._triggers.add(trigger)
        return self._shown(f"V{next(self._numbers):07}", args["view"])

    def update_view(self, _workspace: Workspace, args: Args) -> Args:
        if args.get("view_id") not in self.views:
            raise ApiError("not_found")
        return self._shown(args["view_id"], args["view"])

    def by_email(self, workspace: Workspace, args: Args) -> Args:
        for member in workspace.members:
            if member["profile"].get("email") == args.get("email") and not member["deleted"]:
                return {"user": member}
        raise ApiError("users_not_found")

    def info(self, workspace: Workspace, args: Args) -> Args:
        return {"user": workspace.member(args.get("user"))}

    def people(self, workspace: Workspace, args: Args) -> Args:
        begin = int(args.get("cursor") or 0)
        end = begin + min(int(args.get("limit", 1000)), self.page)
        after = str(end) if end < len(workspace.members) else ""
        page = workspace.members[begin:end]
        return {"members": page, "response_metadata": {"next_cursor": after}}

    def direct(self, workspace: Workspace, args: Args) -> Args:
        member = workspace.member(args.get("users"))
        if member["is_bot"]:
            raise ApiError("cannot_dm_bot")
        return {"channel": {"id": direct(member["id"])}}

    def _made(self, workspace: Workspace, args: Args) -> Message:
        channel = workspace.channel(args.get("channel", ""))
        ts = f"1767225600.{next(self._numbers):06}"
        return Message(
            workspace.team_id,
            channel,
            ts,
            args["text"],
            args.get("blocks") or [],
            args.get("thread_ts"),
        )

    def _require_message(self, args: Args) -> None:
        problems = problems_of_message(args.get("text"), args.get("blocks"))
        if problems:
            self.refused += problems
            raise ApiError("invalid_blocks", errors=problems)

    def _shown(self, view_id: str, view: Any) -> Args:
        problems = problems_of_view(view)
        if problems:
            self.refused += problems
            raise ApiError("invalid_arguments", response_metadata={"messages": problems})
        self.views[view_id] = view
        return {"view": {**view, "id": view_id, "hash": "1.abc"}}

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Take what is sent to a `response_url`."""
        name, args = request.match_info["name"], await _args(request)
        self.calls.append(Call("response_url", args, None))
        waiting = self._manners["response_url"]
        answer = await waiting.popleft()() if waiting else None
        if answer is not None:
            return answer
        if name == "expired":
            return web.Response(status=404, text="expired_url")
        problems = problems_of_message(args.get("text"), args.get("blocks"))
        if problems:
            self.refused += problems
            return web.Response(status=400, text="invalid_blocks")
        self.responses.append((name, args))
        return web.Response(text="ok")

    async def consent(self, request: web.Request) -> web.StreamResponse:
        """Take somebody who is to install the app."""
        return consent(self.codes, dict(request.query))

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Hold a WebSocket of Socket Mode."""
        waiting = self._manners["link"]
        answer = await waiting.popleft()() if waiting else None
        if answer is not None:
            return answer
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.opened += 1
        self.sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets)})
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._acknowledged(json.loads(frame.data))
        finally:
            self.sockets.remove(socket)
        return socket

    def _acknowledged(self, body: Args) -> None:
        answered = self._acks.pop(body["envelope_id"], None)
        if answered is not None and not answered.done():
            answered.set_result(body.get("payload") or {})


_METHODS: dict[str, Callable[[Slack, Workspace, Args], Args]] = {
    "auth.test": Slack.auth_test,
    "chat.postMessage": Slack.post,
    "chat.postEphemeral": Slack.whisper,
    "chat.update": Slack.update,
    "views.open": Slack.open_view,
    "views.update": Slack.update_view,
    "users.lookupByEmail": Slack.by_email,
    "users.info": Slack.info,
    "users.list": Slack.people,
    "conversations.open": Slack.direct,
}


@asynccontextmanager
async def slack() -> AsyncGenerator[Slack]:
    """Run the stand-in on a free port of loopback."""
    made = Slack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", made.api)
    app.router.add_post("/actions/{name}", made.respond)
    app.router.add_get("/link/", made.link)
    app.router.add_get("/oauth/v2/authorize", made.consent)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await made.drop()
        await runner.cleanup()


def credentials(made: Slack) -> dict[str, Any]:
    """Return the settings of a server that has the first workspace, and can be installed."""
    return {
        "slack_bot_token": TOKEN,
        "slack_signing_secret": SECRET,
        "slack_client_id": CLIENT_ID,
        "slack_client_secret": CLIENT_SECRET,
        "slack_url": made.url.removesuffix("/api/"),
    }


async def _args(request: web.Request) -> Args:
    if request.content_type == "application/json":
        return await request.json()
    form = await request.post()
    return {**request.query, **form}
