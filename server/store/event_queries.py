"""The queries of streams: the history of all tasks by its numbers, and who may know of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Executable, bindparam, case, select

from ..directory.credentials import ApiKey, Session
from ..events.model import Happening
from ..tasks.model import Person
from .reviewing import within_reach
from .tables import api_keys, audit_entries, sessions, tasks, users

_SESSION = [sessions.c[name] for name in Session.__slots__]
_KEY = [api_keys.c[name] for name in ApiKey.__slots__]
_LINES = select(
    audit_entries.c.seq,
    audit_entries.c.id,
    audit_entries.c.task_id,
    tasks.c.status,
    tasks.c.version,
    audit_entries.c.action,
    # Those of answers are large, and nothing of them is told.
    case((audit_entries.c.action.in_(("assigned", "unassigned")), audit_entries.c.extra_data)),
).join(tasks, tasks.c.id == audit_entries.c.task_id)
_NEWEST = _LINES.order_by(audit_entries.c.seq.desc()).limit(bindparam("most"))
_AFTER = (
    _LINES.where(audit_entries.c.seq > bindparam("after"))
    .order_by(audit_entries.c.seq)
    .limit(bindparam("most"))
)
_AMONG = _LINES.where(audit_entries.c.seq.in_(bindparam("among", expanding=True)))
_ENTRY = select(audit_entries.c.id).where(audit_entries.c.seq == bindparam("seq"))
# A person of the directory as the rule of the lists takes one, but as columns: one query for all.
_ANYBODY = Person(cast("str", users.c.email), cast("str", users.c.id))
_SIGHTS = select(tasks.c.id, users.c.id).where(
    tasks.c.id.in_(bindparam("tasks", expanding=True)),
    users.c.id.in_(bindparam("users", expanding=True)),
    users.c.active,
    within_reach(_ANYBODY),
)
_SESSIONS = (
    select(*_SESSION)
    .join(users, users.c.id == sessions.c.user_id)
    .where(sessions.c.token_hash.in_(bindparam("hashes", expanding=True)), users.c.active)
)
_KEYS = select(*_KEY).where(api_keys.c.token_hash.in_(bindparam("hashes", expanding=True)))


class EventReader:
    """What streams read."""

    _connection: Connection

    def newest_happenings(self, most: int) -> list[Happening]:
        """Return the newest lines of the history, by their number."""
        return self._lines(_NEWEST, most=most)[::-1]

    def happenings(self, after: int, among: Sequence[int], most: int) -> list[Happening]:
        """Return lines above a number, and those of some numbers, by their number."""
        late = self._lines(_AMONG, among=list(among)) if among else []
        return late + self._lines(_AFTER, after=after, most=most)

    def is_entry(self, seq: int, entry_id: str) -> bool:
        """Whether the line with this number is this entry."""
        return self._connection.execute(_ENTRY, {"seq": seq}).scalar_one_or_none() == entry_id

    def sights(self, task_ids: Collection[str], user_ids: Collection[str]) -> set[tuple[str, str]]:
        """Return the pairs of a task and a person who may know what happens to it."""
        found = self._connection.execute(
            _SIGHTS, {"tasks": list(task_ids), "users": list(user_ids)}
        )
        return {(task_id, user_id) for task_id, user_id in found}

    def standing(self, credentials: Collection[str], now: datetime) -> set[str]:
        """Return those of these hashes of sessions and API keys that still let somebody in."""
        hashes = {"hashes": list(credentials)}
        held: list[Session | ApiKey] = [
            *(Session(*row) for row in self._connection.execute(_SESSIONS, hashes)),
            *(ApiKey(*row) for row in self._connection.execute(_KEYS, hashes)),
        ]
        return {each.token_hash for each in held if each.alive(now)}

    def _lines(self, query: Executable, **values: Any) -> list[Happening]:
        return [_happening(row) for row in self._connection.execute(query, values)]


class EventWriter(EventReader):
    """What streams write."""

    def announce(self, words: str) -> None:
        """Tell every other process, once this is durable; with SQLite there are none."""


def _happening(row: Sequence[Any]) -> Happening:
    *line, extra = row
    of_those: dict[str, list[str]] = extra or {}
    return Happening(*line, taken_from=tuple(of_those.get("taken_from", ())))
