"""The pages that links in messages lead to: looking changes nothing, confirming does."""

import re
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from ..auth.links import Asked
from ..auth.tokens import new_token
from ..channels.showing import due, lines, one_line, plain
from ..errors import (
    Forbidden,
    LinkInvalid,
    ResponseInvalid,
    StorageUnavailable,
    TaskAlreadySettled,
    TaskNotFound,
    ValidationFailed,
    VerificationInProgress,
)
from ..forms.choices import MOST, Choice, choices
from ..tasks.history import how_it_settled
from ..tasks.model import Task
from .cookies import TASK, keep_task, kept
from .papers import PaperRoute, paper, told
from .parameters import Number
from .parts import Having, Parts
from .refusals import refuses_with_pages
from .system import text

_OPEN = "/api/links/{token}"
_ANSWER = "/api/channels/email/action/{token}"
_SEE_OTHER = 303
# For how many seconds a person waits for the verdict on an answer before they are let go.
_PATIENCE = 20.0
_LONGEST_LABEL = 100
# What the page that asks to open a task has of its own, and its form sends.
_A_PRESS = re.compile(r"[\w-]{43}", re.ASCII)
_LONGEST_FORM = 1000

Token = Annotated[str, Path(min_length=1, max_length=64)]
Chosen = Annotated[Number, Query(ge=0, le=MOST - 1)]
_PAGE = text("text/html")
_FORM = {"type": "object", "properties": {"press": {"type": "string"}}}
_PRESSED: dict[str, Any] = {
    "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": _FORM}}}
}
_LED: dict[int | str, dict[str, Any]] = {_SEE_OTHER: {"description": "See other"}}
_LOOKING = _PAGE | _LED | refuses_with_pages(LinkInvalid, ValidationFailed, StorageUnavailable)
_FOLLOWING = refuses_with_pages(LinkInvalid, ValidationFailed, StorageUnavailable, Forbidden)
_CHOOSING = _PAGE | refuses_with_pages(
    *(LinkInvalid, ValidationFailed, StorageUnavailable, Forbidden),
    *(TaskAlreadySettled, VerificationInProgress),
)
_CONFIRMING = _PAGE | refuses_with_pages(
    *(LinkInvalid, ValidationFailed, StorageUnavailable, Forbidden),
    *(TaskAlreadySettled, VerificationInProgress, TaskNotFound, ResponseInvalid),
)

routes = APIRouter(route_class=PaperRoute)


@routes.get(
    _OPEN,
    operation_id="showLink",
    tags=["links"],
    response_class=Response,
    responses=_LOOKING,
)
async def show_link(token: Token, request: Request, parts: Having) -> Response:
    """Ask whether to open a task; a browser that followed the link before is led there."""
    return await _show(token, request, parts)


@routes.head(
    _OPEN,
    operation_id="headLink",
    tags=["links"],
    response_class=Response,
    responses=_LOOKING,
)
async def head_link(token: Token, request: Request, parts: Having) -> Response:
    """Return the head of that page."""
    return await _show(token, request, parts)


@routes.post(
    _OPEN,
    operation_id="followLink",
    tags=["links"],
    status_code=_SEE_OTHER,
    response_class=Response,
    responses=_FOLLOWING,
    openapi_extra=_PRESSED,
)
async def follow_link(token: Token, request: Request, parts: Having) -> Response:
    """Use the link up, and lead the browser to the task."""
    known = await parts.links.followed(token, kept(request, TASK, parts.base_url))
    if known is not None:
        return _to_task(known)
    followed = await parts.links.follow(token, _press(await request.body()))
    response = _to_task(followed.task_id)
    keep_task(response, followed, parts.base_url)
    return response


@routes.get(
    _ANSWER,
    operation_id="showEmailAction",
    tags=["email"],
    response_class=Response,
    responses=_CHOOSING,
)
async def show_email_action(token: Token, choice: Chosen, parts: Having) -> Response:
    """Ask whether to give an answer."""
    return await _ask(token, choice, parts)


