"""An event loop in a thread of its own, for a driver that blocks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Generator
from contextlib import AbstractAsyncContextManager, contextmanager
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")


class Background:
    """Runs coroutines while the caller's thread is busy with something else. Use it in ``with``."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="awaithumans-waits", daemon=True
        )

    def run(self, work: Awaitable[T]) -> T:
        """Block until the work is done, and return its result; Ctrl-C returns at once."""
        future = asyncio.run_coroutine_threadsafe(_coroutine(work), self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    @contextmanager
    def within(self, entered: AbstractAsyncContextManager[T]) -> Generator[T]:
        """Be in an asynchronous context over there, for as long as the caller is in this one."""
        value = self.run(entered.__aenter__())
        try:
            yield value
        except BaseException as error:
            self.run(entered.__aexit__(type(error), error, error.__traceback__))
            raise
        self.run(entered.__aexit__(None, None, None))

    def __enter__(self) -> Background:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _coroutine(awaitable: Awaitable[T]) -> T:
    return await awaitable
