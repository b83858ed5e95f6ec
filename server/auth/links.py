"""Links in messages: each is good once, for one task and for whom the message went to.

Only what a link hashes to is kept. Whose it is, is looked up whenever it is used: whoever was
deactivated or removed meanwhile is let in no more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..clock import Clock
from ..directory.credentials import Link, LinkChannel, Purpose, TaskSession
from ..directory.model import Account
from ..errors import LinkInvalid, TaskAlreadySettled, TaskNotFound, VerificationInProgress
from ..tasks import lifecycle
from ..tasks.history import how_it_settled
from ..tasks.holders import refuse_others
from ..tasks.model import Actor, Content, Json, Person, Task
from .model import Caller, addressee, guest
from .ports import LinkReader, LinkStore, LinkWriter
from .tokens import digest, made_of, new_token

LIFETIME = timedelta(hours=24)
# For so long after it expired, whoever comes with a link is still told what became of the task.
_TOLD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link leads to, and whom it was sent to."""

    link: Link
    who: Account | Person
    task: Task
    content: Content

    @property
    def actor(self) -> Actor:
        """Who answers by the link; their answer uses it up."""
        user_id = self.who.id if isinstance(self.who, Account) else None
        kept = self.link.token_hash
        channel = self.link.channel
        return Actor("reviewer", self.who.email, user_id, channel, invited=True, link=kept)

    @property
    def named(self) -> str:
        """The person, as they know themselves."""
        name = self.who.display_name if isinstance(self.who, Account) else None
        return name or self.who.email or "you"

    def gave(self, response: Json) -> bool:
        """Whether this very answer is the task's, and came by the link."""
        answered = self.task.response, self.task.completed_by_email
        return self.link.used_at is not None and answered == (response, self.who.email)


@dataclass(frozen=True, slots=True)
class Followed:
    """A browser that has just followed a link: its secret, and until when it is good."""

    task_id: str
    session: str
    seconds: int


