"""How the process listens, and how it stops: nobody who waits is dropped."""

import asyncio
import errno
import gc
import logging
import resource
import signal
import socket
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any, cast

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from .api import refusals
from .app import Server
from .errors import BadRequest

# How many seconds a request may take to arrive, its body to go on, and its body in all.
STALL = 15.0
SLOWEST = 120.0
# Idle connections are kept for longer than httpx keeps them (5 s), so that the client closes first.
_KEEP_ALIVE = 15
_GRACE = 3
_BACKLOG = 4096
# How many new objects the collector lets come together before it looks at them.
_YOUNG = 5_000


class CannotListen(Exception):
    """The address can't be listened on; the message says why and what to do."""


def bind(host: str, port: int) -> socket.socket:
    """Take the port before anything else is started.

    Raises:
        CannotListen: It is taken, reserved, or no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        reasons = {
            errno.EADDRINUSE: f"Port {port} is in use. Stop what listens there, or choose "
            "another port: --port, or AWAITHUMANS_PORT.",
            errno.EACCES: f"Port {port} is reserved for root. Choose one above 1023: --port, or "
            "AWAITHUMANS_PORT.",
        }
        reason = reasons.get(error.errno or 0, f"Can't listen on {host}: {error.strerror}.")
        raise CannotListen(reason) from None
    return listener


def run(server: Server, listener: socket.socket, started: Callable[[], Awaitable[None]]) -> None:
    """Serve until SIGINT or SIGTERM; whoever waits then gets an answer before this returns.

    Args:
        server: What is served.
        listener: The socket, bound.
        started: Called once requests are answered.
    """
    _raise_open_files()
    config = uvicorn.Config(
        server.app,
        http=partial(_Protocol, base_url=server.base_url),  # pyright: ignore[reportArgumentType] -- called like a class
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
    )

    async def main() -> None:
        async with server.jobs.running():
            _spare_the_collector()
            await _Process(config, server, started).serve([listener])

    # It warns at each request that is not HTTP: a scanner would fill the log.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    uvloop.run(main())


class _Process(uvicorn.Server):
    """A uvicorn server that says that it stops, serves on for a while, and lets who waits go."""

    def __init__(
        self,
        config: uvicorn.Config,
        made: Server,
        started: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(config)
        self._made = made
        self._started = started
        self._drained: asyncio.TimerHandle | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        await self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._made.jobs.release()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # `/api/ready` says so from here on. Whoever tells it twice does not want to wait.
        leaving, drain = self._made.leaving, self._made.drain_seconds
        told_before, leaving.begun = leaving.begun, True
        if self._drained is not None:
            # Else it would tell uvicorn a second time, which lets go of whoever is answered then.
            self._drained.cancel()
        if drain and not told_before:
            loop = asyncio.get_running_loop()
            self._drained = loop.call_later(drain, super().handle_exit, sig, frame)
        else:
            super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        # uvicorn would send itself the signal again at the end, before the database is closed.
        loop = asyncio.get_running_loop()
        stops = (signal.SIGINT, signal.SIGTERM)
        for number in stops:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in stops:
                loop.remove_signal_handler(number)


class _Protocol(HttpToolsProtocol):
    """HTTP that does not wait for ever for a request to arrive."""

    _stalled: asyncio.TimerHandle | None = None
    _begun = 0.0

    def __init__(self, *arguments: Any, base_url: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._base_url = base_url

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # uvicorn stops its keep-alive timer at any byte. An empty line, or the end of a body whose
        # request was answered before, begins nothing that would start it again.
        if self._stalled is None and not self._answering():
            self._arm()

    def shutdown(self) -> None:
        if self._stalled is None:
            super().shutdown()
        else:
            # What has not arrived whole can't be answered, and must not keep the server from going.
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begun = self.loop.time()
        self._arm()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._arm(min(STALL, self._begun + SLOWEST - self.loop.time()))

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- uvicorn's
        # uvicorn's own is a line of text.
        content = refusals.body(BadRequest(), self._base_url)
        head = (
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n"
            f"content-length: {len(content)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + content)
        self.transport.close()

    def on_message_complete(self) -> None:
        self._disarm()
        super().on_message_complete()

    def _answering(self) -> bool:
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return cycle is not None and not cycle.response_complete

    def _arm(self, seconds: float = STALL) -> None:
        self._disarm()
        self._stalled = self.loop.call_later(max(0.0, seconds), self.transport.close)

    def _disarm(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None


def _spare_the_collector() -> None:
    """Keep what is there by now out of every later search for garbage.

    The imported modules' objects (about 100,000) were gone through again and again, with all
    requests waiting: on SQLite a create cost a quarter more, and the slowest took four times as
    long.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)


def _raise_open_files() -> None:
    """Allow as many connections as the system lets this process have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
