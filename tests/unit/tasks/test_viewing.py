"""What a reviewer may see and do, through the use cases."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from awaithumans.server.errors import Forbidden, TaskAlreadyClaimed, TaskNotFound
from awaithumans.server.ids import new_id
from awaithumans.server.tasks.model import Actor, Filter, Person
from tests.support.made import AGENT, APPROVED, BOB, NOW, OLGA, SUE, an_account
from tests.support.use_cases import UseCases

SUE_IN_PERSON = Person("sue@example.com", "usr_sue")
BOB_IN_PERSON = Person("bob@example.com", "usr_bob")
FOR_SUE: dict[str, Any] = {"assign_to": {"email": "sue@example.com"}}
FOR_TWO: dict[str, Any] = {"assign_to": {"emails": ["sue@example.com", "zoe@example.com"]}}
FOR_NOBODY: dict[str, Any] = {"assign_to": {"pool": "nobody's"}}
NAMED = Actor("agent", "sue@example.com", None, "api", named=True)


def seen(cases: UseCases, task_id: str, view: Person | None) -> list[Callable[[], Awaitable[Any]]]:
    """Return every way to look at a task."""
    tasks = cases.tasks
    return [
        lambda: tasks.get(task_id, view),
        lambda: tasks.poll(task_id, 0.01, view),
        lambda: tasks.audit(task_id, view),
    ]


def done(cases: UseCases, task_id: str, actor: Actor) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Return everything that a reviewer does to a task."""
    tasks = cases.tasks
    return {
        "open": lambda: tasks.open(task_id, actor),
        "claim": lambda: tasks.claim(task_id, actor),
        "complete": lambda: tasks.complete(task_id, APPROVED, actor),
    }


@pytest.mark.parametrize("given", [{}, FOR_SUE, FOR_TWO])
async def test_a_reviewer_sees_what_is_theirs_or_open_to_them(
    cases: UseCases, given: dict[str, Any]
) -> None:
    task_id = (await cases.created(**given)).task.id
    for look in seen(cases, task_id, SUE_IN_PERSON):
        assert await look()


@pytest.mark.parametrize("given", [FOR_SUE, FOR_TWO, FOR_NOBODY])
async def test_a_reviewer_neither_sees_nor_touches_what_is_other_peoples(
    cases: UseCases, given: dict[str, Any]
) -> None:
    before = (await cases.created(**given)).task
    for look in seen(cases, before.id, BOB_IN_PERSON):
        with pytest.raises(Forbidden, match="neither yours nor open to you"):
            await look()
    for command, act in done(cases, before.id, BOB).items():
        with pytest.raises(Forbidden) as refusal:
            await act()
        assert "sue" not in refusal.value.message
        assert (await cases.refusals(before.id))[-1] == (command, "FORBIDDEN")
    assert (await cases.tasks.get(before.id)).task == before
    assert cases.waker.parked == 0


async def test_everybody_else_sees_every_task(cases: UseCases) -> None:
    for given in (FOR_SUE, FOR_TWO, FOR_NOBODY):
        task_id = (await cases.created(**given)).task.id
        for look in seen(cases, task_id, None):
            assert await look()


async def test_a_task_that_is_not_there_is_not_found_by_a_reviewer_either(
    cases: UseCases,
) -> None:
    for task_id in (new_id("tsk", NOW), "nonsense"):
        for look in seen(cases, task_id, SUE_IN_PERSON):
            with pytest.raises(TaskNotFound):
                await look()


async def test_who_comes_second_is_told_who_was_first_and_sees_no_more_of_it(
    cases: UseCases,
) -> None:
    task_id = (await cases.created()).task.id
    await cases.tasks.claim(task_id, SUE)
    with pytest.raises(TaskAlreadyClaimed, match="sue@example"):
        await cases.tasks.claim(task_id, BOB)
    for command in ("open", "complete"):
        with pytest.raises(Forbidden, match="with sue@example"):
            await done(cases, task_id, BOB)[command]()
    for look in seen(cases, task_id, BOB_IN_PERSON):
        with pytest.raises(Forbidden):
            await look()


