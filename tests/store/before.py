"""A database of the version before, 0001, filled with everything that people may have in it."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from awaithumans.server.auth.tokens import digest
from awaithumans.server.ids import new_id
from awaithumans.server.tasks.model import Json
from tests.support.made import APPROVED, NOW

MICROSECONDS = int(NOW.timestamp()) * 1_000_000 + NOW.microsecond
TASK_COLUMNS = (
    *("id", "task", "status", "version", "idempotency_key", "fingerprint", "timeout_seconds"),
    *("created_at", "updated_at", "timeout_at", "redact_payload", "assign_to"),
    *("assigned_to_email", "assigned_to_user_id", "notify", "task_metadata", "response"),
    *("completed_at", "timed_out_at", "cancelled_at", "completed_by_email"),
    *("completed_by_user_id", "completed_via_channel", "verification_attempt"),
)


class Filled(Protocol):
    """A connection that takes rows; `?` marks each value."""

    def executemany(self, sql: str, parameters: Iterable[tuple[Any, ...]], /) -> Any: ...


@dataclass(frozen=True)
class Case:
    """A task of the version before, and whom it is open to afterwards."""

    assign_to: Json | None
    open_to: str
    invited: tuple[str, ...] = ()
    status: str = "created"
    email: str | None = None
    user_id: str | None = None


TWO = ("a@x.y", "b@x.y")
CASES = [
    Case(None, "anybody"),
    Case(None, "anybody", status="in_progress"),
    Case(None, "anybody", (), "assigned", "sue@example.com", "usr_sue"),
    Case(None, "anybody", (), "completed", "sue@example.com", "usr_sue"),
    Case(None, "anybody", status="timed_out"),
    Case({"email": "sue@example.com"}, "nobody", (), "assigned", "sue@example.com", "usr_sue"),
    Case({"email": "zoe@example.com"}, "nobody", (), "in_progress", "zoe@example.com"),
    Case({"email": "sue@example.com"}, "nobody", (), "completed", "sue@example.com", "usr_sue"),
    Case({"emails": ["Sue@x.y"]}, "nobody", (), "assigned", "sue@x.y"),
    Case({"emails": ["Sue@x.y", " sue@X.Y"]}, "nobody", (), "assigned", "sue@x.y"),
    Case({"emails": ["A@x.y", "b@x.y", "a@X.y ", "B@x.y"]}, "invited", TWO),
    Case({"emails": ["b@x.y", "a@x.y"], "email": None, "pool": None}, "invited", TWO),
    Case({"emails": ["a@x.y", "b@x.y"]}, "invited", TWO, "assigned", "a@x.y", "usr_a"),
    Case({"emails": ["a@x.y", "b@x.y"]}, "invited", TWO, "cancelled"),
    Case({"emails": ["a@x.y", "b@x.y"]}, "invited", TWO, "completed", "b@x.y"),
    Case({"email": "c@x.y", "emails": ["a@x.y", "b@x.y"]}, "nobody", (), "assigned", "c@x.y"),
    # Beside addresses, the version before did not look at anything else.
    Case({"emails": ["a@x.y", "b@x.y"], "role": "lead", "pool": "ops"}, "invited", TWO),
    Case({"pool": 'a pool of "emails"'}, "nobody"),
    Case({"pool": "ops"}, "nobody", status="in_progress"),
    Case({"user_id": "usr_gone"}, "nobody"),
    Case({"pool": "ops"}, "nobody", (), "assigned", "sue@example.com", "usr_sue"),
]


def row_of(number: int, case: Case) -> tuple[Any, ...]:
    at = MICROSECONDS + number
    settled = {
        "completed": "completed_at",
        "timed_out": "timed_out_at",
        "cancelled": "cancelled_at",
    }
    done = {settled[case.status]: at + 60} if case.status in settled else {}
    answered = case.status == "completed"
    values: dict[str, Any] = {
        "id": new_id("tsk", NOW + timedelta(milliseconds=number)),
        "task": f"Tâche {number}",
        "status": case.status,
        "version": number % 7 + 1,
        "idempotency_key": f"old-{number}",
        "fingerprint": "f" * 64,
        "timeout_seconds": 3600,
        "created_at": at,
        "updated_at": at + 1,
        "timeout_at": at + 3_600_000_000,
        "redact_payload": bool(number % 2),
        "assign_to": None if case.assign_to is None else json.dumps(case.assign_to),
        "assigned_to_email": case.email,
        "assigned_to_user_id": case.user_id,
        "notify": json.dumps(["slack:#ops"]),
        "task_metadata": json.dumps({"n": f"{number}"}),
        "response": json.dumps(APPROVED) if answered else None,
        "completed_by_email": case.email if answered else None,
        "completed_by_user_id": case.user_id if answered else None,
        "completed_via_channel": "dashboard" if answered else None,
        "verification_attempt": 0,
        **done,
    }
    return tuple(values.get(name) for name in TASK_COLUMNS)


def fill(connection: Filled, cases: Iterable[Case]) -> list[str]:
    """Store tasks with their content and history as 0001 keeps them; return their ids."""
    rows = [row_of(number, case) for number, case in enumerate(cases)]
    marks = ", ".join("?" * len(TASK_COLUMNS))
    connection.executemany(f"INSERT INTO tasks ({', '.join(TASK_COLUMNS)}) VALUES ({marks})", rows)
    connection.executemany(
        "INSERT INTO task_contents VALUES (?, ?, ?, ?, ?, ?)",
        ((row[0], '{"a": "é"}', "{}", "{}", None, '{"b": 1}') for row in rows),
    )
    connection.executemany(
        "INSERT INTO audit_entries (id, task_id, from_status, to_status, action, actor_type, "
        "actor_email, channel, extra_data, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (new_id("aud", NOW), row[0], *step, "agent", None, "api", '{"x": 1}', MICROSECONDS)
            for row in rows
            for step in ((None, "created", "created"), ("created", row[2], "opened"))
        ),
    )
    return [row[0] for row in rows]


def copy(connection: sqlite3.Connection, times: int) -> int:
    """Store every task again, this many times; return how many there are then."""
    rest = ", ".join(name for name in TASK_COLUMNS if name not in ("id", "idempotency_key"))
    connection.execute(
        "WITH RECURSIVE copies(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM copies WHERE n < ?) "
        f"INSERT INTO tasks (id, idempotency_key, {rest}) "
        "SELECT printf('tsk_%020d%06d', n, old.rowid), printf('copy-%d-%d', n, old.rowid), "
        f"{rest} FROM copies, (SELECT rowid, * FROM tasks) AS old",
        (times,),
    )
    connection.execute(
        "INSERT INTO task_contents (task_id, payload, payload_schema, response_schema) "
        "SELECT id, '{}', '{}', '{}' FROM tasks WHERE id NOT IN (SELECT task_id FROM task_contents)"
    )
    columns = ("from_status", "to_status", "action", "actor_type", "extra_data", "created_at")
    connection.execute(
        f"INSERT INTO audit_entries (id, task_id, {', '.join(columns)}) "
        f"SELECT 'aud_' || tasks.id, tasks.id, {', '.join(f'line.{name}' for name in columns)} "
        "FROM tasks, (SELECT * FROM audit_entries LIMIT 2) AS line "
        "WHERE tasks.id NOT IN (SELECT task_id FROM audit_entries)"
    )
    return connection.execute("SELECT count(*) FROM tasks").fetchone()[0]


def owe(connection: Filled, task_ids: Iterable[str]) -> None:
    """Store what these tasks owe, with an attempt at each, as 0004 keeps it."""
    rows = [(new_id("dlv", NOW), task_id) for task_id in task_ids]
    url = "https://example.com/done"
    connection.executemany(
        "INSERT INTO deliveries (id, kind, task_id, target, host, receiver, body, status, "
        "attempts, since, next_attempt_at, last_error, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                *(id_, "webhook", task_id, url, "https://example.com", url, '{"a": "é"}'),
                *("pending", 1, MICROSECONDS, MICROSECONDS + 30_000_000, "failed", MICROSECONDS),
            )
            for id_, task_id in rows
        ),
    )
    connection.executemany(
        "INSERT INTO delivery_attempts (delivery_id, attempted_at, error, duration_ms) "
        "VALUES (?, ?, ?, ?)",
        ((id_, MICROSECONDS, "failed", 7) for id_, _ in rows),
    )


def let_in(connection: Filled) -> None:
    """Store people and their sessions as 0001 keeps them."""
    day = 86_400_000_000
    connection.executemany(
        "INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            ("usr_olga", "olga@example.com", "Ölga", "a hash", True, True, MICROSECONDS - day),
            ("usr_sue", "sue@example.com", None, None, False, True, MICROSECONDS),
            ("usr_gone", None, None, "a hash", False, False, MICROSECONDS),
        ],
    )
    connection.executemany(
        "INSERT INTO sessions VALUES (?, ?, ?, ?)",
        [
            (digest("olga's cookie"), "usr_olga", MICROSECONDS, MICROSECONDS + 7 * day),
            (digest("gone's cookie"), "usr_gone", MICROSECONDS, MICROSECONDS + 7 * day),
            (digest("old cookie"), "usr_sue", MICROSECONDS - 7 * day, MICROSECONDS),
        ],
    )
    connection.executemany(
        "INSERT INTO setup_tokens VALUES (?, ?)", [(digest("setup"), MICROSECONDS)]
    )
