"""A store of tasks and accounts in memory: the ports' promises, kept honestly and without I/O."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from awaithumans.server.directory.model import Account, Session
from awaithumans.server.errors import StorageUnavailable
from awaithumans.server.tasks.ids import new_id
from awaithumans.server.tasks.lifecycle import NEXT, Change
from awaithumans.server.tasks.model import Content, Entry, Filter, Person, Task

T = TypeVar("T")


@dataclass
class Rows:
    """What is stored; a transaction works on a copy of it."""

    tasks: dict[str, Task] = field(default_factory=dict[str, Task])
    contents: dict[str, Content] = field(default_factory=dict[str, Content])
    history: list[Entry] = field(default_factory=list[Entry])
    accounts: dict[str, Account] = field(default_factory=dict[str, Account])
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    setup_token: str | None = None

    def copy(self) -> "Rows":
        return Rows(
            dict(self.tasks),
            dict(self.contents),
            list(self.history),
            dict(self.accounts),
            dict(self.sessions),
            self.setup_token,
        )


class MemoryReader:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def task(self, task_id: str) -> Task | None:
        return self._rows.tasks.get(task_id)

    def task_by_key(self, idempotency_key: str) -> Task | None:
        found = (t for t in self._rows.tasks.values() if t.idempotency_key == idempotency_key)
        return next(found, None)

    def content(self, task_id: str) -> Content | None:
        return self._rows.contents.get(task_id)

    def tasks(self, wanted: Filter) -> list[Task]:
        found = [task for task in self._rows.tasks.values() if matches(task, wanted)]
        return sorted(found, key=lambda task: task.id, reverse=True)[: wanted.limit]

    def audit(self, task_id: str) -> list[Entry]:
        return [entry for entry in self._rows.history if entry.task_id == task_id]

    def due(self, now: datetime, limit: int) -> list[Task]:
        due = [task for task in self._open() if task.timeout_at <= now]
        return sorted(due, key=lambda task: task.timeout_at)[:limit]

    def next_deadline(self) -> datetime | None:
        return min((task.timeout_at for task in self._open()), default=None)

    def open_count(self) -> int:
        return sum(not task.terminal for task in self._rows.tasks.values())

    def person(self, user_id: str | None = None, email: str | None = None) -> Person | None:
        for account in self._rows.accounts.values():
            same = account.id == user_id if user_id is not None else account.email == email
            if same and account.active:
                return Person(account.email, account.id)
        return None

    def account_by_email(self, email: str) -> Account | None:
        found = (account for account in self._rows.accounts.values() if account.email == email)
        return next(found, None)

    def account_by_session(self, token_hash: str, now: datetime) -> Account | None:
        session = self._rows.sessions.get(token_hash)
        if session is None or session.expires_at <= now:
            return None
        account = self._rows.accounts.get(session.user_id)
        return account if account is not None and account.active else None

    def has_operator(self) -> bool:
        return any(account.is_operator for account in self._rows.accounts.values())

    def has_setup_token(self, token_hash: str) -> bool:
        return self._rows.setup_token == token_hash

    def _open(self) -> list[Task]:
        return [task for task in self._rows.tasks.values() if (task.status, "expire") in NEXT]


class MemoryWriter(MemoryReader):
    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self.after: list[Callable[[], None]] = []

    def add(self, change: Change, content: Content) -> bool:
        if self.task_by_key(change.task.idempotency_key) is not None:
            return False
        self._rows.tasks[change.task.id] = change.task
        self._rows.contents[change.task.id] = deepcopy(content)
        self.note(change.entries)
        return True

    def locked(self, task_id: str) -> Task | None:
        return self.task(task_id)

    def save(self, before: Task, change: Change) -> None:
        assert self._rows.tasks[before.id].version == before.version
        self._rows.tasks[before.id] = change.task
        self.note(change.entries)

    def note(self, entries: Sequence[Entry]) -> None:
        self._rows.history.extend(replace(e, id=new_id("aud", e.created_at)) for e in entries)

    def delete(self, task_id: str) -> bool:
        self._rows.contents.pop(task_id, None)
        self._rows.history = [e for e in self._rows.history if e.task_id != task_id]
        return self._rows.tasks.pop(task_id, None) is not None

    def on_commit(self, act: Callable[[], None]) -> None:
        self.after.append(act)

    def add_account(self, account: Account) -> None:
        self._rows.accounts[account.id] = account

    def add_session(self, session: Session) -> None:
        self._rows.sessions[session.token_hash] = session

    def delete_session(self, token_hash: str) -> None:
        self._rows.sessions.pop(token_hash, None)

    def replace_setup_token(self, token_hash: str | None, now: datetime) -> None:
        self._rows.setup_token = token_hash


class MemoryStore:
    """Commits by swapping the rows; `reads` and `writes` count, `down` refuses."""

    def __init__(self) -> None:
        self.rows = Rows()
        self.reads = 0
        self.writes = 0
        self.down = False

    async def read(self, work: Callable[[MemoryReader], T]) -> T:
        self._answer()
        self.reads += 1
        return work(MemoryReader(self.rows.copy()))

    async def write(self, work: Callable[[MemoryWriter], T]) -> T:
        self._answer()
        self.writes += 1
        tx = MemoryWriter(rows := self.rows.copy())
        result = work(tx)
        self.rows = rows
        for act in tx.after:
            act()
        return result

    def _answer(self) -> None:
        if self.down:
            raise StorageUnavailable


def matches(task: Task, wanted: Filter) -> bool:
    """Whether a list shows this task: `Filter`, said in Python."""
    return all(
        (
            not wanted.statuses or task.status in wanted.statuses,
            wanted.terminal is None or task.terminal == wanted.terminal,
            wanted.assigned_to_email in (None, task.assigned_to_email),
            wanted.assigned_to_user_id in (None, task.assigned_to_user_id),
            wanted.unassigned is None or task.assigned != wanted.unassigned,
            wanted.text is None or wanted.text.lower() in task.task.lower(),
            wanted.before is None or task.id < wanted.before,
        )
    )
