"""What a stream tells, as plain values."""

from dataclasses import dataclass

from ..tasks.model import Action, Person, Status


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a task's history, as streams tell it.

    `status` and `version` are the task's when it was read, `action` is what happened; `taken_from`
    are the addresses and ids of those who could see the task until then.
    """

    seq: int
    entry_id: str
    task_id: str
    status: Status
    version: int
    action: Action
    taken_from: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Where this line is in the history of all tasks: an event's id."""
        return f"{self.seq}-{self.entry_id}"


@dataclass(frozen=True, slots=True)
class Listener:
    """Who listens.

    Args:
        view: The reviewer whose tasks alone are told; None is everybody's.
        credential: The hash of the session or API key; None is the admin token, which stays good.
    """

    view: Person | None = None
    credential: str | None = None

    def lost(self, happening: Happening) -> bool:
        """Whether the task was theirs, or open to them, until this happened."""
        if self.view is None or not happening.taken_from:
            return False
        ways = {self.view.user_id, self.view.email, "anybody"}
        return not ways.isdisjoint(happening.taken_from)


def position(mark: str) -> tuple[int, str] | None:
    """Return the place in the history that an event's id names; None if it is none of ours."""
    number, dash, entry_id = mark.partition("-")
    if not dash or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    return int(number), entry_id
