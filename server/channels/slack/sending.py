"""Carries out what the outbox owes to Slack: posts, and messages that are written anew."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from ...clock import Clock, rfc3339
from ...directory.model import Account
from ...directory.workspaces import Placed
from ...errors import StorageUnavailable
from ...tasks.deliveries import Delivery, Outcome
from ...tasks.model import Task
from .blocks import answerable
from .calling import SlackApi
from .failures import NoWorkspace, SlackFailure
from .ports import Reader, Store, Writer
from .targets import MalformedTarget, parse
from .texts import escaped, mrkdwn, section
from .workspaces import Workspaces
from .writing import Messages, reason

# For how many seconds an attempt may look for whom it is for (twice), note where the message is,
# and write it anew. With the call that posts, 10 s, all of it ends within the lease.
_FINDING, _NOTING, _WRITING = 12.0, 12.0, 15.0
LEASE = timedelta(seconds=90)
_PAUSE = 1.0
_MOST_UNNOTED = 1_000
_OBSOLETE = Outcome(None, None, obsolete=True)
_LONGEST_REASON = 2_500

T = TypeVar("T")
_log = logging.getLogger("awaithumans.slack")


class SlackSender:
    """Posts the message that asks, once.

    Args:
        store: Where tasks are kept, and where messages lie.
        workspaces: Knows which workspace is meant, and its token.
        messages: Writes messages.
        clock: Tells the time.
    """

    def __init__(
        self, store: Store, workspaces: Workspaces, messages: Messages, clock: Clock
    ) -> None:
        self._store = store
        self._workspaces = workspaces
        self._messages = messages
        self._clock = clock
        # Messages that are there, of which the database could not be told yet.
        self._unnoted: dict[tuple[str, str], Placed] = {}

    async def send(self, delivery: Delivery, _body: str) -> Outcome:
        """Try once; an attempt that follows one whose outcome was lost posts nothing again."""
        return await _outcome(self._sent(delivery))

    async def _sent(self, delivery: Delivery) -> Outcome:
        task_id, name = delivery.task_id, delivery.target
        placed, found = await self._store.read(
            lambda tx: (tx.slack_message(task_id, name), tx.whole(task_id))
        )
        if found is None:
            return _OBSOLETE
        task, content = found
        shows = None
        placed = placed or self._unnoted.get((task_id, name))
        if placed is None:
            if task.terminal:
                return _OBSOLETE
            target = parse(name)
            access = await _within(_FINDING, self._workspaces.meant(target.team))
            to = await _within(_FINDING, self._messages.addressee(access, target))
            posted = await self._messages.post(access, target, to, task, content)
            now, shows = self._clock.now(), task.version
            placed = Placed(task_id, name, access.team_id, posted.channel, posted.ts, now)
        if not await self._note(placed):
            return Outcome(None, "the database does not take where the message is")
        await _within(_WRITING, self._messages.renew(placed, shows))
        return Outcome(None, None)

    async def _note(self, placed: Placed) -> bool:
        """Note where a message is: else the next attempt would post another."""
        key = (placed.task_id, placed.target)
        self._unnoted[key] = placed
        while len(self._unnoted) > _MOST_UNNOTED:
            del self._unnoted[next(iter(self._unnoted))]

        def work(tx: Writer) -> None:
            # A task that was deleted meanwhile has no messages.
            if tx.locked(placed.task_id) is not None:
                tx.keep_slack_message(placed)

        loop = asyncio.get_running_loop()
        deadline = loop.time() + _NOTING
        while not await self._written(work):
            if loop.time() + _PAUSE >= deadline:
                return False
            await asyncio.sleep(_PAUSE)
        self._unnoted.pop(key, None)
        return True

    async def _written(self, work: Callable[[Writer], None]) -> bool:
        try:
            await self._store.write(work)
        except StorageUnavailable:
            return False
        return True


class SlackUpdater:
    """Writes the message to a target anew after its task has changed.

    Args:
        store: Where tasks are kept, and where messages lie.
        api: Calls Slack.
        workspaces: Knows the tokens.
        messages: Writes messages.
    """

    def __init__(
        self, store: Store, api: SlackApi, workspaces: Workspaces, messages: Messages
    ) -> None:
        self._store = store
        self._api = api
        self._workspaces = workspaces
        self._messages = messages

    async def send(self, delivery: Delivery, _body: str) -> Outcome:
        """Try once; what is not posted yet shows the task as it is when it is posted."""
        return await _outcome(self._sent(delivery))

    async def _sent(self, delivery: Delivery) -> Outcome:
        placed, found = await self._store.read(
            lambda tx: (
                tx.slack_message(delivery.task_id, delivery.target),
                tx.whole(delivery.task_id),
            )
        )
        if placed is None or found is None:
            return _OBSOLETE
        await _within(_WRITING, self._messages.renew(placed))
        task = found[0]
        if _is_of_a_refusal(delivery, task):
            try:
                await _within(_WRITING, self._told(placed, task))
            except (SlackFailure, NoWorkspace) as failure:
                _log.warning("A verdict was not told in a thread: %s", failure)
        return Outcome(None, None)

    async def _told(self, placed: Placed, task: Task) -> None:
        """Tell whoever answered in Slack, in the message's thread, that it was not accepted."""
        who = await self._store.read(lambda tx: _answerer(tx, task))
        if who is None:
            return
        access = await self._workspaces.of(placed.team_id)
        user = who.slack_user_id
        alone = not parse(placed.target).broadcast
        # A message to somebody else is not where they answered.
        if alone and user and await self._api.open_dm(access.token, user) != placed.channel_id:
            return
        text, why = _refusal(task), reason(task)
        blocks = [{"type": "section", "text": mrkdwn(f"{_mention(user)}{text}")}]
        if why and not task.redact_payload:
            blocks.append(section(why, _LONGEST_REASON))
        await self._api.post_message(
            access.token, placed.channel_id, escaped(text), blocks, thread_ts=placed.ts
        )


