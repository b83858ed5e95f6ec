import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest

from awaithumans.server.running import Database
from awaithumans.server.tasks.model import TERMINAL, Filter, Person, Status, Task
from awaithumans.server.tasks.transitions import Change
from tests.store.kept import Kept, adding, making
from tests.support.clock import ManualClock
from tests.support.made import APPROVED, BOB, OLGA, SUE
from tests.support.seeing import matches

STATUSES: tuple[Status, ...] = get_args(Status)
HOLDERS = [None, Person("sue@example.com", "usr_sue"), Person("bob@example.com")]


async def fill(kept: Kept) -> list[Task]:
    """Store a task in each status for each holder, newest last; the table has them all."""
    made: list[Task] = []
    for number, (status, holder) in enumerate(itertools.product(STATUSES, HOLDERS)):
        kept.clock.advance(0.001)
        draft, change = making(kept.clock, task=f"{'Refund' if number % 2 else 'Invoice'} {number}")
        task = replace(
            change.task,
            status=status,
            assigned_to_email=holder.email if holder else None,
            assigned_to_user_id=holder.user_id if holder else None,
        )
        await kept.store.write(
            lambda tx, task=task, entries=change.entries, content=draft.content: tx.add(
                Change(task, entries), content
            )
        )
        made.append(task)
    return made


SINGLE: list[dict[str, Any]] = [
    {},
    *({"statuses": (status,)} for status in STATUSES),
    {"terminal": True},
    {"terminal": False},
    {"assigned_to": Person("sue@example.com")},
    {"assigned_to": Person("nobody@example.com")},
    {"assigned_to": Person(None, "usr_sue")},
    {"assigned_to": Person(None, "nobody")},
    {"unassigned": True},
    {"unassigned": False},
    {"text": "refund"},
    {"text": "INVOICE 1"},
]


async def test_every_filter_alone_and_every_two_show_what_they_say(kept: Kept) -> None:
    made = await fill(kept)
    pairs = [one | other for one, other in itertools.combinations(SINGLE, 2)]
    several: list[dict[str, Any]] = [
        {"statuses": ("created", "completed")},
        {"statuses": ("completed", "created", "completed")},
        {"statuses": tuple(sorted(TERMINAL)), "assigned_to": Person("sue@example.com")},
        {"statuses": ("created", "in_progress"), "terminal": False, "unassigned": True},
        {"statuses": ("created", "cancelled"), "terminal": True, "text": "re"},
        {"statuses": STATUSES},
        {"statuses": STATUSES, "before": made[20].id, "limit": 7},
    ]
    for given in [*SINGLE, *pairs, *several]:
        wanted = Filter(**given)
        right = [task for task in reversed(made) if matches(task, wanted)][: wanted.limit]
        found = await kept.store.read(lambda tx, wanted=wanted: tx.tasks(wanted))
        assert found == right, given


@pytest.mark.parametrize("limit", [1, 2, 33, 200])
async def test_a_list_is_never_longer_than_asked(kept: Kept, limit: int) -> None:
    made = await fill(kept)
    wishes: list[dict[str, Any]] = [{}, {"statuses": STATUSES}, {"terminal": False}]
    for given in wishes:
        found = await kept.ids(limit=limit, **given)
        assert len(found) == len(set(found)) <= limit
        if not given:
            assert found == [task.id for task in reversed(made)][:limit]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("refund", ["A refund of 100%", "REFUND_1"]),
        ("ReFuNd", ["A refund of 100%", "REFUND_1"]),
        ("%", ["A refund of 100%"]),
        ("0%", ["A refund of 100%"]),
        ("_", ["REFUND_1"]),
        ("D_1", ["REFUND_1"]),
        ("d%1", []),
        ("/", ["a/b\\c"]),
        ("\\", ["a/b\\c"]),
        ("b\\C", ["a/b\\c"]),
        ("'; DROP TABLE tasks; --", []),
        ("日本", ["日本の払い戻し"]),
        (" ", ["A refund of 100%"]),
    ],
)
async def test_text_is_found_in_any_case_and_means_itself(
    kept: Kept, text: str, found: list[str]
) -> None:
    titles = ["A refund of 100%", "REFUND_1", "a/b\\c", "日本の払い戻し"]
    for title in titles:
        await kept.created(task=title)
    shown = await kept.store.read(lambda tx: tx.tasks(Filter(text=text)))
    assert sorted(task.task for task in shown) == sorted(found)


async def test_text_outside_ascii_is_found_in_any_case(kept: Kept) -> None:
    full = await kept.created(task="RÉSUMÉ PRÜFEN")
    assert await kept.ids(text="résumé prüfen") == [full.task.id]


