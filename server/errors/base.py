"""What every refusal is: a status, a stable code, and a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field at fault: the way to it, and what is wrong; never its value."""

    loc: tuple[str | int, ...]
    msg: str


class Refusal(Exception):
    """The base of every refusal; `status` is the HTTP status and `code` the stable name.

    `retry_after` is after how many seconds to try again, where that helps.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    retry_after: int | None = None

    def __init__(self, message: str, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)


def every_refusal() -> list[type[Refusal]]:
    """Return each kind of refusal, by status and code."""
    return sorted(Refusal.__subclasses__(), key=lambda kind: (kind.status, kind.code))
