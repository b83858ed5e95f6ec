"""Writes messages so that they show their tasks as they are: `Messages`."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from ...directory.workspaces import Placed
from ...errors import Refusal
from ...routing.plan import normal
from ...tasks.model import Content, Task
from .blocks import MessageView, answerable, message
from .calling import Posted, SlackApi
from .failures import SlackFailure
from .ports import Links, Reader, Store
from .targets import Target, parse
from .workspaces import Access, Workspaces

# What Slack says of a message that somebody has deleted, with or without its channel.
_GONE = frozenset({"message_not_found", "cant_update_message", "channel_not_found", "is_archived"})
_MOST_ROUNDS = 10

_log = logging.getLogger("awaithumans.slack")


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who gets a message, and where.

    Attributes:
        channel: The channel to post in.
        user: The id of the only person who sees it; None for a channel of several.
    """

    channel: str
    user: str | None


class Messages:
    """Posts messages, and writes them anew.

    Args:
        store: Where tasks are, and where it is kept which message lies where.
        api: Calls Slack.
        workspaces: Knows the tokens.
        base_url: Where the dashboard is.
        links: Makes links for people without a password; without it they sign in.
    """

    def __init__(
        self,
        store: Store,
        api: SlackApi,
        workspaces: Workspaces,
        base_url: str,
        links: Links | None,
    ) -> None:
        self._store = store
        self._api = api
        self._workspaces = workspaces
        self._base_url = base_url
        self._links = links

    async def addressee(self, access: Access, target: Target) -> Addressee:
        """Find whom a target means.

        Raises:
            SlackFailure: Nobody, or a bot, or Slack did not say.
        """
        user = await self._user(access, target)
        if user is None:
            return Addressee(target.channel, None)
        return Addressee(await self._api.open_dm(access.token, user), user)

    async def post(
        self, access: Access, target: Target, to: Addressee, task: Task, content: Content
    ) -> Posted:
        """Post the message about a task.

        Raises:
            SlackFailure: Slack did not take it, or did not say so.
        """
        url = await self._url(access, target, to.user, task)
        text, blocks = message(_view(task, content, url, target))
        return await self._api.post_message(access.token, to.channel, text, blocks)

    async def renew(self, placed: Placed, shows: int | None = None) -> None:
        """Write a message anew until it shows its task as it is.

        It is read again after each writing: of two who write at once, each sees to it that the
        last state is what stays. A message that is not there any more is left at that.

        Args:
            placed: The message.
            shows: The version of the task that it shows already.

        Raises:
            SlackFailure: Slack did not take it, or did not say so.
            NoWorkspace: There is no token for its workspace any more.
        """
        target, access, user = parse(placed.target), None, None
        for _ in range(_MOST_ROUNDS):
            found = await self._store.read(lambda tx: tx.whole(placed.task_id))
            if found is None or found[0].version == shows:
                return
            task, content = found
            if access is None:
                access = await self._workspaces.of(placed.team_id)
                user = await self._reader(access, target, task)
            url = await self._url(access, target, user, task)
            text, blocks = message(_view(task, content, url, target))
            try:
                posted = Posted(placed.channel_id, placed.ts)
                await self._api.update_message(access.token, posted, text, blocks)
            except SlackFailure as failure:
                if failure.code in _GONE:
                    return
                raise
            shows = task.version
        raise SlackFailure("outrun")

    async def _reader(self, access: Access, target: Target, task: Task) -> str | None:
        """Return who alone reads a message, where that matters; None if it can't be said."""
        if self._links is None or not answerable(task):
            return None
        try:
            return await self._user(access, target)
        except SlackFailure:
            return None

    async def _user(self, access: Access, target: Target) -> str | None:
        match target.kind:
            case "channel":
                return None
            case "user":
                return target.name
            case "handle":
                found = await self._api.find_by_handle(access.token, target.name)
            case "email":
                found = await self._api.lookup_by_email(access.token, target.name)
        if not found.is_person:
            raise SlackFailure("cannot_dm_bot")
        return found.id

    async def _url(self, access: Access, target: Target, user: str | None, task: Task) -> str:
        """Return where the task can be seen: for one person by a link that lets them in, once."""
        plain = f"{self._base_url}/task?id={task.id}"
        if user is None or self._links is None or not answerable(task):
            return plain
        several = await self._workspaces.several()

        def who(tx: Reader) -> tuple[str | None, str | None]:
            account = tx.account_by_slack(user, [access.team_id], anywhere=not several)
            if account is not None:
                return account.email, account.id
            return (normal(target.name) if target.kind == "email" else None), None

        try:
            email, user_id = await self._store.read(who)
            if email is None and user_id is None:
                return plain
            token = await self._links.make(task.id, email, user_id, "slack", "open")
        except Refusal as refusal:
            _log.info("No link was made for a message: %s", refusal.code)
            return plain
        return f"{self._base_url}/api/links/{token}"


def reason(task: Task) -> str | None:
    """Return why the last answer was not taken; None if none was refused."""
    verdict = task.verdict or {}
    return None if verdict.get("outcome") in (None, "passed") else str(verdict.get("reason") or "")


def _view(task: Task, content: Content, url: str, target: Target) -> MessageView:
    return MessageView(task, content, url, target.broadcast, reason(task))
