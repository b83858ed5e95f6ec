"""Every way in which the server says no: one tree, a stable code each.

A message says what happened, why, and what to do next. The page of each code is made from the
class docstrings, so they speak to the user.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field at fault: the way to it, and what is wrong; never its value."""

    loc: tuple[str | int, ...]
    msg: str


class Refusal(Exception):
    """The base of every refusal; `status` is the HTTP status and `code` the stable name."""

    status: ClassVar[int]
    code: ClassVar[str]
    retry_after: ClassVar[int | None] = None

    def __init__(self, message: str, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)


class BadRequest(Refusal):
    """What arrived is not an HTTP request.

    The connection is closed. Use an HTTP client.
    """

    status = 400
    code = "BAD_REQUEST"

    def __init__(self) -> None:
        super().__init__("This is not an HTTP request that can be read. Use an HTTP client.")


class Unauthorized(Refusal):
    """No valid credentials came with the request.

    Send `Authorization: Bearer` with the server's admin token (`AWAITHUMANS_ADMIN_API_TOKEN`), or
    sign in. `awaithumans dev` writes its token to `~/.awaithumans-dev.json` for the SDK to find.
    """

    status = 401
    code = "UNAUTHORIZED"

    def __init__(
        self,
        message: str = "No valid credentials. Send the admin token as a bearer token, or sign in.",
    ) -> None:
        super().__init__(message)


class InvalidCredentials(Refusal):
    """The address or the password is wrong.

    Which of the two is not said. An operator can set a new password.
    """

    status = 401
    code = "INVALID_CREDENTIALS"

    def __init__(self) -> None:
        super().__init__("The address or the password is wrong.")


class Forbidden(Refusal):
    """The credentials are good, but not for this.

    The message says who may. Ask an operator, or use other credentials.
    """

    status = 403
    code = "FORBIDDEN"


class SetupTokenInvalid(Refusal):
    """The setup token is not one that the server printed.

    Restart the server: while there is no operator, it prints a new one at each start.
    """

    status = 403
    code = "SETUP_TOKEN_INVALID"

    def __init__(self) -> None:
        super().__init__(
            "This is not the setup token that the server printed at its last start. "
            "Restart it to get a new one."
        )


class NotFound(Refusal):
    """There is nothing at this path.

    `/api/docs` lists every path.
    """

    status = 404
    code = "NOT_FOUND"


class TaskNotFound(Refusal):
    """There is no task with this id.

    It may have been deleted, or belong to another server or database.
    """

    status = 404
    code = "TASK_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__(
            "There is no task with this id. It may have been deleted, or belong to another server."
        )


class MethodNotAllowed(Refusal):
    """The path is there, but not for this method.

    The header `Allow` lists the methods that it takes.
    """

    status = 405
    code = "METHOD_NOT_ALLOWED"


class TaskAlreadySettled(Refusal):
    """The task is completed, timed out, cancelled or exhausted: nothing changes it any more.

    The message says how it settled. A task settles once; whoever comes second gets this.
    """

    status = 409
    code = "TASK_ALREADY_SETTLED"


class TaskAlreadyClaimed(Refusal):
    """Somebody else has this task.

    The first to claim a task has it. An operator can reassign it.
    """

    status = 409
    code = "TASK_ALREADY_CLAIMED"


class IdempotencyKeyReused(Refusal):
    """The idempotency key belongs to a task with another `task`, `payload` or `response_schema`.

    Use a new key for new content. The SDK's default key is made from the content.
    """

    status = 409
    code = "IDEMPOTENCY_KEY_REUSED"

    def __init__(self) -> None:
        super().__init__(
            "This idempotency key belongs to a task with another task, payload or "
            "response_schema. Use a new key for new content."
        )


class NoMatchingAssignee(Refusal):
    """Nobody in the directory matches.

    The task stays with whoever has it. Name somebody else, or add a person who matches.
    """

    status = 409
    code = "NO_MATCHING_ASSIGNEE"

    def __init__(self) -> None:
        super().__init__(
            "Nobody in the directory matches; the task stays with whoever has it. "
            "Name somebody else."
        )


class SetupClosed(Refusal):
    """There is an operator already, so the first-run setup is closed for good.

    Sign in, or ask an operator to add you.
    """

    status = 409
    code = "SETUP_CLOSED"

    def __init__(self) -> None:
        super().__init__("There is an operator already. Sign in, or ask an operator to add you.")


class BodyTooLarge(Refusal):
    """The body of the request is over 5 MiB.

    Send a link to the document instead of the document.
    """

    status = 413
    code = "BODY_TOO_LARGE"

    def __init__(self) -> None:
        super().__init__(
            "The body is over 5 MiB. Send a link to the document instead of the document."
        )


class ValidationFailed(Refusal):
    """The request breaks the contract.

    `errors` names each field. Unknown fields, more than 64 levels of nesting, NaN, the character
    NUL and lone surrogates are refused too.
    """

    status = 422
    code = "VALIDATION_ERROR"


class SchemaInvalid(Refusal):
    """`payload_schema` or `response_schema` is not a usable JSON Schema (2020-12).

    References must stay within the schema; none is ever fetched. Patterns and references that
    could take very long to check are refused.
    """

    status = 422
    code = "SCHEMA_INVALID"


class PayloadInvalid(Refusal):
    """The payload does not satisfy `payload_schema`.

    `errors` names each field.
    """

    status = 422
    code = "PAYLOAD_INVALID"


class ResponseInvalid(Refusal):
    """The answer does not satisfy the task's `response_schema`.

    `errors` names each field; correct them and send the answer again. The task is still open.
    """

    status = 422
    code = "RESPONSE_INVALID"


class InternalError(Refusal):
    """The server made a mistake.

    Nothing was changed. The server's log has the details.
    """

    status = 500
    code = "INTERNAL_ERROR"

    def __init__(self) -> None:
        super().__init__("The server made a mistake; nothing was changed. Its log has the details.")


class MarketplaceNotAvailable(Refusal):
    """`assign_to.marketplace` is reserved; there is no marketplace yet.

    Name a person, a pool or a role.
    """

    status = 501
    code = "MARKETPLACE_NOT_AVAILABLE"

    def __init__(self) -> None:
        super().__init__(
            "There is no marketplace yet. Name a person, a pool or a role in assign_to."
        )


class FeatureNotAvailable(Refusal):
    """The request asks for a part of the product that this server does not have yet.

    The message names the field; leave it out.
    """

    status = 501
    code = "FEATURE_NOT_AVAILABLE"


class StorageUnavailable(Refusal):
    """The database does not answer, is locked, or its disk is full.

    Nothing was changed. Try again after the seconds in `Retry-After`.
    """

    status = 503
    code = "STORAGE_UNAVAILABLE"
    retry_after = 2

    def __init__(self) -> None:
        super().__init__(
            "The database does not answer; nothing was changed. Try again in a moment."
        )


class NotReady(Refusal):
    """A part of the server does not answer.

    The message names it. Try again after the seconds in `Retry-After`.
    """

    status = 503
    code = "NOT_READY"
    retry_after = 2


def every_refusal() -> list[type[Refusal]]:
    """Return each kind of refusal, by status and code."""
    return sorted(Refusal.__subclasses__(), key=lambda kind: (kind.status, kind.code))
