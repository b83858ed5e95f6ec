"""Sends mails through the HTTP API of Resend."""

import asyncio
import json
import ssl
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

import httpx

from ....clock import Clock
from ....tasks.deliveries import Outcome
from ..mail import Mail
from .words import said

BASE_URL = "https://api.resend.com"

_SECONDS = 15.0
_MOST_READ = 64 * 1024
# Refusals that may be none the next time: a key or a domain is mended, and the mails go out.
_PASSING = frozenset((401, 403, 408, 409, 425, 429))
# A mail went out under this key, and this attempt's links differ from its: those are good.
_ACCEPTED_BEFORE = "invalid_idempotent_request"


class ResendTransport:
    """Sends through Resend, each mail on a connection of its own.

    Args:
        api_key: The key, which may send.
        clock: What time it is.
        base_url: Where the API is.
        tls: What certificates are trusted; by default as `httpx` finds them.
        seconds: How long an attempt may take in all.
    """

    def __init__(
        self,
        api_key: str,
        clock: Clock,
        *,
        base_url: str = BASE_URL,
        tls: ssl.SSLContext | None = None,
        seconds: float = _SECONDS,
    ) -> None:
        self._api_key = api_key
        self._clock = clock
        self._url = f"{base_url.rstrip('/')}/emails"
        self._tls = tls
        self._loading = asyncio.Lock()
        self._seconds = seconds

    async def send(self, mail: Mail, delivery_id: str) -> Outcome:
        """Try once; the delivery's id keeps Resend from sending it a second time."""
        try:
            return await asyncio.wait_for(self._send(mail, delivery_id), self._seconds)
        except asyncio.TimeoutError:
            return Outcome(None, f"no complete answer within {self._seconds:g} s")
        except httpx.TransportError as error:
            return Outcome(None, self._said(str(error) or type(error).__name__, mail))

    async def _send(self, mail: Mail, delivery_id: str) -> Outcome:
        async with (
            httpx.AsyncClient(
                verify=await self._trusted(), trust_env=False, timeout=self._seconds
            ) as client,
            client.stream(
                "POST",
                self._url,
                json=_body(mail),
                headers={
                    "Authorization": f"Bearer {self._api_key}",
                    "Idempotency-Key": delivery_id,
                    "Accept-Encoding": "identity",
                },
            ) as response,
        ):
            return self._outcome(mail, response, await _beginning(response))

    async def _trusted(self) -> ssl.SSLContext:
        """Load the certificates beside the event loop; the first mail waits for it."""
        async with self._loading:
            if self._tls is None:
                self._tls = await asyncio.to_thread(httpx.create_ssl_context)
            return self._tls

    def _outcome(self, mail: Mail, response: httpx.Response, read: bytes) -> Outcome:
        status = response.status_code
        answered = _json(read)
        if response.is_success:
            sent_id = answered.get("id")
            return Outcome(
                status, None, f"id {self._said(str(sent_id), mail)}" if sent_id else None
            )
        if answered.get("name") == _ACCEPTED_BEFORE:
            return Outcome(status, None, "accepted with an earlier attempt")
        words = " ".join(str(answered[name]) for name in ("message", "name") if answered.get(name))
        words = words or read.decode(errors="replace") or response.reason_phrase
        return Outcome(
            status,
            self._said(words, mail) or f"the answer was {status}",
            permanent=400 <= status < 500 and status not in _PASSING,
            retry_after=_retry_after(response, self._clock.now()),
        )

    def _said(self, words: str, mail: Mail) -> str:
        return said(words, mail, (self._api_key,))


def _body(mail: Mail) -> dict[str, Any]:
    body: dict[str, Any] = {
        "from": mail.sender,
        "to": [mail.to],
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "headers": {"Message-ID": mail.message_id, **mail.thread, **mail.automatic},
    }
    if mail.reply_to is not None:
        body["reply_to"] = mail.reply_to
    return body


async def _beginning(response: httpx.Response) -> bytes:
    read = bytearray()
    async for chunk in response.aiter_raw(_MOST_READ):
        read += chunk
        if len(read) >= _MOST_READ:
            break
    return bytes(read[:_MOST_READ])


def _json(read: bytes) -> dict[str, Any]:
    try:
        found = json.loads(read)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _retry_after(response: httpx.Response, now: datetime) -> float | None:
    """Return how many seconds the answer asks to wait: it says so, or until when."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):
        return None