def _is_of_a_refusal(delivery: Delivery, task: Task) -> bool:
    """Whether the last verdict refused, and it is the one that owes this: each is told once."""
    at = (task.verdict or {}).get("at")
    told = answerable(task) or task.status == "verification_exhausted"
    return told and reason(task) is not None and at == rfc3339(delivery.created_at)


def _answerer(tx: Reader, task: Task) -> Account | None:
    """Return who gave the last answer, if they gave it in Slack."""
    said = [line for line in tx.audit(task.id) if line.action == "submitted"]
    if not said or said[-1].actor.channel != "slack":
        return None
    email = said[-1].actor.email
    if email is not None:
        return tx.account_by_email(email)
    return None if task.assigned_to_user_id is None else tx.account(task.assigned_to_user_id)


def _mention(user: str | None) -> str:
    return f"<@{user}> " if user else ""


def _refusal(task: Task) -> str:
    outcome = (task.verdict or {}).get("outcome")
    if outcome == "not_understood":
        return "Your answer was not understood. Please answer again."
    if outcome == "failed":
        return "Your answer could not be checked. Please answer again."
    if task.terminal:
        return "Your answer was not accepted, and it was the last attempt."
    return "Your answer was not accepted. Please answer again."


async def _outcome(attempt: Awaitable[Outcome]) -> Outcome:
    """Return what became of an attempt; whatever Slack said is in its words."""
    try:
        return await attempt
    except SlackFailure as failure:
        return Outcome(
            None, failure.error, permanent=failure.permanent, retry_after=failure.retry_after
        )
    except (NoWorkspace, MalformedTarget) as wrong:
        return Outcome(None, str(wrong), permanent=True)
    except StorageUnavailable as unavailable:
        return Outcome(None, unavailable.message)


async def _within(seconds: float, call: Awaitable[T]) -> T:
    """Wait for so long at most.

    Raises:
        SlackFailure: It took longer.
    """
    try:
        return await asyncio.wait_for(call, seconds)
    except (asyncio.TimeoutError, TimeoutError):
        failure = SlackFailure("timeout")
    raise failure
