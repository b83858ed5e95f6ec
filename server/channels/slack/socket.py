"""Socket Mode: Slack's requests over a connection that this server opens.

A laptop without a public address gets what is pressed and written this way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, cast

import aiohttp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from .calling import BASE_URL, SlackApi, proxy_for
from .failures import SlackFailure

Payload = dict[str, Any]
Handle = Callable[[str, Payload], Awaitable["Payload | None"]]

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
# A connection that has held for so long was a good one.
_HELD = 30.0
# Slack shows the person an error when nothing has come after three seconds.
_ANSWER_WITHIN = 2.5
_CLOSE_WITHIN = 1.5

_log = logging.getLogger("awaithumans.slack")
# It logs whole messages, and the URL of the connection with its secret.
_SILENT = logging.Logger("awaithumans.slack.library", logging.CRITICAL + 1)


class _Connection(SocketModeClient):
    """One WebSocket; the library would open the next itself, with a try every five seconds."""

    def __init__(self) -> None:
        super().__init__("", logger=_SILENT)
        self.over = asyncio.Event()

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: ARG002 -- the library's
        """Note that another connection is needed: this is lost, or Slack will close it."""
        self.over.set()

    @property
    def open(self) -> bool:
        """Whether it can carry something."""
        return self.current_session is not None and not self.current_session.closed


class SocketMode:
    """Holds a connection to Slack, and opens another whenever it is lost.

    Args:
        app_token: The app-level token, `xapp-…`.
        handle: Takes a request's type ("interactive", "events_api") and its payload, and returns
            what to answer, if anything. Slack gets the answer as soon as it is there, and an
            empty one when it takes too long; nothing when it fails, and Slack tries again.
        base_url: Where Slack's API is.
        seconds: How long opening a connection may take.
        pauses: Seconds between tries, one after the other; the last one stays.
    """

    def __init__(
        self,
        app_token: str,
        handle: Handle,
        base_url: str = BASE_URL,
        seconds: float = 10,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._app_token = app_token
        self._handle = handle
        self._seconds = seconds
        self._pauses = pauses
        self._api = SlackApi(base_url, seconds)
        self._connection: _Connection | None = None
        self._running: asyncio.Task[None] | None = None
        self._answering: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether Slack can reach this server at this moment."""
        return self._connection is not None and self._connection.open

    async def start(self) -> None:
        """Begin; does not wait for the connection, and never fails for want of it."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End, within a few seconds; what is being answered is answered first."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
        if self._answering:
            await asyncio.wait(self._answering, timeout=_ANSWER_WITHIN)
        for task in list(self._answering):
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)
        await _close(self._connection)
        self._connection = None
        await self._api.close()

    async def _run(self) -> None:
        loop, failures = asyncio.get_running_loop(), 0
        while True:
            since = loop.time()
            try:
                fresh = await self._opened()
            except SlackFailure as failure:
                pause = max(self._pause(failures), failure.retry_after or 0)
                _log.warning(
                    "Socket Mode has no connection to Slack; the next try is in %g s: %s",
                    pause,
                    failure.error,
                )
            else:
                await _close(self._connection)
                self._connection = fresh
                _log.info("Socket Mode is connected to Slack.")
                # While Slack prepares to close it, it carries on until there is another.
                await fresh.over.wait()
                if loop.time() - since >= _HELD:
                    failures = 0
                pause = 0 if failures == 0 else self._pause(failures - 1)
            failures += 1
            await asyncio.sleep(pause)

    def _pause(self, failures: int) -> float:
        return self._pauses[min(failures, len(self._pauses) - 1)]

    async def _opened(self) -> _Connection:
        """Open a connection.

        Raises:
            SlackFailure: It could not be opened.
        """
        url = await self._api.open_connection(self._app_token)
        made = _Connection()
        made.socket_mode_request_listeners.append(self._take)
        try:
            made.wss_uri, made.proxy = url, proxy_for(url)
            await asyncio.wait_for(made.connect(), self._seconds)
        except asyncio.CancelledError:
            await _close(made)
            raise
        except Exception:  # noqa: BLE001 -- whatever it is, the next try may go well
            await _close(made)
            raise SlackFailure("unreachable") from None
        return made

    async def _take(
        self, connection: AsyncBaseSocketModeClient, request: SocketModeRequest
    ) -> None:
        task = asyncio.create_task(self._answer(connection, request))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(
        self, connection: AsyncBaseSocketModeClient, request: SocketModeRequest
    ) -> None:
        async def work() -> Payload | None:
            return await self._handle(request.type, cast("Any", request).payload)

        working = asyncio.create_task(work())
        try:
            done, _ = await asyncio.wait((working,), timeout=_ANSWER_WITHIN)
            answer = working.result() if done else None
            await _acknowledge(connection, request, answer)
            await working
        except Exception:  # noqa: BLE001 -- one request never ends the connection
            _log.exception("A request of Slack's failed.", extra={"fields": {"type": request.type}})
        finally:
            working.cancel()


async def _acknowledge(
    connection: AsyncBaseSocketModeClient, request: SocketModeRequest, answer: Payload | None
) -> None:
    response: Payload = {"envelope_id": request.envelope_id}
    if answer is not None and request.accepts_response_payload:
        response["payload"] = answer
    try:
        await connection.send_socket_mode_response(response)
    except (aiohttp.ClientError, OSError):
        # The connection was lost meanwhile; Slack sends what it heard nothing of once more.
        _log.info("Slack was gone before it had its answer.")


async def _close(connection: _Connection | None) -> None:
    if connection is None:
        return
    # Whatever is wrong with a connection that is given up is no reason to open no other one.
    with suppress(Exception):
        await asyncio.wait_for(connection.disconnect(), _CLOSE_WITHIN)
    with suppress(Exception):
        await connection.close()
    # What it has just cancelled ends now, not when the loop is gone.
    names = ("message_processor", "current_session_monitor", "message_receiver")
    tasks = [getattr(connection, name) for name in names]
    await asyncio.gather(*filter(None, tasks), return_exceptions=True)