@routes.head(
    _ANSWER,
    operation_id="headEmailAction",
    tags=["email"],
    response_class=Response,
    responses=_CHOOSING,
)
async def head_email_action(token: Token, choice: Chosen, parts: Having) -> Response:
    """Return the head of that page."""
    return await _ask(token, choice, parts)


@routes.post(
    _ANSWER,
    operation_id="confirmEmailAction",
    tags=["email"],
    response_class=Response,
    responses=_CONFIRMING,
)
async def confirm_email_action(token: Token, choice: Chosen, parts: Having) -> Response:
    """Give the answer."""
    try:
        asked = await parts.links.question(token)
        chosen = _chosen(asked, choice)
        full = await parts.tasks.complete(asked.task.id, chosen.response, asked.actor, _PATIENCE)
    except (TaskAlreadySettled, VerificationInProgress):
        # Of two presses on one button, a browser shows what the second one led to.
        before = await parts.links.look(token, "answer")
        if before is None or not before.gave(_chosen(before, choice).response):
            raise
        return _result(before, before.task, _chosen(before, choice))
    return _result(asked, full.task, chosen)


async def _show(token: str, request: Request, parts: Parts) -> Response:
    known = await parts.links.followed(token, kept(request, TASK, parts.base_url))
    if known is not None:
        return _to_task(known)
    asked = await parts.links.invitation(token)
    words = {"question": plain(asked.task.task).strip(), "who": asked.named, "press": new_token()}
    return paper("open.html.j2", "Open a task", deadline=due(asked.task.timeout_at), **words)


def _press(body: bytes) -> str | None:
    """Return what the page had of its own, if it is what such a page has."""
    found = parse_qs(body[:_LONGEST_FORM].decode("ascii", "replace")).get("press", [""])[-1]
    return found if _A_PRESS.fullmatch(found) else None


async def _ask(token: str, choice: int, parts: Parts) -> Response:
    asked = await parts.links.question(token)
    return paper(
        "answer.html.j2",
        "Confirm your answer",
        choice=one_line(_chosen(asked, choice).label, _LONGEST_LABEL),
        question=plain(asked.task.task).strip(),
        who=asked.named,
        deadline=due(asked.task.timeout_at),
        payload=lines(asked.content.payload, asked.content.payload_schema),
    )


def _chosen(asked: Asked, choice: int) -> Choice:
    """Return the answer that was chosen.

    Raises:
        ValidationFailed: The task has no such answer.
    """
    offered = choices(asked.content.response_schema)
    if choice >= len(offered):
        raise ValidationFailed(
            "This task has no such answer. Use a button of the message, as it came."
        )
    return offered[choice]


def _to_task(task_id: str) -> Response:
    return RedirectResponse(f"/task?id={task_id}", _SEE_OTHER)


def _result(asked: Asked, task: Task, chosen: Choice) -> Response:
    """Return what became of an answer, in words."""
    label = one_line(chosen.label, _LONGEST_LABEL)
    reason = str((task.verdict or {}).get("reason") or "It gives no reason.")
    mailed = asked.link.channel == "email"
    again = f"you {'get another mail' if mailed else 'can go back to Slack'}, to answer again."
    match task.status:
        case "completed":
            return told("Thank you", f"Your answer was recorded: {label}.")
        case "submitted":
            return told(
                "Thank you",
                f"Your answer is being checked: {label}.",
                f"If it is not accepted, {again}",
            )
        case "rejected":
            return told("Your answer was not accepted", reason, f"In a moment {again}")
        case "in_progress":
            return told("Your answer could not be checked", reason, f"In a moment {again}")
        case "verification_exhausted":
            over = "It was the last attempt: nobody can answer this task any more."
            return told("Your answer was not accepted", reason, over)
        case _:
            return told("This task is over", f"It {how_it_settled(task)}.")
