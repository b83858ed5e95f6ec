from datetime import timedelta

import pytest

from awaithumans.server.errors import (
    Forbidden,
    MarketplaceNotAvailable,
    NoMatchingAssignee,
    ResponseInvalid,
    TaskAlreadyClaimed,
    TaskAlreadySettled,
    TaskNotFound,
)
from awaithumans.server.tasks.model import TERMINAL, Actor
from tests.support.made import AGENT, APPROVED, BOB, OLGA, SUE, an_account
from tests.support.use_cases import UseCases


async def test_an_answer_settles_the_task_and_a_second_one_is_refused_and_written_down(
    cases: UseCases,
) -> None:
    task_id = (await cases.created()).task.id
    done = await cases.tasks.complete(task_id, APPROVED, SUE)
    assert (done.task.status, done.task.response) == ("completed", APPROVED)
    assert done.content == (await cases.tasks.get(task_id)).content
    with pytest.raises(TaskAlreadySettled, match=r"by sue@example\.com at 2026-03-01T12:00:00Z"):
        await cases.tasks.complete(task_id, {"approved": False}, BOB)
    assert (await cases.tasks.get(task_id)).task == done.task
    assert await cases.refusals(task_id) == [("complete", "TASK_ALREADY_SETTLED")]


async def test_an_answer_that_breaks_the_schema_is_refused_and_the_task_stays_open(
    cases: UseCases,
) -> None:
    full = await cases.created()
    with pytest.raises(ResponseInvalid) as refusal:
        await cases.tasks.complete(full.task.id, {"approved": "yes"}, SUE)
    assert [problem.loc for problem in refusal.value.problems] == [("body", "response", "approved")]
    assert (await cases.tasks.get(full.task.id)).task == full.task
    assert await cases.refusals(full.task.id) == [("complete", "RESPONSE_INVALID")]


