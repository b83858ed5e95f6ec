"""A mail to try a sender with."""

import asyncio
from urllib.parse import urlsplit
from uuid import uuid4

from ...clock import Clock, rfc3339
from ...errors import EmailIdentityNotFound
from ...tasks.deliveries import Outcome
from .mail import Mail, MalformedMail
from .senders import NoSender, Senders

_SECONDS = 15.0
_TEXT = """\
This mail was sent from {base_url} at {now}, to try a sender.

Whoever reads it in their mailbox gets the mails that ask for decisions too. If it
lies among the spam, look at SPF, DKIM and DMARC of the sender's domain.
"""


class Trial:
    """Sends mails to try senders.

    Args:
        senders: The senders.
        clock: What time it is.
        base_url: Where the server is.
    """

    def __init__(self, senders: Senders, clock: Clock, base_url: str) -> None:
        self._senders = senders
        self._clock = clock
        self._base_url = base_url

    async def send(self, to: str, name: str | None) -> Outcome:
        """Send one at once, within 15 s; the outcome has what the mail server said.

        Raises:
            EmailIdentityNotFound: There is no sender with this name.
        """
        if name is not None and not await self._senders.known(name):
            raise EmailIdentityNotFound
        trial = f"trial-{uuid4().hex}"
        host = urlsplit(self._base_url).hostname or "localhost"
        text = _TEXT.format(base_url=self._base_url, now=rfc3339(self._clock.now()))
        html = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
        try:
            sender, transport = await self._senders.choose(name)
            mail = Mail(sender, to, "A test of awaithumans", text, html, f"<{trial}@{host}>")
            return await asyncio.wait_for(transport.send(mail, trial), _SECONDS)
        except (NoSender, MalformedMail) as error:
            return Outcome(None, str(error), permanent=True)
        except asyncio.TimeoutError:
            return Outcome(None, f"no complete answer within {_SECONDS:g} s")
