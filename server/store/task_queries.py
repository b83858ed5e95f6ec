"""The queries of tasks, their content and their history; SQLite and PostgreSQL run the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import (
    Connection,
    Executable,
    Row,
    Table,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    text,
    update,
)

from ..ids import earliest_id, new_id
from ..tasks.deliveries import Lease, Owed, Packed
from ..tasks.model import TERMINAL, Actor, Content, Entry, Filter, Person, Status, Task
from ..tasks.transitions import Change
from .delivery_queries import nothing_pending, owed_row, packed
from .dialects import UPSERTS
from .reviewing import visible, within_reach
from .tables import OPEN, audit_entries, deliveries, task_contents, task_invitations, tasks
from .task_pages import page

_STATE = [field.name for field in fields(Task)]
COLUMNS = [tasks.c[name] for name in _STATE]
_CONTENT = [task_contents.c[field.name] for field in fields(Content)]
# What a transition may change; the rest of a task is written once.
_MUTABLE = [
    "status",
    "version",
    "updated_at",
    "assign_to",
    "assigned_to_email",
    "assigned_to_user_id",
    "response",
    "completed_at",
    "timed_out_at",
    "cancelled_at",
    "completed_by_email",
    "completed_by_user_id",
    "completed_via_channel",
    "verification_attempt",
    "open_to",
    "verdict",
]

BY_ID = select(*COLUMNS).where(tasks.c.id == bindparam("wanted"))
_BY_KEY = select(*COLUMNS).where(tasks.c.idempotency_key == bindparam("wanted"))
_CONTENT_OF = select(*_CONTENT).where(task_contents.c.task_id == bindparam("wanted"))
_WHOLE = (
    select(*COLUMNS, *_CONTENT)
    .join_from(tasks, task_contents)
    .where(tasks.c.id == bindparam("wanted"))
)
_AUDIT_OF = (
    select(audit_entries)
    .where(audit_entries.c.task_id == bindparam("wanted"))
    .order_by(audit_entries.c.seq)
)
_CAME_BY_MAIL = select(audit_entries.c.extra_data).where(
    audit_entries.c.task_id == bindparam("wanted"),
    audit_entries.c.action == "submitted",
    audit_entries.c.channel == "email",
    audit_entries.c.actor_email == bindparam("email"),
)
DUE = (
    select(*COLUMNS)
    .where(OPEN, tasks.c.timeout_at <= bindparam("now"), tasks.c.status != "submitted")
    .order_by(tasks.c.timeout_at)
    .limit(bindparam("most"))
)
_NEXT_DEADLINE = select(func.min(tasks.c.timeout_at)).where(OPEN, tasks.c.status != "submitted")
_OPEN_COUNT = select(func.count()).select_from(tasks).where(OPEN)
# By name, so that the index of statuses is walked where open tasks are, and nowhere else.
_OPEN_STATUSES = sorted(set(get_args(Status)) - TERMINAL)
_OPEN_BY_STATUS = (
    select(tasks.c.status, func.count())
    .where(tasks.c.status.in_(_OPEN_STATUSES))
    .group_by(tasks.c.status)
)
_OVERDUE_COUNT = (
    select(func.count())
    .select_from(tasks)
    .where(OPEN, tasks.c.timeout_at <= bindparam("now"), tasks.c.status != "submitted")
)
_ADD = {
    name: upsert(tasks)
    .on_conflict_do_nothing(index_elements=[tasks.c.idempotency_key])
    .execution_options(preserve_rowcount=True)
    for name, upsert in UPSERTS.items()
}


def _of_a_task(table: Table, names: Sequence[str]) -> Executable:
    """Return what adds a row that belongs to a task, if the task is there."""
    values = select(*(bindparam(name, type_=table.c[name].type) for name in names))
    its_task = tasks.c.id == bindparam("task_id", type_=tasks.c.id.type)
    return insert(table).from_select(names, values.where(its_task), include_defaults=False)


_ADD_CONTENT = _of_a_task(task_contents, ["task_id", *(column.name for column in _CONTENT)])
_UNINVITE = delete(task_invitations).where(task_invitations.c.task_id == bindparam("wanted"))
_INVITE = _of_a_task(task_invitations, ["task_id", "email"])
_INVITATIONS_END = (
    update(task_invitations)
    .where(task_invitations.c.task_id == bindparam("wanted"))
    .values(settled_at=bindparam("now"))
)
_OWE = _of_a_task(deliveries, deliveries.c.keys())
_ADD_ENTRY = _of_a_task(
    audit_entries, [column.name for column in audit_entries.c if column.name != "seq"]
)
_SAVE = (
    update(tasks)
    .where(tasks.c.id == bindparam("wanted"), tasks.c.version == bindparam("expected"))
    .values({name: bindparam(f"new_{name}") for name in _MUTABLE})
)
_TOUCH = text("UPDATE alembic_version SET version_num = version_num")
_DELETE = delete(tasks).where(tasks.c.id == bindparam("wanted"))


class TaskReader:
    """What the use cases read, on one connection within one view of the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def task(self, task_id: str, view: Person | None = None) -> Task | None:
        """Return the task's state; for a reviewer (`view`), if it is theirs or open to them."""
        query = BY_ID if view is None else BY_ID.where(visible(view))
        row = self._connection.execute(query, {"wanted": task_id}).one_or_none()
        return None if row is None else task_from(row)

    def whole(self, task_id: str) -> tuple[Task, Content] | None:
        """Return the task's state and its content, in one query."""
        row = self._connection.execute(_WHOLE, {"wanted": task_id}).one_or_none()
        if row is None:
            return None
        return Task(*row[: len(_STATE)]), Content(*row[len(_STATE) :])

    def may_act(self, task_id: str, person: Person) -> bool:
        """Whether the task is this reviewer's, or was open to them before somebody took it."""
        found = exists().where(tasks.c.id == task_id, within_reach(person))
        return self._connection.execute(select(found)).scalar_one()

    def task_by_key(self, idempotency_key: str) -> Task | None:
        """Return the task that this key made."""
        row = self._connection.execute(_BY_KEY, {"wanted": idempotency_key}).one_or_none()
        return None if row is None else task_from(row)

    def content(self, task_id: str) -> Content | None:
        """Return the task's content."""
        row = self._connection.execute(_CONTENT_OF, {"wanted": task_id}).one_or_none()
        return None if row is None else Content(*row)

    def tasks(self, wanted: Filter) -> list[Task]:
        """Return up to `wanted.limit` tasks, newest first."""
        return [task_from(row) for row in self._connection.execute(page(COLUMNS, wanted))]

    def audit(self, task_id: str) -> list[Entry]:
        """Return the task's history, oldest first."""
        return [_entry(row) for row in self._connection.execute(_AUDIT_OF, {"wanted": task_id})]

    def came_by(self, task_id: str, mail: str, said: str, email: str | None) -> bool:
        """Whether a mail with this id brought these words of this person to the task."""
        told = {"wanted": task_id, "email": email}
        answers = self._connection.execute(_CAME_BY_MAIL, told).scalars()
        return any((extra.get("mail"), extra.get("said")) == (mail, said) for extra in answers)

    def due(self, now: datetime, limit: int) -> list[Task]:
        """Return up to `limit` open tasks whose deadline has passed, longest overdue first."""
        return [
            task_from(row) for row in self._connection.execute(DUE, {"now": now, "most": limit})
        ]

    def next_deadline(self) -> datetime | None:
        """Return the earliest deadline of an open task."""
        return self._connection.execute(_NEXT_DEADLINE).scalar_one()

    def open_among(self, task_ids: Sequence[str]) -> set[str]:
        """Return those of these tasks that are open."""
        found = select(tasks.c.id).where(tasks.c.id.in_(task_ids), OPEN)
        return set(self._connection.execute(found).scalars())

    def open_count(self) -> int:
        """Return how many tasks are open."""
        return self._connection.execute(_OPEN_COUNT).scalar_one()

    def open_by_status(self) -> dict[Status, int]:
        """Return how many open tasks there are in each status that any is in."""
        found = self._connection.execute(_OPEN_BY_STATUS)
        return {status: count for status, count in found}  # noqa: C416 -- rows are no pairs to pyright

    def overdue_count(self, now: datetime) -> int:
        """Return how many open tasks have a deadline that has passed."""
        return self._connection.execute(_OVERDUE_COUNT, {"now": now}).scalar_one()


