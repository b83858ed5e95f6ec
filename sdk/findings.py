"""What the verifier said about an answer, as the task tells it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel

from awaithumans.wire import PollResult, Task

# A model wrote it, and a person may have made it: a log's line must stay one line, and readable.
_LONGEST_REASON = 2000


@dataclass(frozen=True)
class Finding:
    """What the verifier said last.

    Attributes:
        outcome: ``passed``, ``refused``, or ``failed`` when the model gave no verdict.
        reason: Why; one line.
        attempt: Which answer it was, from 1; None when it was not counted.
        max_attempts: How many answers may be refused; None when the server did not say.
    """

    outcome: str
    reason: str
    attempt: int | None
    max_attempts: int | None


def finding(task: Task | PollResult) -> Finding | None:
    """Return what the verifier said last; None if it said nothing, or this does not tell."""
    told: Any = getattr(task, "verdict", None)
    plain: Any = told.model_dump(mode="json") if isinstance(told, BaseModel) else told
    if not isinstance(plain, dict):
        return None
    said = cast("dict[str, Any]", plain)
    return Finding(
        outcome=str(said.get("outcome")),
        reason=one_line(str(said.get("reason") or ""), _LONGEST_REASON),
        attempt=_number(said.get("attempt")),
        max_attempts=_number(getattr(task, "max_attempts", None)),
    )


def refusal(task: Task | PollResult) -> str:
    """Return why the verifier refused the last answer; empty if it did not, or nobody knows."""
    said = finding(task)
    return said.reason if said is not None and said.outcome == "refused" else ""


def warning(task: Task) -> str | None:
    """Return the line for the agent's log about the verifier's last word; None if it passed."""
    said = finding(task)
    if said is None or said.outcome == "passed":
        return None
    reason = said.reason or "it gave no reason"
    if said.outcome != "refused":
        return f"an answer to {task.id} could not be verified: {reason}"
    attempt = said.attempt or task.verification_attempt
    which = f"{attempt} of {said.max_attempts}" if said.max_attempts else f"{attempt}"
    return f"answer {which} to {task.id} was refused by the verifier: {reason}"


def one_line(text: str, longest: int) -> str:
    """Return a text as one line of so many characters that cannot steer a terminal."""
    plain = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    line = " ".join(plain.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
