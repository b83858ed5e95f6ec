"""Two servers on one PostgreSQL do the same at once: one of them does it."""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from awaithumans.server.auth.sessions import SignedIn, begin
from awaithumans.server.auth.tokens import digest
from awaithumans.server.directory.service import Directory
from awaithumans.server.errors import (
    IdempotencyKeyReused,
    LastOperator,
    SetupClosed,
    SetupTokenInvalid,
    StorageUnavailable,
    TaskAlreadySettled,
    UserAlreadyExists,
)
from awaithumans.server.ids import new_id
from awaithumans.server.store.queries import Writer
from awaithumans.server.tasks.lookup import Full
from awaithumans.server.tasks.model import Json
from awaithumans.server.tasks.service import Tasks
from tests.support.inprocess import InProcess
from tests.support.made import AGENT, APPROVED, NOW, SUE, a_draft, an_account
from tests.support.soak import rounds
from tests.support.timing import at_most
from tests.support.two_servers import TwoServers

PASSWORD = "correct horse battery staple"
OPS: Json = {"pool": "ops"}
NOWHERE = "https://receiver.invalid/done"


async def outcomes_of(*acts: Awaitable[Any]) -> Counter[type]:
    """Do all at once; count what they return or raise, by type."""
    outcomes: list[object] = await asyncio.gather(*acts, return_exceptions=True)
    return Counter(map(type, outcomes))


def tasks_of(two: TwoServers) -> tuple[Tasks, Tasks]:
    return two.one.server.tasks, two.other.server.tasks


async def add_people(server: InProcess, *names: str, **fields: Any) -> list[str]:
    """Add active people; return their ids."""
    people = [an_account(name, id=new_id("usr", NOW), **fields) for name in names]

    def work(tx: Writer) -> list[str]:
        for account in people:
            tx.add_account(account)
        return [account.id for account in people]

    return await server.store.write(work)


async def test_of_50_who_settle_a_task_over_two_servers_one_does(two: TwoServers) -> None:
    dice = random.Random(1)
    for number in range(rounds(12, 200)):
        task_id = await two.created(timeout_seconds=60, callback_url=NOWHERE)
        overdue = number % 3 == 0
        if overdue:
            two.clock.advance(60)
        acts = [
            *(tasks.complete(task_id, APPROVED, SUE) for tasks in tasks_of(two) * 12),
            *(tasks.cancel(task_id, None, AGENT) for tasks in tasks_of(two) * 10),
            *(tasks.settle_due(10) for tasks in tasks_of(two) * 3),
        ]
        found = await outcomes_of(*dice.sample(acts, len(acts)))
        won = {} if overdue else {Full: 1}
        assert found == {TaskAlreadySettled: 44 - len(won), int: 6} | won
    settled = "to_status IN ('completed', 'cancelled', 'timed_out') AND from_status <> to_status"
    assert two.count("audit_entries", settled) == two.count("tasks")
    assert (
        two.count("deliveries")
        == two.count("tasks")
        == two.count("(SELECT DISTINCT task_id FROM deliveries) AS owing")
    )
    assert two.count("tasks", "status = 'timed_out'") == rounds(4, 67)


async def test_300_overdue_tasks_are_each_settled_once_by_two_servers(two: TwoServers) -> None:
    await asyncio.gather(*(two.created(timeout_seconds=900) for _ in range(300)))
    two.clock.advance(901)
    while any(await asyncio.gather(*(tasks.settle_due(20) for tasks in tasks_of(two) * 4))):
        pass
    assert two.count("tasks", "status = 'timed_out'") == 300
    assert two.count("audit_entries", "to_status = 'timed_out'") == 300


async def test_a_deadline_and_an_answer_of_two_servers_settle_a_task_once(two: TwoServers) -> None:
    one, other = tasks_of(two)
    for _ in range(20):
        ids = await asyncio.gather(*(two.created(timeout_seconds=900) for _ in range(10)))
        two.clock.advance(900 - 0.01)
        await outcomes_of(
            *(one.complete(task_id, APPROVED, SUE) for task_id in ids),
            *(other.settle_due(3) for _ in range(5)),
        )
        while await other.settle_due(100):
            pass
    assert two.count("tasks", "status IN ('timed_out', 'completed')") == 200
    terminal = "to_status IN ('timed_out', 'completed') AND action <> 'refused'"
    assert two.count("audit_entries", terminal) == 200


