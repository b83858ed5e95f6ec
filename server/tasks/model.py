"""A task and what surrounds it, as plain values."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]

Status = Literal[
    "created",
    "notified",
    "assigned",
    "in_progress",
    "submitted",
    "verified",
    "rejected",
    "completed",
    "timed_out",
    "cancelled",
    "verification_exhausted",
]
Channel = Literal["api", "dashboard", "email", "slack"]
ActorType = Literal["agent", "operator", "reviewer", "system"]
Provider = Literal["claude", "openai", "gemini", "azure_openai"]
Action = Literal[
    "created",
    "assigned",
    "unassigned",
    "claimed",
    "opened",
    "completed",
    "cancelled",
    "timed_out",
    "submitted",
    "verified",
    "rejected",
    "not_understood",
    "verification_failed",
    "verification_exhausted",
    "notified",
    "notification_failed",
    "notification_skipped",
    "delivered",
    "delivery_failed",
    "delivery_abandoned",
    "redelivered",
    "refused",
]
# Who may take a task that nobody has: anybody, whoever is invited, or only an operator gives it.
Openness = Literal["anybody", "invited", "nobody"]

TERMINAL: frozenset[Status] = frozenset(
    {"completed", "timed_out", "cancelled", "verification_exhausted"}
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as the caller's credentials say; the body never does.

    `named` is true when the admin token named the person, and `api_key` the id and the name of the
    key that was used: the audit says so. Whoever is `invited` was asked by a message: they may
    answer a task that nobody has, though it is not open to them. `link` is what is kept of the
    single-use link that they answer by.
    """

    type: ActorType
    email: str | None = None
    user_id: str | None = None
    channel: Channel | None = None
    named: bool = False
    api_key: tuple[str, str] | None = None
    invited: bool = False
    link: str | None = None


SYSTEM = Actor("system")


@dataclass(frozen=True, slots=True)
class Task:
    """The state of a task: what transitions read and write. Its content lies beside it.

    With a `verifier`, an answer is one of up to `max_attempts` that it may refuse; while it is
    `submitted`, `response` and who answered are what is being checked. `verdict` is the last one.
    """

    id: str
    task: str
    status: Status
    version: int
    idempotency_key: str
    fingerprint: str
    timeout_seconds: int
    created_at: datetime
    updated_at: datetime
    timeout_at: datetime
    redact_payload: bool = False
    assign_to: Json | None = None
    assigned_to_email: str | None = None
    assigned_to_user_id: str | None = None
    notify: tuple[str, ...] = ()
    task_metadata: dict[str, str] = field(default_factory=dict[str, str])
    response: Json | None = None
    completed_at: datetime | None = None
    timed_out_at: datetime | None = None
    cancelled_at: datetime | None = None
    completed_by_email: str | None = None
    completed_by_user_id: str | None = None
    completed_via_channel: Channel | None = None
    verification_attempt: int = 0
    open_to: Openness = "nobody"
    callback_url: str | None = None
    verifier: Provider | None = None
    max_attempts: int = 0
    verdict: Json | None = None

    @property
    def terminal(self) -> bool:
        """Whether the task is settled."""
        return self.status in TERMINAL

    @property
    def assigned(self) -> bool:
        """Whether somebody has the task."""
        return self.assigned_to_email is not None or self.assigned_to_user_id is not None


@dataclass(frozen=True, slots=True)
class Content:
    """What a task shows and asks; written once, never changed."""

    payload: Json
    payload_schema: Json
    response_schema: Json
    form_definition: Json | None = None
    initial_response: Json | None = None
    verifier_config: Json | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a task can be given to; without a `user_id` they are not in the directory."""

    email: str | None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a task's history."""

    task_id: str
    from_status: Status | None
    to_status: Status
    action: Action
    actor: Actor
    created_at: datetime
    extra_data: Json = field(default_factory=dict[str, Any])
    id: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A task that is asked for and not made yet."""

    task: str
    content: Content
    timeout_seconds: int
    idempotency_key: str
    assign_to: Json | None = None
    notify: tuple[str, ...] = ()
    redact_payload: bool = False
    task_metadata: dict[str, str] = field(default_factory=dict[str, str])
    callback_url: str | None = None
    verifier: Provider | None = None
    max_attempts: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a verifier says of an answer.

    `fields` are the ways into the answer with what is wrong there; `response` is what it
    understood of an answer in plain words; `details` are for the history: the model, what it took.
    """

    passed: bool
    reason: str
    fields: tuple[tuple[tuple[str | int, ...], str], ...] = ()
    response: Json | None = None
    details: Json = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Notification:
    """A message that asks somebody, and what became of it."""

    delivery_id: str
    target: str
    purpose: str
    status: str
    attempts: int
    last_error: str | None
    next_attempt_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is open at a moment, and what should not be any more."""

    by_status: dict[Status, int]
    overdue: int
    oldest_overdue_seconds: float


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tasks a list shows; what is None does not restrict.

    `view` is the reviewer who looks: the list has what is theirs, and what they may take.
    """

    statuses: tuple[Status, ...] = ()
    terminal: bool | None = None
    assigned_to: Person | None = None
    unassigned: bool | None = None
    text: str | None = None
    before: str | None = None
    limit: int = 50
    view: Person | None = None
