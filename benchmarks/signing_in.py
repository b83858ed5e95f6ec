"""Many people who sign in at the same moment, and what else the server does meanwhile."""

import asyncio
import json
from time import perf_counter_ns

from benchmarks import requests
from benchmarks.client import call
from benchmarks.load import closed_loop
from benchmarks.others import OTHERS_PER_SECOND, between, others
from benchmarks.plan import Bench, Row
from benchmarks.samples import Summary

OTHERS_P99_MS = 50
WARM_SECONDS = 2
GIVE_UP_SECONDS = 120
PERSON = {"email": "sue@example.com", "password": "correct horse battery"}


async def measure(bench: Bench) -> list[Row]:
    """Add a person, and sign them in as often at once as the plan says, under other load."""
    count = bench.plan.sign_ins
    with bench.server() as server, server.running() as target:
        body = json.dumps(PERSON).encode()
        await call(target, requests.prepare(target, "POST", "/api/admin/users", body), 201)
        login = requests.prepare(target, "POST", "/api/auth/login", body)
        async with others(target) as load:
            await asyncio.sleep(WARM_SECONDS)
            began_ns = perf_counter_ns()
            await closed_loop(
                target, iter([login] * count), connections=count, seconds=GIVE_UP_SECONDS
            )
            ended_ns = perf_counter_ns()
    return _rows(count, (ended_ns - began_ns) / 1e9, between(load, began_ns, ended_ns))


def _rows(count: int, seconds: float, meanwhile: Summary) -> list[Row]:
    data = {"seconds": seconds, "others_ms": vars(meanwhile)}
    return [
        Row(f"{count:,} sign-ins at the same moment", f"{seconds:.2f} s", "none", data=data),
        Row(
            f"other requests during the sign-ins, {OTHERS_PER_SECOND}/s",
            str(meanwhile),
            "none",
            f"p99 <= {OTHERS_P99_MS} ms",
            meanwhile.p99 / OTHERS_P99_MS,
            data=data,
        ),
    ]