@pytest.mark.parametrize("seed", range(3))
async def test_two_servers_that_act_on_the_same_tasks_in_any_order_refuse_nobody_for_it(
    two: TwoServers, seed: int
) -> None:
    """They commit many writes together, and so hold many rows at once."""
    dice = random.Random(seed)
    ids = [await two.created() for _ in range(40)]
    acts: list[Awaitable[Any]] = []
    for tasks in tasks_of(two):
        mine = [
            *(tasks.complete(task_id, APPROVED, SUE) for task_id in ids),
            *(tasks.open(task_id, SUE) for task_id in ids),
        ]
        acts += dice.sample(mine, len(mine))
    with at_most(2):
        found = await outcomes_of(*acts)
    assert StorageUnavailable not in found, found
    assert two.count("tasks", "status = 'completed'") == 40


async def test_assignments_and_claims_over_two_servers_refuse_nobody_for_it(
    two: TwoServers,
) -> None:
    await add_people(two.one, *"abcde", pool="ops")
    ids = [await two.created() for _ in range(30)]
    dice = random.Random(2)
    acts: list[Awaitable[Any]] = []
    for tasks in tasks_of(two):
        mine = [
            *(tasks.assign(task_id, OPS, AGENT) for task_id in ids),
            *(tasks.create(a_draft(assign_to=OPS), AGENT) for _ in ids),
        ]
        acts += dice.sample(mine, len(mine))
    assert await outcomes_of(*acts) == {Full: len(acts)}


async def test_a_hundred_creates_with_one_key_over_two_servers_make_one_task(
    two: TwoServers,
) -> None:
    draft, different = (a_draft(idempotency_key="one", task=text) for text in ("A?", "B?"))
    made = await asyncio.gather(
        *(tasks.create(draft, AGENT) for tasks in tasks_of(two) for _ in range(50))
    )
    assert len({full.task.id for full in made}) == 1
    assert sum(not full.replayed for full in made) == 1
    assert await outcomes_of(
        *(tasks.create(different, AGENT) for tasks in tasks_of(two) for _ in range(10))
    ) == {IdempotencyKeyReused: 20}
    assert two.count("tasks") == two.count("task_contents") == two.count("audit_entries") == 1


async def test_many_keys_in_any_order_over_two_servers_make_one_task_each(two: TwoServers) -> None:
    dice = random.Random(3)
    drafts = [a_draft(idempotency_key=f"key {number}") for number in range(40)]
    made = await asyncio.gather(
        *(
            tasks.create(draft, AGENT)
            for tasks in tasks_of(two)
            for draft in dice.sample(drafts, 40)
        ),
        return_exceptions=True,
    )
    assert Counter(map(type, made)) == {Full: 80}
    assert two.count("tasks") == 40


async def test_a_key_whose_task_is_deleted_again_and_again_makes_one_task_at_a_time(
    two: TwoServers,
) -> None:
    one, other = tasks_of(two)
    draft = a_draft(idempotency_key="one")

    async def make_and_delete(tasks: Tasks) -> None:
        for _ in range(30):
            full = await tasks.create(draft, AGENT)
            await asyncio.gather(tasks.delete(full.task.id), return_exceptions=True)

    bystanders = [other.create(a_draft(), AGENT) for _ in range(50)]
    outcomes = await outcomes_of(make_and_delete(one), make_and_delete(other), *bystanders)
    assert outcomes[Full] == len(bystanders)
    assert set(outcomes) <= {Full, type(None), StorageUnavailable}
    assert two.count("tasks", "idempotency_key = 'one'") <= 1


async def test_fifty_at_once_over_two_servers_are_ten_for_each_of_five(two: TwoServers) -> None:
    await add_people(two.one, "ann", "ben", "cat", "dan", "eve", pool="ops")
    made = await asyncio.gather(
        *(tasks.create(a_draft(assign_to=OPS), AGENT) for _ in range(25) for tasks in tasks_of(two))
    )
    count = Counter(full.task.assigned_to_user_id for full in made)
    assert set(count.values()) == {10}
    assert len(count) == 5


