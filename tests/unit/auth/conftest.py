from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from awaithumans.server.auth.passwords import Passwords


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    """Real argon2, with parameters that take no time."""
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield passwords
    passwords.close()
