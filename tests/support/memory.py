"""A store in memory: the ports' promises, kept honestly and without I/O."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import TypeVar

from awaithumans.server.directory.credentials import ApiKey, Failures, Session
from awaithumans.server.directory.model import Account
from awaithumans.server.directory.model import Filter as PeopleFilter
from awaithumans.server.errors import StorageUnavailable
from awaithumans.server.ids import new_id
from awaithumans.server.routing.plan import Member
from awaithumans.server.store.delivery_queries import packed
from awaithumans.server.tasks.deliveries import (
    NOT_TAKEN,
    Delivery,
    Lease,
    NotTaken,
    Owed,
    Packed,
)
from awaithumans.server.tasks.model import (
    Content,
    Entry,
    Filter,
    Notification,
    Person,
    Status,
    Task,
)
from awaithumans.server.tasks.transitions import NEXT, Change
from tests.support.seeing import is_visible, is_within_reach, matches

T = TypeVar("T")
_TICK = timedelta(microseconds=1)


@dataclass
class Rows:
    """What is stored; a transaction works on a copy of it."""

    tasks: dict[str, Task] = field(default_factory=dict[str, Task])
    contents: dict[str, Content] = field(default_factory=dict[str, Content])
    owed: list[Packed] = field(default_factory=list[Packed])
    links: set[str] = field(default_factory=set[str])
    invited: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    history: list[Entry] = field(default_factory=list[Entry])
    accounts: dict[str, Account] = field(default_factory=dict[str, Account])
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    devices: dict[tuple[str, str], datetime] = field(
        default_factory=dict[tuple[str, str], datetime]
    )
    failures: list[tuple[str, datetime]] = field(default_factory=list[tuple[str, datetime]])
    keys: dict[str, ApiKey] = field(default_factory=dict[str, ApiKey])
    setup_token: str | None = None

    def copy(self) -> "Rows":
        kept = {each.name: getattr(self, each.name) for each in fields(self)}
        return Rows(
            **{name: each.copy() if hasattr(each, "copy") else each for name, each in kept.items()}
        )


class MemoryReader:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def task(self, task_id: str, view: Person | None = None) -> Task | None:
        task = self._rows.tasks.get(task_id)
        if task is None or view is None:
            return task
        return task if is_visible(task, view, self._invited(task_id)) else None

    def whole(self, task_id: str) -> tuple[Task, Content] | None:
        task = self._rows.tasks.get(task_id)
        return None if task is None else (task, self._rows.contents[task_id])

    def may_act(self, task_id: str, person: Person) -> bool:
        task = self._rows.tasks.get(task_id)
        return task is not None and is_within_reach(task, person, self._invited(task_id))

    def task_by_key(self, idempotency_key: str) -> Task | None:
        found = (t for t in self._rows.tasks.values() if t.idempotency_key == idempotency_key)
        return next(found, None)

    def content(self, task_id: str) -> Content | None:
        return self._rows.contents.get(task_id)

    def tasks(self, wanted: Filter) -> list[Task]:
        found = [
            task
            for task in self._rows.tasks.values()
            if matches(task, wanted, self._invited(task.id))
        ]
        return sorted(found, key=lambda task: task.id, reverse=True)[: wanted.limit]

    def audit(self, task_id: str) -> list[Entry]:
        return [entry for entry in self._rows.history if entry.task_id == task_id]

    def due(self, now: datetime, limit: int) -> list[Task]:
        due = [task for task in self._open() if task.timeout_at <= now]
        return sorted(due, key=lambda task: task.timeout_at)[:limit]

    def next_deadline(self) -> datetime | None:
        return min((task.timeout_at for task in self._open()), default=None)

    def open_among(self, task_ids: Sequence[str]) -> set[str]:
        return {
            task_id
            for task_id in task_ids
            if task_id in self._rows.tasks and not self._rows.tasks[task_id].terminal
        }

    def open_count(self) -> int:
        return sum(not task.terminal for task in self._rows.tasks.values())

    def open_by_status(self) -> dict[Status, int]:
        return dict(Counter(task.status for task in self._rows.tasks.values() if not task.terminal))

    def overdue_count(self, now: datetime) -> int:
        return sum(task.timeout_at <= now for task in self._open())

    def notifications(self, task_id: str) -> list[Notification]:
        asking = [
            each
            for each in self._rows.owed
            if each.delivery.task_id == task_id and each.delivery.kind in ("email", "slack")
        ]
        told = [_notification(each.delivery, each.body) for each in asking]
        return [each for each in told if each.purpose != NOT_TAKEN]

    def replies_not_taken(self, task_id: str) -> list[NotTaken]:
        owed = [each for each in self._rows.owed if each.delivery.task_id == task_id]
        bodies = ((each.delivery.target, json.loads(each.body)) for each in owed)
        return [NotTaken(to, said["mail"], said["words"]) for to, said in bodies if "mail" in said]

    def came_by(self, task_id: str, mail: str, said: str, email: str | None) -> bool:
        answers = [entry for entry in self.audit(task_id) if entry.action == "submitted"]
        came = [(each.actor.email, each.extra_data) for each in answers]
        wanted = (email, mail, said)
        return any((by, how.get("mail"), how.get("said")) == wanted for by, how in came)

    def account(self, user_id: str) -> Account | None:
        return self._rows.accounts.get(user_id)

    def account_by_email(self, email: str) -> Account | None:
        return next((one for one in self._rows.accounts.values() if one.email == email), None)

    def accounts(self, wanted: PeopleFilter) -> list[Account]:
        found = [one for one in self._rows.accounts.values() if _is_wanted(one, wanted)]
        return sorted(found, key=lambda one: one.id, reverse=True)[: wanted.limit]

    def address_taken(self, account: Account) -> bool:
        others = [one for one in self._rows.accounts.values() if one.id != account.id]
        slack = (account.slack_team_id, account.slack_user_id)
        return any(
            (account.email is not None and one.email == account.email)
            or (slack[1] is not None and (one.slack_team_id, one.slack_user_id) == slack)
            for one in others
        )

    def member(self, wanted: Member) -> Person | None:
        asked = {name: getattr(wanted, name) for name in ("pool", "role", "access_level")}
        found = [
            one
            for one in self._rows.accounts.values()
            if one.active
            and wanted.user_id in (None, one.id)
            and (wanted.emails is None or one.email in wanted.emails)
            and all(value in (None, getattr(one, name)) for name, value in asked.items())
        ]
        if not found:
            return None
        first = min(
            found, key=lambda o: (o.last_assigned_at is not None, o.last_assigned_at or 0, o.id)
        )
        return Person(first.email, first.id)

    def session(self, token_hash: str) -> tuple[Session, Account] | None:
        session = self._rows.sessions.get(token_hash)
        return None if session is None else (session, self._rows.accounts[session.user_id])

    def device_users(self, token_hash: str, since: datetime) -> set[str]:
        return {
            user_id
            for (kept, user_id), used_at in self._rows.devices.items()
            if kept == token_hash and used_at > since
        }

    def failures(self, buckets: Sequence[str], since: datetime) -> dict[str, Failures]:
        found = {
            bucket: [at for named, at in self._rows.failures if named == bucket and at > since]
            for bucket in buckets
        }
        return {
            bucket: Failures(len(times), min(times)) for bucket, times in found.items() if times
        }

    def api_key(self, token_hash: str) -> ApiKey | None:
        return next((key for key in self._rows.keys.values() if key.token_hash == token_hash), None)

    def api_keys(self) -> list[ApiKey]:
        return sorted(self._rows.keys.values(), key=lambda key: key.id, reverse=True)

    def has_operator(self) -> bool:
        return any(account.is_operator for account in self._rows.accounts.values())

    def has_setup_token(self, token_hash: str) -> bool:
        return self._rows.setup_token == token_hash

    def _open(self) -> list[Task]:
        return [task for task in self._rows.tasks.values() if (task.status, "expire") in NEXT]

    def _invited(self, task_id: str) -> tuple[str, ...]:
        return self._rows.invited.get(task_id, ())


class MemoryWriter(MemoryReader):
    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self.after: list[Callable[[], None]] = []

    def add(
        self, change: Change, content: Content, lease: Lease | None = None
    ) -> list[Packed] | None:
        if self.task_by_key(change.task.idempotency_key) is not None:
            return None
        self._rows.contents[change.task.id] = deepcopy(content)
        return self._keep(change, lease)

    def locked(self, task_id: str) -> Task | None:
        return self.task(task_id)

    def save(self, before: Task, change: Change, lease: Lease | None = None) -> list[Packed]:
        assert self._rows.tasks[before.id].version == before.version
        return self._keep(change, lease)

    def owe(
        self, task: Task, owed: Sequence[Owed], now: datetime, lease: Lease | None = None
    ) -> list[Packed]:
        made = packed(task, owed, now, lease)
        self._rows.owed += made
        return made

    def spend_link(self, token_hash: str, now: datetime) -> bool:
        unused = token_hash in self._rows.links
        self._rows.links.discard(token_hash)
        return unused

    def note(self, entries: Sequence[Entry]) -> None:
        self._rows.history.extend(replace(e, id=new_id("aud", e.created_at)) for e in entries)

    def delete(self, task_id: str) -> bool:
        self._rows.contents.pop(task_id, None)
        self._rows.invited.pop(task_id, None)
        self._rows.owed = [e for e in self._rows.owed if e.delivery.task_id != task_id]
        self._rows.history = [e for e in self._rows.history if e.task_id != task_id]
        return self._rows.tasks.pop(task_id, None) is not None

    def on_commit(self, act: Callable[[], None]) -> None:
        self.after.append(act)

    def purge(self, before: datetime, now: datetime, limit: int) -> int:
        old = [t.id for t in self._rows.tasks.values() if t.terminal and t.updated_at < before]
        return sum(self.delete(task_id) for task_id in sorted(old)[:limit])

    def take_turns(self) -> None:
        """One transaction at a time."""

    def announce_settled(self, task_id: str) -> None:
        """There is one process."""

    def announce_due(self, task: Task) -> None:
        """There is one process."""

    def announce_owed(self) -> None:
        """There is one process."""

    def note_assigned(self, user_id: str, now: datetime) -> None:
        times = [one.last_assigned_at for one in self._rows.accounts.values()]
        after_all = [at + _TICK for at in times if at is not None]
        account = self._rows.accounts[user_id]
        self.save_account(replace(account, last_assigned_at=max([now, *after_all])))

    def another_operator(self, user_id: str) -> bool:
        return any(one.operates and one.id != user_id for one in self._rows.accounts.values())

    def add_account(self, account: Account) -> None:
        self._rows.accounts[account.id] = account

    def save_account(self, account: Account) -> None:
        self._rows.accounts[account.id] = account

    def delete_account(self, user_id: str) -> None:
        self.end_access(user_id)
        del self._rows.accounts[user_id]

    def end_access(self, user_id: str) -> None:
        sessions, devices = self._rows.sessions, self._rows.devices
        self._rows.sessions = {key: one for key, one in sessions.items() if one.user_id != user_id}
        self._rows.devices = {key: at for key, at in devices.items() if key[1] != user_id}

    def add_session(self, session: Session, expired: datetime) -> None:
        kept = self._rows.sessions.items()
        self._rows.sessions = {key: one for key, one in kept if one.created_at > expired}
        self._rows.sessions[session.token_hash] = session

    def touch_session(self, token_hash: str, now: datetime) -> None:
        session = self._rows.sessions[token_hash]
        self._rows.sessions[token_hash] = replace(session, last_seen_at=now)

    def delete_session(self, token_hash: str) -> None:
        self._rows.sessions.pop(token_hash, None)

    def remember_device(self, token_hash: str, user_id: str, now: datetime) -> None:
        self._rows.devices[token_hash, user_id] = now

    def add_failures(self, buckets: Sequence[str], now: datetime, since: datetime) -> None:
        self._rows.failures = [one for one in self._rows.failures if one[1] > since]
        self._rows.failures += [(bucket, now) for bucket in buckets]

    def forget_failures(self, bucket: str) -> None:
        self._rows.failures = [one for one in self._rows.failures if one[0] != bucket]

    def add_api_key(self, key: ApiKey) -> None:
        self._rows.keys[key.id] = key

    def touch_api_key(self, key_id: str, now: datetime) -> None:
        self._rows.keys[key_id] = replace(self._rows.keys[key_id], last_used_at=now)

    def delete_api_key(self, key_id: str) -> bool:
        return self._rows.keys.pop(key_id, None) is not None

    def spend_setup_token(self, token_hash: str) -> bool:
        spent = self._rows.setup_token == token_hash
        if spent:
            self._rows.setup_token = None
        return spent

    def replace_setup_token(self, token_hash: str, now: datetime) -> None:
        self._rows.setup_token = token_hash

    def _keep(self, change: Change, lease: Lease | None) -> list[Packed]:
        self._rows.tasks[change.task.id] = change.task
        if change.invited is not None:
            self._rows.invited[change.task.id] = change.invited
        self.note(change.entries)
        return self.owe(change.task, change.owed, change.task.updated_at, lease)


class MemoryStore:
    """Commits by swapping the rows; `reads` and `writes` count.

    While `down` it refuses everything, while `full` writes only.
    """

    def __init__(self) -> None:
        self.rows = Rows()
        self.reads = 0
        self.writes = 0
        self.down = False
        self.full = False

    async def read(self, work: Callable[[MemoryReader], T]) -> T:
        if self.down:
            raise StorageUnavailable
        self.reads += 1
        return work(MemoryReader(self.rows.copy()))

    async def write(
        self, work: Callable[[MemoryWriter], T], about: Sequence[str] | None = None
    ) -> T:
        if self.down or self.full:
            raise StorageUnavailable
        self.writes += 1
        tx = MemoryWriter(rows := self.rows.copy())
        result = work(tx)
        self.rows = rows
        for act in tx.after:
            act()
        return result


def _notification(delivery: Delivery, body: str) -> Notification:
    shared = {each.name for each in fields(Notification)} & {each.name for each in fields(delivery)}
    told = {name: getattr(delivery, name) for name in shared}
    return Notification(delivery.id, purpose=json.loads(body)["purpose"], **told)


def _is_wanted(account: Account, wanted: PeopleFilter) -> bool:
    """Whether a list of people shows this one."""
    same = ("email", "role", "access_level", "pool", "is_operator", "active")
    text = None if wanted.text is None else wanted.text.lower()
    named = (account.display_name or "", account.email or "")
    return all(
        (
            *(getattr(wanted, name) in (None, getattr(account, name)) for name in same),
            wanted.before is None or account.id < wanted.before,
            text is None or any(text in name.lower() for name in named),
        )
    )
