"""What PostgreSQL needs beside the common queries: locks, because it has many writers."""

from datetime import datetime

from sqlalchemy import bindparam, exists, func, select

from ..directory.model import Account
from ..tasks.model import Task
from ..wake.postgres import CHANNEL
from .dialects import Shared
from .people_queries import ACCOUNT
from .queries import Writer
from .tables import OPEN, tasks, users
from .task_queries import BY_ID, DUE, task_from

_LOCKED = BY_ID.with_for_update()
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
# Advisory locks are shared by all that use the database: this is our half of their key.
_OURS = 0x61776169
_LOCKS: dict[Shared, int] = {"turns": 1, "directory": 2}


class PostgresWriter(Writer):
    """Queries and changes within one transaction, among those of other writers."""

    def locked(self, task_id: str) -> Task | None:
        """Return the task's state and keep others from changing it until this transaction ends."""
        row = self._connection.execute(_LOCKED, {"wanted": task_id}).one_or_none()
        return None if row is None else task_from(row)

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

    def announce_settled(self, task_id: str) -> None:
        """Tell every other process, once this is durable, that a task is settled or gone."""
        self._connection.execute(_NOTIFY, {"channel": CHANNEL, "payload": f"settled {task_id}"})

    def announce_due(self, task: Task) -> None:
        """Tell every other process, once this is durable, if no open task is due as early."""
        payload = f"due {task.timeout_at.isoformat()}"
        told = {"channel": CHANNEL, "payload": payload, "due": task.timeout_at, "own": task.id}
        self._connection.execute(_NOTIFY_IF_NEXT, told)

    def announce(self, words: str) -> None:
        """Tell every other process, once this is durable."""
        self._connection.execute(_NOTIFY, {"channel": CHANNEL, "payload": words})

    def _alone(self, with_what: Shared) -> None:
        """Keep other transactions from the same until this one ends."""
        self._connection.execute(_ALONE, {"first": _OURS, "second": _LOCKS[with_what]})
