"""What reviewers' lists, their tasks and whose turn it is cost, as settled tasks pile up."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from awaithumans.server.directory.model import Filter as PeopleFilter
from awaithumans.server.ids import new_id
from awaithumans.server.routing.plan import Member
from awaithumans.server.store.queries import Reader, Writer
from awaithumans.server.store.tables import task_invitations, tasks
from awaithumans.server.tasks.model import Filter, Person, Task
from tests.store.kept import Kept, Query, explained, kept_in, statements, steps_of
from tests.support.made import NOW, a_task, an_account

# Even of few, a person has more than fill a page.
FEW, MANY = 4_000, 16_000
DATABASES = ["sqlite"]
STILL_OPEN = 111
PEOPLE, POOLS = 200, 5
GROUP = 20
ME = Person("3@example.com", "usr_3")
NEWCOMER = Person("new@example.com", "usr_new")


def stored(number: int, every: int) -> tuple[dict[str, Any], list[str]]:
    """Return the row of a task, and who was invited: half are one's, the others open to some."""
    at = NOW + timedelta(milliseconds=number)
    task = a_task(id=new_id("tsk", at), idempotency_key=f"stored-{number}")
    row = {field.name: getattr(task, field.name) for field in fields(Task)}
    holder, invited = f"{number // 2 % GROUP}", list[str]()
    if number % 2:
        row |= {
            "assigned_to_email": f"{holder}@example.com",
            "assigned_to_user_id": f"usr_{holder}",
        }
        row |= {"status": "assigned", "open_to": "nobody"}
    elif number % 4:
        row["open_to"] = "invited"
        invited = [f"{(number // 4 + more) % GROUP}@example.com" for more in range(3)]
    if number % every:
        row |= {"status": "completed", "completed_at": at, "completed_by_user_id": f"usr_{holder}"}
    return row, invited


