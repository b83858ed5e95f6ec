"""What the verifier said about an answer, as the task tells it."""

from __future__ import annotations

import unicodedata

from awaithumans.wire import PollResult, Task

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
    reason = one_line(verdict.reason, _LONGEST_REASON) or "it gave no reason"
    if verdict.outcome != "refused":
        return f"an answer to {task.id} {_NO_VERDICT[verdict.outcome]}: {reason}"
    which = f"{verdict.attempt} of {task.max_attempts}"
    return f"answer {which} to {task.id} was refused by the verifier: {reason}"


def one_line(text: str, longest: int) -> str:
    """Return a text as one line of so many characters that cannot steer a terminal."""
    plain = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    line = " ".join(plain.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
