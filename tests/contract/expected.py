"""What the model knows about each task: small enough to be right at a glance."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

TERMINAL = {"completed", "cancelled", "timed_out"}

# `assign_to` as it is sent; whom that makes the holder; who alone may claim.
ASSIGNMENTS: dict[str, tuple[dict[str, Any], str | None, tuple[str, ...]]] = {
    "one": ({"email": "Sue@Example.com"}, "sue@example.com", ()),
    "several": (
        {"emails": ["joe@example.com", "Ann@example.com"]},
        None,
        ("joe@example.com", "ann@example.com"),
    ),
    "one, twice": ({"emails": ["joe@example.com", "JOE@example.com"]}, "joe@example.com", ()),
}
# Nobody has been added to the directory.
UNMATCHED: dict[str, dict[str, Any]] = {
    "a stranger": {"user_id": "usr_00000000000000000000000000"},
    "a pool": {"pool": "refunds", "role": "lead", "access_level": "high"},
    "both, and nobody is": {
        "email": "sue@example.com",
        "emails": ["joe@example.com", "ann@example.com"],
    },
}


@dataclass
class Expected:
    """One task as it must be."""

    body: dict[str, Any]
    id: str
    status: str = "created"
    holder: str | None = None
    invited: tuple[str, ...] = ()
    deadline: datetime | None = None
    response: dict[str, Any] | None = None
    actions: list[str] = field(default_factory=list[str])

    @property
    def settled(self) -> bool:
        return self.status in TERMINAL

    @property
    def path(self) -> str:
        return f"/api/tasks/{self.id}"

    def overdue(self, now: datetime | None) -> bool:
        """Whether the deadline has passed and nobody has said so yet."""
        return (
            now is not None
            and not self.settled
            and self.deadline is not None
            and (now >= self.deadline)
        )

    def settle(self, status: str) -> None:
        self.status = status
        self.actions.append(status)

    def hand_to(self, holder: str | None, invited: tuple[str, ...]) -> None:
        self.holder, self.invited = holder, invited
        self.status = "assigned" if holder else "created"
        self.actions.append("assigned" if holder else "unassigned")

    def refusal_of_claim(self, person: str) -> tuple[int, str] | None:
        """Return how a claim by `person` is refused; None if it is not."""
        if self.settled:
            return 409, "TASK_ALREADY_SETTLED"
        if self.holder not in (None, person):
            return 409, "TASK_ALREADY_CLAIMED"
        if self.holder is None and self.invited and person not in self.invited:
            return 403, "FORBIDDEN"
        return None


def after_creation(
    body: dict[str, Any], answer: dict[str, Any], now: datetime | None, assignment: str | None
) -> Expected:
    """Return what a task is like that was just made."""
    seconds = timedelta(seconds=body["timeout_seconds"])
    made = Expected(body, answer["id"], deadline=None if now is None else now + seconds)
    made.actions.append("created")
    if assignment in ASSIGNMENTS:
        _, holder, invited = ASSIGNMENTS[assignment]
        if holder:
            made.hand_to(holder, invited)
        else:
            made.invited = invited
    elif assignment in UNMATCHED:
        made.actions.append("unassigned")
    return made
