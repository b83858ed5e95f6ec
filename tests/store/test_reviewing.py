"""What a reviewer sees and may do, against the same said in plain Python."""

import itertools
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest

from awaithumans.server.errors import TaskAlreadySettled
from awaithumans.server.ids import new_id
from awaithumans.server.tasks.model import (
    TERMINAL,
    Actor,
    Entry,
    Filter,
    Openness,
    Person,
    Status,
    Task,
)
from awaithumans.server.tasks.transitions import Change
from tests.store.kept import Kept
from tests.support.made import AGENT, APPROVED, NOW, OLGA, a_draft, a_task
from tests.support.seeing import is_listed, is_visible, is_within_reach, matches

STATUSES: tuple[Status, ...] = get_args(Status)
OPENNESS: tuple[Openness, ...] = get_args(Openness)
ADDRESSES = ["a@example.com", "b@example.com", "c@example.com"]
IDS = ["usr_a", "usr_b", "usr_c"]
# Every person with every address: some were renamed, and somebody else has their old address.
VIEWS = [Person(email, user_id) for email in (*ADDRESSES, None) for user_id in IDS]
COUNT = 180

Stored = list[tuple[Task, tuple[str, ...]]]


def made(number: int, chance: random.Random) -> tuple[Task, tuple[str, ...]]:
    """Return a task in any state, and who was invited to it."""
    at = NOW + timedelta(milliseconds=number // 3)
    holder, status = chance.random(), chance.choice(STATUSES)
    answered = status in TERMINAL and chance.random() < 0.4
    task = a_task(
        id=new_id("tsk", at),
        task=f"{chance.choice(['Refund', 'Invoice'])} {number}",
        status=status,
        open_to=chance.choice(OPENNESS),
        assigned_to_email=chance.choice(ADDRESSES) if holder < 0.5 else None,
        assigned_to_user_id=chance.choice(IDS) if 0.3 < holder < 0.6 else None,
        completed_by_user_id=chance.choice(IDS) if answered else None,
    )
    # Invitations stay when a task is taken or given to somebody.
    asked = chance.sample(ADDRESSES, chance.randint(1, 3))
    return task, tuple(asked) if task.open_to == "invited" or holder < 0.2 else ()


def line(task: Task) -> Entry:
    """Return the line that says that a task was made."""
    return Entry(task.id, None, task.status, "created", AGENT, NOW)


async def fill(kept: Kept, seed: int = 1) -> Stored:
    """Store tasks in every state; newest first."""
    chance = random.Random(seed)
    stored = [made(number, chance) for number in range(COUNT)]
    content = a_draft().content

    def work(tx: Any) -> None:
        for task, invited in stored:
            assert tx.add(Change(task, (line(task),), invited or None), content) is not None

    await kept.store.write(work)
    return stored[::-1]


async def listed(kept: Kept, **wanted: Any) -> list[str]:
    found = await kept.store.read(lambda tx: tx.tasks(Filter(**wanted)))
    return [task.id for task in found]


@pytest.mark.parametrize("seed", range(2))
async def test_a_reviewer_sees_and_reaches_what_is_theirs_or_open_to_them(
    kept: Kept, seed: int
) -> None:
    stored = await fill(kept, seed)
    for view in VIEWS:
        seen, reached, shown = await kept.store.read(
            lambda tx, view=view: (
                [task.id for task, _ in stored if tx.task(task.id, view) is not None],
                [task.id for task, _ in stored if tx.may_act(task.id, view)],
                [task.id for task in tx.tasks(Filter(view=view, limit=COUNT))],
            )
        )
        assert seen == [task.id for task, to in stored if is_visible(task, view, to)], view
        assert reached == [task.id for task, to in stored if is_within_reach(task, view, to)], view
        assert shown == [task.id for task, to in stored if is_listed(task, view, to)], view
        assert set(shown) <= set(seen) <= set(reached) < {task.id for task, _ in stored}


async def test_who_sees_everything_sees_everything(kept: Kept) -> None:
    stored = await fill(kept)
    assert await listed(kept, limit=COUNT) == [task.id for task, _ in stored]


async def test_what_a_reviewer_sees_is_the_task_itself(kept: Kept) -> None:
    for task, invited in (await fill(kept))[:50]:
        view = next((one for one in VIEWS if is_visible(task, one, invited)), None)
        if view is not None:
            assert await kept.store.read(lambda tx, t=task, v=view: tx.task(t.id, v)) == task


ALONE: list[dict[str, Any]] = [
    {},
    *({"statuses": (status,)} for status in STATUSES),
    {"statuses": ("created", "completed", "created")},
    {"statuses": STATUSES},
    {"terminal": True},
    {"terminal": False},
    {"unassigned": True},
    {"unassigned": False},
    {"text": "refund"},
    {"assigned_to": Person("a@example.com")},
    {"assigned_to": Person(None, "usr_b")},
    {"assigned_to": Person("c@example.com", "usr_c")},
    {"assigned_to": Person("a@example.com", "usr_b")},
    {"assigned_to": Person("nobody@example.com", "nobody")},
]


@pytest.mark.parametrize("view", [None, VIEWS[0], VIEWS[4], VIEWS[-1]])
async def test_every_filter_and_every_two_show_of_what_is_seen_what_they_say(
    kept: Kept, view: Person | None
) -> None:
    stored = await fill(kept)
    pairs = [one | other for one, other in itertools.combinations(ALONE, 2)]
    for given in [*ALONE, *pairs]:
        wanted = Filter(**given, view=view, limit=30)
        right = [task.id for task, to in stored if matches(task, wanted, to)][:30]
        assert await listed(kept, **given, view=view, limit=30) == right, given


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"terminal": False},
        {"terminal": True},
        {"statuses": ("created", "assigned", "completed")},
        {"unassigned": True, "text": "refund"},
        {"assigned_to": Person("b@example.com", "usr_b")},
    ],
)
@pytest.mark.parametrize("limit", [1, 7])
async def test_pages_of_a_reviewers_list_are_complete_and_nothing_is_shown_twice(
    kept: Kept, given: dict[str, Any], limit: int
) -> None:
    stored = await fill(kept, seed=5)
    for view in (VIEWS[0], VIEWS[4]):
        wanted = Filter(**given, view=view, limit=limit)
        right = [task.id for task, to in stored if matches(task, wanted, to)]
        assert right
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(len(right)):
            page, cursor = await kept.tasks.page(replace(wanted, before=cursor))
            seen += [task.id for task in page]
            if cursor is None:
                break
        assert seen == right


