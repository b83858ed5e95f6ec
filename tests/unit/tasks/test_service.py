from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from awaithumans.server.directory.model import Account
from awaithumans.server.errors import (
    Forbidden,
    IdempotencyKeyReused,
    MarketplaceNotAvailable,
    NoMatchingAssignee,
    PayloadInvalid,
    Refusal,
    ResponseInvalid,
    SchemaInvalid,
    StorageUnavailable,
    TaskAlreadyClaimed,
    TaskAlreadySettled,
    TaskNotFound,
)
from awaithumans.server.tasks.model import TERMINAL, Filter
from tests.support.made import AGENT, APPROVED, BOB, NOW, OLGA, SUE, a_draft
from tests.support.memory import MemoryReader, MemoryWriter
from tests.support.use_cases import UseCases

UNKNOWN = "tsk_01ARZ3NDEKTSV4RRFFQ69G5FAV"


def nothing(*_: object) -> None:
    """Find nothing."""


def refuse(*_: object) -> bool:
    return False


@pytest.fixture
def cases() -> UseCases:
    cases = UseCases()
    for actor in (SUE, OLGA):
        assert actor.user_id is not None
        account = Account(
            actor.user_id, actor.email, None, None, actor is OLGA, active=True, created_at=NOW
        )
        cases.store.rows.accounts[account.id] = account
    return cases


async def test_a_created_task_can_be_read_and_is_expected_at_its_deadline(cases: UseCases) -> None:
    full = await cases.created(timeout_seconds=60)
    assert not full.replayed
    assert await cases.tasks.get(full.task.id) == full
    assert cases.expected.deadlines == [NOW + timedelta(seconds=60)]
    assert await cases.actions(full.task.id) == ["created"]


async def test_the_same_key_with_the_same_content_finds_the_task_that_is_there(
    cases: UseCases,
) -> None:
    draft = a_draft(notify=("slack:#ops",))
    first = await cases.tasks.create(draft, AGENT)
    await cases.tasks.cancel(first.task.id, None, AGENT)
    again = await cases.tasks.create(replace(draft, timeout_seconds=60, notify=()), AGENT)
    assert again.replayed
    assert again.task.id == first.task.id
    assert again.task.status == "cancelled"
    assert again.content == first.content
    assert len(cases.expected.deadlines) == 1
    assert await cases.actions(first.task.id) == ["created", "notification_failed", "cancelled"]


