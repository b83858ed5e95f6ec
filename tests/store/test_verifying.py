"""Answers that are verified, on both databases: who races whom, and what is kept of it."""

import asyncio
import itertools
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from awaithumans.server.errors import (
    LinkInvalid,
    TaskAlreadySettled,
    VerificationInProgress,
)
from awaithumans.server.store.channel_tables import links
from awaithumans.server.store.queries import Writer
from awaithumans.server.tasks.deliveries import DeliveryFilter, Kind
from awaithumans.server.tasks.lookup import Full
from awaithumans.server.tasks.model import TERMINAL, Actor, Judgement, Person, Task
from tests.store.kept import Kept
from tests.support.made import AGENT, APPROVED, NOW, SUE, a_verified_draft, an_account
from tests.support.soak import rounds

CALLBACK = "https://example.com/done"
PASSED = Judgement(True, "Ça va.", details={"model": "a-model"})
REFUSED = Judgement(False, "No date.", ((("items", 0), "has none"),))


async def made(kept: Kept, **changes: Any) -> str:
    return (await kept.tasks.create(a_verified_draft(**changes), AGENT)).task.id


async def submitted(kept: Kept, **changes: Any) -> Task:
    return (await kept.tasks.complete(await made(kept, **changes), APPROVED, SUE)).task


async def state(kept: Kept, task_id: str) -> Task:
    return (await kept.tasks.get(task_id)).task


async def owed(kept: Kept, task_id: str, kind: Kind) -> int:
    wanted = DeliveryFilter(task_id=task_id, kind=kind, limit=200)
    return len(await kept.store.read(lambda tx: tx.deliveries(wanted)))


async def test_a_verdict_is_kept_with_the_task_as_it_was_said(kept: Kept) -> None:
    task = await submitted(kept, verifier_config={"instructions": "Refuse what has no date."})
    assert await state(kept, task.id) == task
    assert await kept.tasks.judge(task.id, task.version, REFUSED)
    after = await state(kept, task.id)
    assert after.verdict == {
        "outcome": "refused",
        "reason": "No date.",
        "fields": [{"loc": ["items", 0], "msg": "has none"}],
        "attempt": 1,
        "model": None,
        "at": "2026-03-01T12:00:00Z",
    }
    assert (after.status, after.response, after.completed_by_user_id) == ("rejected", None, None)
    content = (await kept.tasks.get(task.id)).content
    assert content.verifier_config == {"instructions": "Refuse what has no date."}


async def test_of_ten_submissions_at_once_one_is_verified(kept: Kept) -> None:
    task_id = await made(kept)
    came = await asyncio.gather(
        *(kept.tasks.complete(task_id, APPROVED, AGENT) for _ in range(10)), return_exceptions=True
    )
    kinds = Counter(type(each) for each in came)
    assert kinds == {Full: 1, VerificationInProgress: 9}
    assert await owed(kept, task_id, "verification") == 1


async def test_of_ten_verdicts_on_one_answer_one_counts(kept: Kept) -> None:
    task = await submitted(kept, callback_url=CALLBACK)
    judgements = [PASSED, REFUSED] * 5
    counted = await asyncio.gather(
        *(kept.tasks.judge(task.id, task.version, each) for each in judgements)
    )
    assert sum(counted) == 1
    after = await state(kept, task.id)
    assert after.verification_attempt == 1
    assert await owed(kept, task.id, "webhook") == (after.status == "completed")


async def verified(kept: Kept, task_id: str, dice: random.Random) -> None:
    """Give verdicts, as verifiers in several processes may, as long as answers come."""
    for _ in range(6):
        task = await state(kept, task_id)
        if task.terminal:
            return
        if task.status == "submitted":
            kind = dice.choice(["pass", "refuse", "refuse", "away"])
            if kind == "away":
                await kept.store.write(
                    lambda tx, v=task.version: kept.tasks.give_up(tx, task_id, v, "away")
                )
            else:
                verdict = PASSED if kind == "pass" else REFUSED
                await kept.tasks.judge(task_id, task.version, verdict)
        await asyncio.sleep(0)


async def race(kept: Kept, dice: random.Random, *, overdue: bool) -> str:
    """Let answers, verdicts, cancels and the clock meet; return how the task ended."""
    task_id = await made(kept, timeout_seconds=60, callback_url=CALLBACK)
    if dice.random() < 0.5:
        await kept.tasks.complete(task_id, APPROVED, AGENT)
    if overdue:
        kept.clock.advance(60)

    async def act(how: str) -> None:
        try:
            if how == "answer":
                await kept.tasks.complete(task_id, APPROVED, AGENT)
            elif how == "cancel":
                await kept.tasks.cancel(task_id, None, AGENT)
            elif how == "clock":
                await kept.tasks.settle_due(10)
            else:
                await verified(kept, task_id, random.Random(dice.random()))
        except (TaskAlreadySettled, VerificationInProgress):
            pass

    hows = [*["answer"] * 8, *["verdict"] * 6, *["clock"] * 2]
    hows += ["cancel"] * dice.choice([0, 2])
    dice.shuffle(hows)
    await asyncio.gather(*map(act, hows))
    task, history = await state(kept, task_id), await kept.tasks.audit(task_id)
    steps = [e for e in history if e.from_status != e.to_status]
    assert sum(e.to_status in TERMINAL for e in steps) == task.terminal
    assert await owed(kept, task_id, "webhook") == task.terminal
    actions = Counter(entry.action for entry in history)
    assert await owed(kept, task_id, "verification") == actions["submitted"]
    judged = actions["verified"] + actions["rejected"] + actions["verification_exhausted"]
    assert judged == task.verification_attempt <= task.max_attempts
    for earlier, later in itertools.pairwise(steps):
        assert later.from_status == earlier.to_status
    return task.status


