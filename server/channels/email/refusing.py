"""What a mail says that tells somebody that their reply was not taken. Pure.

Nothing of the reply is in it.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from ...tasks.deliveries import Why
from ...tasks.model import Status, Task
from ..showing import due, one_line, plain
from .render import Rendered, written

_LONGEST_SUBJECT = 150
_BECAUSE = "You get this because a reply to a mail about this task came from your address."
_REASONS: dict[Why, str] = {
    "settled": "The task was settled when it came.",
    "verifying": "Another answer was being checked when it came.",
    "not_theirs": "Somebody else had the task when it came.",
    "inactive": "You are not active in the directory of {host}.",
    "no_words": "There was no text in it but what it quotes, or a signature.",
}
_SETTLED: dict[Status, str] = {
    "completed": "The task had an answer before it came.",
    "cancelled": "No answer is needed any more: the task was cancelled.",
    "timed_out": "It came too late: the time for an answer ended on {deadline}.",
    "verification_exhausted": "As many answers as the task allows had been refused before it came.",
}
_ADVICE = {
    "over": "Nothing: the task takes no answer any more.",
    "inactive": "If you should answer, ask whoever runs {host} to activate you.",
    "not_theirs": "If you should answer, ask whoever runs {host} to assign the task to you.",
    "wait": "Wait a moment, then open the task: unless that answer is accepted, you can answer.",
    "reply": "Reply again, with your answer above what you quote, or open the task to answer.",
    "open": "Open the task and answer there.",
}


@dataclass(frozen=True)
class Refused:
    """A reply of one person that was not taken.

    Attributes:
        task: The task, as it is now.
        why: Why it was not.
        base_url: Where the server is.
        who: The person, as they know themselves: a name or an address.
        open_url: Where they may answer the task; None if they can't any more.
        over: Whether nobody can answer it any more.
        by_reply: Whether another reply will do.
    """

    task: Task
    why: Why
    base_url: str
    who: str
    open_url: str | None
    over: bool
    by_reply: bool


def render(told: Refused) -> Rendered:
    """Return the mail that says so, and why, and what to do."""
    names = {
        "host": urlsplit(told.base_url).netloc,
        "deadline": due(told.task.timeout_at),
    }
    title = one_line(told.task.task, _LONGEST_SUBJECT)
    subject = f"Your reply was not taken: {title}"
    reason = _REASONS[told.why]
    if told.why == "settled":
        reason = _SETTLED.get(told.task.status, reason)
    return written(
        "not_taken",
        {
            "subject": subject,
            "preview": reason.format(**names),
            "question": plain(told.task.task).strip(),
            "reason": reason.format(**names),
            "advice": _ADVICE[_advice(told)].format(**names),
            "open_url": told.open_url,
            "who": one_line(told.who, 320),
            "because": _BECAUSE,
            "host": names["host"],
        },
    )


def _advice(told: Refused) -> str:
    if told.over:
        return "over"
    if told.open_url is None:
        return "inactive" if told.why == "inactive" else "not_theirs"
    if told.task.status == "submitted":
        return "wait"
    return "reply" if told.by_reply else "open"
