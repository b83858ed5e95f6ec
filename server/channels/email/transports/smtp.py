"""Hands mails over to an SMTP server."""

import asyncio
import socket
import ssl
from base64 import b64encode
from contextlib import suppress
from typing import Literal

import aiosmtplib

from ....clock import Clock
from ....tasks.deliveries import Outcome
from ..hosts import is_loopback
from ..mail import Mail, message, parse_sender
from .words import said

Security = Literal["tls", "starttls", "none"]

_SECONDS = 15.0
# The mail is accepted by then; leaving politely is worth no more.
_SECONDS_TO_LEAVE = 1.0
_PERMANENT = 500
# What else is refused, such as a password, is refused to all mails until somebody mends it.
_OF_THE_MAIL = (
    aiosmtplib.SMTPSenderRefused,
    aiosmtplib.SMTPRecipientRefused,
    aiosmtplib.SMTPDataError,
)


class SmtpTransport:
    """Hands mails over to one SMTP server, each on a connection of its own.

    Args:
        host: Its name or address, which its certificate must be for.
        port: Its port.
        security: TLS from the first byte, TLS before anything is said of the mail, or none.
        clock: What time it is.
        username: Who signs in; nobody, if None.
        password: With what.
        tls: What certificates are trusted; by default those of the system.
        seconds: How long an attempt may take in all.

    Raises:
        ValueError: It would sign in on a connection that others can read.
    """

    def __init__(
        self,
        host: str,
        port: int,
        security: Security,
        clock: Clock,
        *,
        username: str | None = None,
        password: str | None = None,
        tls: ssl.SSLContext | None = None,
        seconds: float = _SECONDS,
    ) -> None:
        if username is not None and security == "none" and not is_loopback(host):
            raise ValueError("a password is never sent over a connection without TLS")
        self._host = host
        self._port = port
        self._security: Security = security
        self._clock = clock
        self._username = username
        self._password = password or ""
        self._tls = tls
        self._loading = asyncio.Lock()
        self._seconds = seconds

    async def send(self, mail: Mail, delivery_id: str) -> Outcome:  # noqa: ARG002 -- as the port
        """Try once; the mail's own id tells servers which attempts are one mail."""
        client = self._client(await self._trusted())
        try:
            answer = await asyncio.wait_for(self._hand_over(client, mail), self._seconds)
            await _leave(client)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return self._refused(refused.recipients[0], mail)
        except aiosmtplib.SMTPResponseException as refused:
            return self._refused(refused, mail)
        except (asyncio.TimeoutError, TimeoutError):
            return Outcome(None, f"no complete answer within {self._seconds:g} s")
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            words = self._said(str(error) or type(error).__name__, mail)
            return Outcome(None, words, permanent=isinstance(error, _Unwritable))
        finally:
            client.close()
        return Outcome(250, None, self._said(answer, mail))

    async def _hand_over(self, client: aiosmtplib.SMTP, mail: Mail) -> str:
        await client.connect()
        sender, to = parse_sender(mail.sender).addr_spec, parse_sender(mail.to).addr_spec
        if not (sender + to).isascii():
            await client.ehlo()
            if not client.supports_extension("smtputf8"):
                raise _Unwritable("the server takes no addresses with letters beyond ASCII")
        written = message(mail, self._clock.now())
        _, answer = await client.send_message(written, sender=sender, recipients=[to])
        return answer

    def _client(self, trusted: ssl.SSLContext | None) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._username,
            password=self._password if self._username is not None else None,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            tls_context=trusted,
            # The whole name takes a question to the network, which may take longer than a mail.
            local_hostname=socket.gethostname() or "localhost",
            timeout=self._seconds,
        )

    async def _trusted(self) -> ssl.SSLContext | None:
        """Load the certificates beside the event loop; the first mail waits for it."""
        async with self._loading:
            if self._tls is None and self._security != "none":
                self._tls = await asyncio.to_thread(ssl.create_default_context)
            return self._tls

    def _refused(self, refused: aiosmtplib.SMTPResponseException, mail: Mail) -> Outcome:
        words = self._said(f"{refused.code} {refused.message}", mail)
        permanent = refused.code >= _PERMANENT and isinstance(refused, _OF_THE_MAIL)
        return Outcome(refused.code, words, permanent=permanent)

    def _said(self, words: str, mail: Mail) -> str:
        return said(words, mail, (self._password, b64encode(self._password.encode()).decode()))


class _Unwritable(aiosmtplib.SMTPException):
    """The server can't write to such an address, however often it is asked."""


async def _leave(client: aiosmtplib.SMTP) -> None:
    with suppress(aiosmtplib.SMTPException, OSError, asyncio.TimeoutError):
        await asyncio.wait_for(client.quit(), _SECONDS_TO_LEAVE)
