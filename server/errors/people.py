"""Refusals of callers: credentials, permissions, the directory, keys."""

from .base import Refusal


class Unauthorized(Refusal):
    """No valid credentials came with the request.

    Send `Authorization: Bearer` with the server's admin token (`AWAITHUMANS_ADMIN_API_TOKEN`) or an
    API key, or sign in. A key may have expired or been revoked, a session have ended.
    `awaithumans dev` writes its token to `~/.awaithumans-dev.json` for the SDK to find.
    """

    status = 401
    code = "UNAUTHORIZED"

    def __init__(
        self,
        message: str = "No valid credentials. Send the admin token or an API key as a bearer "
        "token, or sign in.",
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

    The message says who may. Ask an operator, or use other credentials. A reviewer sees and answers
    the tasks that are theirs or open to them, and no others.
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


class SetupClosed(Refusal):
    """There is an operator already, so the first-run setup is closed for good.

    Sign in, or ask an operator to add you.
    """

    status = 409
    code = "SETUP_CLOSED"

    def __init__(self) -> None:
        super().__init__("There is an operator already. Sign in, or ask an operator to add you.")


class TooManyAttempts(Refusal):
    """Too many attempts to sign in have failed, for this address or from this place.

    Try again after the seconds in `Retry-After`. A browser in which you have signed in before is
    not held up by the attempts of others.
    """

    status = 429
    code = "TOO_MANY_ATTEMPTS"

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        super().__init__(
            "Too many attempts to sign in have failed. Try again in "
            f"{minutes} {'minute' if minutes == 1 else 'minutes'}, or in a browser in which you "
            "have signed in before."
        )
        self.retry_after = seconds


class UserNotFound(Refusal):
    """There is nobody with this id in the directory.

    `GET /api/admin/users` lists everybody; `email` finds one person.
    """

    status = 404
    code = "USER_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is nobody with this id in the directory.")


class UserAlreadyExists(Refusal):
    """Somebody in the directory has this email address or Slack identity already.

    Change that person instead; if they left, activate them again.
    """

    status = 409
    code = "USER_ALREADY_EXISTS"

    def __init__(self) -> None:
        super().__init__(
            "Somebody in the directory has this email address or Slack identity already. "
            "Change that person instead."
        )


class UserNoAddress(Refusal):
    """A person without an address can't be reached, and without an email address can't sign in.

    Give an email address or a Slack user id; for a password, an email address.
    """

    status = 422
    code = "USER_NO_ADDRESS"


class LastOperator(Refusal):
    """The last active operator can't be removed, demoted, deactivated or kept from signing in.

    Without one nobody could run the server. Make somebody else an operator first.
    """

    status = 409
    code = "LAST_OPERATOR"

    def __init__(self) -> None:
        super().__init__(
            "This is the last active operator; without one nobody could run the server. "
            "Make somebody else an operator first."
        )


class ApiKeyNotFound(Refusal):
    """There is no API key with this id.

    It may have been revoked already.
    """

    status = 404
    code = "API_KEY_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no API key with this id. It may have been revoked already.")
