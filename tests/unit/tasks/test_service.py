from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from awaithumans.server.errors import (
    IdempotencyKeyReused,
    MarketplaceNotAvailable,
    PayloadInvalid,
    Refusal,
    SchemaInvalid,
    StorageUnavailable,
    TaskNotFound,
    VerifierUnavailable,
)
from awaithumans.server.tasks.model import Draft, Filter, Person
from tests.support.made import AGENT, APPROVED, NOW, OLGA, SUE, a_draft
from tests.support.memory import MemoryReader, MemoryWriter
from tests.support.use_cases import UseCases

UNKNOWN = "tsk_01ARZ3NDEKTSV4RRFFQ69G5FAV"


def nothing(*_: object) -> None:
    """Find nothing."""


def refuse(*_: object) -> None:
    """Store nothing, for the key is taken."""


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
    assert await cases.actions(first.task.id) == ["created", "cancelled"]
    assert len(cases.owed(first.task.id, "slack")) == 1


def admitting_none(cases: UseCases) -> UseCases:
    """Return the use cases of a server on the same store that admits no new task."""

    def refuse_all(_draft: Draft) -> None:
        raise VerifierUnavailable("Not here.")

    return replace(cases, admissions=(refuse_all,))


async def test_what_is_not_admitted_is_refused_before_anything_is_written(cases: UseCases) -> None:
    with pytest.raises(VerifierUnavailable, match="Not here"):
        await admitting_none(cases).created()
    assert cases.store.rows.tasks == {}


async def test_a_task_is_found_by_its_key_though_it_would_not_be_admitted_any_more(
    cases: UseCases,
) -> None:
    draft = a_draft()
    first = await cases.tasks.create(draft, AGENT)
    await cases.tasks.complete(first.task.id, APPROVED, SUE)
    changed = admitting_none(cases)
    again = await changed.tasks.create(draft, AGENT)
    assert (again.replayed, again.task.id) == (True, first.task.id)
    assert (again.task.response, again.content) == (APPROVED, first.content)
    with pytest.raises(IdempotencyKeyReused):
        await changed.tasks.create(replace(draft, task="Something else?"), AGENT)
    assert await cases.actions(first.task.id) == ["created", "completed"]


async def test_each_has_to_admit_a_new_task_and_is_asked_once(cases: UseCases) -> None:
    asked: list[Draft] = []
    several = replace(cases, admissions=(asked.append, asked.append))
    draft = a_draft()
    assert not (await several.tasks.create(draft, AGENT)).replayed
    assert asked == [draft, draft]


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


async def test_nothing_is_promised_when_the_database_does_not_answer(cases: UseCases) -> None:
    full = await cases.created()
    cases.store.down = True
    for act in (cases.tasks.cancel(full.task.id, None, AGENT), cases.tasks.get(full.task.id)):
        with pytest.raises(StorageUnavailable):
            await act
    cases.store.down = False
    assert (await cases.tasks.get(full.task.id)).task == full.task


async def test_what_another_process_deletes_between_two_statements_is_not_found(
    cases: UseCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = await cases.created()
    monkeypatch.setattr(MemoryReader, "content", nothing)
    with pytest.raises(TaskNotFound):
        await cases.tasks.get(full.task.id, Person("sue@example.com", "usr_sue"))


async def test_a_key_whose_task_is_deleted_at_this_moment_is_to_be_tried_again(
    cases: UseCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cases.created(idempotency_key="one")
    monkeypatch.setattr(MemoryReader, "task_by_key", nothing)
    monkeypatch.setattr(MemoryWriter, "add", refuse)
    with pytest.raises(StorageUnavailable):
        await cases.created(idempotency_key="one")
