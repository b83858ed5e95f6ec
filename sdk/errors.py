"""Everything the SDK raises: one tree, stable codes, and what to do next."""

from __future__ import annotations

from typing import Any, ClassVar, TypedDict

_DOCS = "http://localhost:3001/api/docs"


class FieldFault(TypedDict):
    """One field at fault; the value itself is never repeated."""

    loc: list[str | int]
    """The way to the field, from the outside inwards."""
    msg: str
    """What is wrong with it."""


def _rebuild(kind: type[AwaitHumansError], message: str, state: dict[str, Any]) -> AwaitHumansError:
    error = kind.__new__(kind, message)
    error.__dict__.update(state)
    return error


class AwaitHumansError(Exception):
    """The base of every error that the SDK raises.

    ``str(error)`` is the message followed by the hint. Errors can be pickled and copied, so they
    cross process boundaries (Celery, multiprocessing) whole.

    Attributes:
        code: A stable name for programs, such as ``TASK_TIMEOUT``; the server's own
            ``error_code`` where the server refused something.
        message: What happened, in one or two sentences.
        hint: What to do about it; empty when the message says it all.
        docs_url: A page about this code, served by the awaithumans server itself.
    """

    default_code: ClassVar[str] = "AWAITHUMANS_ERROR"

    def __init__(
        self, message: str, *, code: str = "", hint: str = "", docs_url: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint
        self.docs_url = docs_url or f"{_DOCS}#{self.code}"

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.__dict__.copy())


class ConfigurationError(AwaitHumansError):
    """An address, a key, a verifier or the discovery file cannot be used as it is, or is missing.

    Codes: ``SERVER_URL_INVALID``, ``API_KEY_INVALID``, ``DISCOVERY_FILE_INVALID``,
    ``PAYLOAD_KEY_INVALID``, ``CALLBACK_URL_MISSING``, ``VERIFIER_INVALID``.
    """

    default_code = "CONFIGURATION_INVALID"


class MarketplaceNotAvailableError(AwaitHumansError):
    """``assign_to={"marketplace": True}`` was used; there is no marketplace yet."""

    default_code = "MARKETPLACE_NOT_AVAILABLE"


class ServerUnreachableError(AwaitHumansError):
    """The server could not be reached for as long as it made sense to try.

    Attributes:
        server_url: Where the server was looked for.
        reason: How the last attempt failed.
        task_id: The task that was waited for; None when none had been created yet.
    """

    default_code = "SERVER_UNREACHABLE"

    def __init__(
        self,
        message: str,
        *,
        server_url: str,
        reason: str,
        task_id: str | None = None,
        hint: str = "",
        docs_url: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, docs_url=docs_url)
        self.server_url = server_url
        self.reason = reason
        self.task_id = task_id


class RequestError(AwaitHumansError):
    """A request was refused.

    Attributes:
        status_code: The HTTP status; None when it was refused before anything was sent.
        errors: The fields at fault, if it was a matter of fields.
        task_id: The task that it was about; None when there was none.
    """

    default_code = "REQUEST_FAILED"

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        errors: list[FieldFault] | None = None,
        task_id: str | None = None,
        code: str = "",
        hint: str = "",
        docs_url: str | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint, docs_url=docs_url)
        self.status_code = status_code
        self.errors = errors or []
        self.task_id = task_id


class TaskCreateError(RequestError):
    """The task was not created: refused by the server, or wrong before it was sent."""

    default_code = "TASK_CREATE_FAILED"


class PollError(RequestError):
    """The server refused to say where the task stands."""

    default_code = "POLL_FAILED"


class TaskNotFoundError(RequestError):
    """The server does not know the task (any more): deleted, or another database."""

    default_code = "TASK_NOT_FOUND"


class TaskTimeoutError(AwaitHumansError):
    """Nobody answered in time.

    Attributes:
        task_id: The task that timed out.
        timeout_seconds: How long people had, in seconds.
    """

    default_code = "TASK_TIMEOUT"

    def __init__(
        self,
        message: str,
        *,
        task_id: str,
        timeout_seconds: int,
        hint: str = "",
        docs_url: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, docs_url=docs_url)
        self.task_id = task_id
        self.timeout_seconds = timeout_seconds


class TaskCancelledError(AwaitHumansError):
    """The task was withdrawn, by an agent or an operator.

    Attributes:
        task_id: The task that was cancelled.
    """

    default_code = "TASK_CANCELLED"

    def __init__(
        self, message: str, *, task_id: str, hint: str = "", docs_url: str | None = None
    ) -> None:
        super().__init__(message, hint=hint, docs_url=docs_url)
        self.task_id = task_id


class VerificationExhaustedError(AwaitHumansError):
    """The verifier refused as many answers as it was allowed to.

    Attributes:
        task_id: The task whose answers were refused.
        attempts: How many answers were checked.
        reason: Why the last of them was refused; empty when the server did not say.
    """

    default_code = "VERIFICATION_EXHAUSTED"

    def __init__(
        self,
        message: str,
        *,
        task_id: str,
        attempts: int,
        reason: str = "",
        hint: str = "",
        docs_url: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, docs_url=docs_url)
        self.task_id = task_id
        self.attempts = attempts
        self.reason = reason


class SchemaValidationError(AwaitHumansError):
    """The answer that came back is not a ``response_schema``.

    The message names the fields and never their values; the values are in ``response``.

    Attributes:
        task_id: The task that was answered.
        errors: The fields at fault.
        response: The answer as it came; None when there was none.
    """

    default_code = "SCHEMA_VALIDATION_FAILED"

    def __init__(
        self,
        message: str,
        *,
        task_id: str,
        errors: list[FieldFault],
        response: dict[str, Any] | None,
        hint: str = "",
        docs_url: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, docs_url=docs_url)
        self.task_id = task_id
        self.errors = errors
        self.response = response
