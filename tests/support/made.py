"""Tasks, drafts and people, made with what a test does not care about filled in."""

import itertools
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from awaithumans.server.directory.model import Account
from awaithumans.server.ids import new_id
from awaithumans.server.tasks.model import Actor, Content, Draft, Task
from tests.support.bodies import REFUND_DECISION_SCHEMA, REFUND_PAYLOAD_SCHEMA

NOW = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=timezone.utc)
TICK = timedelta(microseconds=1)

AGENT = Actor("agent", channel="api")
SUE = Actor("reviewer", "sue@example.com", "usr_sue", "dashboard")
BOB = Actor("reviewer", "bob@example.com", "usr_bob", "dashboard")
OLGA = Actor("operator", "olga@example.com", "usr_olga", "dashboard")
APPROVED: dict[str, Any] = {"approved": True, "reason": "within policy"}

_numbers = itertools.count()
_OF_CONTENT = {field.name for field in fields(Content)}


def a_draft(**changes: Any) -> Draft:
    """Return a refund to approve within an hour; names of `Content` change the content."""
    content = Content(
        {"amount": 250, "customer": "cus_123"}, REFUND_PAYLOAD_SCHEMA, REFUND_DECISION_SCHEMA
    )
    of_content = {name: changes.pop(name) for name in list(changes) if name in _OF_CONTENT}
    draft = Draft(
        task="Approve refund?",
        content=replace(content, **of_content),
        timeout_seconds=3600,
        idempotency_key=f"key-{next(_numbers)}",
    )
    return replace(draft, **changes)


def a_verified_draft(**changes: Any) -> Draft:
    """Return a draft of which two answers may be refused by a verifier."""
    verifying: dict[str, Any] = {"verifier": "claude", "max_attempts": 2, "verifier_config": {}}
    return a_draft(**verifying | changes)


def a_task(**changes: Any) -> Task:
    """Return an open task for anybody, made at NOW and due an hour later."""
    task = Task(
        id=new_id("tsk", NOW),
        task="Approve refund?",
        status="created",
        version=1,
        idempotency_key=f"key-{next(_numbers)}",
        fingerprint="0" * 64,
        timeout_seconds=3600,
        created_at=NOW,
        updated_at=NOW,
        timeout_at=NOW + timedelta(hours=1),
        open_to="anybody",
    )
    return replace(task, **changes)


def an_account(name: str, **changes: Any) -> Account:
    """Return an active reviewer with the id `usr_<name>` and the address `<name>@example.com`."""
    account = Account(f"usr_{name}", NOW, NOW, email=f"{name}@example.com")
    return replace(account, **changes)
