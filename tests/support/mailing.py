"""A whole server that sends to a mail server on loopback."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from awaithumans.server.channels.email.sending import SECONDS
from tests.support.bodies import refund
from tests.support.inprocess import InProcess, in_process
from tests.support.smtp import MailServer, Received, smtp_server

SENDER = "Reviews <reviews@example.com>"
YES_NO: dict[str, Any] = {
    "type": "object",
    "required": ["approved"],
    "properties": {"approved": {"type": "boolean"}},
}
VERIFIER: dict[str, Any] = {
    "provider": "claude",
    "model": "claude-test",
    "instructions": "Refuse what gives no reason.",
    "max_attempts": 3,
    "api_key_env": "ANTHROPIC_API_KEY",
}
# A lease, and a moment more.
LEASE = SECONDS + 9


@dataclass
class Mailing:
    """The server, and the mailboxes that it sends to."""

    served: InProcess
    mails: MailServer

    async def asks(self, *targets: str, **changes: Any) -> str:
        """Make a task that asks these; return its path."""
        targets = targets or ("email:sue@example.com",)
        body = refund(notify=list(targets), **{"response_schema": YES_NO, **changes})
        made = await self.served.client.post("/api/tasks", json=body)
        assert made.status_code == 201, made.text
        return f"/api/tasks/{made.json()['id']}"

    async def task(self, path: str) -> dict[str, Any]:
        return (await self.served.client.get(path)).json()

    async def told(self, path: str, *statuses: str, within: float = 10.0) -> list[dict[str, Any]]:
        """Wait until the task's messages are in these states; return them."""
        deadline = time.monotonic() + within
        while True:
            told = (await self.task(path))["notifications"]
            if [one["status"] for one in told] == list(statuses):
                return told
            assert time.monotonic() < deadline, told
            await asyncio.sleep(0.02)

    async def history(self, path: str, action: str) -> list[dict[str, Any]]:
        lines = (await self.served.client.get(f"{path}/audit")).json()["items"]
        return [line for line in lines if line["action"] == action]

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.served.clock.advance(seconds)
        self.served.server.jobs.relay.wake()


@asynccontextmanager
async def mailing(folder: Path, **settings: Any) -> AsyncGenerator[Mailing]:
    """Run both; the settings are those of a default sender unless others are given."""
    async with smtp_server() as mails:
        given = by_smtp(mails) | settings
        async with in_process(folder, **given) as served:
            yield Mailing(served, mails)


def by_smtp(mails: MailServer) -> dict[str, Any]:
    """Return the settings of a default sender that sends to this mail server."""
    return {
        "email_transport": "smtp",
        "email_from": SENDER,
        "smtp_host": mails.host,
        "smtp_port": mails.port,
        "smtp_security": "none",
    }


def text_of(mail: Received) -> str:
    part = mail.message.get_body(("plain",))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


def html_of(mail: Received) -> str:
    part = mail.message.get_body(("html",))
    assert part is not None
    return part.get_content()


def links_in(mail: Received) -> list[str]:
    """Return the links of the text, in their order."""
    return re.findall(r"https?://\S+", text_of(mail))
