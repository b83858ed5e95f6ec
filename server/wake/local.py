"""Parked requests within one process: a future each, by task id."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager


class LocalParked:
    """One request that waits."""

    __slots__ = ("_woken",)

    def __init__(self) -> None:
        self._woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake(self) -> None:
        """Let the request go on."""
        if not self._woken.done():
            self._woken.set_result(None)

    async def wait(self, seconds: float) -> None:
        """Return when the task was woken, the server stops, or after `seconds`."""
        timer = asyncio.get_running_loop().call_later(seconds, self.wake)
        try:
            await self._woken
        finally:
            timer.cancel()


class LocalWaker:
    """Parks and wakes within this process; costs nothing while nothing happens."""

    def __init__(self) -> None:
        self._parked: dict[str, set[LocalParked]] = {}
        self.closed = False

    @property
    def parked(self) -> int:
        """How many requests wait."""
        return sum(map(len, self._parked.values()))

    def waited_for(self) -> list[str]:
        """Return the ids of the tasks that some request waits for."""
        return list(self._parked)

    @contextmanager
    def subscribe(self, task_id: str) -> Generator[LocalParked]:
        """Take note of a request before it reads the row, so that no wake is missed."""
        parked = LocalParked()
        waiting = self._parked.setdefault(task_id, set())
        waiting.add(parked)
        try:
            yield parked
        finally:
            waiting.discard(parked)
            if not waiting and self._parked.get(task_id) is waiting:
                del self._parked[task_id]

    def wake(self, task_id: str) -> None:
        """Wake every request that waits for this task."""
        for parked in self._parked.get(task_id, ()):
            parked.wake()

    def close(self) -> None:
        """Wake everybody and park nobody any more: the server stops."""
        self.closed = True
        for waiting in self._parked.values():
            for parked in waiting:
                parked.wake()
