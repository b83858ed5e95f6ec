"""Sends the mails that tasks owe: asks, reminders, asking again, and what was not taken."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from ...clock import Clock
from ...directory.model import Account
from ...errors import StorageUnavailable, TaskNotFound
from ...forms.choices import Choice, choices
from ...routing.plan import normal
from ...tasks.deliveries import NOT_TAKEN, Delivery, Outcome
from ...tasks.holders import has
from ...tasks.lookup import Full
from ...tasks.model import Json, Notification, Person, Task
from . import refusing
from .mail import Mail, MalformedMail, is_id
from .ports import Asked, Links, Store
from .refusing import Refused
from .render import Ask, Purpose, Rendered, render
from .replying import ReplyAddresses
from .senders import NoSender, Senders

# An attempt in all, longer than any transport takes; the delivery is leased for longer.
SECONDS = 22.0

_OBSOLETE = Outcome(None, None, obsolete=True)
_INACTIVE = (
    "this person is not active in the directory, so that nothing is sent to them: activate them, "
    "or ask somebody else"
)
_BECAUSE: dict[Purpose, str] = {
    "new": "You get this because an agent asked for your decision.",
    "reminder": "You get this because you were asked before, and nobody has answered yet.",
    "again": "You get this because you answered by mail, and the answer was not accepted.",
}


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a mail goes to, and who that is in the directory."""

    address: str
    account: Account | None

    @property
    def user_id(self) -> str | None:
        """Their id in the directory."""
        return None if self.account is None else self.account.id

    @property
    def active(self) -> bool:
        """Whether the directory has nothing against writing to them."""
        return self.account is None or self.account.active

    @property
    def known_as(self) -> str:
        """What they are called."""
        return (self.account and self.account.display_name) or self.address

    def may_answer(self, task: Task) -> bool:
        """Whether the task is theirs, or nobody's."""
        return not task.assigned or has(task, Person(normal(self.address), self.user_id))


