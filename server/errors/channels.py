"""Refusals of channels: senders, workspaces, and what vendors say."""

from collections.abc import Sequence

from .base import FieldProblem, Refusal


class EmailIdentityNotFound(Refusal):
    """There is no sender of this id or name.

    List the senders; whoever operates the server can add one.
    """

    status = 404
    code = "EMAIL_IDENTITY_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such sender. List them, or add it.")


class EmailIdentityExists(Refusal):
    """A sender of this name is there already.

    Names are what `notify` says, so each is one sender's. Remove the old one first.
    """

    status = 409
    code = "EMAIL_IDENTITY_EXISTS"

    def __init__(self) -> None:
        super().__init__("There is a sender of this name. Remove it first, or use another name.")


class EmailIdentityInvalid(Refusal):
    """A sender could send nothing with these settings.

    `errors` names each field: a `sender` that is no address, no settings for its `transport`, or a
    name without a password.
    """

    status = 422
    code = "EMAIL_IDENTITY_INVALID"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        first = problems[0]
        where = ".".join(map(str, first.loc[1:]))
        super().__init__(f"This sender could send nothing: {where}: {first.msg}.", problems)


class SlackInstallationNotFound(Refusal):
    """The app is not installed in this workspace, as far as this server knows.

    A workspace whose token comes from the environment is removed there.
    """

    status = 404
    code = "SLACK_INSTALLATION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__(
            "The app is not installed in this workspace, or its token comes from the environment."
        )


class SlackSignatureInvalid(Refusal):
    """The request is not signed as Slack signs, or it is older than five minutes.

    Nothing of it was read. Set the signing secret from the app's page at Slack, and the server's
    clock.
    """

    status = 401
    code = "SLACK_SIGNATURE_INVALID"

    def __init__(self) -> None:
        super().__init__(
            "This request is not signed by Slack, or is older than five minutes. Check "
            "AWAITHUMANS_SLACK_SIGNING_SECRET, and the server's clock."
        )


class ChannelFailed(Refusal):
    """The channel's vendor refused, or did not answer.

    The message has the vendor's own words.
    """

    status = 502
    code = "CHANNEL_FAILED"
