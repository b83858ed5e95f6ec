"""Feeds the open streams: reads the history once for all of them, when something was committed.

A hint says that there is something to read; the history is the truth. Nothing is read while nobody
listens.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic_core import to_json

from ..clock import Clock
from ..errors import StorageUnavailable
from .frontier import Frontier
from .model import Happening, Listener, position
from .ports import Others, Reader, Store
from .stream import Stream, opening, resync

_log = logging.getLogger(__name__)

_HEARTBEAT = 15.0
_RETRY = 2.0
# Seconds between two readings of the history: what happens meanwhile is read together.
_PAUSE = 0.05
# Another process that has not heard yet that somebody listens here says nothing: look once more.
_SETTLING = 1.0
_TOGETHER = 500
_NEWEST = 200


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look at the database showed."""

    lines: list[Happening]
    sights: set[tuple[str, str]]
    standing: set[str]


class Feed:
    """Everybody who listens in this process.

    Args:
        store: Where the history is kept.
        clock: What time it is, for sessions and keys that expire.
        others: The other processes on the same database, if there may be any.
        heartbeat: Seconds between two signs of life.
    """

    def __init__(
        self, store: Store, clock: Clock, others: Others | None, heartbeat: float = _HEARTBEAT
    ) -> None:
        self._store = store
        self._clock = clock
        self._others = others
        self._heartbeat = heartbeat
        self._streams: set[Stream] = set()
        self._woken = asyncio.Event()
        self._beginning = asyncio.Lock()
        self._job: asyncio.Task[None] | None = None
        self._frontier = Frontier((), 0)
        self._forgot = False
        self._closed = False

    @property
    def listening(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    def changed(self) -> None:
        """Take note that the history has grown."""
        self._woken.set()
        if self._others is not None:
            self._others.tell("changed")

    def gone(self) -> None:
        """Take note that tasks are gone, with their history: whoever listens has to look again."""
        self._forgot = True
        self._woken.set()
        if self._others is not None:
            self._others.tell("gone")

    def heard(self, what: str) -> None:
        """Take note of what happened in another process."""
        self._forgot = self._forgot or what == "gone"
        self._woken.set()

    async def open(self, listener: Listener, last: str | None) -> tuple[Stream, bytes]:
        """Return a stream, and the first that it has to tell.

        Args:
            listener: Who listens.
            last: The id of the last event that they saw; None is nothing.

        Raises:
            StorageUnavailable: The database does not answer.
        """
        stream = Stream(listener)
        if self._closed:
            stream.end()
            return stream, b""
        # Before anything is read, so that nothing is missed between reading and listening.
        self._streams.add(stream)
        try:
            await self._begin()
            mark = self._frontier.mark
            first = opening(mark, _RETRY)
            if last is not None:
                first += await self._missed(listener, last, mark)
        except BaseException:
            self.leave(stream)
            raise
        return stream, first

    def leave(self, stream: Stream) -> None:
        """Take note that nobody reads a stream any more."""
        self._streams.discard(stream)
        if not self._streams:
            self._woken.set()

    def close(self) -> None:
        """End every stream and open none any more: the server stops."""
        self._closed = True
        for stream in self._streams:
            stream.end()
        self._woken.set()

    async def stop(self) -> None:
        """Stop reading."""
        self.close()
        if self._job is not None:
            self._job.cancel()
            await asyncio.gather(self._job, return_exceptions=True)

    async def _begin(self) -> None:
        """Begin to read the history from here on, if nobody else has."""
        async with self._beginning:
            if self._job is not None and not self._job.done():
                return
            loop = asyncio.get_running_loop()
            if self._others is not None:
                self._others.watch()
                loop.call_later(_SETTLING, self._woken.set)
            self._forgot = False
            newest = await self._store.read(lambda tx: tx.newest_happenings(_NEWEST))
            self._frontier = Frontier(newest, loop.time())
            self._job = loop.create_task(self._run())

    async def _missed(self, listener: Listener, last: str, mark: str) -> bytes:
        """Return what happened after the event `last`, or that it can't be said."""
        place = position(last)

        def work(tx: Reader) -> _Seen | None:
            if place is None or not (place == (0, "") or tx.is_entry(*place)):
                return None
            lines = tx.happenings(place[0], (), _TOGETHER)
            return (
                None
                if len(lines) == _TOGETHER
                else _Seen(lines, _sights(tx, lines, [listener]), set())
            )

        seen = await self._store.read(work)
        if seen is None:
            return resync(mark)
        # Without ids: who loses the connection now comes back with the one they have.
        told = [_event(line) for line in seen.lines if _concerns(listener, line, seen.sights)]
        return b"".join([*told, f"id: {mark}\n\n".encode()])

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        beat_at = loop.time() + self._heartbeat
        while self._streams and not self._closed:
            timer = loop.call_at(beat_at, self._woken.set)
            try:
                await self._woken.wait()
            finally:
                timer.cancel()
            self._woken.clear()
            await self._take()
            if loop.time() >= beat_at:
                beat_at = loop.time() + self._heartbeat
                self._beat()
            await asyncio.sleep(_PAUSE)

    def _beat(self) -> None:
        if self._others is not None:
            self._others.watch()
        for stream in self._streams:
            stream.beat(self._frontier.mark)

    async def _take(self) -> None:
        """Read what is new and tell it; on a failure, again in a while."""
        forgot, self._forgot = self._forgot, False
        try:
            await (self._start_over() if forgot else self._read_on())
        except StorageUnavailable:
            self._forgot = self._forgot or forgot
            asyncio.get_running_loop().call_later(_SETTLING, self._woken.set)
        except Exception:  # noqa: BLE001 -- a job that ends silently is worse than any error
            _log.exception("reading what changed failed; trying again")
            asyncio.get_running_loop().call_later(_SETTLING, self._woken.set)

    async def _read_on(self) -> None:
        streams = list(self._streams)
        listeners = [stream.listener for stream in streams]
        after, holes, now = self._frontier.high, self._frontier.holes(), self._clock.now()

        def work(tx: Reader) -> _Seen:
            lines = tx.happenings(after, holes, _TOGETHER)
            return _Seen(lines, _sights(tx, lines, listeners), _standing(tx, listeners, now))

        seen = await self._store.read(work)
        standing = self._standing_of(streams, seen.standing)
        moment = asyncio.get_running_loop().time()
        for line in seen.lines:
            if self._frontier.take(line, moment):
                self._tell(line, standing, seen.sights)
        if len(seen.lines) == _TOGETHER:
            self._woken.set()

    async def _start_over(self) -> None:
        streams = list(self._streams)
        listeners, now = [stream.listener for stream in streams], self._clock.now()

        def work(tx: Reader) -> _Seen:
            newest = tx.newest_happenings(_NEWEST)
            return _Seen(newest, set(), _standing(tx, listeners, now))

        seen = await self._store.read(work)
        self._frontier = Frontier(seen.lines, asyncio.get_running_loop().time())
        mark = self._frontier.mark
        for stream in self._standing_of(streams, seen.standing):
            stream.put(resync(mark), mark)

    def _standing_of(self, streams: Sequence[Stream], standing: set[str]) -> list[Stream]:
        """End the streams of those who may not listen any more; return the others."""
        kept: list[Stream] = []
        for stream in streams:
            if stream.listener.credential in standing | {None}:
                kept.append(stream)
            else:
                stream.end()
        return kept

    def _tell(
        self, line: Happening, streams: Sequence[Stream], sights: set[tuple[str, str]]
    ) -> None:
        mark = self._frontier.mark
        event = _event(line, mark)
        for stream in streams:
            if _concerns(stream.listener, line, sights):
                stream.put(event, mark)


def _sights(
    tx: Reader, lines: Sequence[Happening], listeners: Sequence[Listener]
) -> set[tuple[str, str]]:
    user_ids = {each.view.user_id for each in listeners if each.view and each.view.user_id}
    task_ids = {line.task_id for line in lines}
    return tx.sights(task_ids, user_ids) if task_ids and user_ids else set()


def _standing(tx: Reader, listeners: Sequence[Listener], now: datetime) -> set[str]:
    credentials = {each.credential for each in listeners if each.credential is not None}
    return tx.standing(credentials, now) if credentials else set()


def _concerns(listener: Listener, line: Happening, sights: set[tuple[str, str]]) -> bool:
    """Whether a listener is told a line; a refusal changes nothing."""
    if line.action == "refused":
        return False
    if listener.view is None:
        return True
    return (line.task_id, listener.view.user_id) in sights or listener.lost(line)


def _event(line: Happening, mark: str | None = None) -> bytes:
    data = to_json(
        {
            "task_id": line.task_id,
            "status": line.status,
            "version": line.version,
            "action": line.action,
        }
    )
    place = b"" if mark is None else f"id: {mark}\n".encode()
    return b"event: task\n" + place + b"data: " + data + b"\n\n"
