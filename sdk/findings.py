"""What the verifier said about an answer, as the task tells it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from awaithumans.wire import AuditEntry, PollResult, Task

# A model wrote it, and a person may have made it: a log's line must stay one line, and readable.
_LONGEST_REASON = 2000
_NO_VERDICT = {"failed": "could not be verified", "not_understood": "was not understood"}


def refusal(task: Task | PollResult) -> str:
    """Return why the verifier refused the last answer; empty if it did not, or nobody knows."""
    verdict = task.verdict if isinstance(task, Task) else None
    if verdict is None or verdict.outcome != "refused":
        return ""
    return one_line(verdict.reason, _LONGEST_REASON)


def warning(task: Task) -> str | None:
    """Return the line for the agent's log about the verifier's last word; None if it passed."""
    verdict = task.verdict
    if verdict is None or verdict.outcome == "passed":
        return None
    if verdict.outcome != "refused":
        return f"an answer to {task.id} {_NO_VERDICT[verdict.outcome]}: {_reason(verdict.reason)}"
    return _refused(task.id, verdict.attempt, task.max_attempts, verdict.reason)


def missed(history: Iterable[AuditEntry], heard: int, most: int | None) -> Iterator[str]:
    """Yield the lines about the refusals that a task's history tells of.

    Args:
        history: What happened to the task, oldest first.
        heard: How many attempts were told of already.
        most: How many attempts there are.
    """
    for entry in history:
        attempt = entry.extra_data.get("attempt")
        if entry.action == "rejected" and isinstance(attempt, int) and attempt > heard:
            yield _refused(entry.task_id, attempt, most, str(entry.extra_data.get("reason") or ""))


def _refused(task_id: str, attempt: int, most: int | None, reason: str) -> str:
    which = str(attempt) if most is None else f"{attempt} of {most}"
    return f"answer {which} to {task_id} was refused by the verifier: {_reason(reason)}"


def _reason(said: str) -> str:
    return one_line(said, _LONGEST_REASON) or "it gave no reason"


def one_line(text: str, longest: int) -> str:
    """Return a text as one line of so many characters that cannot steer a terminal."""
    plain = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    line = " ".join(plain.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
