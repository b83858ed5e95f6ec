"""How long a test goes on: short by default, as long as the numbers say with AWAITHUMANS_SOAK=1."""

import os

SOAK = os.environ.get("AWAITHUMANS_SOAK") == "1"


def rounds(short: int, long: int) -> int:
    """Return how many rounds to go."""
    return long if SOAK else short
