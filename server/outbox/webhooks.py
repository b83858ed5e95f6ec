"""Sends one webhook: to an address that was checked, within a time that is bounded."""

import asyncio
import ssl
from contextlib import suppress

import httpx

from ..clock import Clock
from ..tasks.deliveries import Delivery, Outcome
from .resolving import NoSuchHost, Resolver
from .signing import Signer
from .targets import MalformedTarget, Target, all_public, literal, parse

# Connecting, TLS, sending and the whole answer together.
_SECONDS = 10.0
# For each address of a name but the last.
_CONNECT_SECONDS = 3.0
_MOST_ADDRESSES = 4
_MOST_READ = 64 * 1024
_MOST_KEPT = 1024

_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout)


class WebhookSender:
    """Sends webhooks, each on a connection of its own.

    Args:
        signer: Who signs them.
        resolver: Who looks names up.
        clock: What time it is, for the signature.
        allow_private: Whether they may go to addresses that are not on the internet.
        version: The server's, for `User-Agent`.
        tls: What certificates are trusted; by default as `httpx` finds them.
        seconds: How long an attempt may take in all.
    """

    def __init__(
        self,
        signer: Signer,
        resolver: Resolver,
        clock: Clock,
        *,
        allow_private: bool,
        version: str,
        tls: ssl.SSLContext | None = None,
        seconds: float = _SECONDS,
    ) -> None:
        self._signer = signer
        self._resolver = resolver
        self._clock = clock
        self._allow_private = allow_private
        self._agent = f"awaithumans/{version}"
        self._tls = tls
        self._loading = asyncio.Lock()
        self._seconds = seconds

    async def send(self, delivery: Delivery, body: str) -> Outcome:
        """Try once; whatever goes wrong is an outcome."""
        try:
            return await asyncio.wait_for(self._send(delivery, body), self._seconds)
        except asyncio.TimeoutError:
            return Outcome(None, f"no complete answer within {self._seconds:g} s")
        except MalformedTarget as malformed:
            return Outcome(None, f"callback_url {malformed}")
        except httpx.InvalidURL:
            return Outcome(None, "callback_url can't be read")
        except NoSuchHost:
            return Outcome(None, "the host has no address")
        except _Refused:
            return Outcome(None, "the host's address is not allowed")
        except httpx.TransportError as error:
            return Outcome(None, _why(error))

    async def _send(self, delivery: Delivery, body: str) -> Outcome:
        target = parse(delivery.target)
        addresses = await self._addresses(target)
        *others, last = addresses[:_MOST_ADDRESSES]
        for address in others:
            # Nothing of the webhook has been sent where there is no connection.
            with suppress(*_NO_CONNECTION):
                return await self._post(delivery, target, address, body, _CONNECT_SECONDS)
        return await self._post(delivery, target, last, body, self._seconds)

    async def _trusted(self) -> ssl.SSLContext:
        """Load what sending takes, beside the event loop; the first webhook waits for it."""
        async with self._loading:
            if self._tls is None:
                self._tls = await asyncio.to_thread(_loaded)
            return self._tls

    async def _addresses(self, target: Target) -> list[str]:
        """Return where the target is at this moment.

        Raises:
            NoSuchHost: Nowhere.
            _Refused: Somewhere where webhooks must not go.
        """
        address = literal(target.host)
        found = await self._resolver.addresses(target.host) if address is None else [address]
        if not self._allow_private and not all_public(found):
            raise _Refused
        return found

    async def _post(
        self, delivery: Delivery, target: Target, address: str, body: str, connecting: float
    ) -> Outcome:
        """Send to this address and no other, under the name of the target."""
        content = body.encode()
        signed = self._signer.headers(delivery.id, delivery.task_id, content, self._clock.now())
        request = httpx.Request(
            "POST",
            httpx.URL(delivery.target).copy_with(host=address),
            headers={
                "Host": target.authority,
                "User-Agent": self._agent,
                "Content-Type": "application/json",
                "Accept-Encoding": "identity",
                "Connection": "close",
                **signed,
            },
            content=content,
            extensions={"sni_hostname": target.host, "timeout": {"connect": connecting}},
        )
        tls = await self._trusted()
        async with httpx.AsyncHTTPTransport(verify=tls, trust_env=False) as transport:
            response = await transport.handle_async_request(request)
            try:
                answer = await _beginning(response)
            finally:
                await response.aclose()
        return Outcome(response.status_code, _refusal(response), answer)


class _Refused(Exception):
    """The target is at an address where webhooks must not go."""


async def _beginning(response: httpx.Response) -> str:
    """Read the answer, up to a limit; return how it begins, as a text that can be stored."""
    read = bytearray()
    async for chunk in response.aiter_raw(_MOST_READ):
        read += chunk
        if len(read) >= _MOST_READ:
            break
    return read[:_MOST_KEPT].decode(errors="replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _refusal(response: httpx.Response) -> str | None:
    if response.is_success:
        return None
    redirect = "; redirects are not followed" if response.is_redirect else ""
    return f"the receiver answered {response.status_code}{redirect}"


def _why(error: httpx.TransportError) -> str:
    """Say what went wrong, in words that hold nothing of the URL or of what was received."""
    reason = _tls_reason(error)
    if reason is not None:
        return f"TLS failed: {reason}"
    if isinstance(error, _NO_CONNECTION):
        return "no connection to the host"
    if isinstance(error, httpx.ProtocolError):
        return "the answer is not HTTP"
    return "the connection broke"


def _tls_reason(error: BaseException) -> str | None:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return str(cause.reason or "the handshake was cut off").lower().replace("_", " ")
        cause = cause.__cause__ or cause.__context__
    return None


def _loaded() -> ssl.SSLContext:
    """Return what certificates are trusted; httpx loads its parts when they are first used."""
    trusted = httpx.create_ssl_context()
    httpx.AsyncHTTPTransport(verify=trusted, trust_env=False)
    return trusted
