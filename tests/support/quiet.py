"""What keeps the tests of two processes apart, where one of them needs the machine to itself."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

# Any two files do that every process of a run can open.
_GATE = Path(__file__)
_ROOM = Path(__file__).with_name("__init__.py")


def several() -> bool:
    """Return whether this is one of several processes that share the tests."""
    return "PYTEST_XDIST_WORKER" in os.environ


@contextmanager
def admitted(*, alone: bool) -> Generator[None]:
    """Wait until no test runs that has to be alone; `alone`, until no other test runs at all.

    Who waits to be alone keeps the gate meanwhile: otherwise the others, coming one after the
    other, would never leave the room empty.
    """
    with _ROOM.open() as room:
        with _GATE.open() as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
