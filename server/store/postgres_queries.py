"""What PostgreSQL needs beside the common queries: locks, because it has many writers."""

from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    Connection,
    Executable,
    Select,
    Text,
    any_,
    bindparam,
    exists,
    func,
    select,
    text,
)

from ..directory.model import Account
from ..tasks.deliveries import Lease, Packed
from ..tasks.model import Task
from ..tasks.transitions import Change
from ..wake.postgres import CHANNEL
from .delivery_queries import DELIVERY, DUE_DELIVERIES
from .dialects import Shared
from .people_queries import ACCOUNT
from .postgres_pipe import Pipe
from .queries import Writer
from .tables import OPEN, deliveries, tasks, users
from .task_queries import BY_ID, COLUMNS, DUE, task_from

_LOCKED = BY_ID.with_for_update()
_LOCKED_ALL = (
    select(*COLUMNS)
    .where(tasks.c.id == any_(bindparam("wanted", type_=ARRAY(Text))))
    .order_by(tasks.c.id)
    .with_for_update()
)
_DUE = DUE.with_for_update(skip_locked=True)
_ACCOUNT = select(*ACCOUNT).where(users.c.id == bindparam("wanted")).with_for_update()
_ALONE = select(func.pg_advisory_xact_lock(bindparam("first"), bindparam("second")))
_NOTIFY = select(func.pg_notify(bindparam("channel"), bindparam("payload")))
_AS_EARLY = exists().where(
    OPEN,
    tasks.c.status != "submitted",
    tasks.c.timeout_at <= bindparam("due", type_=tasks.c.timeout_at.type),
    tasks.c.id != bindparam("own"),
)
_NOTIFY_IF_NEXT = _NOTIFY.where(~_AS_EARLY)
# What any change of a task takes: it waits for whoever has locked a table.
_UNLOCKED = text("LOCK TABLE tasks, task_contents, audit_entries IN ROW EXCLUSIVE MODE")
# More rows than fit in so little memory are put in a file on the database's disk. A row that is
# written again finds room in its page though the disk is full; a table would have to be vacuumed.
_LITTLE_MEMORY = text("SET LOCAL work_mem = '64kB'")
_SOME_ROOM = text("SELECT count(*) FROM generate_series(1, 4000)")
# Advisory locks are shared by all that use the database: this is our half of their key.
_OURS = 0x61776169
_LOCKS: dict[Shared, int] = {"turns": 1, "directory": 2}


def lock_tasks(connection: Connection, task_ids: Collection[str]) -> dict[str, Task]:
    """Keep others from changing these tasks, always in the same order; return their states."""
    if not task_ids:
        return {}
    rows = connection.execute(_LOCKED_ALL, {"wanted": list(task_ids)})
    found = [task_from(row) for row in rows]
    return {task.id: task for task in found}


class PostgresWriter(Writer):
    """Queries and changes within one transaction, among those of other writers.

    Args:
        connection: Where it runs.
        on_commit: What will be called once it is durable.
        pipe: The connection's, for what need not be waited for.
        unit: One of several in this transaction, which is undone if a change of one row that was
            taken for granted did not find it; None waits for each such change.
        held: The tasks that the transaction has locked, as they are by now.
    """

    def __init__(
        self,
        connection: Connection,
        on_commit: list[Callable[[], None]],
        pipe: Pipe,
        unit: Hashable = None,
        held: dict[str, Task] | None = None,
    ) -> None:
        super().__init__(connection, on_commit)
        self._pipe = pipe
        self._unit = unit
        self._held = {} if held is None else held

    def locked(self, task_id: str) -> Task | None:
        """Return the task's state and keep others from changing it until this transaction ends."""
        if task_id in self._held:
            return self._held[task_id]
        row = self._connection.execute(_LOCKED, {"wanted": task_id}).one_or_none()
        return None if row is None else task_from(row)

    def save(self, before: Task, change: Change, lease: Lease | None = None) -> list[Packed]:
        """Store a transition with its history, if the row is still at the version of `before`."""
        owed = super().save(before, change, lease)
        self._held[before.id] = change.task
        return owed

    def account(self, user_id: str) -> Account | None:
        """Return the person, and keep others from changing them until this transaction ends.

        A person is saved whole: what another transaction changes meanwhile would be lost, and a
        session could begin beside what ends all of them.
        """
        row = self._connection.execute(_ACCOUNT, {"wanted": user_id}).one_or_none()
        return None if row is None else Account(*row)

    def due(self, now: datetime, limit: int) -> list[Task]:
        """Return overdue tasks that nobody else is settling at this moment."""
        rows = self._connection.execute(_DUE, {"now": now, "most": limit})
        return [task_from(row) for row in rows]

    def touch(self) -> None:
        """Write what is there already, and where there is room; see `Writer.touch`."""
        super().touch()
        self._connection.execute(_UNLOCKED)
        self._connection.execute(_LITTLE_MEMORY)
        self._connection.execute(_SOME_ROOM)

    def announce_settled(self, task_id: str) -> None:
        """Tell every other process, once this is durable, that a task is settled or gone."""
        self._send(_NOTIFY, {"channel": CHANNEL, "payload": f"settled {task_id}"})

    def announce_due(self, task: Task) -> None:
        """Tell every other process, once this is durable, if no open task is due as early."""
        payload = f"due {task.timeout_at.isoformat()}"
        told = {"channel": CHANNEL, "payload": payload, "due": task.timeout_at, "own": task.id}
        self._send(_NOTIFY_IF_NEXT, told)

    def _send(self, statement: Executable, values: Mapping[str, Any]) -> None:
        """Run a statement of which nothing comes back, and don't wait for it."""
        self._pipe.send(statement, values)

    def _change(self, statement: Executable, values: Mapping[str, Any]) -> bool:
        """Run a statement that adds or changes one row; among other units, take it for granted."""
        if self._unit is None:
            return super()._change(statement, values)
        self._pipe.send(statement, values, changes_one=self._unit)
        return True

    def announce_owed(self) -> None:
        """Tell every other process, once this is durable, that there is something to deliver."""
        self._send(_NOTIFY, {"channel": CHANNEL, "payload": "owed"})

    def _due_deliveries(self) -> Select[Any]:
        return DUE_DELIVERIES.with_for_update(skip_locked=True, of=deliveries)

    def _delivery(self) -> Select[Any]:
        return DELIVERY.with_for_update(of=deliveries)

    def announce(self, words: str) -> None:
        """Tell every other process, once this is durable."""
        self._connection.execute(_NOTIFY, {"channel": CHANNEL, "payload": words})

    def _alone(self, with_what: Shared) -> None:
        """Keep other transactions from the same until this one ends."""
        self._connection.execute(_ALONE, {"first": _OURS, "second": _LOCKS[with_what]})
