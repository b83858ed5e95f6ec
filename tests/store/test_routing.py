"""Whose turn it is: nobody of a pool gets a second task before everybody has had their first."""

import asyncio
import random
from collections import Counter
from datetime import datetime

import pytest

from awaithumans.server.directory.model import Account
from awaithumans.server.errors import NoMatchingAssignee
from awaithumans.server.routing.plan import Member
from awaithumans.server.tasks.model import Actor, Json, Person, Task
from tests.store.kept import Kept
from tests.support.made import AGENT, APPROVED, NOW, OLGA, SUE, a_draft, an_account

NAMES = ["ann", "ben", "cat", "dan", "eve"]
OPS: Json = {"pool": "ops"}


@pytest.fixture
async def pool(kept: Kept) -> list[Account]:
    """Five people of one pool; the order of their ids is not the one in which they were added."""
    people = [an_account(name, pool="ops") for name in NAMES]
    await kept.add_people(*random.Random(1).sample(people, 5), an_account("sue"))
    return people


async def given_to(kept: Kept, assign_to: Json = OPS) -> str | None:
    return (await kept.created(assign_to=assign_to)).task.assigned_to_user_id


async def turns(kept: Kept) -> dict[str, datetime | None]:
    """Return when each person got their last task."""
    found = {
        name: await kept.store.read(lambda tx, n=name: tx.account(f"usr_{n}")) for name in NAMES
    }
    return {name: account.last_assigned_at for name, account in found.items() if account}


async def test_fifty_at_once_are_ten_for_each_of_five(kept: Kept, pool: list[Account]) -> None:
    made = await asyncio.gather(*(kept.created(assign_to=OPS) for _ in range(50)))
    count = Counter(full.task.assigned_to_user_id for full in made)
    assert count == {account.id: 10 for account in pool}


@pytest.mark.parametrize("seconds", [0, 1, -1, -3600, 0.000001])
async def test_everybody_has_their_turn_whatever_the_clock_does(
    kept: Kept, pool: list[Account], seconds: float
) -> None:
    got: list[str | None] = []
    for _ in range(20):
        got.append(await given_to(kept))
        kept.clock.advance(seconds)
    assert got == [account.id for account in pool] * 4


async def test_no_two_people_have_had_their_last_task_at_the_same_time(
    kept: Kept, pool: list[Account]
) -> None:
    seen: list[datetime] = []
    for number in range(10):
        kept.clock.advance(random.Random(number).choice([0, 5, -5]))
        await given_to(kept)
        times = [at for at in (await turns(kept)).values() if at is not None]
        assert len(times) == len(set(times))
        seen.append(max(times))
    assert seen == sorted(set(seen))


async def test_who_was_added_last_has_had_no_task_and_is_next(
    kept: Kept, pool: list[Account]
) -> None:
    for _ in range(7):
        await given_to(kept)
    await kept.add_people(an_account("new", pool="ops"))
    assert await given_to(kept) == "usr_new"
    assert await given_to(kept) == "usr_cat"


async def test_a_claim_a_new_assignment_and_an_address_count_as_a_turn(
    kept: Kept, pool: list[Account]
) -> None:
    ann = Actor("reviewer", "ann@example.com", "usr_ann", "dashboard")
    open_to_all = (await kept.created()).task.id
    await kept.tasks.claim(open_to_all, ann)
    await kept.tasks.assign(open_to_all, {"user_id": "usr_ben"}, OLGA)
    assert await given_to(kept, {"email": "Cat@example.com"}) == "usr_cat"
    assert [await given_to(kept) for _ in range(3)] == ["usr_dan", "usr_eve", "usr_ann"]


async def test_what_is_no_assignment_is_no_turn(kept: Kept, pool: list[Account]) -> None:
    draft = a_draft(assign_to=OPS, idempotency_key="one")
    task_id = (await kept.tasks.create(draft, AGENT)).task.id
    after = await turns(kept)
    kept.clock.advance(60)
    assert (await kept.tasks.create(draft, AGENT)).replayed
    ann = Actor("reviewer", "ann@example.com", "usr_ann", "dashboard")
    await kept.tasks.open(task_id, ann)
    await kept.tasks.claim(task_id, ann)
    await kept.tasks.assign(task_id, {"user_id": "usr_ann"}, OLGA)
    await kept.tasks.complete(task_id, APPROVED, ann)
    await kept.created(assign_to={"emails": ["ben@example.com", "cat@example.com"]})
    await kept.created(assign_to={"email": "guest@example.com"})
    assert await turns(kept) == after


async def test_a_replay_of_many_at_once_is_one_turn(kept: Kept, pool: list[Account]) -> None:
    draft = a_draft(assign_to=OPS, idempotency_key="one")
    made = await asyncio.gather(*(kept.tasks.create(draft, AGENT) for _ in range(30)))
    assert {full.task.assigned_to_user_id for full in made} == {"usr_ann"}
    assert await given_to(kept) == "usr_ben"


