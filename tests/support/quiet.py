"""What keeps the tests of two processes apart, where one of them needs the machine to itself."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

# Any two files do that every process of a run can open.
_GATE = Path(__file__)
_ROOM = Path(__file__).with_name("__init__.py")


def several() -> bool:
    """Return whether this is one of several processes that share the tests."""
    return "PYTEST_XDIST_WORKER" in os.environ


class Room:
    """Where a test runs: beside others, until it asks to be alone."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def enter(self, *, alone: bool) -> None:
        """Wait until no test runs that has to be alone; `alone`, until no other test runs at all.

        Who waits to be alone keeps the gate meanwhile: otherwise the others, coming one after the
        other, would never leave the room empty. Who is inside goes out first: two who ask to be
        alone would wait for each other.
        """
        fcntl.flock(self._file, fcntl.LOCK_UN)
        with _GATE.open() as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            fcntl.flock(self._file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)


@contextmanager
def admitted(*, alone: bool) -> Generator[Room]:
    """Let one test in as soon as it may run, and out when it is over; see `Room.enter`."""
    with _ROOM.open() as file:
        room = Room(file)
        room.enter(alone=alone)
        yield room
