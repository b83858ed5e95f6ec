from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from awaithumans import AwaitHumansSync
from tests.adapters.langgraph.people import Person
from tests.sdk.conftest import empty_home, standin
from tests.support.process import TOKEN, ServerProcess

__all__ = ["empty_home", "standin"]


@pytest.fixture
def person(shared_server: ServerProcess) -> Iterator[Person]:
    """Somebody at a real server."""
    with (
        AwaitHumansSync(shared_server.url, TOKEN) as client,
        ThreadPoolExecutor(thread_name_prefix="driver") as pool,
    ):
        person = Person(client, pool)
        yield person
        # A driver that still waits after a test that has failed would hold the pool.
        for task in person.tasks(terminal=False):
            client.tasks.cancel(task.id)
