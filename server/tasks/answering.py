"""What becomes of an answer: it settles the task, or a verifier is asked first. Pure."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from ..clock import rfc3339
from .history import entry
from .holders import refuse_others
from .model import SYSTEM, Action, Actor, Json, Judgement, Task
from .transitions import NO_ANSWER, Change, changed, next_status


def complete(task: Task, response: Json, actor: Actor, now: datetime) -> Change:
    """Settle the task with an answer that is known to satisfy its schema, or have it verified.

    Raises:
        TaskAlreadySettled: Somebody, a cancel or the clock was first.
        VerificationInProgress: An answer is being verified.
        Forbidden: A reviewer answers, and somebody else has it.
    """
    if task.verifier is not None:
        return _submitted(task, actor, now, response=response)
    status = next_status(task, "complete")
    refuse_others(task, actor)
    return changed(
        task,
        status,
        "completed",
        actor,
        now,
        extra={} if task.redact_payload else {"response": response},
        response=response,
        completed_at=now,
        **_answered_by(actor),
    )


def say(task: Task, said: str, actor: Actor, now: datetime, mail: str | None = None) -> Change:
    """Have the verifier understand an answer in plain words, and verify it.

    `mail` is what tells the mail that it came by from any other; the history keeps it.

    Raises:
        TaskAlreadySettled, VerificationInProgress, Forbidden: As for `complete`.
    """
    by = {} if mail is None else {"mail": mail}
    return replace(_submitted(task, actor, now, said=said, **by), said=said)


def _submitted(task: Task, actor: Actor, now: datetime, **answer: Any) -> Change:
    """Keep an answer until its verdict."""
    status = next_status(task, "submit")
    refuse_others(task, actor)
    kept: Json = {"response": answer.get("response"), **_answered_by(actor)}
    return changed(task, status, "submitted", actor, now, extra=answer, **kept)


def judge(task: Task, judgement: Judgement, now: datetime) -> Change:
    """Act on a verdict: complete the task, open it again, or give it up after the last attempt.

    What was answered before the deadline is honoured, whenever its verdict comes.

    Raises:
        TaskAlreadySettled: Nothing waits for a verdict.
    """
    attempt = task.verification_attempt + 1
    said = _verdict("passed" if judgement.passed else "refused", judgement, attempt, now)
    extra = {"reason": judgement.reason, "fields": said["fields"], "attempt": attempt}
    task = replace(task, verification_attempt=attempt, verdict=said)
    extra |= judgement.details
    if judgement.passed:
        return _passed(task, judgement, extra, now)
    last = attempt >= task.max_attempts
    status = next_status(task, "exhaust" if last else "refuse")
    action: Action = "verification_exhausted" if last else "rejected"
    change = changed(task, status, action, SYSTEM, now, extra=extra, **NO_ANSWER)
    return change if last else replace(change, ask_again=_answered_by_mail(task))


def _passed(task: Task, judgement: Judgement, extra: Json, now: datetime) -> Change:
    status = next_status(task, "pass")
    # What somebody answered by the form is theirs: no model has a say in it.
    response = judgement.response if task.response is None else task.response
    verified = entry(task, "verified", "verified", SYSTEM, now, **extra)
    task = replace(task, status="verified")
    answer = {"response": response}
    completed = changed(
        task, status, "completed", SYSTEM, now, extra=answer, completed_at=now, **answer
    )
    return replace(completed, entries=(verified, *completed.entries))


def unverified(
    task: Task, outcome: Literal["failed", "not_understood"], judgement: Judgement, now: datetime
) -> Change:
    """Open the task again without a verdict: none could be had, or nothing was understood.

    It costs no attempt.

    Raises:
        TaskAlreadySettled: Nothing waits for a verdict.
    """
    status = next_status(task, "give_up")
    verdict = _verdict(outcome, judgement, task.verification_attempt, now)
    action: Action = "verification_failed" if outcome == "failed" else "not_understood"
    extra = {"reason": judgement.reason, "fields": verdict["fields"]} | judgement.details
    kept: Json = {"verdict": verdict, **NO_ANSWER}
    change = changed(task, status, action, SYSTEM, now, extra=extra, **kept)
    return replace(change, ask_again=_answered_by_mail(task))


def _verdict(outcome: str, judgement: Judgement, attempt: int, now: datetime) -> Json:
    return {
        "outcome": outcome,
        "reason": judgement.reason,
        "fields": [{"loc": list(loc), "msg": msg} for loc, msg in judgement.fields],
        "attempt": attempt,
        "model": judgement.details.get("model"),
        "at": rfc3339(now),
    }


def _answered_by(actor: Actor) -> Json:
    return {
        "completed_by_email": actor.email,
        "completed_by_user_id": actor.user_id,
        "completed_via_channel": actor.channel,
    }


def _answered_by_mail(task: Task) -> str | None:
    """Return the address of whoever answered by mail, and hears by mail that it was no answer."""
    return task.completed_by_email if task.completed_via_channel == "email" else None
