"""Takes replies to mails as answers in plain words; who sent what is none is told by mail."""

import asyncio
import logging
from dataclasses import dataclass

from ...errors import (
    Forbidden,
    Refusal,
    StorageUnavailable,
    TaskAlreadySettled,
    VerificationInProgress,
)
from ...routing.plan import normal
from ...tasks.deliveries import Why
from ...tasks.model import Actor
from .ports import Answered, Store
from .reading import Incoming, Unreadable, read
from .replying import ReplyAddresses

_log = logging.getLogger(__name__)
_NOT_SET_UP = (
    "this server takes no replies: set AWAITHUMANS_EMAIL_REPLY_TO to the mailbox that gets them"
)
# Of a task that is gone nobody can be told: its mails went with it.
_WHY: dict[type[Refusal], Why] = {
    TaskAlreadySettled: "settled",
    VerificationInProgress: "verifying",
    Forbidden: "not_theirs",
}


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a mail, and why."""

    accepted: bool
    reason: str


class Inbound:
    """Hands replies to the tasks that they answer.

    Args:
        tasks: The tasks.
        store: Where people are looked up.
        replies: What addresses are ours; None, and nothing is taken.
    """

    def __init__(self, tasks: Answered, store: Store, replies: ReplyAddresses | None) -> None:
        self._tasks = tasks
        self._store = store
        self._replies = replies

    async def receive(self, raw: bytes) -> Received:
        """Take a mail as it came in; what answers nothing is said to be, and no error.

        Raises:
            StorageUnavailable: Nothing was taken; hand it over again.
        """
        received = await self._receive(raw)
        _log.info("a mail came in: %s", received.reason)
        return received

    async def _receive(self, raw: bytes) -> Received:
        if self._replies is None:
            return _refused(_NOT_SET_UP)
        try:
            mail = await asyncio.to_thread(read, raw)
        except Unreadable:
            return _refused("this is no mail that can be read")
        if mail.automatic:
            return _refused("a program sent it on its own, not a person")
        if mail.sender is None:
            return _refused("it is not from one address")
        task_id = self._replies.task_id(mail.recipients, mail.sender)
        if task_id is None:
            return _refused("none of its addresses answers a task for whom it is from")
        return await self._say(task_id, normal(mail.sender), mail)

    async def _say(self, task_id: str, email: str, mail: Incoming) -> Received:
        """Answer the task, or have the person told why that was no answer of theirs.

        The address is proven here, and nobody is told anything before.
        """
        account, told, taken = await self._store.read(
            lambda tx: (
                tx.account_by_email(email),
                tx.replies_not_taken(task_id),
                tx.came_by(task_id, mail.id, mail.text, email),
            )
        )
        if taken:
            return _accepted(task_id)
        if any(one.is_of(email, mail.id, mail.text) for one in told):
            return _refused("it was refused before, and whoever sent it is told so")
        if account is not None and not account.active:
            return await self._not_taken(
                task_id, email, "inactive", mail, "this person is not active in the directory"
            )
        if not mail.text:
            return await self._not_taken(
                task_id, email, "no_words", mail, "there is no text in it but what it quotes"
            )
        # Operators too: a reply never carries more than the right to answer its task.
        user_id = None if account is None else account.id
        actor = Actor("reviewer", email, user_id, "email", invited=True)
        try:
            await self._tasks.say(task_id, mail.text, actor, mail.id)
        except StorageUnavailable:
            raise
        except Refusal as refusal:
            why = _WHY.get(type(refusal))
            if why is None:
                return _refused(refusal.message)
            return await self._not_taken(task_id, email, why, mail, refusal.message)
        return _accepted(task_id)

    async def _not_taken(
        self, task_id: str, email: str, why: Why, mail: Incoming, reason: str
    ) -> Received:
        await self._tasks.not_taken(task_id, email, why, mail.id, mail.text)
        return _refused(reason)


def _accepted(task_id: str) -> Received:
    return Received(accepted=True, reason=f"an answer to {task_id}")


def _refused(reason: str) -> Received:
    return Received(accepted=False, reason=reason)
