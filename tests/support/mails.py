"""Mails, made with what a test does not care about filled in."""

from dataclasses import replace
from typing import Any

from awaithumans.server.channels.email.mail import Mail

TOKEN = "Qm9vLXRoaXMtaXMtYS10b2tlbi1vZi1hLWxpbmstMTI"
LINK = f"https://humans.example.com/api/channels/email/action/{TOKEN}"


def a_mail(**changes: Any) -> Mail:
    """Return a mail to Sue with a link in it that is hers alone."""
    mail = Mail(
        "Reviews <reviews@example.com>",
        "sue@example.com",
        "Approve refund?",
        f"Yes: {LINK}\n",
        f'<p><a href="{LINK}">Yes</a></p>',
        "<dlv_1@humans.example.com>",
    )
    return replace(mail, **changes)