async def test_who_is_invited_by_an_address_of_another_case_is_not_invited(kept: Kept) -> None:
    task = a_task(open_to="invited")
    content = a_draft().content
    await kept.store.write(
        lambda tx: tx.add(Change(task, (line(task),), ("a@example.com",)), content)
    )
    for email, sees in (("a@example.com", True), ("A@example.com", False)):
        found = await kept.store.read(
            lambda tx, email=email: tx.task(task.id, Person(email, "usr_x"))
        )
        assert (found is not None) is sees


@pytest.mark.parametrize("email", ["a@example.com", None])
async def test_who_is_not_in_the_directory_has_answered_nothing(
    kept: Kept, email: str | None
) -> None:
    stored = await fill(kept)
    view = Person(email)
    seen, reached = await kept.store.read(
        lambda tx: (
            [task.id for task, _ in stored if tx.task(task.id, view) is not None],
            [task.id for task, _ in stored if tx.may_act(task.id, view)],
        )
    )
    assert seen == [task.id for task, to in stored if is_visible(task, view, to)]
    assert reached == [task.id for task, to in stored if is_within_reach(task, view, to)]


async def test_a_task_that_is_not_there_is_nobodys(kept: Kept) -> None:
    missing = new_id("tsk", NOW)
    for view in VIEWS:
        assert await kept.store.read(lambda tx, v=view: tx.task(missing, v)) is None
        assert not await kept.store.read(lambda tx, v=view: tx.may_act(missing, v))


async def test_an_invitation_stands_until_the_task_is_settled_however_it_settles(
    kept: Kept,
) -> None:
    asked = {"emails": ["a@example.com", "b@example.com"]}
    names = ("open", "claimed", "answered", "cancelled", "timed out", "too late", "given away")
    ids = {
        name: (await kept.created(assign_to=asked, timeout_seconds=3600)).task.id for name in names
    }
    ann = Actor("reviewer", "a@example.com", "usr_a", "dashboard")
    await kept.tasks.claim(ids["claimed"], ann)
    await kept.tasks.complete(ids["answered"], APPROVED, ann)
    await kept.tasks.cancel(ids["cancelled"], None, AGENT)
    await kept.tasks.assign(ids["given away"], {"email": "z@example.com"}, OLGA)
    kept.clock.advance(3600)
    with pytest.raises(TaskAlreadySettled):
        await kept.tasks.complete(ids["too late"], APPROVED, ann)
    for name in ("open", "claimed"):
        assert await standing(kept, ids[name]) == 2, name
    assert await standing(kept, ids["too late"]) == 0
    await kept.tasks.settle_due(100)
    assert [await standing(kept, task_id) for task_id in ids.values()] == [0] * len(ids)
    # Who was invited may still look at what was never anybody's.
    assert (await kept.tasks.get(ids["timed out"], Person("b@example.com", "usr_b"))).task.terminal


async def standing(kept: Kept, task_id: str) -> int:
    """Count the invitations that a list has to look at."""
    return await kept.count("task_invitations", f"task_id = '{task_id}' AND settled_at IS NULL")
