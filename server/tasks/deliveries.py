"""What tasks owe to others, as plain values: deliveries, their attempts, what became of them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ..routing.plan import normal

# `slack_update` writes a message again that is there already; `verification` asks a model.
Kind = Literal["webhook", "email", "slack", "slack_update", "verification"]
DeliveryStatus = Literal["pending", "delivered", "abandoned", "skipped"]
# Why a reply to a mail was not taken as an answer.
Why = Literal["settled", "verifying", "not_theirs", "inactive", "no_words"]
# The purpose of a mail that says so; the others ask for an answer.
NOT_TAKEN = "not_taken"


@dataclass(frozen=True, slots=True)
class Owed:
    """A delivery that is not stored yet.

    `receiver` and `host` say whom it would keep waiting, and be kept waiting by. It is due at once
    unless `due` says when.
    """

    kind: Kind
    target: str
    host: str
    receiver: str
    body: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that is sent until it arrives or is abandoned.

    `attempts` are those since `since`, when it was first due, or when an operator had it sent
    again. While `lease_until` is set somebody sends it; then `next_attempt_at` is the same time.
    """

    id: str
    kind: Kind
    task_id: str
    target: str
    host: str
    receiver: str
    status: DeliveryStatus
    attempts: int
    since: datetime
    next_attempt_at: datetime | None
    lease_until: datetime | None
    last_status_code: int | None
    last_error: str | None
    created_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is due, as far as the order of sending needs to know."""

    id: str
    kind: Kind
    host: str
    receiver: str


@dataclass(frozen=True, slots=True)
class Packed:
    """A delivery with what it sends; the answer to what is `redacted` is not kept."""

    delivery: Delivery
    body: str
    redacted: bool


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A reply that was not taken: who was told so, as a target, and by which mail it came.

    `words` stands for what it said (`digest`): an id is what a sender's program says it is, and two
    replies may come under the same.
    """

    target: str
    mail: str
    words: str

    def is_of(self, email: str, mail: str, said: str) -> bool:
        """Whether it is this reply of this person."""
        to = normal(self.target.partition(":")[2])
        return (to, self.mail, self.words) == (email, mail, digest(said))


def digest(said: str) -> str:
    """Return what tells the words of a reply from others, without having them."""
    return hashlib.sha256(said.encode(errors="replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver; `error` is None when it arrived, `answer` how the answer begins."""

    attempted_at: datetime
    status_code: int | None
    error: str | None
    duration_ms: int
    answer: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt; `error` is None when it arrived, and never holds a secret.

    With an error, `permanent` says that no further attempt will do, and `retry_after` how many
    seconds the receiver wants to be left alone. `obsolete` is what nobody needs any more: nothing
    was sent, nor ever will be.
    """

    status_code: int | None
    error: str | None
    answer: str | None = None
    permanent: bool = False
    retry_after: float | None = None
    obsolete: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries a list shows; what is None does not restrict."""

    task_id: str | None = None
    kind: Kind | None = None
    status: DeliveryStatus | None = None
    before: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is owed: `failing` are those of `pending` that have failed before."""

    pending: int
    failing: int
    abandoned: int
    oldest_pending_at: datetime | None


Lease = Callable[[Owed, datetime], datetime | None]
"""Says of what is owed now until when this process keeps it to itself; None leaves it to all."""
