"""A mail server on loopback that keeps what it is given, and misbehaves when it is asked to."""

import asyncio
import time
import warnings
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, AnyStr, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.certificates import serving

Security = Literal["tls", "starttls", "none"]
Moment = Literal["greeting", "recipient", "data", "quit"]


@dataclass(frozen=True)
class Received:
    """A mail that was accepted: what the envelope said, and the bytes."""

    sender: str
    recipients: tuple[str, ...]
    options: tuple[str, ...]
    raw: bytes
    encrypted: bool
    signed_in: bool

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class MailServer:
    """Where the server is, and what has arrived.

    Attributes:
        refusals: What is replied to a recipient instead of accepting it.
        data_reply: What is replied to a mail instead of accepting it.
        hangs_at: When nothing is said any more.
    """

    host: str = "127.0.0.1"
    port: int = 0
    connections: int = 0
    mails: list[Received] = field(default_factory=list[Received])
    refusals: dict[str, str] = field(default_factory=dict[str, str])
    data_reply: str | None = None
    hangs_at: Moment | None = None
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def got(self, count: int = 1, within: float = 10.0) -> list[Received]:
        """Wait until so many mails have arrived."""
        deadline = time.monotonic() + within
        while len(self.mails) < count:
            assert time.monotonic() < deadline, f"{len(self.mails)} of {count} arrived"
            await asyncio.sleep(0.01)
        return self.mails

    async def pause(self, moment: Moment) -> None:
        """Hang, if it is the moment to, until the server is closed."""
        if self.hangs_at == moment:
            await self.released.wait()

    # What aiosmtpd calls.

    async def handle_RCPT(  # noqa: N802
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self.pause("recipient")
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await self.pause("data")
        if self.data_reply is not None:
            return self.data_reply
        content, transport = envelope.content, server.transport
        assert isinstance(content, bytes)
        assert transport is not None
        self.mails.append(
            Received(
                envelope.mail_from or "",
                tuple(envelope.rcpt_tos),
                tuple(envelope.mail_options),
                content,
                transport.get_extra_info("ssl_object") is not None,
                bool(session.authenticated),
            )
        )
        return f"250 2.0.0 Ok: queued as MAIL{len(self.mails)}"

    async def handle_QUIT(self, _: SMTP, __: Session, ___: Envelope) -> str:  # noqa: N802
        await self.pause("quit")
        return "221 Bye"


@asynccontextmanager
async def smtp_server(
    security: Security = "none",
    *,
    login: tuple[str, str] | None = None,
    refusals: Mapping[str, str] | None = None,
    hangs_at: Moment | None = None,
    data_reply: str | None = None,
    refused_login: str | None = None,
    utf8: bool = False,
    greeting: str | None = None,
    certificate_for: str = "localhost",
    port: int = 0,
) -> AsyncGenerator[MailServer]:
    """Listen on loopback.

    Args:
        security: TLS from the first byte, STARTTLS before a mail is taken, or neither.
        login: The name and the password that are needed; None takes mails from anybody.
        refusals: What is replied to which recipients, such as `550 5.1.1 No such person`.
        hangs_at: When nothing is said any more.
        data_reply: What is replied to every mail.
        refused_login: What is replied to a wrong password.
        greeting: What is said to whoever connects, if it is no welcome.
        utf8: Whether addresses may have letters beyond ASCII.
        certificate_for: The host that its certificate is for.
        port: Where; any free port by default.
    """
    made = MailServer(refusals=dict(refusals or {}), data_reply=data_reply, hangs_at=hangs_at)
    tls = serving(host=certificate_for)
    open_connections: set[asyncio.BaseTransport] = set()

    def signed_in(
        _: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = login is not None and (data.login.decode(), data.password.decode()) == login
        return AuthResult(success=right, handled=False, message=None if right else refused_login)

    class Connection(SMTP):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            open_connections.add(transport)
            made.connections += 1
            super().connection_made(transport)

        async def push(self, status: AnyStr) -> None:
            if str(status).startswith("220 ") and self.session and not self.session.host_name:
                await made.pause("greeting")
                if greeting is not None:
                    return await super().push(greeting)
            return await super().push(status)

    def connection() -> SMTP:
        with warnings.catch_warnings():
            # It warns of taking passwords without STARTTLS, as it does under implicit TLS too.
            warnings.simplefilter("ignore", UserWarning)
            return Connection(
                made,
                hostname="mail.example.com",
                tls_context=tls if security == "starttls" else None,
                require_starttls=security == "starttls",
                auth_required=login is not None,
                auth_require_tls=security == "starttls",
                authenticator=signed_in,
                enable_SMTPUTF8=utf8,
                loop=asyncio.get_running_loop(),
            )

    server = await asyncio.get_running_loop().create_server(
        connection, made.host, port, ssl=tls if security == "tls" else None
    )
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.released.set()
        server.close()
        for transport in open_connections:
            if isinstance(transport, asyncio.Transport):
                transport.abort()
        await asyncio.sleep(0)