class EmailSender:
    """Sends one mail for one delivery.

    Args:
        tasks: What is asked.
        store: Where people are looked up.
        links: Who makes links that let their reader answer.
        senders: Who mails are from, and how they go out.
        clock: What time it is.
        base_url: Where the server is.
        replies: Where replies to mails of tasks with a verifier go; None, and nowhere.
    """

    def __init__(
        self,
        tasks: Asked,
        store: Store,
        links: Links,
        senders: Senders,
        clock: Clock,
        base_url: str,
        replies: ReplyAddresses | None = None,
    ) -> None:
        self._tasks = tasks
        self._store = store
        self._links = links
        self._senders = senders
        self._clock = clock
        self._base_url = base_url
        self._replies = replies

    async def send(self, delivery: Delivery, body: str) -> Outcome:
        """Try once, for 22 s at most; whatever goes wrong is an outcome."""
        try:
            return await asyncio.wait_for(self._send(delivery, json.loads(body)), SECONDS)
        except asyncio.TimeoutError:
            return Outcome(None, f"the mail was not handed over within {SECONDS:g} s")
        except StorageUnavailable:
            return Outcome(None, "the database did not answer")
        except TaskNotFound:
            return _OBSOLETE
        except NoSender as missing:
            return Outcome(None, str(missing), permanent=True)
        except MalformedMail as malformed:
            return Outcome(None, f"no mail can be written so: {malformed}", permanent=True)

    async def _send(self, delivery: Delivery, said: Json) -> Outcome:
        name, address = _parts(delivery.target)
        full = await self._tasks.get(delivery.task_id)
        email = normal(address)
        to = Addressee(address, await self._store.read(lambda tx: tx.account_by_email(email)))
        now, purpose = self._clock.now(), said["purpose"]
        notice = purpose == NOT_TAKEN
        if not notice and _is_obsolete(purpose, full.task, to, now):
            return _OBSOLETE
        if not notice and not to.active:
            return Outcome(None, _INACTIVE, permanent=True)
        sender, transport = await self._senders.choose(name)
        reply_to = self._reply_to(full.task, to, now)
        if notice:
            words = await self._not_taken(full.task, to, said, reply_to is not None, now)
        else:
            ask = await self._ask(full, to, purpose, reply_to is not None, now)
            words = await asyncio.to_thread(render, ask)
        mail = Mail(
            sender,
            address,
            words.subject,
            words.text,
            words.html,
            self._message_id(_key(delivery)),
            reply_to,
            self._references(full.told, delivery, said),
            auto_replied=notice,
        )
        return await transport.send(mail, _key(delivery))

    async def _not_taken(
        self, task: Task, to: Addressee, said: Json, by_reply: bool, now: datetime
    ) -> Rendered:
        """Return what tells a person that their reply was not taken, as the task is now."""
        url = None
        if _can_answer(task, to, now):
            url = f"{self._base_url}/api/links/{await self._token(task, to, 'open')}"
        told = Refused(
            task,
            said["why"],
            self._base_url,
            to.known_as,
            url,
            over=not _is_open(task, now),
            by_reply=by_reply,
        )
        return await asyncio.to_thread(refusing.render, told)

    async def _ask(
        self, full: Full, to: Addressee, purpose: Purpose, by_reply: bool, now: datetime
    ) -> Ask:
        task, verdict = full.task, full.task.verdict
        return Ask(
            purpose,
            task,
            full.content,
            self._base_url,
            await self._answers(full, to),
            f"{self._base_url}/api/links/{await self._token(task, to, 'open')}",
            _because(purpose, task, to),
            verdict["reason"] if purpose == "again" and verdict is not None else None,
            to.known_as,
            now,
            by_reply=by_reply,
        )

    async def _answers(self, full: Full, to: Addressee) -> tuple[tuple[str, str], ...]:
        """Return a button for each choice, where there are few and they are this person's."""
        if not to.may_answer(full.task):
            return ()
        found: Sequence[Choice] = await asyncio.to_thread(choices, full.content.response_schema)
        if not found:
            return ()
        # One link for all of them: whichever is pressed uses it up.
        page = f"{self._base_url}/api/channels/email/action"
        token = await self._token(full.task, to, "answer")
        return tuple(
            (choice.label, f"{page}/{token}?choice={number}") for number, choice in enumerate(found)
        )

    async def _token(self, task: Task, to: Addressee, purpose: str) -> str:
        email = normal(to.address)
        if purpose == "answer":
            return await self._links.make(task.id, email, to.user_id, "email", "answer")
        return await self._links.make(task.id, email, to.user_id, "email", "open")

    def _reply_to(self, task: Task, to: Addressee, now: datetime) -> str | None:
        """Return where a reply goes: somebody has to understand it, and it has to be theirs."""
        if self._replies is None or task.verifier is None or not _can_answer(task, to, now):
            return None
        return self._replies.make(task.id, to.address)

    def _references(
        self, told: Sequence[Notification], delivery: Delivery, said: Json
    ) -> str | None:
        """Return the id of the first mail to this target, whose thread this one belongs to.

        What answers a mail that came in has that one's id after it.
        """
        if said["purpose"] == "new":
            return None
        first = (
            one.delivery_id for one in told if (one.target, one.purpose) == (delivery.target, "new")
        )
        found = next(first, None)
        answered = str(said.get("mail"))
        ids = [
            *([] if found is None else [self._message_id(found)]),
            *([answered] if is_id(answered) else []),
        ]
        return " ".join(ids) or None

    def _message_id(self, key: str) -> str:
        return f"<{key}@{urlsplit(self._base_url).hostname or 'localhost'}>"


def _parts(target: str) -> tuple[str | None, str]:
    """Return the sender's name in a target, if it has one, and the address."""
    channel, _, address = target.partition(":")
    return channel.partition("+")[2] or None, address


def _key(delivery: Delivery) -> str:
    """Return what attempts of one mail have in common; a mail that is sent again is another.

    Else mail servers and mailboxes would take it for the first one, and throw it away.
    """
    if delivery.since == delivery.created_at:
        return delivery.id
    return f"{delivery.id}.{int(delivery.since.timestamp() * 1000)}"


def _is_open(task: Task, now: datetime) -> bool:
    """Whether an answer may still count."""
    return not task.terminal and (task.timeout_at > now or task.status == "submitted")


def _can_answer(task: Task, to: Addressee, now: datetime) -> bool:
    return _is_open(task, now) and to.active and to.may_answer(task)


def _is_obsolete(purpose: Purpose, task: Task, to: Addressee, now: datetime) -> bool:
    """Whether nobody needs the mail any more."""
    if not _is_open(task, now):
        return True
    if purpose == "new":
        return False
    return task.status in ("submitted", "verified") or not to.may_answer(task)


def _because(purpose: Purpose, task: Task, to: Addressee) -> str:
    if to.may_answer(task):
        return _BECAUSE[purpose]
    holder = task.assigned_to_email or "somebody else"
    return f"You are told because an agent named you; {holder} has the task."
