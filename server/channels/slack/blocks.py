"""The message about a task, as it is at this moment: `message`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ...tasks.model import Content, Status, Task
from . import buttons, modal
from .showing import payload_blocks
from .texts import Block, context, escaped, heading, moment, section

_LONGEST_FALLBACK = 300
_LONGEST_NAME = 300
# A message may not have many more than 13,000 characters in all.
_LONGEST_TITLE = 2_500
_LONGEST_NOTE = 1_500


@dataclass(frozen=True, slots=True)
class MessageView:
    """What a message shows.

    Attributes:
        task: The task as it is.
        content: Its payload, and what it asks.
        url: Where it can be seen and answered in the dashboard.
        broadcast: Whether several people see the message: one has to claim the task first.
        note: Why an earlier answer was refused; None when none was.
    """

    task: Task
    content: Content
    url: str
    broadcast: bool
    note: str | None = None


def message(view: MessageView) -> tuple[str, list[Block]]:
    """Write the message.

    Args:
        view: What it shows.

    Returns:
        The text that notifications and screen readers give, and the blocks. Nothing that an agent
        or a person wrote in it is read as markup, whatever its length.
    """
    task = view.task
    title = f"{_HEADINGS[task.status]}: {task.task}"
    blocks = [heading(title, _LONGEST_TITLE)]
    blocks += _shown(view)
    if view.note and task.status in _ANSWERABLE:
        # The reason may repeat what was answered.
        reason = "Its reason is in the dashboard." if task.redact_payload else view.note
        blocks.append(section(f"The last answer was not accepted: {reason}", _LONGEST_NOTE))
    blocks.append(context(*_remarks(task)))
    if task.status in _ANSWERABLE:
        blocks.append({"type": "actions", "block_id": "ah_actions", "elements": _buttons(view)})
    return escaped(title, _LONGEST_FALLBACK), blocks


def _buttons(view: MessageView) -> list[Block]:
    task, content = view.task, view.content
    link = buttons.link(view.url)
    if view.broadcast and not task.assigned:
        return [buttons.claim(task.id), *link]
    offered = buttons.decisions(content)
    if offered:
        return [*buttons.answers(task.id, offered), *link]
    if task.redact_payload or not modal.can_show(content.response_schema, content.initial_response):
        return link
    again = task.status == "rejected" or view.note is not None
    return [buttons.opens(task.id, "Answer again" if again else "Answer"), *link]


def _remarks(task: Task) -> list[str]:
    if task.status in _ENDINGS:
        return [_ENDINGS[task.status](task)]
    said = [_STATES[task.status], f"Answer before {moment(task.timeout_at)}"]
    if task.assigned_to_email is not None:
        said.append(f"With {_name(task.assigned_to_email)}")
    else:
        said.append("Somebody has it" if task.assigned else "Nobody has it yet")
    return said


def _shown(view: MessageView) -> list[Block]:
    """Show the payload, and the answer when there is one."""
    task, content = view.task, view.content
    if task.redact_payload:
        return []
    if task.status not in _ANSWERED or task.response is None:
        return payload_blocks(content.payload, content.payload_schema)
    return [
        *payload_blocks(content.payload, content.payload_schema, 1),
        {"type": "divider"},
        *payload_blocks(task.response, content.response_schema, 1),
    ]


def _completed(task: Task) -> str:
    by = "" if task.completed_by_email is None else f" by {_name(task.completed_by_email)}"
    at = "" if task.completed_at is None else f", {moment(task.completed_at)}"
    return f"Answered{by}{at}"


def _timed_out(task: Task) -> str:
    return f"Nobody answered before {moment(task.timed_out_at or task.timeout_at)}"


def _cancelled(task: Task) -> str:
    at = "" if task.cancelled_at is None else f" {moment(task.cancelled_at)}"
    return f"Cancelled{at}; no answer is needed any more"


def _exhausted(task: Task) -> str:
    by = (
        "" if task.completed_by_email is None else f", the last by {_name(task.completed_by_email)}"
    )
    number = task.verification_attempt
    answers = "answer was" if number == 1 else "answers were"
    return f"No answer was accepted: {number} {answers} refused{by}, {moment(task.updated_at)}"


def _name(email: str) -> str:
    return escaped(email, _LONGEST_NAME)


def _checked(task: Task) -> str:
    by = "" if task.completed_by_email is None else f" of {_name(task.completed_by_email)}"
    return f"The answer{by} is being checked"


_ENDINGS: Mapping[Status, Callable[[Task], str]] = {
    "submitted": _checked,
    "verified": _checked,
    "completed": _completed,
    "timed_out": _timed_out,
    "cancelled": _cancelled,
    "verification_exhausted": _exhausted,
}
_HEADINGS: Mapping[Status, str] = {
    "created": "To answer",
    "notified": "To answer",
    "assigned": "To answer",
    "in_progress": "To answer",
    "rejected": "To answer again",
    "submitted": "Being checked",
    "verified": "Being checked",
    "completed": "Answered",
    "timed_out": "Timed out",
    "cancelled": "Cancelled",
    "verification_exhausted": "Not accepted",
}
_STATES: Mapping[Status, str] = {
    "created": "Open",
    "notified": "Open",
    "assigned": "Open",
    "in_progress": "Somebody is looking at it",
    "rejected": "The last answer was refused",
}
_ANSWERABLE = frozenset(_STATES)
_ANSWERED: frozenset[Status] = frozenset({"submitted", "verified", "completed"})


def answerable(task: Task) -> bool:
    """Whether a message about the task has buttons."""
    return task.status in _ANSWERABLE
