"""Units of work that wait at the same time go to PostgreSQL in one transaction.

Its rows are locked first, all at once and in order. What hinders one unit must not hinder others:
a batch waits for locks for a moment only, and if anything is amiss, all of it is undone and each
unit gets a transaction of its own.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from ..errors import StorageUnavailable
from ..tasks.model import Task
from .postgres_pipe import OutcomeUnknown, Pipe, commit, piped
from .postgres_queries import PostgresWriter, lock_tasks
from .queries import Writer

T = TypeVar("T")

TOGETHER = 64


@dataclass(eq=False, slots=True)
class _Unit:
    work: Callable[[Writer], Any]
    about: Sequence[str]
    answered: "asyncio.Future[Any]"
    patience: asyncio.TimerHandle
    on_commit: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    result: Any = None
    error: Exception | None = None


class Batches:
    """Runs units of work together, one batch after the other, in one thread.

    Args:
        engine: Its one connection, which waits for locks for a moment only.
        alone: Runs a unit in a transaction of its own.
        wait_seconds: How long a unit waits for its batch to begin.
        longest_seconds: How long a batch may take.
    """

    def __init__(
        self,
        engine: Engine,
        alone: Callable[[Callable[[Writer], Any]], Awaitable[Any]],
        wait_seconds: float,
        longest_seconds: float,
    ) -> None:
        self._engine = engine
        self._alone = alone
        self._wait_seconds = wait_seconds
        self._longest_seconds = longest_seconds
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "postgres-batch")
        self._waiting: deque[_Unit] = deque()
        self._busy = False
        self._unanswered: set[asyncio.Future[Any]] = set()
        self._by_themselves: set[asyncio.Task[None]] = set()

    async def write(self, work: Callable[[Writer], T], about: Sequence[str]) -> T:
        """Run `work` with others; return once it is durable.

        Raises:
            StorageUnavailable: The database did not take it, or not in time.
        """
        answered: asyncio.Future[T] = self._loop.create_future()
        patience = self._loop.call_later(self._wait_seconds, _refuse, answered)
        self._waiting.append(_Unit(work, about, answered, patience))
        self._unanswered.add(answered)
        answered.add_done_callback(self._unanswered.discard)
        if not self._busy:
            self._begin()
        # Whoever hangs up meanwhile does not undo it.
        return await asyncio.shield(answered)

    async def stop(self) -> None:
        """Let the units that run and wait end."""
        while self._unanswered:
            await asyncio.wait(self._unanswered)
        await asyncio.to_thread(self._thread.shutdown)

    def _begin(self) -> None:
        """Begin the next batch, if anything waits; whoever gave up meanwhile is left out."""
        batch: list[_Unit] = []
        while self._waiting and len(batch) < TOGETHER:
            unit = self._waiting.popleft()
            unit.patience.cancel()
            if not unit.answered.done():
                batch.append(unit)
        self._busy = bool(batch)
        if batch:
            silence = self._loop.call_later(self._longest_seconds, _fall_silent, batch)
            self._thread.submit(self._run, batch, silence)

    def _run(self, batch: list[_Unit], silence: asyncio.TimerHandle) -> None:
        undone = self._commit(batch)
        self._loop.call_soon_threadsafe(self._end, batch, undone, silence)

    def _end(self, batch: list[_Unit], undone: set[_Unit], silence: asyncio.TimerHandle) -> None:
        silence.cancel()
        self._begin()
        for unit in batch:
            if unit in undone:
                alone = self._loop.create_task(self._by_itself(unit))
                self._by_themselves.add(alone)
                alone.add_done_callback(self._by_themselves.discard)
            else:
                _answer(unit)

    async def _by_itself(self, unit: _Unit) -> None:
        unit.on_commit.clear()
        if unit.answered.done():
            # Its batch took too long. Whoever asked has gone, and nothing of it is stored.
            return
        try:
            unit.result, unit.error = await self._alone(unit.work), None
        except Exception as error:  # noqa: BLE001 -- it belongs to whoever asked for this unit
            unit.error = error
        _answer(unit)

    def _commit(self, batch: list[_Unit]) -> set[_Unit]:
        """Store what can be stored together; return the units of which nothing was stored."""
        left = batch
        try:
            while left and (missed := self._attempt(left)):
                left = [unit for unit in left if unit not in missed]
        except OutcomeUnknown:
            for unit in left:
                unit.error = StorageUnavailable(unknown=True)
        except Exception:  # noqa: BLE001 -- whoever it concerns meets it again, alone
            left = []
        return set(batch).difference(left)

    def _attempt(self, units: list[_Unit]) -> set[Any]:
        """Run units in one transaction and commit it; or return those that must be left out."""
        with piped(self._engine) as (connection, pipe):
            held = lock_tasks(connection, {each for unit in units for each in unit.about})
            for unit in units:
                _run_within(unit, connection, pipe, held)
            pipe.flush()
            if pipe.missed:
                connection.rollback()
                return pipe.missed
            commit(connection)
        return set()


def _run_within(unit: _Unit, connection: Connection, pipe: Pipe, held: dict[str, Task]) -> None:
    """Run one unit among others, or note that it must be left out."""
    unit.on_commit.clear()
    unit.result = unit.error = None
    before = pipe.statements
    try:
        unit.result = unit.work(PostgresWriter(connection, unit.on_commit, pipe, unit, held))
    except SQLAlchemyError:
        raise
    except Exception as error:  # noqa: BLE001 -- it belongs to whoever asked for this unit
        unit.error = error
        if pipe.statements != before:
            pipe.missed.add(unit)


def _answer(unit: _Unit) -> None:
    for act in unit.on_commit if unit.error is None else ():
        # Before whoever asked goes on; one that fails is nobody else's trouble.
        unit.answered.get_loop().call_soon(act)
    if unit.answered.done():
        return
    if unit.error is None:
        unit.answered.set_result(unit.result)
    else:
        unit.answered.set_exception(unit.error)


def _refuse(answered: "asyncio.Future[Any]") -> None:
    if not answered.done():
        answered.set_exception(StorageUnavailable())


def _fall_silent(batch: list[_Unit]) -> None:
    for unit in batch:
        if not unit.answered.done():
            unit.answered.set_exception(StorageUnavailable(unknown=True))
