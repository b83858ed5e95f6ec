"""Many commands of many people: a database and the store in memory decide and show the same."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from awaithumans.server.directory.model import Account
from awaithumans.server.errors import Refusal
from awaithumans.server.tasks.lookup import Full
from awaithumans.server.tasks.model import Actor, Filter, Json, Person, Task
from awaithumans.server.tasks.service import Tasks
from tests.store.kept import Kept
from tests.support.made import AGENT, APPROVED, OLGA, a_draft, an_account
from tests.support.use_cases import UseCases

NAMES = ["ann", "ben", "cat"]
WISHES: list[Json | None] = [
    None,
    {"email": "ann@example.com"},
    {"email": "guest@example.com"},
    {"emails": ["ben@example.com", "guest@example.com"]},
    {"emails": ["Ann@example.com", "cat@example.com", "ann@example.com"]},
    {"pool": "ops"},
    {"pool": "ops", "role": "lead"},
    {"pool": "nobody's"},
    {"emails": ["ann@example.com", "ben@example.com"], "pool": "ops"},
    {"user_id": "usr_cat"},
]


class Two:
    """The same use cases on both stores, with the same people and the same clock."""

    def __init__(self, kept: Kept) -> None:
        self.kept, self.cases = kept, UseCases()
        self.keys: list[str] = []

    async def write(self, work: Any) -> None:
        await self.kept.store.write(work)
        await self.cases.store.write(work)

    async def same(self, act: Callable[[Tasks], Awaitable[Full]]) -> None:
        """Do the same on both; the outcome must be the same."""
        self.kept.clock.advance(0.001)
        self.cases.clock.advance(0.001)
        one, other = [await outcome(act, tasks) for tasks in (self.kept.tasks, self.cases.tasks)]
        assert one == other

    async def id_of(self, tasks: Tasks, key: str) -> str:
        store = self.kept.store if tasks is self.kept.tasks else self.cases.store
        task = await store.read(lambda tx: tx.task_by_key(key))
        assert task is not None
        return task.id

    async def shown(self, wanted: Filter) -> list[tuple[Any, ...]]:
        one = await self.kept.store.read(lambda tx: tx.tasks(wanted))
        other = await self.cases.store.read(lambda tx: tx.tasks(wanted))
        assert [state(task) for task in one] == [state(task) for task in other], wanted
        return [state(task) for task in one]


def state(task: Task) -> tuple[Any, ...]:
    return (
        *(task.idempotency_key, task.status, task.version, task.open_to, task.assign_to),
        *(task.assigned_to_email, task.assigned_to_user_id, task.completed_by_user_id),
    )


async def outcome(act: Callable[[Tasks], Awaitable[Full]], tasks: Tasks) -> tuple[Any, ...]:
    try:
        return state((await act(tasks)).task)
    except Refusal as refusal:
        return refusal.code, refusal.message


async def step(two: Two, chance: random.Random, people: list[Account]) -> None:
    """Let somebody do something."""
    who = chance.choice(people)
    actor = chance.choice(
        [
            *(Actor("reviewer", who.email, who.id, "dashboard"),) * 4,
            OLGA,
            AGENT,
            Actor("agent", who.email, None, "api", named=True),
        ]
    )
    command = chance.choice(["create", "claim", "claim", "open", "assign", "complete", "cancel"])
    wish = chance.choice(WISHES)
    if command == "create" or not two.keys:
        two.keys.append(f"task-{len(two.keys)}")
        draft = a_draft(idempotency_key=two.keys[-1], assign_to=wish)

        async def create(tasks: Tasks) -> Full:
            return await tasks.create(draft, AGENT)

        await two.same(create)
        return
    key = chance.choice(two.keys[-12:])
    rest: dict[str, tuple[Any, ...]] = {
        "complete": (APPROVED, actor),
        "cancel": (None, AGENT),
        "assign": (wish or {"pool": "ops"}, OLGA),
    }

    async def act(tasks: Tasks) -> Full:
        task_id = await two.id_of(tasks, key)
        return await getattr(tasks, command)(task_id, *rest.get(command, (actor,)))

    await two.same(act)


@pytest.mark.parametrize("seed", range(4))
async def test_both_stores_decide_and_show_the_same_whatever_people_do(
    kept: Kept, seed: int
) -> None:
    chance, two = random.Random(seed), Two(kept)
    people = [
        an_account(name, pool="ops", role="lead" if name == "ben" else None) for name in NAMES
    ]

    def add(tx: Any) -> None:
        for account in (*people, an_account("olga", is_operator=True)):
            tx.add_account(account)

    await two.write(add)
    for number in range(160):
        if number == 80:
            people = await renamed(two, people)
        await step(two, chance, people)
        if number % 20 == 19:
            for who in people:
                await two.shown(Filter(view=Person(who.email, who.id), limit=200))
    everything = await two.shown(Filter(limit=200))
    assert len({row[1] for row in everything}) >= 3
    for key in two.keys:
        one, other = [
            await tasks.audit(await two.id_of(tasks, key))
            for tasks in (two.kept.tasks, two.cases.tasks)
        ]
        assert [(e.action, e.extra_data) for e in one] == [(e.action, e.extra_data) for e in other]


async def renamed(two: Two, people: list[Account]) -> list[Account]:
    """Give Ann another address, and hers to somebody new; deactivate Cat."""
    ann, ben, cat = people
    new = an_account("new", email="ann@example.com", pool="ops")

    def work(tx: Any) -> None:
        tx.save_account(replace(tx.account(ann.id), email="anna@example.com"))
        tx.save_account(replace(tx.account(cat.id), active=False))
        tx.add_account(new)

    await two.write(work)
    return [replace(ann, email="anna@example.com"), ben, new]