def directories(two: TwoServers) -> list[Directory]:
    return [server.server.app.state.parts.directory for server in (two.one, two.other)]


@pytest.mark.parametrize("round_", range(3))
async def test_of_operators_who_remove_each_other_over_two_servers_one_stays(
    two: TwoServers, round_: int
) -> None:
    names = [f"olga{number}" for number in range(8)]
    olgas = await add_people(two.one, *names, is_operator=True, password_hash="a hash")

    async def go(number: int, user_id: str) -> None:
        directory = directories(two)[number % 2]
        changes = [{"is_operator": False}, {"active": False}, None][(number + round_) % 3]
        await (directory.change(user_id, changes) if changes else directory.remove(user_id))

    found = await outcomes_of(*(go(number, user_id) for number, user_id in enumerate(olgas)))
    assert found == {type(None): 7, LastOperator: 1}
    assert two.count("users", "is_operator AND active") == 1


async def test_of_many_who_take_one_address_over_two_servers_one_does(two: TwoServers) -> None:
    found = await outcomes_of(
        *(directory.add({"email": "a@x.y"}) for directory in directories(two) for _ in range(10))
    )
    assert found[UserAlreadyExists] == 19
    assert two.count("users") == 1


async def test_of_two_first_runs_at_once_over_two_servers_one_makes_an_operator(
    two: TwoServers,
) -> None:
    first_runs = [server.server.first_run for server in (two.one, two.other)]
    token = await first_runs[0].print_token()
    assert token is not None
    await one_operator(two, [token, token])
    assert two.count("setup_tokens") == 0


async def test_of_two_servers_that_print_a_first_run_at_once_one_makes_an_operator(
    two: TwoServers,
) -> None:
    both = threading.Barrier(2)

    def printing(token: str) -> Callable[[Writer], None]:
        def work(tx: Writer) -> None:
            assert not tx.has_operator()
            tx.replace_setup_token(digest(token), NOW)
            # Whoever makes the other wait here for its commit is right to.
            with suppress(threading.BrokenBarrierError):
                both.wait(0.5)

        return work

    servers = zip(("one", "other"), (two.one, two.other), strict=True)
    await asyncio.gather(*(server.store.write(printing(token)) for token, server in servers))
    await one_operator(two, ["one", "other"])


async def one_operator(two: TwoServers, tokens: list[str]) -> None:
    first_runs = [server.server.first_run for server in (two.one, two.other)]
    found = await outcomes_of(
        *(
            first_run.complete(token, f"{token}{number}@x.y", None, PASSWORD)
            for number, (first_run, token) in enumerate(zip(first_runs, tokens, strict=True))
        )
    )
    assert found[SignedIn] == 1, found
    assert found[SetupClosed] + found[SetupTokenInvalid] == 1
    assert two.count("users") == two.count("sessions") == 1


async def test_who_is_deactivated_stays_so_whatever_else_is_changed_at_once(
    two: TwoServers,
) -> None:
    here, there = directories(two)
    for number in range(30):
        sue = await here.add({"email": f"sue{number}@example.com", "pool": "refunds"})
        await asyncio.gather(
            here.change(sue.id, {"active": False}),
            there.change(sue.id, {"pool": "claims"}),
            two.other.server.tasks.create(a_draft(assign_to={"user_id": sue.id}), AGENT),
        )
        after = await here.get(sue.id)
        assert (after.active, after.pool) == (False, "claims")


async def test_no_session_begins_beside_what_ends_all_of_them(two: TwoServers) -> None:
    here, _ = directories(two)

    def sign_in(user_id: str) -> Callable[[Writer], SignedIn | None]:
        def work(tx: Writer) -> SignedIn | None:
            account = tx.account(user_id)
            assert account is not None
            return begin(tx, account, two.clock.now()) if account.active else None

        return work

    for number in range(30):
        sue = await here.add({"email": f"sue{number}@example.com"})
        await asyncio.gather(
            *(two.other.store.write(sign_in(sue.id)) for _ in range(3)),
            here.change(sue.id, {"active": False}),
        )
        assert two.count("sessions", f"user_id = '{sue.id}'") == 0
