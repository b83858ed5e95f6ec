"""The form of an answer as a modal, and the small views before and after it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ...tasks.model import Content, Json, Task
from .answers import Read, place, read
from .elements import MISSING, block
from .inputs import CannotShow, Group, Input, Part, inputs_in, parts_of
from .showing import payload_blocks
from .texts import Block, context, heading, moment, plain_text, section

__all__ = [
    "CALLBACK",
    "Origin",
    "Read",
    "can_show",
    "done",
    "failed",
    "origin_of",
    "place",
    "read",
    "view",
    "working",
]

CALLBACK = "ah_form"
_LONGEST_TITLE = 24


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a modal was opened from; it comes back with what is sent.

    Attributes:
        task_id: The task.
        channel: The id of the channel whose message was pressed; None for elsewhere.
        ts: That message.
    """

    task_id: str
    channel: str | None = None
    ts: str | None = None


def can_show(response_schema: Mapping[str, Any], initial: Json | None = None) -> bool:
    """Whether a modal can ask for an answer.

    Args:
        response_schema: A JSON Schema that `compile_schema` accepts.
        initial: What the form begins with.
    """
    try:
        parts = parts_of(response_schema)
        for _ in _blocks(parts, {} if initial is None else initial, defaults=True):
            pass
    except CannotShow:
        return False
    return True


def view(
    task: Task,
    content: Content,
    *,
    origin: Origin | None = None,
    problems: Mapping[str, str] | None = None,
    initial: Json | None = None,
) -> Block:
    """Make the modal that asks for an answer.

    Args:
        task: The task.
        content: Its payload and what it asks.
        origin: Where it is opened from; the task alone by default.
        problems: What is wrong with what the person sent before, by block id.
        initial: What the person sent before; by default what the agent offers, then the schema.

    Raises:
        CannotShow: `can_show` says no.
    """
    parts = parts_of(content.response_schema)
    given = content.initial_response if initial is None else initial
    shown = [] if task.redact_payload else payload_blocks(content.payload, content.payload_schema)
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": _metadata(origin or Origin(task.id)),
        "title": plain_text("Answer", _LONGEST_TITLE),
        "submit": plain_text("Send answer", _LONGEST_TITLE),
        "close": plain_text("Cancel", _LONGEST_TITLE),
        "blocks": [
            heading(task.task),
            *shown,
            context(f"Answer before {moment(task.timeout_at)}"),
            *_told(problems or {}, parts),
            *_blocks(parts, given or {}, defaults=initial is None),
        ],
    }


def origin_of(shown: Mapping[str, Any]) -> Origin | None:
    """Return where a modal was opened from; None when it is not one of these.

    Args:
        shown: `view` of an interaction.
    """
    if shown.get("callback_id") != CALLBACK:
        return None
    try:
        found = json.loads(str(shown.get("private_metadata")))
        texts = [found[name] for name in ("task", "channel", "ts")]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(texts[0], str) or not all(isinstance(one, str | None) for one in texts):
        return None
    return Origin(*texts)


def working(text: str) -> Block:
    """Make the view that stands while something takes its time."""
    return _small("One moment", text)


def done(text: str) -> Block:
    """Make the view that says that all is well."""
    return _small("Done", text)


def failed(text: str) -> Block:
    """Make the view that says why something did not work, and what to do."""
    return _small("Not sent", text)


def _small(title: str, text: str) -> Block:
    return {
        "type": "modal",
        "callback_id": "ah_said",
        "title": plain_text(title, _LONGEST_TITLE),
        "close": plain_text("Close", _LONGEST_TITLE),
        "blocks": [section(text)],
    }


def _metadata(origin: Origin) -> str:
    return json.dumps({"task": origin.task_id, "channel": origin.channel, "ts": origin.ts})


def _blocks(parts: Sequence[Part], given: Any, *, defaults: bool) -> Iterator[Block]:
    """Make the blocks of a record and of those in it.

    Args:
        parts: What it holds.
        given: What it begins with.
        defaults: Whether the schema says what is not given.
    """
    for part in parts:
        value = _begins_with(part, given, defaults=defaults)
        if isinstance(part, Input):
            yield block(part, value)
        else:
            yield _heading(part)
            # In what may be left out, a default would look like something filled in.
            yield from _blocks(part.parts, value, defaults=defaults and not part.optional)


def _begins_with(part: Part, given: Any, *, defaults: bool) -> Any:
    holds = cast("Json", given) if isinstance(given, dict) else {}
    if part.field.name in holds:
        return holds[part.field.name]
    return part.field.default if defaults and part.field.has_default else MISSING


def _heading(group: Group) -> Block:
    said = [group.field.title or group.field.name, group.field.description]
    if group.optional:
        said.append("May be left empty.")
    return section("\n".join(filter(None, said)))


def _told(problems: Mapping[str, str], parts: tuple[Part, ...]) -> list[Block]:
    titles = {asked.block_id: asked.field.title for asked in inputs_in(parts)}
    said = [f"{titles.get(at) or 'Answer'}: {problem}" for at, problem in problems.items()]
    return [section("\n".join(["This answer was not taken.", *said]))] if said else []
