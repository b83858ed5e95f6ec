"""The SDK's errors as Temporal's failures, so that they end a workflow instead of stalling it.

An exception that is not Temporal's fails only the workflow *task*, which is then tried again for
ever. So what ``await_human`` raises is both: ``except TaskTimeoutError`` catches it, and when
nothing does, the workflow fails with an application error of type ``TaskTimeoutError``.
"""

from __future__ import annotations

import sys
from typing import Any, cast

from temporalio import exceptions
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from awaithumans import errors
from awaithumans.errors import AwaitHumansError

_KINDS: dict[str, type[AwaitHumansError]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, AwaitHumansError)
}
# Values that a person typed in do not belong into a failure, which is shown and logged.
_KEPT_OUT = {"message", "response"}


def as_failure(error: AwaitHumansError) -> ApplicationError:
    """Return an error as one that ends a workflow when it is not caught.

    Its only detail is a dict of the error's attributes: ``code``, ``hint``, ``docs_url``,
    ``task_id`` and what else its kind has. A workflow that is retried would find the same task
    with the same end, so it is not retried for this.
    """
    return _failure(type(error), error.message, vars(error))


def from_failure(failure: BaseException | None) -> ApplicationError | None:
    """Return the error that an activity failed with, if it was one of the SDK's; else None."""
    if not isinstance(failure, ApplicationError) or not failure.details:
        return None
    kind, state = _KINDS.get(failure.type or ""), failure.details[0]
    if kind is None or not isinstance(state, dict):
        return None
    return _failure(kind, failure.message, cast("dict[str, Any]", state))


def not_created(error: ActivityError, timeout_seconds: int) -> FailureError:
    """Return what a workflow sees when the activity that creates a task has failed for good.

    One of the SDK's errors if it was one, ``ServerUnreachableError`` when the time was used up, and
    what is foreign to the SDK as it is.
    """
    cause = error.cause
    known = from_failure(cause)
    if known is not None or not isinstance(cause, exceptions.TimeoutError):
        return known or error
    reason = cause.message
    return as_failure(
        errors.ServerUnreachableError(
            f"The task could not be created within {timeout_seconds} s ({reason}).",
            server_url="",
            reason=reason,
            hint="Is a worker running that has awaithumans' activities?",
        )
    )


def as_activity_failure(error: AwaitHumansError) -> ApplicationError:
    """Return an error as one that Temporal retries an activity for, unless that is no use."""
    status = error.status_code if isinstance(error, errors.RequestError) else None
    passing = status is not None and (status == 429 or (status >= 500 and status != 501))
    return ApplicationError(
        error.message,
        _details(vars(error)),
        type=type(error).__name__,
        non_retryable=not (passing or isinstance(error, errors.ServerUnreachableError)),
    )


def _failure(kind: type[AwaitHumansError], message: str, state: dict[str, Any]) -> ApplicationError:
    both = _both(kind.__name__)
    failure = both.__new__(both, message)
    ApplicationError.__init__(
        failure, message, _details(state), type=kind.__name__, non_retryable=True
    )
    vars(failure).update(state)
    return failure


def _details(state: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name not in _KEPT_OUT}


def _both(name: str) -> type[ApplicationError]:
    """Return a class that is this kind of error and Temporal's application error as well.

    A workflow may have loaded ``awaithumans.errors`` into its sandbox, and the adapter from outside
    of it; then there are two classes of this name, and whichever it catches is meant.
    """
    loaded = [sys.modules.get(errors.__name__), errors]
    kinds = [getattr(module, name) for module in dict.fromkeys(loaded) if module is not None]
    return cast("type[ApplicationError]", type(name, (*kinds, ApplicationError), {}))
