"""Slack's Web API: what this server calls of it, each a result or a `SlackFailure`."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from ...clock import Clock, SystemClock
from .failures import SlackFailure
from .members import Member, Members
from .outcomes import Answer, by_status, code_of, outcome, part, text_of
from .texts import Block

BASE_URL = "https://slack.com/api/"

_MEMBERS_A_PAGE = 200
_MOST_PAGES = 500
# It writes tokens and messages at debug, and its own tries again at info; we say what matters.
_SILENT = logging.Logger("awaithumans.slack.library", logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose token it is."""

    team_id: str
    team_name: str
    bot_user_id: str


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message lies: the channel's id and the message's time stamp, which is its name."""

    channel: str
    ts: str


class SlackApi:
    """Calls Slack. One for the whole process: its connections are shared.

    Each call takes the token of the workspace that it is for, and raises `SlackFailure`.

    Args:
        base_url: Where Slack's API is.
        seconds: How long a call may take.
        clock: Tells how old the lists of members are.
    """

    def __init__(
        self, base_url: str = BASE_URL, seconds: float = 10, clock: Clock | None = None
    ) -> None:
        self._base_url = base_url
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None
        self._proxy = proxy_for(base_url)
        self._members = Members(self.users_list, clock or SystemClock())

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def auth_test(self, token: str) -> Identity:
        """Say whose token it is."""
        answer = await self._call(self._client(token).auth_test())
        return Identity(
            text_of(answer, "team_id"), str(answer.get("team") or ""), text_of(answer, "user_id")
        )

    async def post_message(
        self,
        token: str,
        channel: str,
        text: str,
        blocks: Sequence[Block],
        thread_ts: str | None = None,
    ) -> Posted:
        """Post a message.

        Args:
            token: The workspace's bot token.
            channel: A channel's id, or `#name`.
            text: What notifications show.
            blocks: The message.
            thread_ts: The message whose thread it goes to.
        """
        call = self._client(token).chat_postMessage(
            channel=channel,
            text=text,
            blocks=list(blocks),
            thread_ts=thread_ts,
            unfurl_links=False,
            unfurl_media=False,
        )
        answer = await self._call(call)
        return Posted(text_of(answer, "channel"), text_of(answer, "ts"))

    async def update_message(
        self, token: str, posted: Posted, text: str, blocks: Sequence[Block]
    ) -> None:
        """Replace a message of ours."""
        client = self._client(token)
        await self._call(
            client.chat_update(channel=posted.channel, ts=posted.ts, text=text, blocks=list(blocks))
        )

    async def post_ephemeral(
        self,
        token: str,
        channel: str,
        user: str,
        text: str,
        blocks: Sequence[Block] | None = None,
        thread_ts: str | None = None,
    ) -> None:
        """Tell one person something where others don't see it."""
        call = self._client(token).chat_postEphemeral(
            channel=channel,
            user=user,
            text=text,
            blocks=None if blocks is None else list(blocks),
            thread_ts=thread_ts,
        )
        await self._call(call)

    async def open_view(self, token: str, trigger_id: str, view: Block) -> str:
        """Open a modal, within three seconds of the press; return its id."""
        answer = await self._call(self._client(token).views_open(trigger_id=trigger_id, view=view))
        return text_of(part(answer, "view"), "id")

    async def update_view(self, token: str, view_id: str, view: Block) -> None:
        """Show another modal in place of one that is open."""
        await self._call(self._client(token).views_update(view_id=view_id, view=view))

    async def open_dm(self, token: str, user: str) -> str:
        """Return the id of the channel between the app and a person."""
        answer = await self._call(self._client(token).conversations_open(users=[user]))
        return text_of(part(answer, "channel"), "id")

    async def lookup_by_email(self, token: str, email: str) -> Member:
        """Find a person by their address; nobody is a `SlackFailure` too."""
        answer = await self._call(self._client(token).users_lookupByEmail(email=email))
        return _member(part(answer, "user"))

    async def user_info(self, token: str, user: str) -> Member:
        """Return what the workspace knows of a person."""
        answer = await self._call(self._client(token).users_info(user=user))
        return _member(part(answer, "user"))

    async def find_by_handle(self, token: str, handle: str) -> Member:
        """Find a person by the name that others write after `@`; from memory for ten minutes."""
        return await self._members.find(token, handle)

    async def users_list(self, token: str) -> tuple[Member, ...]:
        """Return the people of the workspace: no bots, and nobody who has left."""
        client, found, cursor = self._client(token), list[Member](), ""
        for _ in range(_MOST_PAGES):
            answer = await self._call(
                client.users_list(limit=_MEMBERS_A_PAGE, cursor=cursor or None)
            )
            people = answer.get("members")
            if not isinstance(people, list):
                raise SlackFailure("malformed_answer")
            found += map(_member, cast("list[Any]", people))
            after = answer.get("response_metadata")
            cursor = cast("Answer", after).get("next_cursor") if isinstance(after, dict) else ""
            if not cursor:
                break
        return tuple(member for member in found if member.is_person)

    async def open_connection(self, app_token: str) -> str:
        """Return the URL of a new WebSocket for Socket Mode; it holds a secret."""
        answer = await self._call(self._client(None).apps_connections_open(app_token=app_token))
        return text_of(answer, "url")

    async def oauth_v2_access(
        self, client_id: str, client_secret: str, code: str, redirect_uri: str | None
    ) -> Answer:
        """Exchange the code of an installation for what was installed."""
        form = {"code": code, "redirect_uri": redirect_uri}
        # The library's own method for this uses what aiohttp will drop.
        pair = b64encode(f"{client_id}:{client_secret}".encode()).decode()
        call = self._client(None).api_call(
            "oauth.v2.access", data=form, headers={"Authorization": f"Basic {pair}"}
        )
        return await self._call(call)

    async def respond(
        self,
        response_url: str,
        text: str,
        blocks: Sequence[Block] | None = None,
        *,
        replace_original: bool = False,
    ) -> None:
        """Answer a press at the URL that came with it: to that person alone, or in its place."""
        if not is_slacks(response_url, self._base_url):
            raise SlackFailure("not_a_slack_url")
        client = AsyncWebhookClient(
            response_url, session=self._opened(), logger=_SILENT, retry_handlers=[]
        )
        client.proxy = self._proxy
        call = client.send(
            text=text,
            blocks=None if blocks is None else list(blocks),
            response_type="ephemeral",
            replace_original=replace_original,
        )
        answer = await outcome(call)
        if answer.status_code == 200:
            return
        if answer.status_code == 429 or answer.status_code >= 500:
            raise by_status(answer.status_code, answer.headers)
        raise SlackFailure(code_of(answer.body.strip()))

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._seconds),
                # One workspace's cookies are nothing for another.
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _client(self, token: str | None) -> Any:
        client = AsyncWebClient(
            token,
            base_url=self._base_url,
            session=self._opened(),
            logger=_SILENT,
            retry_handlers=[],
        )
        # The library's own finding knows no exceptions, such as NO_PROXY.
        client.proxy = self._proxy
        return client

    async def _call(self, call: Awaitable[Any]) -> Answer:
        answer = await outcome(call)
        data = answer.data
        if not isinstance(data, dict):
            raise SlackFailure("malformed_answer")
        return cast("Answer", data)


def is_slacks(url: str, base_url: str) -> bool:
    """Whether a URL leads to the Slack whose API is at `base_url`, or to its hooks."""
    parts, own = urlsplit(url), urlsplit(base_url)
    return parts.scheme == own.scheme and parts.netloc in (own.netloc, f"hooks.{own.netloc}")


def proxy_for(url: str) -> str | None:
    """Return the proxy that the environment names for a URL, if any."""
    parts = urlsplit(url)
    if parts.hostname is None or proxy_bypass(parts.hostname):
        return None
    secure = parts.scheme in ("https", "wss")
    return getproxies().get("https" if secure else "http")


def _member(data: Any) -> Member:
    user: Answer = cast("Answer", data) if isinstance(data, dict) else {}
    profile: Answer = part(user, "profile") if "profile" in user else {}
    return Member(
        id=text_of(user, "id"),
        handle=str(user.get("name") or ""),
        display_name=str(profile.get("display_name") or ""),
        real_name=str(profile.get("real_name") or user.get("real_name") or ""),
        email=profile.get("email") or None,
        is_person=not (user.get("is_bot") or user.get("deleted") or user.get("id") == "USLACKBOT"),
    )
