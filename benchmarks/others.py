"""What everybody else asks of the server while it is busy with something."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import cycle

from benchmarks import requests
from benchmarks.load import Paced
from benchmarks.samples import Summary, summarize
from benchmarks.targets import Target

OTHERS_PER_SECOND = 300
_CONNECTIONS = 32


@asynccontextmanager
async def others(target: Target) -> AsyncIterator[Paced]:
    """Send creates and lists at a steady rate until the block ends."""
    load, stop = Paced(_mixed(target), OTHERS_PER_SECOND), asyncio.Event()
    running = asyncio.create_task(load.run(target, _CONNECTIONS, stop))
    try:
        yield load
    finally:
        stop.set()
        await running


def _mixed(target: Target) -> Iterator[bytes]:
    """Yield creates, reads of the queue and reads of its settled part in turn."""
    create = requests.creates(target)
    reads = cycle(
        requests.prepare(target, "GET", f"/api/tasks?terminal={terminal}&limit=20")
        for terminal in ("false", "true")
    )
    while True:
        yield next(create)
        yield next(reads)


def between(load: Paced, began_ns: int, ended_ns: int) -> Summary:
    """Return the latencies of the requests that were due in this time."""
    return summarize([ns for due_ns, ns in load.samples if began_ns <= due_ns <= ended_ns])