class Links:
    """Makes links, follows them, and knows the browsers that did.

    Args:
        store: Where they are kept.
        clock: What time it is.
    """

    def __init__(self, store: LinkStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def make(
        self,
        task_id: str,
        email: str | None,
        user_id: str | None,
        channel: LinkChannel,
        purpose: Purpose,
    ) -> str:
        """Make a link; return its secret, which is not kept.

        Args:
            task_id: The task that it is good for.
            email: The address that the message goes to, in the form in which addresses are
                compared.
            user_id: The person of the directory that it goes to; where it is None, whoever has
                the address.
            channel: Which way it goes.
            purpose: What it is good for.

        Raises:
            TaskNotFound: There is no such task any more.
        """
        token = new_token()

        def work(tx: LinkWriter) -> None:
            # Locked, so that it is not deleted before the link is there.
            task, now = tx.locked(task_id), self._clock.now()
            if task is None:
                raise TaskNotFound
            account = tx.account_by_email(email) if user_id is None and email else None
            whose = user_id if account is None else account.id
            expires_at = min(task.timeout_at, now + LIFETIME)
            link = Link(digest(token), task_id, purpose, channel, email, whose, now, expires_at)
            tx.add_link(link, now - _TOLD)

        await self._store.write(work)
        return token

    async def look(self, token: str, purpose: Purpose) -> Asked | None:
        """Return what a link leads to, used or expired though it may be; changes nothing."""
        return await self._store.read(lambda tx: self._look(tx, token, purpose))

    async def question(self, token: str) -> Asked:
        """Return what a link to answer by asks; changes nothing.

        Raises:
            LinkInvalid: It is no such link, or was used, or has expired.
            TaskAlreadySettled: The task is answered or over; a link that was used says so too.
            VerificationInProgress: An answer is being verified.
            Forbidden: The task is with somebody else.
        """
        now, asked = self._clock.now(), await self.look(token, "answer")
        if asked is None:
            raise LinkInvalid
        task = asked.task
        if lifecycle.overdue(task, now):
            task = lifecycle.expire(task, now).task
        if task.terminal:
            raise TaskAlreadySettled(f"This task {how_it_settled(task)}; nothing was changed.")
        if task.status == "submitted":
            raise VerificationInProgress
        if not asked.link.alive(now):
            raise LinkInvalid
        refuse_others(task, asked.actor)
        return asked

    async def invitation(self, token: str) -> Asked:
        """Return what a link to open a task leads to; changes nothing.

        Raises:
            LinkInvalid: It is no such link, or was used, or has expired.
        """
        asked = await self.look(token, "open")
        if asked is None or not asked.link.alive(self._clock.now()):
            raise LinkInvalid
        return asked

    async def follow(self, token: str, press: str | None = None) -> Followed:
        """Use a link up, and let the browser that followed it answer the task.

        Args:
            token: The link's secret.
            press: What the page with the button has of its own, for two presses on one button
                to be one: the second is let in as the first was.

        Raises:
            LinkInvalid: It is no such link, or was used, or has expired.
        """
        secret = new_token() if press is None else made_of(token, press)

        def work(tx: LinkWriter) -> Followed:
            now, asked = self._clock.now(), self._look(tx, token, "open")
            if asked is None:
                raise LinkInvalid
            # Whatever changes a task and its links takes the task first.
            task, link = tx.locked(asked.task.id), asked.link
            before = tx.task_session(digest(secret))
            if before is not None and before.alive(now):
                return _followed(before, secret, now)
            if task is None or not tx.spend_link(link.token_hash, now):
                raise LinkInvalid
            who, ends = asked.actor, min(task.timeout_at, now + LIFETIME)
            session = TaskSession(
                digest(secret), task.id, link.channel, link.email, who.user_id, now, ends
            )
            tx.add_task_session(session, now)
            return _followed(session, secret, now)

        return await self._store.write(work)

    async def followed(self, token: str, cookie: str | None) -> str | None:
        """Return the task of a link that this browser followed before; None if it did not."""
        asked = await self.look(token, "open")
        known = None if asked is None else await self._guest(cookie)
        if asked is None or known is None or known.task_id != asked.task.id:
            return None
        return known.task_id

    async def recognize(
        self, caller: Caller | None, cookie: str | None, task_id: str | None
    ) -> Caller | None:
        """Return who calls, where the browser may have followed a link.

        A person who is signed in stays themselves; but where they may not see the task that is
        asked for (`task_id`), and the link is to that task, the link counts.

        Args:
            caller: Who is signed in.
            cookie: The secret of a browser that followed a link.
            task_id: The task that is asked for.
        """
        known = await self._guest(cookie)
        if known is None or caller is None:
            return caller or known
        view, asked_for = caller.view, known.task_id
        if view is None or asked_for is None or asked_for != task_id:
            return caller
        seen = await self._store.read(lambda tx: tx.task(asked_for, view))
        return known if seen is None else caller

    async def end(self, cookie: str) -> None:
        """Let the browser with this secret in no more."""
        token_hash = digest(cookie)
        await self._store.write(lambda tx: tx.delete_task_session(token_hash))

    async def _guest(self, cookie: str | None) -> Caller | None:
        """Return the caller that a browser is which followed a link."""
        if not cookie:
            return None
        token_hash, now = digest(cookie), self._clock.now()

        def work(tx: LinkReader) -> Caller | None:
            session = tx.task_session(token_hash)
            if session is None or not session.alive(now):
                return None
            who = _addressee(tx, session)
            return None if who is None else guest(session, who)

        return await self._store.read(work)

    def _look(self, tx: LinkReader, token: str, purpose: Purpose) -> Asked | None:
        link = tx.link(digest(token))
        if link is None or link.purpose != purpose:
            return None
        who, whole = _addressee(tx, link), tx.whole(link.task_id)
        return None if who is None or whole is None else Asked(link, who, *whole)


def _followed(session: TaskSession, secret: str, now: datetime) -> Followed:
    return Followed(session.task_id, secret, int((session.expires_at - now).total_seconds()))


def _addressee(tx: LinkReader, held: Link | TaskSession) -> Account | Person | None:
    if held.user_id is not None:
        return addressee(tx.account(held.user_id), held)
    return addressee(tx.account_by_email(held.email) if held.email else None, held)