async def test_a_refused_creation_is_no_turn(kept: Kept, pool: list[Account]) -> None:
    await kept.created(idempotency_key="one")
    with pytest.raises(Exception, match="idempotency key"):
        await kept.created(idempotency_key="one", task="Another?", assign_to=OPS)
    assert set((await turns(kept)).values()) == {None}


async def test_who_is_not_active_gets_nothing_however_they_are_asked_for(kept: Kept) -> None:
    await kept.add_people(an_account("gone", pool="ops", role="lead", active=False))
    wishes: list[tuple[Json, str]] = [
        (OPS, "nobody active in the directory matches"),
        ({"role": "lead"}, "nobody active in the directory matches"),
        ({"user_id": "usr_gone"}, "nobody active in the directory matches"),
        ({"email": "gone@example.com", "pool": "ops"}, "nobody active in the directory matches"),
        ({"email": "Gone@example.com"}, "this person is not active"),
    ]
    for wish, reason in wishes:
        task = (await kept.created(assign_to=wish)).task
        assert (task.status, task.assigned, task.open_to) == ("created", False, "nobody")
        line = (await kept.tasks.audit(task.id))[-1]
        assert (line.action, line.extra_data) == ("unassigned", {"reason": reason})
        held = (await kept.created(assign_to={"email": "guest@example.com"})).task
        with pytest.raises(NoMatchingAssignee):
            await kept.tasks.assign(held.id, wish, OLGA)
        assert (await kept.tasks.get(held.id)).task.assigned_to_email == "guest@example.com"


async def test_what_matched_nobody_is_for_operators_alone(kept: Kept, pool: list[Account]) -> None:
    task_id = (await kept.created(assign_to={"pool": "nobody's"})).task.id
    for act in (kept.tasks.claim, kept.tasks.open):
        with pytest.raises(Exception, match="neither yours nor open to you"):
            await act(task_id, SUE)
    assert await kept.ids(view=Person(SUE.email, SUE.user_id)) == []
    assert (await kept.tasks.claim(task_id, OLGA)).task.assigned_to_user_id == "usr_olga"


@pytest.mark.parametrize(
    ("wish", "names"),
    [
        ({"pool": "ops", "role": "lead"}, {"ann", "cat"}),
        ({"pool": "ops", "role": "lead", "access_level": "senior"}, {"cat"}),
        ({"role": "lead"}, {"ann", "cat", "out"}),
        ({"access_level": "senior"}, {"cat", "out"}),
        (
            {"emails": ["ann@example.com", "ben@example.com", "x@y.z"], "pool": "ops"},
            {"ann", "ben"},
        ),
        ({"email": "out@example.com", "pool": "ops"}, set[str]()),
        ({"user_id": "usr_ben", "pool": "ops"}, {"ben"}),
        ({"user_id": "usr_ben", "email": "ann@example.com"}, set[str]()),
        ({"email": "ann@example.com", "emails": ["ben@example.com"]}, set[str]()),
        ({"user_id": ""}, set[str]()),
        ({"pool": "OPS"}, set[str]()),
    ],
)
async def test_everything_that_is_asked_for_must_hold(
    kept: Kept, wish: Json, names: set[str]
) -> None:
    await kept.add_people(
        an_account("ann", pool="ops", role="lead"),
        an_account("ben", pool="ops"),
        an_account("cat", pool="ops", role="lead", access_level="senior"),
        an_account("out", role="lead", access_level="senior"),
        an_account("slack", email=None, slack_user_id="U1"),
    )
    got = {await given_to(kept, wish) for _ in range(5)} - {None}
    assert got == {f"usr_{name}" for name in names}


async def test_somebody_without_an_address_gets_tasks_too(kept: Kept) -> None:
    await kept.add_people(an_account("slack", email=None, slack_user_id="U1", pool="ops"))
    task: Task = (await kept.created(assign_to=OPS)).task
    assert (task.assigned_to_email, task.assigned_to_user_id) == (None, "usr_slack")
    assert (await kept.tasks.audit(task.id))[-1].extra_data == {"assigned_to": "usr_slack"}


async def test_a_hundred_random_turns_are_the_longest_waiting_each_time(kept: Kept) -> None:
    chance = random.Random(7)
    people = [
        an_account(f"{number:02}", pool=chance.choice("ab"), active=chance.random() < 0.8)
        for number in range(20)
    ]
    await kept.add_people(*people)
    last: dict[str, int] = {}
    for turn in range(100):
        wanted = chance.choice("ab")
        waiting = [one.id for one in people if one.pool == wanted and one.active]
        right = min(waiting, key=lambda user_id: (last.get(user_id, -1), user_id))
        assert await kept.store.read(lambda tx, w=wanted: tx.member(Member(pool=w))) == Person(
            f"{right.removeprefix('usr_')}@example.com", right
        )
        kept.clock.at = NOW
        assert await given_to(kept, {"pool": wanted}) == right
        last[right] = turn
