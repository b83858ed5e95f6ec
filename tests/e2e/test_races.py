"""R1: two people, the clock, a cancel, all at once: one wins, the others are told."""

import asyncio
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

from awaithumans.server.errors import TaskAlreadySettled
from awaithumans.server.tasks.deliveries import DeliveryFilter
from awaithumans.server.tasks.model import TERMINAL
from tests.store.kept import Kept, kept_in
from tests.support.bodies import refund
from tests.support.made import AGENT, SUE
from tests.support.process import ServerProcess
from tests.support.soak import rounds

RACERS = 50
CALLBACK = "https://example.com/done"
WINS = {"complete": "completed", "cancel": "cancelled", "clock": "timed_out"}


async def race(kept: Kept, dice: random.Random, overdue: bool) -> str:
    """Let 50 settle one task at once; return how it settled."""
    full = await kept.created(timeout_seconds=60, callback_url=CALLBACK)
    task_id = full.task.id
    if overdue:
        kept.clock.advance(60)

    async def settle(number: int, how: str) -> str:
        if how == "clock":
            return "clock" if await kept.tasks.settle_due(10) else "nothing due"
        try:
            # As long as a complete takes to read the schema: neither is always first.
            if how == "cancel":
                await kept.tasks.get(task_id)
                await kept.tasks.cancel(task_id, str(number), AGENT)
            else:
                await kept.tasks.complete(task_id, {"approved": True, "reason": str(number)}, SUE)
        except TaskAlreadySettled:
            return "refused"
        return how

    hows = [*["complete"] * 24, *["cancel"] * 20, *["clock"] * 6]
    dice.shuffle(hows)
    poll = asyncio.create_task(kept.tasks.poll(task_id, 30))
    outcomes = Counter(await asyncio.gather(*(settle(n, how) for n, how in enumerate(hows))))
    task = (await kept.tasks.get(task_id)).task
    winners = [how for how in WINS if outcomes[how]]
    # An answer that comes late settles the task as timed out and is refused itself.
    assert sum(outcomes[how] for how in WINS) == (0 if not winners else 1)
    assert task.status == (WINS[winners[0]] if winners else "timed_out")
    assert (task.status == "timed_out") == overdue
    history = await kept.tasks.audit(task_id)
    terminal = [e for e in history if e.to_status in TERMINAL and e.action != "refused"]
    assert [entry.to_status for entry in terminal] == [task.status]
    assert sum(entry.action == "refused" for entry in history) == outcomes["refused"]
    assert (await poll).status == task.status
    wanted = DeliveryFilter(task_id=task_id)
    (delivery,) = await kept.store.read(lambda tx: tx.deliveries(wanted))
    body, _ = await kept.store.read(lambda tx: tx.delivery_body(delivery.id))
    assert json.loads(body)["status"] == task.status
    return task.status


async def test_of_50_who_settle_a_task_at_once_one_wins_200_times(tmp_path: Path) -> None:
    dice = random.Random(1)
    async with kept_in(tmp_path / "tasks.db") as kept:
        settled = Counter([await race(kept, dice, overdue=n % 3 == 0) for n in range(200)])
        assert set(settled) == {"completed", "cancelled", "timed_out"}
        assert kept.waker.parked == 0


async def test_an_answer_races_the_moment_of_the_deadline(tmp_path: Path) -> None:
    async with kept_in(tmp_path / "tasks.db") as kept:
        for number in range(60):
            full = await kept.created(timeout_seconds=60, callback_url=CALLBACK)
            answers = [
                asyncio.create_task(kept.tasks.complete(full.task.id, {"approved": True}, SUE))
                for _ in range(10)
            ]
            await asyncio.sleep(number * 0.00005)
            kept.clock.at = full.task.timeout_at
            await kept.tasks.settle_due(10)
            outcomes = await asyncio.gather(*answers, return_exceptions=True)
            won = [each for each in outcomes if not isinstance(each, BaseException)]
            task = (await kept.tasks.get(full.task.id)).task
            assert len(won) == (task.status == "completed")
            if task.completed_at is not None:
                assert task.completed_at < task.timeout_at
        assert await kept.count("deliveries") == 60


async def test_over_http_one_wins_and_the_others_are_told_409(
    shared_server: ServerProcess,
) -> None:
    async with shared_server.async_client() as client:
        for number in range(rounds(8, 200)):
            task_id = (await client.post("/api/tasks", json=refund())).json()["id"]
            answers = [{"response": {"approved": n % 2 == 0, "reason": str(n)}} for n in range(30)]
            requests = [
                *(client.post(f"/api/tasks/{task_id}/complete", json=body) for body in answers),
                *(client.post(f"/api/tasks/{task_id}/cancel", json={}) for _ in range(20)),
            ]
            random.Random(number).shuffle(requests)
            responses = await asyncio.gather(*requests)
            assert Counter(r.status_code for r in responses) == {200: 1, 409: RACERS - 1}
            assert {r.json()["error_code"] for r in responses if r.status_code == 409} == {
                "TASK_ALREADY_SETTLED"
            }
            (won,) = [r.json() for r in responses if r.status_code == 200]
            await the_history_agrees(client, task_id, won)


async def the_history_agrees(client: Any, task_id: str, won: dict[str, Any]) -> None:
    task = (await client.get(f"/api/tasks/{task_id}")).json()
    assert task == won
    items = (await client.get(f"/api/tasks/{task_id}/audit")).json()["items"]
    terminal = [i for i in items if i["to_status"] in TERMINAL and i["action"] != "refused"]
    assert [item["to_status"] for item in terminal] == [task["status"]]
    assert sum(item["action"] == "refused" for item in items) == RACERS - 1
    if task["status"] == "completed":
        assert terminal[0]["extra_data"]["response"] == task["response"]


async def test_of_50_who_claim_a_task_at_once_one_has_it(shared_server: ServerProcess) -> None:
    async with shared_server.async_client() as client:
        for _ in range(rounds(3, 50)):
            task_id = (await client.post("/api/tasks", json=refund())).json()["id"]
            responses = await asyncio.gather(
                *(
                    client.post(
                        f"/api/tasks/{task_id}/claim", json={"claimed_by_email": f"{n}@example.com"}
                    )
                    for n in range(RACERS)
                )
            )
            assert Counter(r.status_code for r in responses) == {200: 1, 409: RACERS - 1}
            (won,) = [r.json() for r in responses if r.status_code == 200]
            task = (await client.get(f"/api/tasks/{task_id}")).json()
            assert task["assigned_to_email"] == won["assigned_to_email"]
