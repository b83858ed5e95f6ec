"""What a query costs must not grow with what is stored: plans, and the steps that SQLite takes."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from awaithumans.server.ids import new_id
from awaithumans.server.store.queries import Reader, Writer
from awaithumans.server.store.tables import task_contents, tasks
from awaithumans.server.tasks.lifecycle import OpenTo, create
from awaithumans.server.tasks.model import Filter, Person, Task
from awaithumans.server.tasks.transitions import Change
from tests.store.kept import Kept, Query, explained, kept_in, statements, steps_of
from tests.support.made import AGENT, NOW, SUE, a_draft

FEW, MANY = 2_000, 10_000
DATABASES = ["sqlite"]
PEOPLE = 20
OPEN_EVERY = 10


def stored(number: int) -> dict[str, Any]:
    """Return the row of a task: one of ten is open, every other one has one of 20 people."""
    at = NOW + timedelta(milliseconds=number)
    change: Change = create(
        a_draft(idempotency_key=f"stored-{number}"),
        new_id("tsk", at),
        "0" * 64,
        OpenTo(),
        at,
        AGENT,
    )
    row = {field.name: getattr(change.task, field.name) for field in fields(Task)}
    if number % OPEN_EVERY:
        row |= {"status": "completed", "completed_at": at}
    if number % 2:
        person = number // 2 % PEOPLE
        row |= {
            "assigned_to_email": f"{person}@example.com",
            "assigned_to_user_id": f"usr_{person}",
        }
    return row


async def fill(kept: Kept, count: int) -> None:
    rows = [stored(number) for number in range(count)]
    content: dict[str, Any] = {"payload": {}, "payload_schema": {}, "response_schema": {}}

    def work(tx: Writer) -> None:
        connection = vars(tx)["_connection"]
        connection.execute(insert(tasks), rows)
        connection.execute(
            insert(task_contents), [{"task_id": row["id"], **content} for row in rows]
        )
        for row in rows:
            tx.note(create(a_draft(), row["id"], "", OpenTo(), NOW, AGENT).entries)

    await kept.store.write(work)


QUERIES: dict[str, Query] = {
    "newest": lambda tx: tx.tasks(Filter()),
    "next page": lambda tx: tx.tasks(
        Filter(before=new_id("tsk", NOW + timedelta(milliseconds=500)))
    ),
    "open": lambda tx: tx.tasks(Filter(terminal=False)),
    "settled": lambda tx: tx.tasks(Filter(terminal=True)),
    "one status": lambda tx: tx.tasks(Filter(("completed",))),
    "a status that nobody has": lambda tx: tx.tasks(Filter(("submitted",))),
    "several statuses": lambda tx: tx.tasks(Filter(("created", "assigned", "completed"))),
    "one person's": lambda tx: tx.tasks(Filter(assigned_to=Person("3@example.com"))),
    "one member's": lambda tx: tx.tasks(Filter(assigned_to=Person(None, "usr_3"))),
    "overdue": lambda tx: tx.overdue_count(NOW),
    "nobody's, open": lambda tx: tx.tasks(Filter(terminal=False, unassigned=True)),
    "nobody's": lambda tx: tx.tasks(Filter(unassigned=True)),
    "somebody's": lambda tx: tx.tasks(Filter(unassigned=False)),
    "text that many have": lambda tx: tx.tasks(Filter(text="refund")),
    "next deadline": lambda tx: tx.next_deadline(),
    "due": lambda tx: tx.due(NOW + timedelta(seconds=3600, milliseconds=500), 50),
    "none due": lambda tx: tx.due(NOW, 50),
    "a person": lambda tx: tx.account_by_email("sue@example.com"),
    "by key": lambda tx: tx.task_by_key("stored-500"),
}
ONE_TASK: dict[str, Callable[[Reader, str], object]] = {
    "state": lambda tx, task_id: tx.task(task_id),
    "content": lambda tx, task_id: tx.content(task_id),
    "history": lambda tx, task_id: tx.audit(task_id),
}


async def measured(path: Path, count: int) -> dict[str, int]:
    async with kept_in(path) as kept:
        await fill(kept, count)
        page = await kept.store.read(lambda tx: tx.tasks(Filter()))
        steps = {
            name: await kept.store.read(lambda tx, query=query: steps_of(tx, query))
            for name, query in QUERIES.items()
        }
        for name, of in ONE_TASK.items():
            steps[name] = await kept.store.read(
                lambda tx, of=of: steps_of(tx, lambda tx: of(tx, page[9].id))
            )
        return steps


async def test_no_query_takes_more_steps_when_more_is_stored(tmp_path: Path) -> None:
    few = await measured(tmp_path / "few.db", FEW)
    many = await measured(tmp_path / "many.db", MANY)
    grown = {name: (few[name], many[name]) for name in few if many[name] > 1.5 * few[name] + 50}
    assert not grown


@pytest.fixture
def plans(tmp_path: Path) -> dict[str, list[str]]:
    """The plan of every statement of every query, on a few thousand rows, with statistics."""

    async def all_of_them() -> dict[str, list[str]]:
        async with kept_in(tmp_path / "plans.db") as kept:
            await fill(kept, 3_000)
            found: dict[str, list[str]] = {}
            for name, query in QUERIES.items():
                with statements(kept.store) as made:
                    await kept.store.read(query)
                found[name] = [each for each in made if each.startswith("SELECT")]
            return {
                name: [line for statement in made for line in explained(kept, statement)]
                for name, made in found.items()
            }

    return asyncio.run(all_of_them())


def test_no_query_reads_a_table_without_an_index_or_sorts_all_that_match(
    plans: dict[str, list[str]],
) -> None:
    for name, plan in plans.items():
        assert plan, name
        for line in plan:
            bare = line.startswith(("SCAN tasks", "SCAN users", "SCAN audit")) and (
                "USING" not in line
            )
            assert not bare, (name, plan)
        # Where several statuses match, SQLite merges the heads of their walks and leaves each as
        # soon as its next row is too old; the steps above show it.
        sorts = any("TEMP B-TREE" in line for line in plan)
        assert not sorts or name in ("several statuses", "settled"), (name, plan)


async def test_the_next_deadline_and_what_is_due_are_read_from_the_small_index(kept: Kept) -> None:
    await fill(kept, 500)
    for name in ("next deadline", "due"):
        with statements(kept.store) as made:
            await kept.store.read(QUERIES[name])
        (statement,) = [each for each in made if each.startswith("SELECT")]
        plan = explained(kept, statement)
        assert all("ix_tasks_due" in line for line in plan), plan


async def test_counting_what_is_open_walks_over_open_tasks_only_and_reads_no_row(
    kept: Kept,
) -> None:
    await fill(kept, 500)
    with statements(kept.store) as made:
        assert await kept.store.read(lambda tx: tx.open_by_status()) == {"created": 50}
    (statement,) = [each for each in made if each.startswith("SELECT")]
    (line,) = explained(kept, statement)
    assert "COVERING INDEX ix_tasks_status (status=?)" in line


async def test_a_parked_poll_makes_no_query(kept: Kept) -> None:
    full = await kept.created()
    polls = [asyncio.create_task(kept.tasks.poll(full.task.id, 30)) for _ in range(100)]
    while kept.waker.parked < 100:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    with statements(kept.store) as made:
        processor = time.process_time()
        await asyncio.sleep(1)
        processor = time.process_time() - processor
    assert made == []
    assert processor < 0.1
    await kept.tasks.complete(full.task.id, {"approved": True}, SUE)
    answers = await asyncio.gather(*polls)
    assert {task.status for task in answers} == {"completed"}


async def test_a_poll_reads_one_row_before_it_parks_and_one_when_it_wakes(kept: Kept) -> None:
    full = await kept.created()
    with statements(kept.store) as made:
        poll = asyncio.create_task(kept.tasks.poll(full.task.id, 30))
        while kept.waker.parked < 1:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        kept.waker.wake(full.task.id)
        await poll
    selects = [statement for statement in made if statement.startswith("SELECT")]
    assert len(selects) == 2
    assert set(made) - set(selects) == {"BEGIN"}