async def test_a_bad_answer_to_a_settled_task_is_told_that_it_is_settled(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    await cases.tasks.cancel(task_id, "withdrawn", AGENT)
    with pytest.raises(TaskAlreadySettled):
        await cases.tasks.complete(task_id, {"approved": "yes"}, SUE)


async def test_an_answer_a_microsecond_before_the_deadline_wins(cases: UseCases) -> None:
    full = await cases.created(timeout_seconds=60)
    cases.clock.at = full.task.timeout_at - timedelta(microseconds=1)
    done = await cases.tasks.complete(full.task.id, APPROVED, SUE)
    assert done.task.status == "completed"


@pytest.mark.parametrize("late", [timedelta(0), timedelta(microseconds=1), timedelta(days=3)])
async def test_an_answer_at_the_deadline_or_later_settles_the_task_as_timed_out_and_loses(
    cases: UseCases, late: timedelta
) -> None:
    full = await cases.created(timeout_seconds=60)
    cases.clock.at = full.task.timeout_at + late
    with pytest.raises(TaskAlreadySettled, match="timed out at 2026-03-01T12:01:00Z"):
        await cases.tasks.complete(full.task.id, APPROVED, SUE)
    task = (await cases.tasks.get(full.task.id)).task
    assert (task.status, task.response) == ("timed_out", None)
    assert await cases.actions(task.id) == ["created", "timed_out", "refused"]


@pytest.mark.parametrize("command", ["open", "claim", "assign", "cancel"])
async def test_no_command_changes_an_overdue_task(cases: UseCases, command: str) -> None:
    task_id = (await cases.created(timeout_seconds=60)).task.id
    cases.clock.advance(60)
    commands = {
        "open": lambda: cases.tasks.open(task_id, SUE),
        "claim": lambda: cases.tasks.claim(task_id, SUE),
        "assign": lambda: cases.tasks.assign(task_id, {"email": "a@b.c"}, OLGA),
        "cancel": lambda: cases.tasks.cancel(task_id, None, AGENT),
    }
    with pytest.raises(TaskAlreadySettled, match="timed out"):
        await commands[command]()
    assert (await cases.tasks.get(task_id)).task.status == "timed_out"
    assert await cases.refusals(task_id) == [(command, "TASK_ALREADY_SETTLED")]


async def test_the_first_claim_wins_and_the_others_are_written_down(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    assert (await cases.tasks.claim(task_id, SUE)).task.assigned_to_user_id == "usr_sue"
    before = (await cases.tasks.get(task_id)).task
    assert (await cases.tasks.claim(task_id, SUE)).task == before
    with pytest.raises(TaskAlreadyClaimed):
        await cases.tasks.claim(task_id, BOB)
    assert await cases.actions(task_id) == ["created", "claimed", "refused"]


async def test_a_claim_of_what_is_open_to_others_is_written_down(cases: UseCases) -> None:
    asked = {"emails": ["sue@example.com", "zoe@example.com"]}
    task_id = (await cases.created(assign_to=asked)).task.id
    with pytest.raises(Forbidden):
        await cases.tasks.claim(task_id, BOB)
    assert await cases.refusals(task_id) == [("claim", "FORBIDDEN")]


async def test_nobody_claims_for_a_person_who_is_not_active(cases: UseCases) -> None:
    gone = an_account("gone", active=False)
    cases.store.rows.accounts[gone.id] = gone
    task_id = (await cases.created()).task.id
    named = Actor("agent", gone.email, None, "api", named=True)
    with pytest.raises(Forbidden, match="not active"):
        await cases.tasks.claim(task_id, named)
    assert await cases.refusals(task_id) == [("claim", "FORBIDDEN")]


async def test_a_task_is_not_given_to_the_address_of_who_is_not_active(cases: UseCases) -> None:
    gone = an_account("gone", active=False)
    cases.store.rows.accounts[gone.id] = gone
    task_id = (await cases.created(assign_to={"email": gone.email})).task.id
    last = (await cases.tasks.audit(task_id))[-1]
    assert (last.action, last.extra_data) == (
        "unassigned",
        {"reason": "this person is not active"},
    )


async def test_opening_twice_writes_one_line(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    assert (await cases.tasks.open(task_id, SUE)).task.status == "in_progress"
    assert (await cases.tasks.open(task_id, BOB)).task.version == 2
    assert await cases.actions(task_id) == ["created", "opened"]


async def test_an_operator_gives_a_task_to_somebody_else_or_opens_it_to_several(
    cases: UseCases,
) -> None:
    task_id = (await cases.created(assign_to={"email": "bob@example.com"})).task.id
    given = await cases.tasks.assign(task_id, {"user_id": "usr_sue"}, OLGA)
    assert given.task.assigned_to_email == "sue@example.com"
    offered = await cases.tasks.assign(task_id, {"emails": ["a@b.c", "d@e.f"]}, OLGA)
    assert (offered.task.status, offered.task.assigned) == ("created", False)
    assert (await cases.tasks.audit(task_id))[-1].extra_data == {
        "open_to": ["a@b.c", "d@e.f"],
        "taken_from": ["usr_sue", "sue@example.com"],
    }


async def test_the_history_says_to_whom_a_task_was_open_that_is_given_to_somebody(
    cases: UseCases,
) -> None:
    for assign_to, lost in (
        (None, ["anybody"]),
        ({"emails": ["A@b.c", "d@e.f"]}, ["a@b.c", "d@e.f"]),
    ):
        task_id = (await cases.created(assign_to=assign_to)).task.id
        await cases.tasks.assign(task_id, {"user_id": "usr_sue"}, OLGA)
        assert (await cases.tasks.audit(task_id))[-1].extra_data["taken_from"] == lost


async def test_whoever_listens_is_told_of_every_change_and_of_what_is_gone(
    cases: UseCases,
) -> None:
    task_id = (await cases.created()).task.id
    await cases.tasks.cancel(task_id, None, OLGA)
    await cases.tasks.delete(task_id)
    assert cases.events.told == ["changed", "changed", "gone"]
    other = (await cases.created()).task.id
    await cases.tasks.cancel(other, None, OLGA)
    cases.clock.advance(3600)
    assert await cases.tasks.purge(timedelta(0), 10) == 1
    assert await cases.tasks.purge(timedelta(0), 10) == 0
    assert cases.events.told == ["changed", "changed", "gone"] * 2


async def test_a_task_stays_where_it_is_when_nobody_matches(cases: UseCases) -> None:
    task_id = (await cases.created(assign_to={"email": "bob@example.com"})).task.id
    with pytest.raises(NoMatchingAssignee):
        await cases.tasks.assign(task_id, {"user_id": "usr_gone"}, OLGA)
    assert (await cases.tasks.get(task_id)).task.assigned_to_email == "bob@example.com"
    assert await cases.refusals(task_id) == [("assign", "NO_MATCHING_ASSIGNEE")]


async def test_assigning_to_the_marketplace_is_refused(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    with pytest.raises(MarketplaceNotAvailable):
        await cases.tasks.assign(task_id, {"marketplace": True}, OLGA)


async def test_a_deleted_task_is_gone_with_its_history(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    await cases.tasks.delete(task_id)
    for gone in (cases.tasks.get, cases.tasks.audit, cases.tasks.delete):
        with pytest.raises(TaskNotFound):
            await gone(task_id)


async def test_a_history_has_one_terminal_line_whoever_comes_late(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    await cases.tasks.complete(task_id, APPROVED, SUE)
    for _ in range(3):
        with pytest.raises(TaskAlreadySettled):
            await cases.tasks.cancel(task_id, None, AGENT)
    cases.clock.advance(10**6)
    assert await cases.tasks.settle_due(10) == 0
    entries = await cases.tasks.audit(task_id)
    settled = [e for e in entries if e.to_status in TERMINAL and e.action != "refused"]
    assert [entry.action for entry in settled] == ["completed"]