@pytest.mark.parametrize(
    "given",
    [{}, {"terminal": False}, {"statuses": ("created", "assigned")}, {"text": "refund"}],
)
async def test_pages_are_complete_and_without_duplicates_while_tasks_are_added(
    kept: Kept, given: dict[str, Any]
) -> None:
    for _ in range(45):
        kept.clock.advance(0.001)
        await kept.created()
    there = await kept.ids(limit=200)
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(20):
        page, cursor = await kept.tasks.page(Filter(**given, before=cursor, limit=4))
        seen += [task.id for task in page]
        kept.clock.advance(0.001)
        await kept.created()
        if cursor is None:
            break
    assert seen == there


async def test_pages_go_on_where_a_task_of_the_page_was_deleted(kept: Kept) -> None:
    for _ in range(6):
        await kept.created()
    there = await kept.ids()
    page, cursor = await kept.tasks.page(Filter(limit=3))
    await kept.tasks.delete(page[-1].id)
    rest, end = await kept.tasks.page(Filter(limit=3, before=cursor))
    assert [task.id for task in rest] == there[3:]
    assert end is None


async def test_what_is_due_comes_longest_overdue_first_and_settled_tasks_never(kept: Kept) -> None:
    due = [(await kept.created(timeout_seconds=seconds)).task for seconds in (90, 60, 120)]
    answered = (await kept.created(timeout_seconds=60)).task.id
    await kept.tasks.complete(answered, APPROVED, SUE)
    withdrawn = (await kept.created(timeout_seconds=60)).task.id
    await kept.tasks.cancel(withdrawn, None, BOB)
    store, last = kept.store, due[2].timeout_at

    async def found(seconds: int, limit: int = 10) -> list[Task]:
        now = due[0].created_at + timedelta(seconds=seconds)
        return await store.read(lambda tx: tx.due(now, limit))

    assert await found(59) == []
    assert await found(60) == [due[1]]
    assert await found(200) == [due[1], due[0], due[2]]
    assert await found(200, 2) == [due[1], due[0]]
    assert await store.read(lambda tx: tx.next_deadline()) == due[1].timeout_at
    kept.clock.advance(119)
    assert await kept.tasks.settle_due(10) == 2
    assert await store.read(lambda tx: tx.next_deadline()) == last
    assert await kept.tasks.open_count() == 1
    kept.clock.advance(1)
    assert await kept.tasks.settle_due(10) == 1
    assert await store.read(lambda tx: tx.next_deadline()) is None
    assert await kept.tasks.open_count() == 0


async def test_every_field_of_a_task_comes_back_as_it_was(kept: Kept) -> None:
    draft, change = making(
        kept.clock,
        Person("sue@example.com", "usr_sue"),
        assign_to={"email": "sue@example.com"},
        notify=("slack:#ops", "email:sue@example.com"),
        redact_payload=True,
        task_metadata={"team": "öps", "": ""},
    )
    await kept.store.write(lambda tx: tx.add(change, draft.content))
    task = change.task
    assert (await kept.tasks.get(task.id)).task == task
    assert await kept.store.read(lambda tx: tx.task_by_key(task.idempotency_key)) == task
    opened = (await kept.tasks.open(task.id, SUE)).task
    asked = {"emails": ["sue@example.com", "d@e.f"]}
    assigned = (await kept.tasks.assign(task.id, asked, OLGA)).task
    done = (await kept.tasks.complete(task.id, APPROVED, SUE)).task
    assert [each.version for each in (task, opened, assigned, done)] == [1, 2, 3, 4]
    assert (await kept.tasks.get(task.id)).task == done
    assert isinstance(done.notify, tuple)


async def test_a_key_is_taken_once_and_the_second_task_leaves_nothing(store: Database) -> None:
    clock = ManualClock()
    first = await store.write(adding(clock, idempotency_key="one"))
    draft, change = making(clock, idempotency_key="one")
    assert await store.write(lambda tx: tx.add(change, draft.content)) is None
    assert await store.read(lambda tx: tx.task(change.task.id)) is None
    assert await store.read(lambda tx: tx.content(change.task.id)) is None
    assert await store.read(lambda tx: tx.audit(change.task.id)) == []
    assert await store.read(lambda tx: tx.task_by_key("one")) == first


async def test_a_stale_version_is_never_saved(kept: Kept) -> None:
    full = await kept.created()
    await kept.tasks.open(full.task.id, SUE)
    stale = making(kept.clock)[1]
    change = Change(full.task, stale.entries)
    with pytest.raises(RuntimeError, match="changed under its lock"):
        await kept.store.write(lambda tx: tx.save(full.task, change))
    assert (await kept.tasks.get(full.task.id)).task.status == "in_progress"