async def test_answers_verdicts_cancels_and_the_clock_settle_a_task_once(kept: Kept) -> None:
    dice = random.Random(8)
    least, ended = rounds(25, 200), Counter[str]()
    # Who wins is chance, but it is never always the same.
    while ended.total() < least or not {"completed", "cancelled"} <= set(ended):
        assert ended.total() < 10 * least, ended
        ended[await race(kept, dice, overdue=ended.total() % 4 == 0)] += 1
    assert kept.waker.parked == 0


async def test_a_submitted_task_is_neither_due_nor_overdue_until_it_is_open_again(
    kept: Kept,
) -> None:
    task = await submitted(kept, timeout_seconds=60)
    later = (await kept.created(timeout_seconds=900)).task
    kept.clock.advance(100)
    assert await kept.tasks.settle_due(10) == 0
    assert await kept.tasks.next_deadline() == later.timeout_at
    backlog = await kept.tasks.backlog()
    assert (backlog.by_status, backlog.overdue) == ({"submitted": 1, "created": 1}, 0)
    await kept.tasks.judge(task.id, task.version, REFUSED)
    assert (await kept.tasks.backlog()).overdue == 1
    assert await kept.tasks.next_deadline() == task.timeout_at
    assert await kept.tasks.settle_due(10) == 1
    assert (await state(kept, task.id)).status == "timed_out"


async def test_a_reviewer_sees_what_they_submitted_once_and_while_it_concerns_them(
    kept: Kept,
) -> None:
    await kept.add_people(an_account("sue"), an_account("bob"))
    sue, bob = [Person(f"{who}@example.com", f"usr_{who}") for who in ("sue", "bob")]
    task = await submitted(kept)
    for view in (sue, bob):
        for wanted in ({}, {"terminal": False}, {"statuses": ("submitted",)}):
            assert await kept.ids(view=view, **wanted) == [task.id]
    given = await made(kept, assign_to={"email": "bob@example.com"})
    by_link = Actor("reviewer", sue.email, sue.user_id, "email", invited=True)
    mine = Actor("reviewer", bob.email, bob.user_id, "dashboard")
    await kept.tasks.complete(given, APPROVED, mine)
    assert await kept.ids(view=sue, statuses=("submitted",)) == [task.id]
    with pytest.raises(VerificationInProgress):
        await kept.tasks.complete(given, APPROVED, by_link)


async def test_statistics_count_an_answer_once_it_is_passed(kept: Kept) -> None:
    task = await submitted(kept)
    exhausted = await submitted(kept, max_attempts=1)
    since = NOW - timedelta(days=1)

    async def counted() -> tuple[Any, Any]:
        return await kept.store.read(
            lambda tx: (tx.count_by_status(since), tx.count_by_channel(since))
        )

    assert await counted() == ({"submitted": 2}, {})
    await kept.tasks.judge(task.id, task.version, PASSED)
    await kept.tasks.judge(exhausted.id, exhausted.version, REFUSED)
    assert await counted() == ({"completed": 1, "verification_exhausted": 1}, {"dashboard": 1})


# Links


async def add_link(kept: Kept, task_id: str, **changes: Any) -> None:
    row = {
        "token_hash": "hash",
        "task_id": task_id,
        "purpose": "answer",
        "channel": "email",
        "created_at": NOW,
        "expires_at": NOW + timedelta(hours=1),
    }

    def work(tx: Writer) -> None:
        connection: Connection = vars(tx)["_connection"]
        connection.execute(insert(links), row | changes)

    await kept.store.write(work)


BY_LINK = Actor("reviewer", "sue@example.com", None, "email", invited=True, link="hash")


async def test_of_ten_who_follow_one_link_one_answers(kept: Kept) -> None:
    tasks = [(await kept.created()).task.id for _ in range(10)]
    await add_link(kept, tasks[0])
    came = await asyncio.gather(
        *(kept.tasks.complete(task_id, APPROVED, BY_LINK) for task_id in tasks),
        return_exceptions=True,
    )
    assert Counter(type(each) for each in came) == {Full: 1, LinkInvalid: 9}
    assert await kept.count("tasks", "status = 'completed'") == 1
    assert await kept.count("links", "used_at IS NOT NULL") == 1


async def test_a_link_is_not_used_up_by_an_answer_that_is_refused(kept: Kept) -> None:
    task = await submitted(kept)
    await add_link(kept, task.id)
    with pytest.raises(VerificationInProgress):
        await kept.tasks.complete(task.id, APPROVED, BY_LINK)
    assert await kept.count("links", "used_at IS NULL") == 1
    await kept.tasks.judge(task.id, task.version, REFUSED)
    assert (await kept.tasks.complete(task.id, APPROVED, BY_LINK)).task.status == "submitted"
    assert await kept.count("links", "used_at IS NULL") == 0


async def test_a_link_that_has_expired_answers_nothing(kept: Kept) -> None:
    task_id = (await kept.created()).task.id
    await add_link(kept, task_id, expires_at=NOW)
    with pytest.raises(LinkInvalid):
        await kept.tasks.complete(task_id, APPROVED, BY_LINK)
    await kept.tasks.delete(task_id)
    assert await kept.count("links") == 0
