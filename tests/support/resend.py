"""A small server that speaks the part of Resend's API that sends mails."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.receiver import Call, Manner, Receiver, answers, receiver

API_KEY = "re_test_A1b2C3d4E5f6G7h8"


@dataclass
class Resend:
    """What was sent, each key once, and what to answer instead.

    Attributes:
        sent: The mails that went out, by their `Idempotency-Key`.
        calls: Every request.
        instead: How to behave instead of sending.
    """

    receiver: Receiver | None = None
    sent: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    instead: Manner | None = None

    @property
    def base_url(self) -> str:
        assert self.receiver is not None
        return f"{self.receiver.scheme}://127.0.0.1:{self.receiver.port}"

    @property
    def calls(self) -> list[Call]:
        assert self.receiver is not None
        return self.receiver.calls

    async def answer(self, call: Call, writer: asyncio.StreamWriter) -> None:
        if self.instead is not None:
            await self.instead(call, writer)
            return
        await self._usual(call)(call, writer)

    def _usual(self, call: Call) -> Manner:
        if call.path != "/emails":
            return refusal(404, "not_found", "The requested endpoint does not exist")
        if call.headers.get("authorization") != f"Bearer {API_KEY}":
            return refusal(401, "invalid_api_key", "API key is invalid")
        key = call.headers["idempotency-key"]
        if self.sent.setdefault(key, call.json) != call.json:
            told = "Same idempotency key used with a different request payload"
            return refusal(409, "invalid_idempotent_request", told)
        return _answer(200, {"id": f"mail-{list(self.sent).index(key) + 1}"})


def refusal(status: int, name: str, message: str, headers: str = "") -> Manner:
    """Answer as Resend refuses."""
    return _answer(status, {"statusCode": status, "name": name, "message": message}, headers)


@asynccontextmanager
async def resend_api() -> AsyncGenerator[Resend]:
    """Listen on a free port of loopback."""
    made = Resend()
    async with receiver(made.answer) as listening:
        made.receiver = listening
        yield made


def _answer(status: int, body: dict[str, Any], headers: str = "") -> Manner:
    said = json.dumps(body).encode()
    return answers(status, f"content-type: application/json\r\n{headers}", said)
