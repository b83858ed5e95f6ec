"""What a transition owes to others; it follows from the changed task alone. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from pydantic_core import to_json

from ..routing.plan import normal
from .deliveries import NOT_TAKEN, Kind, Owed, Why, digest
from .model import Action, Json, Task

_TOLD = (
    "idempotency_key",
    "status",
    "response",
    "completed_at",
    "timed_out_at",
    "completed_by_email",
    "completed_via_channel",
    "verification_attempt",
)
# What a message in Slack shows; after these it is written again.
_SHOWN: frozenset[Action] = frozenset(
    {
        *("claimed", "assigned", "unassigned", "completed", "cancelled", "timed_out"),
        *("submitted", "rejected", "not_understood", "verification_failed"),
        "verification_exhausted",
    }
)


def owed(
    task: Task,
    action: Action,
    said: str | None = None,
    ask_again: str | None = None,
    remind_at: Sequence[datetime] = (),
) -> tuple[Owed, ...]:
    """Return what a transition to `task` owes.

    Args:
        task: The task after it.
        action: What happened.
        said: The answer in plain words that is to be understood.
        ask_again: The address that is asked once more.
        remind_at: When the mails of a new task are repeated.
    """
    messages = _messages(task, action, ask_again, remind_at) if task.notify else ()
    return (*_result(task), *messages, *_check(task, action, said))


def _result(task: Task) -> tuple[Owed, ...]:
    """Return the result that goes to `callback_url` once the task is settled.

    The body says how the task is now, whenever it arrives.
    """
    if task.callback_url is None or not task.terminal:
        return ()
    told = {"task_id": task.id} | {name: getattr(task, name) for name in _TOLD}
    url = urlsplit(task.callback_url)
    host = f"{url.scheme}://{url.netloc}".lower()
    return (Owed("webhook", task.callback_url, host, host + url.path, _body(told)),)


def _messages(
    task: Task, action: Action, ask_again: str | None, remind_at: Sequence[datetime]
) -> list[Owed]:
    """Return the messages that ask people, or that are to be written again."""
    if action == "created":
        targets = _each_mailbox_once(task.notify)
        first = [_message(task, channel_of(target), target, "new") for target in targets]
        mails = [target for target in targets if channel_of(target) == "email"]
        again = [_message(task, "email", to, "reminder", at) for at in remind_at for to in mails]
        return first + again
    told: list[Owed] = []
    if action in _SHOWN:
        shown = [target for target in task.notify if channel_of(target) == "slack"]
        told = [_message(task, "slack_update", target, "changed") for target in shown]
    if ask_again is not None:
        told.append(_message(task, "email", _mailed(task, ask_again), "again"))
    return told


def not_taken(task: Task, address: str, why: Why, mail: str, said: str) -> Owed:
    """Return the mail that tells whoever replied by `mail` that their reply was not taken."""
    target = _mailed(task, address)
    return _message(task, "email", target, NOT_TAKEN, why=why, mail=mail, words=digest(said))


def _message(
    task: Task, kind: Kind, target: str, purpose: str, due: datetime | None = None, **more: str
) -> Owed:
    """Return a message: Slack is paced by target, mail by the sender it goes out through."""
    receiver = target if kind != "email" else target.partition(":")[0]
    body = _body({"task_id": task.id, "purpose": purpose, **more})
    return Owed(kind, target, "email" if kind == "email" else "slack", receiver, body, due)


def channel_of(target: str) -> Literal["email", "slack"]:
    """Return the channel of a target of `notify`."""
    return "email" if target.startswith("email") else "slack"


def _each_mailbox_once(targets: Sequence[str]) -> list[str]:
    """Return the targets without those that are an earlier one in other capitals.

    Another sender is another way to the same mailbox, which may be the only one that works. Each
    place in Slack is told as it is named: only Slack knows which of them are the same.
    """
    kept: dict[str, str] = {}
    for target in targets:
        email = channel_of(target) == "email"
        kept.setdefault(normal(target) if email else target, target)
    return list(kept.values())


def _mailed(task: Task, address: str) -> str:
    """Return the target under which an address was mailed before, with its sender."""
    mailed = [target for target in task.notify if channel_of(target) == "email"]
    same = (each for each in mailed if _mailbox(each) == normal(address))
    return next(same, f"email:{address}")


def _mailbox(target: str) -> str:
    return normal(target.partition(":")[2])


def _check(task: Task, action: Action, said: str | None) -> tuple[Owed, ...]:
    """Return the verification of an answer; the task's version says of which."""
    if action != "submitted":
        return ()
    body = _body({"task_id": task.id, "version": task.version, "said": said})
    vendor = f"verifier:{task.verifier}"
    return (Owed("verification", vendor, vendor, task.id, body),)


def _body(told: Json) -> str:
    return to_json(told).decode()