@pytest.mark.parametrize(
    "other",
    [
        {"task": "Something else?"},
        {"payload": {"amount": 251, "customer": "cus_123"}},
        {"response_schema": {"type": "object"}},
    ],
)
async def test_the_same_key_with_other_content_is_refused(
    cases: UseCases, other: dict[str, Any]
) -> None:
    full = await cases.created(idempotency_key="one")
    with pytest.raises(IdempotencyKeyReused):
        await cases.created(idempotency_key="one", **other)
    assert list(cases.store.rows.tasks) == [full.task.id]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"payload": {"amount": "many"}}, PayloadInvalid),
        ({"payload_schema": {"type": "nonsense"}}, SchemaInvalid),
        ({"response_schema": {"type": 3}}, SchemaInvalid),
        ({"assign_to": {"marketplace": True}}, MarketplaceNotAvailable),
    ],
)
async def test_what_is_refused_leaves_nothing_behind(
    cases: UseCases, changes: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        await cases.created(**changes)
    assert cases.store.writes == 0


async def test_a_refused_payload_names_each_field(cases: UseCases) -> None:
    with pytest.raises(PayloadInvalid) as refusal:
        await cases.created(payload={"amount": "many"})
    assert {problem.loc for problem in refusal.value.problems} == {
        ("body", "payload", "amount"),
        ("body", "payload", "customer"),
    }


@pytest.mark.parametrize(
    ("assign_to", "held_by", "action"),
    [
        (None, (None, None), None),
        ({"email": "Sue@example.com"}, ("sue@example.com", "usr_sue"), "assigned"),
        ({"email": "zoe@example.com"}, ("zoe@example.com", None), "assigned"),
        ({"user_id": "usr_sue"}, ("sue@example.com", "usr_sue"), "assigned"),
        ({"user_id": "usr_gone"}, (None, None), "unassigned"),
        ({"emails": ["sue@example.com", "zoe@example.com"]}, (None, None), None),
        ({"pool": "refunds"}, (None, None), "unassigned"),
    ],
)
async def test_a_task_goes_to_whom_it_asks_for(
    cases: UseCases,
    assign_to: dict[str, Any] | None,
    held_by: tuple[str | None, str | None],
    action: str | None,
) -> None:
    task = (await cases.created(assign_to=assign_to)).task
    assert (task.assigned_to_email, task.assigned_to_user_id) == held_by
    assert task.assign_to == assign_to
    assert await cases.actions(task.id) == ["created", *([action] if action else [])]


async def test_a_channel_that_is_not_configured_is_in_the_history(cases: UseCases) -> None:
    full = await cases.created(notify=("slack+T1:#ops", "email:sue@example.com"))
    entries = (await cases.tasks.audit(full.task.id))[1:]
    assert [entry.extra_data["reason"] for entry in entries] == [
        "the slack channel is not configured on this server",
        "the email channel is not configured on this server",
    ]


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
    assert (await cases.tasks.audit(task_id))[-1].extra_data == {"open_to": ["a@b.c", "d@e.f"]}


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


@pytest.mark.parametrize("task_id", [UNKNOWN, "", "1", "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "\x00"])
async def test_what_is_not_there_is_not_found_whatever_is_wanted_of_it(
    cases: UseCases, task_id: str
) -> None:
    tasks = cases.tasks
    wanted = [
        tasks.get(task_id),
        tasks.poll(task_id, 1),
        tasks.audit(task_id),
        tasks.open(task_id, SUE),
        tasks.claim(task_id, SUE),
        tasks.assign(task_id, {"email": "a@b.c"}, OLGA),
        tasks.complete(task_id, APPROVED, SUE),
        tasks.cancel(task_id, None, AGENT),
        tasks.delete(task_id),
    ]
    for act in wanted:
        with pytest.raises(TaskNotFound):
            await act
    assert cases.waker.parked == 0


async def test_a_page_is_followed_by_the_next_until_there_is_none(cases: UseCases) -> None:
    made = {(await cases.created()).task.id for _ in range(7)}
    seen: list[str] = []
    cursor: str | None = None
    for size in (3, 3, 1):
        found, cursor = await cases.tasks.page(Filter(limit=3, before=cursor))
        assert len(found) == size
        seen += [task.id for task in found]
    assert cursor is None
    assert seen == sorted(made, reverse=True)


async def test_a_full_last_page_has_no_next(cases: UseCases) -> None:
    for _ in range(3):
        await cases.created()
    found, cursor = await cases.tasks.page(Filter(limit=3))
    assert (len(found), cursor) == (3, None)


async def test_what_is_due_times_out_and_the_rest_stays(cases: UseCases) -> None:
    due = [(await cases.created(timeout_seconds=60)).task.id for _ in range(5)]
    later = (await cases.created(timeout_seconds=61)).task
    cases.clock.advance(60)
    assert [await cases.tasks.settle_due(3) for _ in range(3)] == [3, 2, 0]
    for task_id in due:
        assert (await cases.tasks.get(task_id)).task.status == "timed_out"
        assert await cases.actions(task_id) == ["created", "timed_out"]
    assert await cases.tasks.open_count() == 1
    assert await cases.tasks.next_deadline() == later.timeout_at


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


async def test_nothing_is_promised_when_the_database_does_not_answer(cases: UseCases) -> None:
    full = await cases.created()
    cases.store.down = True
    for act in (cases.tasks.cancel(full.task.id, None, AGENT), cases.tasks.get(full.task.id)):
        with pytest.raises(StorageUnavailable):
            await act
    cases.store.down = False
    assert (await cases.tasks.get(full.task.id)).task == full.task


@pytest.mark.parametrize("gone", ["content", "task_by_key"])
async def test_what_another_process_deletes_between_two_statements_is_not_found(
    cases: UseCases, gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = await cases.created(idempotency_key="one")
    monkeypatch.setattr(MemoryReader, gone, nothing)
    act = (
        cases.tasks.get(full.task.id) if gone == "content" else cases.created(idempotency_key="one")
    )
    if gone == "task_by_key":
        monkeypatch.setattr(MemoryWriter, "add", refuse)
    with pytest.raises(TaskNotFound):
        await act
