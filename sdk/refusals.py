"""From what a server refused, or did not answer, to the error that the caller sees."""

from __future__ import annotations

from typing import TypeVar

from awaithumans.discovery import Endpoint
from awaithumans.errors import (
    AwaitHumansError,
    FieldFault,
    MarketplaceNotAvailableError,
    PollError,
    RequestError,
    ServerUnreachableError,
    TaskCreateError,
    TaskNotFoundError,
)
from awaithumans.transport import Refused, Unreachable
from awaithumans.wire import ErrorResponse

E = TypeVar("E", bound=RequestError)


def create_error(refused: Refused, endpoint: Endpoint) -> AwaitHumansError:
    """Return the error for a ``createTask`` that was refused."""
    if refused.error and refused.error.error_code == MarketplaceNotAvailableError.default_code:
        return MarketplaceNotAvailableError(refused.error.message, docs_url=refused.error.docs)
    return _error(TaskCreateError, refused, endpoint)


def poll_error(refused: Refused, endpoint: Endpoint, task_id: str) -> RequestError:
    """Return the error for a ``pollTask`` that was refused."""
    kind = TaskNotFoundError if refused.status == 404 else PollError
    return _error(kind, refused, endpoint, task_id)


def request_error(refused: Refused, endpoint: Endpoint, task_id: str | None) -> RequestError:
    """Return the error for any other call that was refused."""
    missing = refused.status == 404 and task_id is not None
    return _error(TaskNotFoundError if missing else RequestError, refused, endpoint, task_id)


def unreachable_error(
    outcome: Refused | Unreachable, endpoint: Endpoint, task_id: str | None = None
) -> ServerUnreachableError:
    """Return the error for a server that did not answer, or only through a proxy's apology."""
    reason = outcome.reason if isinstance(outcome, Unreachable) else _apology(outcome)
    code = ServerUnreachableError.default_code
    return ServerUnreachableError(
        f"No answer from {endpoint.server_url} ({reason}).",
        server_url=endpoint.server_url,
        reason=reason,
        task_id=task_id,
        hint=f"The address came from {endpoint.url_source}. Is the server running? "
        "`awaithumans dev` starts one; AWAITHUMANS_URL or server_url= names another.",
        docs_url=endpoint.docs(code),
    )


def _apology(refused: Refused) -> str:
    said = refused.error.message if refused.error else refused.text
    return f"it answered {refused.status}: {said}" if said else f"it answered {refused.status}"


def _error(kind: type[E], refused: Refused, endpoint: Endpoint, task_id: str | None = None) -> E:
    error = refused.error
    code = error.error_code if error else ""
    if not error and kind is TaskNotFoundError:
        code = TaskNotFoundError.default_code
    return kind(
        _message(error, refused, endpoint),
        status_code=refused.status,
        errors=_faults(error),
        task_id=task_id,
        code=code,
        hint=_hint(refused, endpoint),
        docs_url=error.docs if error else endpoint.docs(code or kind.default_code),
    )


def _message(error: ErrorResponse | None, refused: Refused, endpoint: Endpoint) -> str:
    if error is None:
        said = f" ({refused.text})" if refused.text else ""
        return (
            f"{endpoint.server_url} answered {refused.status} with something that is not "
            f"awaithumans' answer{said}."
        )
    # VALIDATION_ERROR names its first field in the message already.
    named = [f for f in _faults(error) if f["msg"] not in error.message]
    fields = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in named)
    return f"{error.message} {fields}".rstrip()


def _faults(error: ErrorResponse | None) -> list[FieldFault]:
    found = (error.errors or []) if error else []
    return [FieldFault(loc=list(fault.loc), msg=fault.msg) for fault in found]


def _hint(refused: Refused, endpoint: Endpoint) -> str:
    if refused.status == 401:
        return _no_key() if endpoint.api_key is None else _wrong_key(endpoint)
    if refused.status == 403:
        return f"The key came from {endpoint.key_source}; the server's admin token may do more."
    if 300 <= refused.status < 400:
        where = refused.headers.get("location", "another address")
        return f"It redirects to {where}; redirects are not followed, so name the final address."
    if refused.error is None and refused.status < 500:
        return f"The address came from {endpoint.url_source}: is an awaithumans server there?"
    return ""


def _no_key() -> str:
    return (
        "No key was sent. Set AWAITHUMANS_ADMIN_API_TOKEN (or pass api_key=) to the admin token "
        "of the server or to an API key; for a local one, `awaithumans dev` leaves its token where "
        "it is found by itself."
    )


def _wrong_key(endpoint: Endpoint) -> str:
    return (
        f"The key came from {endpoint.key_source} and is neither this server's admin token nor an "
        "API key that is good (any more): one that was revoked or has expired is not; "
        f"the server's address came from {endpoint.url_source}."
    )