async def fill(kept: Kept, count: int) -> None:
    """Store tasks of which the same number is open however many there are, and people."""
    rows = [stored(number, count // STILL_OPEN) for number in range(count)]
    invitations = [
        {"task_id": row["id"], "email": to, "settled_at": row["completed_at"]}
        for row, some in rows
        for to in some
    ]

    def work(tx: Writer) -> None:
        connection = vars(tx)["_connection"]
        connection.execute(insert(tasks), [row for row, _ in rows])
        connection.execute(insert(task_invitations), invitations)
        for number in range(PEOPLE):
            turn = NOW + timedelta(seconds=number) if number % 2 else None
            tx.add_account(
                an_account(
                    f"{number}",
                    pool=f"{number % POOLS}",
                    role=f"{number % 3}",
                    last_assigned_at=turn,
                )
            )

    await kept.store.write(work)


def listing(view: Person, **given: Any) -> Query:
    return lambda tx: tx.tasks(Filter(view=view, **given))


WISHES: dict[str, dict[str, Any]] = {
    "everything": {},
    "the next page": {"before": new_id("tsk", NOW + timedelta(milliseconds=500))},
    "open": {"terminal": False},
    "settled": {"terminal": True},
    "completed": {"statuses": ("completed",)},
    "created": {"statuses": ("created",)},
    "assigned": {"statuses": ("assigned",)},
    "several statuses": {"statuses": ("created", "assigned", "completed")},
    "nobody's": {"unassigned": True},
    "mine": {"assigned_to": ME},
    "mine, open": {"assigned_to": ME, "terminal": False},
    "text that many have": {"text": "refund"},
}
LISTS = {name: listing(ME, **given) for name, given in WISHES.items()} | {
    f"of a newcomer: {name}": listing(NEWCOMER, **WISHES[name])
    for name in ("everything", "open", "settled", "several statuses")
}
OF_OPERATORS: dict[str, Query] = {
    "an operator's own": lambda tx: tx.tasks(Filter(assigned_to=ME)),
    "an operator's own, open": lambda tx: tx.tasks(Filter(assigned_to=ME, terminal=False)),
    "an operator's own, created": lambda tx: tx.tasks(Filter(("created",), assigned_to=ME)),
    "an operator's own, several": lambda tx: tx.tasks(
        Filter(("assigned", "completed"), assigned_to=ME)
    ),
    "somebody's": lambda tx: tx.tasks(Filter(assigned_to=Person(None, "usr_4"))),
    "of an address": lambda tx: tx.tasks(Filter(assigned_to=Person("4@example.com"))),
}
PEOPLE_QUERIES: dict[str, Query] = {
    "a pool's next": lambda tx: tx.member(Member(pool="1")),
    "a pool that nobody is in": lambda tx: tx.member(Member(pool="none")),
    "the next of a role": lambda tx: tx.member(Member(role="1")),
    "a role within a pool": lambda tx: tx.member(Member(pool="1", role="1")),
    "one member": lambda tx: tx.member(Member(user_id="usr_7")),
    "some members": lambda tx: tx.member(Member(emails=("7@example.com", "8@example.com"))),
    "one address": lambda tx: tx.account_by_email("7@example.com"),
    "one account": lambda tx: tx.account("usr_7"),
    "newest people": lambda tx: tx.accounts(PeopleFilter()),
    "an address that is taken": lambda tx: tx.address_taken(
        an_account("x", email="7@example.com", slack_user_id="U1", slack_team_id="T1")
    ),
}


def newest(tx: Reader) -> list[str]:
    return [task.id for task in tx.tasks(Filter(limit=12))]


# Of the newest, some are theirs, some open to them, some neither.
ONE_TASK: dict[str, Query] = {
    "a task as a reviewer sees it": lambda tx: [tx.task(one, ME) for one in newest(tx)],
    "whether a reviewer may act": lambda tx: [tx.may_act(one, ME) for one in newest(tx)],
}
QUERIES = LISTS | OF_OPERATORS | PEOPLE_QUERIES | ONE_TASK


async def measured(path: Path, count: int) -> dict[str, int]:
    async with kept_in(path) as kept:
        await fill(kept, count)
        return {
            name: await kept.store.read(lambda tx, query=query: steps_of(tx, query))
            for name, query in QUERIES.items()
        }


@pytest.fixture(scope="module")
def few_and_many(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int]]:
    """The steps of every query, with few and with many settled tasks."""
    folder = tmp_path_factory.mktemp("cost")
    few = asyncio.run(measured(folder / "few.db", FEW))
    many = asyncio.run(measured(folder / "many.db", MANY))
    return {name: (few[name], many[name]) for name in QUERIES}


@pytest.mark.parametrize("name", QUERIES)
def test_it_takes_no_more_steps_when_more_settled_tasks_are_stored(
    few_and_many: dict[str, tuple[int, int]], name: str
) -> None:
    few, many = few_and_many[name]
    assert many <= 1.5 * few + 50


@pytest.fixture
async def crowded(tmp_path: Path) -> AsyncGenerator[Kept]:
    async with kept_in(tmp_path / "crowded.db") as kept:
        await fill(kept, 3_000)
        yield kept


async def test_nothing_is_read_without_an_index_and_no_table_is_sorted(crowded: Kept) -> None:
    wrong: dict[str, list[str]] = {}
    for name, query in QUERIES.items():
        with statements(crowded.store) as made:
            await crowded.store.read(query)
        plan = [
            line
            for statement in made
            if statement.startswith("SELECT")
            for line in explained(crowded, statement)
        ]
        assert plan, name
        bare = [
            line
            for line in plan
            if line.startswith(("SCAN tasks", "SCAN users", "SCAN task_")) and "USING" not in line
        ]
        # People by address are few, and the heads of a merged list are.
        sorts = [line for line in plan if "TEMP B-TREE" in line]
        if bare or (sorts and name != "some members"):
            wrong[name] = bare + sorts
    assert not wrong


async def test_a_turn_is_noted_by_way_of_an_index(crowded: Kept) -> None:
    with statements(crowded.store) as made:
        await crowded.store.write(lambda tx: tx.note_assigned("usr_3", NOW))
    plans = [explained(crowded, each) for each in made if each.startswith(("SELECT", "UPDATE"))]
    assert len(plans) == 2
    for plan in plans:
        assert all(line.startswith("SEARCH users USING") for line in plan), plan
