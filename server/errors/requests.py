"""Refusals of a request as such, and of a server that can't do its work."""

from .base import Refusal


class BadRequest(Refusal):
    """What arrived is not an HTTP request.

    The connection is closed. Use an HTTP client.
    """

    status = 400
    code = "BAD_REQUEST"

    def __init__(self) -> None:
        super().__init__("This is not an HTTP request that can be read. Use an HTTP client.")


class NotFound(Refusal):
    """There is nothing at this path.

    `/api/docs` lists every path.
    """

    status = 404
    code = "NOT_FOUND"


class MethodNotAllowed(Refusal):
    """The path is there, but not for this method.

    The header `Allow` lists the methods that it takes.
    """

    status = 405
    code = "METHOD_NOT_ALLOWED"


class BodyTooLarge(Refusal):
    """The body of the request is over 5 MiB; what Slack sends, over 1 MiB.

    Send a link to the document instead of the document.
    """

    status = 413
    code = "BODY_TOO_LARGE"

    def __init__(self, largest: str = "5 MiB") -> None:
        super().__init__(
            f"The body is over {largest}. Send a link to the document instead of the document."
        )


class ValidationFailed(Refusal):
    """The request breaks the contract.

    `errors` names each field. Unknown fields, more than 64 levels of nesting, NaN, the character
    NUL and lone surrogates are refused too.
    """

    status = 422
    code = "VALIDATION_ERROR"


class FeatureNotAvailable(Refusal):
    """The request asks for a part of the product that this server does not have yet.

    The message names the field; leave it out.
    """

    status = 501
    code = "FEATURE_NOT_AVAILABLE"


class InternalError(Refusal):
    """The server made a mistake.

    Nothing was changed. The server's log has the details.
    """

    status = 500
    code = "INTERNAL_ERROR"

    def __init__(self, request_id: str | None = None) -> None:
        where = "" if request_id is None else f" under the request id {request_id}"
        super().__init__(
            f"The server made a mistake; nothing was changed. Its log has the details{where}."
        )


class StorageUnavailable(Refusal):
    """The database does not answer, is locked, or its disk is full.

    Nothing was changed, unless the message says that this is not known: then read the task to find
    out, or create it again with the same idempotency key. Try again after the seconds in
    `Retry-After`.
    """

    status = 503
    code = "STORAGE_UNAVAILABLE"
    retry_after = 2

    def __init__(self, *, unknown: bool = False) -> None:
        """Say that nothing was changed or, if `unknown`, that the database may have kept it."""
        super().__init__(
            "The database fell silent; it is not known whether this was kept. Read the task to "
            "see, or create it again with the same idempotency key."
            if unknown
            else "The database does not answer; nothing was changed. Try again in a moment."
        )


class NotReady(Refusal):
    """A part of the server does not answer.

    The message names it. Try again after the seconds in `Retry-After`.
    """

    status = 503
    code = "NOT_READY"
    retry_after = 2
