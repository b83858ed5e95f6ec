"""The buttons under a message, and which of them was pressed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ...forms.choices import Choice, choices
from ...tasks.model import Content
from .texts import Block, plain_text

CLAIM = "ah_claim"
OPEN = "ah_open"
LINK = "ah_link"
ANSWER = "ah_answer"

_LONGEST_LABEL = 75
_LONGEST_URL = 3_000
_ANSWERED = re.compile(rf"{ANSWER}:(\d{{1,2}})", re.ASCII)
_TASK = re.compile(r"tsk_[0-9A-Za-z]{1,60}")

Act = Literal["claim", "open", "answer"]


@dataclass(frozen=True, slots=True)
class Press:
    """What somebody pressed.

    Attributes:
        act: What is to be done.
        task_id: The task it is about.
        choice: Which of `decisions` was pressed, from 0; None for other acts.
    """

    act: Act
    task_id: str
    choice: int | None = None


def decisions(content: Content) -> tuple[Choice, ...]:
    """Return the answers that have a button of their own: the two of a single yes or no."""
    found = choices(content.response_schema)
    return found if all(isinstance(one.value, bool) for one in found) else ()


def pressed(action: Mapping[str, Any]) -> Press | None:
    """Say what a press means; None for a link, and for what is none of ours.

    Args:
        action: One of `actions` of a `block_actions` interaction.
    """
    name, value = action.get("action_id"), action.get("value")
    if not isinstance(name, str) or not isinstance(value, str):
        return None
    answered = _ANSWERED.fullmatch(name)
    task_id, _, _ = value.partition(":")
    if not _TASK.fullmatch(task_id):
        return None
    if answered is not None:
        agrees = value == f"{task_id}:{answered[1]}"
        return Press("answer", task_id, int(answered[1])) if agrees else None
    act = {CLAIM: "claim", OPEN: "open"}.get(name)
    return Press(act, task_id) if act == "claim" or act == "open" else None


def claim(task_id: str) -> Block:
    """Make the button that takes a task."""
    return _button("Claim", CLAIM, task_id) | {"style": "primary"}


def opens(task_id: str, label: str) -> Block:
    """Make the button that opens the modal."""
    return _button(label, OPEN, task_id) | {"style": "primary"}


def answers(task_id: str, offered: tuple[Choice, ...]) -> list[Block]:
    """Make a button for each answer."""
    return [
        _button(one.label, f"{ANSWER}:{at}", f"{task_id}:{at}")
        | {"style": "primary" if one.value else "danger"}
        for at, one in enumerate(offered)
    ]


def link(url: str) -> list[Block]:
    """Make the button that leads to the dashboard; none for an address that Slack won't take."""
    if len(url) > _LONGEST_URL:
        return []
    return [
        {
            "type": "button",
            "text": plain_text("Open in dashboard", _LONGEST_LABEL),
            "action_id": LINK,
            "url": url,
        }
    ]


def _button(label: str, name: str, value: str) -> Block:
    text = plain_text(label, _LONGEST_LABEL)
    return {"type": "button", "text": text, "action_id": name, "value": value}
