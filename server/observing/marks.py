"""Which request something belongs to: what each of its log lines says."""

from contextvars import ContextVar, Token
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marks:
    """The ids of a request: ours, and its trace's if there is one."""

    request_id: str
    trace_id: str | None = None


_current: ContextVar[Marks | None] = ContextVar("marks", default=None)


def current() -> Marks | None:
    """Return the marks of the request that is handled here; None outside of any."""
    return _current.get()


def begin(marks: Marks) -> Token[Marks | None]:
    """Mark what follows as part of a request; give what is returned to `end`."""
    return _current.set(marks)


def end(begun: Token[Marks | None]) -> None:
    """Mark what follows as it was marked before."""
    _current.reset(begun)
