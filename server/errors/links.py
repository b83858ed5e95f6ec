"""Refusals of links in messages."""

from .base import Refusal


class LinkInvalid(Refusal):
    """The link was used before, has expired, or never was one.

    A link works once, until the task's deadline, and for a day at most. Sign in to the dashboard,
    or ask an operator to send the message again.
    """

    status = 410
    code = "LINK_INVALID"

    def __init__(self) -> None:
        super().__init__(
            "This link was used before, has expired, or never was one. Sign in to the dashboard, "
            "or ask an operator to send the message again."
        )
