"""Makes a server whose database holds tasks already."""

import random
import time
from dataclasses import dataclass

from benchmarks import requests
from benchmarks.client import call
from benchmarks.plan import Plan
from benchmarks.seed import Times, copy_task
from benchmarks.targets import Server
from benchmarks.throughput import create

PERIOD_US = 30 * 24 * 3600 * 1_000_000


@dataclass(frozen=True)
class Mix:
    """How many tasks are stored, and how many of them are still open."""

    stored: int
    open: int


async def templates(server: Server, plan: Plan) -> tuple[str, str]:
    """Let the server make its database with two tasks in it: one open, one settled; return both."""
    with server.running() as target:
        _, (open_id, settled_id) = await create(target, plan, count=2)
        await call(target, requests.complete(target, settled_id))
    return open_id, settled_id


async def store(server: Server, plan: Plan, mix: Mix) -> list[str]:
    """Store tasks spread over the last 30 days, the open ones evenly among the others.

    Returns:
        Ids of settled tasks in random order, at most about 10,000.
    """
    open_id, settled_id = await templates(server, plan)
    now_us = time.time_ns() // 1000
    first_us = now_us - PERIOD_US
    settled = mix.stored - mix.open
    ids = copy_task(server, settled_id, settled, Times(first_us, PERIOD_US // settled))
    times = Times(first_us, PERIOD_US // mix.open, deadline_us=now_us + PERIOD_US)
    copy_task(server, open_id, mix.open, times)
    random.Random(6).shuffle(ids)
    return ids
