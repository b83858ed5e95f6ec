"""What the use cases look up within a transaction: tasks, replays, and who is asked."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from ..errors import Forbidden, IdempotencyKeyReused, StorageUnavailable, TaskNotFound
from ..ids import is_id
from ..routing.plan import Address, Anybody, FirstOf, Plan
from .lifecycle import NoMatch, OpenTo, Routed
from .model import Actor, Backlog, Content, Notification, Person, Task
from .ports import Reader


@dataclass(frozen=True, slots=True)
class Full:
    """A task with its content, and with who is `told` of it.

    It is `replayed` when creating it found it there already.
    """

    task: Task
    content: Content
    replayed: bool = False
    told: tuple[Notification, ...] = ()


def fingerprint(task: str, content: Content) -> str:
    """Return what the same key must come with: the hash of task, payload and response schema."""
    same = {"task": task, "payload": content.payload, "response_schema": content.response_schema}
    canonical = json.dumps(same, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def replay(tx: Reader, idempotency_key: str, print_: str) -> Full:
    """Return the task that the key made before.

    Raises:
        IdempotencyKeyReused: It was made with other content.
        StorageUnavailable: It was deleted at this moment.
    """
    made = made_before(tx, idempotency_key, print_)
    if made is None:
        # It was there a moment ago, and somebody deleted it: try again, and it will be new.
        raise StorageUnavailable
    return made


def made_before(tx: Reader, idempotency_key: str, print_: str) -> Full | None:
    """Return the task that the key made before; None if there is none.

    Raises:
        IdempotencyKeyReused: It was made with other content.
    """
    task = tx.task_by_key(idempotency_key)
    content = None if task is None else tx.content(task.id)
    if task is None or content is None:
        return None
    if task.fingerprint != print_:
        raise IdempotencyKeyReused
    return Full(task, content, replayed=True, told=told(tx, task))


def task_of(tx: Reader, task_id: str, view: Person | None = None) -> Task:
    """Return a task, as `view` may see it.

    Raises:
        TaskNotFound: There is none with this id.
        Forbidden: It is neither theirs nor open to them.
    """
    task = tx.task(task_id, view) if is_id(task_id, "tsk") else None
    if task is None:
        if view is not None and is_id(task_id, "tsk") and tx.task(task_id) is not None:
            raise not_theirs()
        raise TaskNotFound
    return task


def not_theirs() -> Forbidden:
    """Return what a reviewer is told of a task of other people."""
    return Forbidden("This task is neither yours nor open to you. Ask an operator to assign it.")


def content_of(tx: Reader, task_id: str) -> Content:
    """Return a task's content.

    Raises:
        TaskNotFound: There is none.
    """
    content = tx.content(task_id)
    if content is None:
        raise TaskNotFound
    return content


def full(tx: Reader, task_id: str, view: Person | None = None) -> Full:
    """Return a task with its content, as `view` may see it.

    Raises:
        TaskNotFound, Forbidden: As `task_of` says.
    """
    if view is None and is_id(task_id, "tsk"):
        found = tx.whole(task_id)
        if found is None:
            raise TaskNotFound
        task, content = found
    else:
        task, content = task_of(tx, task_id, view), content_of(tx, task_id)
    return Full(task, content, told=told(tx, task))


def told(tx: Reader, task: Task) -> tuple[Notification, ...]:
    """Return who is told of a task, and what became of that; a task that tells nobody asks none."""
    return tuple(tx.notifications(task.id)) if task.notify else ()


def route(tx: Reader, wanted: Plan) -> Routed:
    """Return who is asked: a person, several to choose from, or nobody and why."""
    match wanted:
        case Anybody():
            return OpenTo()
        case FirstOf(emails):
            return OpenTo(emails)
        case Address(email):
            account = tx.account_by_email(email)
            if account is not None and not account.active:
                return NoMatch("this person is not active")
            return Person(email, None if account is None else account.id)
        case member:
            return tx.member(member) or NoMatch("nobody active in the directory matches")


def named(tx: Reader, actor: Actor, *, active: bool = False) -> Person:
    """Return the person who acts; whom the admin token names is looked up in the directory.

    Raises:
        Forbidden: They have to be `active`, and are not.
    """
    if not actor.named or actor.email is None:
        return Person(actor.email, actor.user_id)
    account = tx.account_by_email(actor.email)
    if active and account is not None and not account.active:
        raise Forbidden("This person is not active. Activate them, or name somebody else.")
    return Person(actor.email, None if account is None else account.id)


def backlog(tx: Reader, now: datetime) -> Backlog:
    """Return what is open at `now`: a count of open tasks, never of all that ever were."""
    due = tx.next_deadline()
    late = 0.0 if due is None else max(0.0, (now - due).total_seconds())
    return Backlog(tx.open_by_status(), tx.overdue_count(now), late)
