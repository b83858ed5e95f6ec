"""Times that must hold. What was too slow beside other tests runs again, alone."""

import time
from collections.abc import Generator
from contextlib import contextmanager


class TooSlow(AssertionError):
    """It took longer than it may: here `make test` runs a test again, and nowhere else."""


def in_time(took: float, at_most: float, at_least: float = 0) -> None:
    """Check a time.

    Args:
        took: What was measured, in seconds.
        at_most: The longest that it may be, in seconds.
        at_least: The shortest that can be right, in seconds.

    Raises:
        TooSlow: It is longer.
        AssertionError: It is shorter.
    """
    assert took >= at_least, f"{took:.3f} s, and {at_least} s at least is right"
    if took > at_most:
        raise TooSlow(f"{took:.3f} s, and {at_most} s at most is right")


@contextmanager
def at_most(seconds: float) -> Generator[None]:
    """Check how long the block takes."""
    began = time.monotonic()
    yield
    in_time(time.monotonic() - began, seconds)
