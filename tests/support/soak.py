"""How long a test goes on: short by default, as long as the numbers say with AWAITHUMANS_SOAK=1."""

import os

SOAK = os.environ.get("AWAITHUMANS_SOAK") == "1"


def rounds(short: int, long: int) -> int:
    """Return how many rounds to go."""
    return long if SOAK else short


def stretched(seconds: float) -> float:
    """Return how long may take what is promised within so many seconds on cores of its own.

    Where more programs want to run than there are cores, everything takes longer by that much.
    """
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
