"""Names to addresses, beside the event loop: a nameserver that is silent keeps nobody waiting."""

import asyncio
import socket
import threading
from contextlib import suppress
from typing import TypeAlias

Addresses: TypeAlias = list[str]


class NoSuchHost(Exception):
    """The name has no address."""


class Resolver:
    """Asks the system, a thread for each name; who asks for the same name shares the answer.

    Threads and not a pool: the system's resolver can't be interrupted, and a pool would keep the
    process from ending until it is done.

    Args:
        most: How many names are looked up at once; more wait.
    """

    def __init__(self, most: int = 100) -> None:
        self._slots = asyncio.Semaphore(most)
        self._asked: dict[str, asyncio.Task[Addresses]] = {}

    async def addresses(self, host: str) -> Addresses:
        """Return the addresses of a name, best first.

        Raises:
            NoSuchHost: It has none.
        """
        asked = self._asked.get(host)
        if asked is None:
            asked = self._asked[host] = asyncio.create_task(self._ask(host))
            asked.add_done_callback(lambda _: self._asked.pop(host, None))
            asked.add_done_callback(_heard)
        # Whoever gives up does not give up for the others.
        return await asyncio.shield(asked)

    def close(self) -> None:
        """Wait for no answer any more."""
        for asked in self._asked.values():
            asked.cancel()

    async def _ask(self, host: str) -> Addresses:
        async with self._slots:
            loop = asyncio.get_running_loop()
            answer: asyncio.Future[Addresses] = loop.create_future()
            thread = threading.Thread(
                target=_look_up, args=(host, loop, answer), name="resolver", daemon=True
            )
            thread.start()
            return await answer


def _look_up(
    host: str, loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[Addresses]"
) -> None:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        addresses, error = list(dict.fromkeys(str(each[4][0]) for each in found)), None
    except (OSError, UnicodeError):
        addresses, error = [], NoSuchHost()

    def tell() -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(addresses)
        else:
            answer.set_exception(error)

    # The server may have ended meanwhile, and its loop with it.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(tell)


def _heard(asked: "asyncio.Task[Addresses]") -> None:
    # Whoever asked may be gone.
    if not asked.cancelled():
        asked.exception()
