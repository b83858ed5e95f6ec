"""10,000 deadlines in one second: all settled within 10 s, and the others hardly notice."""

import asyncio
import statistics
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from awaithumans.server.tasks.model import Filter
from tests.store.kept import kept_in
from tests.support.bodies import APPROVED, refund
from tests.support.clock import ManualClock
from tests.support.inprocess import InProcess, in_process
from tests.support.made import NOW
from tests.support.timing import in_time

DUE = 10_000
WITHIN = 10.0


class TickingClock(ManualClock):
    """Tells another time than the machine's clock, and ticks with it."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self._began)


@dataclass
class Meanwhile:
    """What others did while the deadlines were settled, and how long each took."""

    create: list[float] = field(default_factory=list[float])
    complete: list[float] = field(default_factory=list[float])
    read: list[float] = field(default_factory=list[float])

    def p99(self) -> float:
        times = sorted([*self.create, *self.complete, *self.read])
        return times[int(len(times) * 0.99)]

    def median(self) -> float:
        return statistics.median([*self.create, *self.complete, *self.read])


async def fill(path: Path) -> None:
    """Store 10,000 tasks that are due at NOW + 60 s."""
    async with kept_in(path) as kept:
        for _ in range(DUE // 500):
            await asyncio.gather(*(kept.created(timeout_seconds=60) for _ in range(500)))


async def work(server: InProcess, seen: Meanwhile) -> None:
    """Create, read and answer tasks until cancelled."""

    async def timed(method: str, path: str, times: list[float], body: object = None) -> str:
        began = time.perf_counter()
        response = await server.client.request(method, path, json=body)
        times.append(time.perf_counter() - began)
        assert response.is_success, response.text
        return response.json().get("id", "")

    while True:
        task_id = await timed("POST", "/api/tasks", seen.create, refund())
        await timed("GET", f"/api/tasks/{task_id}", seen.read)
        await timed("POST", f"/api/tasks/{task_id}/complete", seen.complete, APPROVED)
        await asyncio.sleep(0.005)


async def until_settled(server: InProcess) -> None:
    """Wait until none of the 10,000 is open."""
    while True:
        status = (await server.client.get("/api/status")).json()
        if status["open_tasks"] < 100:
            page = await server.client.get("/api/tasks", params={"terminal": "false", "q": "?"})
            if len(page.json()["items"]) <= 1:
                return
        await asyncio.sleep(0.05)


@pytest.mark.quiet
async def test_10000_deadlines_in_one_second_are_settled_within_10_while_others_are_served(
    tmp_path: Path,
) -> None:
    await fill(tmp_path / "awaithumans.db")
    # A second before they are due: the job sleeps, and wakes by itself.
    due = NOW + timedelta(seconds=60)
    clock = TickingClock(due - timedelta(seconds=1))
    seen = Meanwhile()
    async with in_process(tmp_path, clock) as server:
        assert (await server.client.get("/api/status")).json()["open_tasks"] == DUE
        await asyncio.sleep((due - clock.now()).total_seconds())
        working = asyncio.create_task(work(server, seen))
        await asyncio.wait_for(until_settled(server), 60)
        took = (clock.now() - due).total_seconds()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        timed_out = await timed_out_after(server)
    print(
        f"\n{DUE:,} deadlines settled in {took:.2f} s; {len(seen.create)} tasks created and "
        f"answered meanwhile, median {seen.median() * 1000:.1f} ms, p99 {seen.p99() * 1000:.1f} ms"
    )
    in_time(took, WITHIN)
    assert len(timed_out) == DUE
    assert min(timed_out) >= timedelta(0)
    assert max(timed_out) <= timedelta(seconds=WITHIN)
    assert len(seen.create) > 10
    in_time(seen.p99(), 0.1)


async def timed_out_after(server: InProcess) -> list[timedelta]:
    """Return how long after its deadline each task timed out."""
    found: list[timedelta] = []
    cursor: str | None = None
    while True:
        wanted = Filter(("timed_out",), before=cursor, limit=200)
        page, cursor = await server.server.tasks.page(wanted)
        found += [task.timed_out_at - task.timeout_at for task in page if task.timed_out_at]
        if cursor is None:
            return found


async def test_what_fell_due_while_the_server_was_down_is_settled_at_its_start(
    tmp_path: Path,
) -> None:
    clock = ManualClock(datetime.now(timezone.utc))
    async with in_process(tmp_path, clock) as server:
        made = await server.client.post("/api/tasks", json=refund(timeout_seconds=60))
        task_id = made.json()["id"]
    clock.advance(3600)
    async with in_process(tmp_path, clock) as server:
        poll = await server.client.get(f"/api/tasks/{task_id}/poll?timeout=5")
        assert poll.json()["status"] == "timed_out"
        audit = (await server.client.get(f"/api/tasks/{task_id}/audit")).json()["items"]
        assert [item["action"] for item in audit] == ["created", "timed_out"]


async def test_an_answer_after_the_deadline_loses_though_the_job_has_not_run(
    served: InProcess,
) -> None:
    made = (await served.client.post("/api/tasks", json=refund(timeout_seconds=60))).json()
    served.clock.advance(60)
    late = await served.client.post(f"/api/tasks/{made['id']}/complete", json=APPROVED)
    assert late.status_code == 409
    assert late.json()["error_code"] == "TASK_ALREADY_SETTLED"
    assert "timed out" in late.json()["message"]
    poll = (await served.client.get(f"/api/tasks/{made['id']}/poll")).json()
    assert (poll["status"], poll["response"]) == ("timed_out", None)