class TaskWriter(TaskReader):
    """What the use cases write, within one transaction."""

    def __init__(self, connection: Connection, on_commit: list[Callable[[], None]]) -> None:
        super().__init__(connection)
        self._on_commit = on_commit

    def locked(self, task_id: str) -> Task | None:
        """Return the task's state; SQLite has one writer, so the transaction is the lock."""
        return self.task(task_id)

    def add(
        self, change: Change, content: Content, lease: Lease | None = None
    ) -> list[Packed] | None:
        """Store a new task with its history and with what it owes; return what it owes.

        None, and nothing stored, if its key is taken.
        """
        values = {name: getattr(change.task, name) for name in _STATE}
        if not self._change(_ADD[self._connection.dialect.name], values):
            return None
        self._send(
            _ADD_CONTENT,
            {"task_id": change.task.id}
            | {column.name: getattr(content, column.name) for column in _CONTENT},
        )
        self._invite(change)
        owed = self.owe(change.task, change.owed, change.task.updated_at, lease)
        self.note(change.entries)
        return owed

    def save(self, before: Task, change: Change, lease: Lease | None = None) -> list[Packed]:
        """Store a transition with its history, and with what it owes; return what it owes.

        Only if the row is still at the version of `before`.
        """
        values = {f"new_{name}": getattr(change.task, name) for name in _MUTABLE}
        if not self._change(_SAVE, values | {"wanted": before.id, "expected": before.version}):
            raise RuntimeError(f"{before.id} changed under its lock")
        self._invite(change)
        owed = self.owe(change.task, change.owed, change.task.updated_at, lease)
        if change.task.terminal and before.open_to == "invited":
            now = change.task.updated_at
            self._send(_INVITATIONS_END, {"wanted": before.id, "now": now})
        self.note(change.entries)
        return owed

    def owe(
        self, task: Task, owed: Sequence[Owed], now: datetime, lease: Lease | None = None
    ) -> list[Packed]:
        """Store what is owed; return it."""
        made = packed(task, owed, now, lease)
        for each in made:
            self._send(_OWE, owed_row(each))
        return made

    def note(self, entries: Sequence[Entry]) -> None:
        """Add lines to the history."""
        for entry in entries:
            self._send(_ADD_ENTRY, _entry_values(entry))

    def delete(self, task_id: str) -> bool:
        """Remove the task, its content and its history; False if it is not there."""
        return self._connection.execute(_DELETE, {"wanted": task_id}).rowcount == 1

    def purge(self, before: datetime, now: datetime, limit: int) -> int:
        """Remove up to `limit` tasks that were settled before, oldest first; return how many.

        Goes along the ids, which sort by creation: what was settled before was made before, and of
        what was made before only what waited for long is left. What owes something `now` stays.
        """
        old = (
            select(tasks.c.id)
            .where(
                tasks.c.id < earliest_id("tsk", before),
                tasks.c.status.in_(sorted(TERMINAL)),
                tasks.c.updated_at < before,
                nothing_pending(),
            )
            .order_by(tasks.c.id)
            .limit(limit)
        )
        removed = delete(tasks).where(tasks.c.id.in_(old))
        return self._connection.execute(removed, {"now": now}).rowcount

    def touch(self) -> None:
        """Write what is there already: a full disk or a lock shows itself, and nothing changes."""
        self._connection.execute(_TOUCH)

    def _send(self, statement: Executable, values: Mapping[str, Any]) -> None:
        """Run a statement of which nothing comes back."""
        self._connection.execute(statement, values)

    def _change(self, statement: Executable, values: Mapping[str, Any]) -> bool:
        """Run a statement that adds or changes one row; return whether it did."""
        return self._connection.execute(statement, values).rowcount == 1

    def _invite(self, change: Change) -> None:
        """Store whom the task is open to from now on, if that changes."""
        if change.invited is None:
            return
        task_id = change.task.id
        self._send(_UNINVITE, {"wanted": task_id})
        for email in change.invited:
            self._send(_INVITE, {"task_id": task_id, "email": email})

    def announce_settled(self, task_id: str) -> None:
        """Tell every other process that a task is settled or gone; with SQLite there are none."""

    def announce_due(self, task: Task) -> None:
        """Tell every other process if no open task is due as early; with SQLite there are none."""

    def announce_owed(self) -> None:
        """Tell every other process of something to deliver; with SQLite there are none."""

    def on_commit(self, act: Callable[[], None]) -> None:
        """Have `act` called on the event loop once this transaction is durable."""
        self._on_commit.append(act)


def task_from(row: Row[Any]) -> Task:
    """Return the task of a row."""
    return Task(*row)


def _entry(row: Row[Any]) -> Entry:
    actor = Actor(row.actor_type, row.actor_email, None, row.channel)
    return Entry(
        row.task_id,
        row.from_status,
        row.to_status,
        row.action,
        actor,
        row.created_at,
        row.extra_data,
        row.id,
    )


def _entry_values(entry: Entry) -> dict[str, Any]:
    return {
        "id": new_id("aud", entry.created_at),
        "task_id": entry.task_id,
        "from_status": entry.from_status,
        "to_status": entry.to_status,
        "action": entry.action,
        "actor_type": entry.actor.type,
        "actor_email": entry.actor.email,
        "channel": entry.actor.channel,
        "extra_data": entry.extra_data,
        "created_at": entry.created_at,
    }