async def test_who_waits_for_a_task_that_is_given_to_somebody_else_is_not_told_its_answer(
    cases: UseCases,
) -> None:
    task_id = (await cases.created()).task.id
    poll = asyncio.create_task(cases.tasks.poll(task_id, 30, BOB_IN_PERSON))
    while not cases.waker.parked:
        await asyncio.sleep(0)
    await cases.tasks.assign(task_id, FOR_SUE["assign_to"], OLGA)
    await cases.tasks.complete(task_id, APPROVED, SUE)
    with pytest.raises(Forbidden):
        await poll


async def test_a_reviewer_still_sees_what_they_answered_when_it_was_nobodys(
    cases: UseCases,
) -> None:
    task_id = (await cases.created(**FOR_TWO)).task.id
    await cases.tasks.complete(task_id, APPROVED, SUE)
    assert (await cases.tasks.get(task_id, SUE_IN_PERSON)).task.response == APPROVED
    shown, _ = await cases.tasks.page(Filter(view=SUE_IN_PERSON))
    assert [task.id for task in shown] == [task_id]


async def test_a_list_has_of_what_is_nobodys_only_what_can_still_be_taken(cases: UseCases) -> None:
    open_ = (await cases.created()).task.id
    settled = (await cases.created()).task.id
    await cases.tasks.cancel(settled, None, AGENT)
    await cases.created(**FOR_NOBODY)
    shown, _ = await cases.tasks.page(Filter(view=BOB_IN_PERSON))
    assert [task.id for task in shown] == [open_]


async def test_an_offer_opens_a_task_to_those_it_names_and_to_no_others(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    await cases.tasks.assign(task_id, {"emails": ["bob@example.com", "zoe@example.com"]}, OLGA)
    assert (await cases.tasks.get(task_id, BOB_IN_PERSON)).task.open_to == "invited"
    with pytest.raises(Forbidden):
        await cases.tasks.get(task_id, SUE_IN_PERSON)
    await cases.tasks.assign(task_id, FOR_TWO["assign_to"], OLGA)
    with pytest.raises(Forbidden):
        await cases.tasks.get(task_id, BOB_IN_PERSON)
    assert (await cases.tasks.claim(task_id, SUE)).task.assigned_to_user_id == "usr_sue"


async def test_whom_the_admin_token_names_is_the_person_of_the_directory(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    claimed = (await cases.tasks.claim(task_id, NAMED)).task
    assert (claimed.assigned_to_email, claimed.assigned_to_user_id) == (
        "sue@example.com",
        "usr_sue",
    )
    assert cases.store.rows.accounts["usr_sue"].last_assigned_at == NOW
    answered = (await cases.tasks.complete(task_id, APPROVED, NAMED)).task
    assert (answered.completed_by_email, answered.completed_by_user_id) == (
        "sue@example.com",
        "usr_sue",
    )


async def test_a_new_person_with_an_old_address_gets_nothing_of_who_had_it(
    cases: UseCases,
) -> None:
    old = (await cases.created(**FOR_SUE)).task.id
    rows = cases.store.rows
    rows.accounts["usr_sue"] = an_account("sue", email="susan@example.com")
    rows.accounts["usr_new"] = an_account("new", email="sue@example.com")
    heir = Actor("reviewer", "sue@example.com", "usr_new", "dashboard")
    with pytest.raises(Forbidden):
        await cases.tasks.complete(old, APPROVED, heir)
    with pytest.raises(Forbidden):
        await cases.tasks.get(old, Person("sue@example.com", "usr_new"))
    susan = Actor("reviewer", "susan@example.com", "usr_sue", "dashboard")
    assert (await cases.tasks.complete(old, APPROVED, susan)).task.terminal
    assert (await cases.created(**FOR_SUE)).task.assigned_to_user_id == "usr_new"


async def test_the_admin_token_claims_for_nobody_who_is_not_active(cases: UseCases) -> None:
    cases.store.rows.accounts["usr_sue"] = an_account("sue", email="sue@example.com", active=False)
    task_id = (await cases.created()).task.id
    with pytest.raises(Forbidden, match="not active"):
        await cases.tasks.claim(task_id, NAMED)
    assert not (await cases.tasks.get(task_id)).task.assigned
    cases.store.rows.accounts["usr_sue"] = an_account("sue", email="sue@example.com")
    assert (await cases.tasks.claim(task_id, NAMED)).task.assigned_to_user_id == "usr_sue"
