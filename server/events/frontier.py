"""How far the history was read: pure.

PostgreSQL numbers lines when they are written and shows them when they are committed, so that a
lower number can come after a higher one. A number that is missing below one that was seen is a
hole, until it is filled or as old as no transaction gets.
"""

from bisect import insort
from collections.abc import Iterable

from .model import Happening

_LONGEST_TRANSACTION = 30.0
_MOST_PENDING = 1000
_MOST_HOLES = 200


class Frontier:
    """What was read of the history, and what may still come below that.

    Args:
        newest: The newest lines, by number; what is missing among them may still be written.
        now: A monotonic time in seconds, here and below.
    """

    def __init__(self, newest: Iterable[Happening], now: float) -> None:
        self._low: int = 0
        self._mark = "0-"
        self._pending: list[tuple[int, str, float]] = []
        self._known: set[int] = set()
        for number, line in enumerate(newest):
            if number == 0:
                self._low, self._mark = line.seq, line.mark
            else:
                self.take(line, now)

    @property
    def mark(self) -> str:
        """The id of the event up to which nothing can be missing."""
        return self._mark

    @property
    def high(self) -> int:
        """The highest number that was seen."""
        return self._pending[-1][0] if self._pending else self._low

    def holes(self) -> list[int]:
        """Return the numbers below the highest that may still come; of many, the newest."""
        lowest = max(self._low, self.high - _MOST_PENDING)
        return [seq for seq in range(lowest + 1, self.high) if seq not in self._known][
            -_MOST_HOLES:
        ]

    def take(self, line: Happening, now: float) -> bool:
        """Note a line; False if it was known."""
        if line.seq <= self._low or line.seq in self._known:
            return False
        self._known.add(line.seq)
        insort(self._pending, (line.seq, line.mark, now))
        self._advance(now)
        return True

    def _advance(self, now: float) -> None:
        settled = 0
        for seq, mark, seen in self._pending:
            waiting = len(self._pending) - settled <= _MOST_PENDING
            if seq != self._low + 1 and now - seen < _LONGEST_TRANSACTION and waiting:
                break
            self._low, self._mark = seq, mark
            self._known.discard(seq)
            settled += 1
        del self._pending[:settled]
