import itertools

from awaithumans.server.errors import TaskAlreadySettled
from awaithumans.server.ids import is_id
from awaithumans.server.tasks.model import Actor
from tests.store.kept import Kept
from tests.support.made import APPROVED, BOB, OLGA, SUE

NAMED = Actor("agent", "zoe@example.com", None, "api", named=True)


async def test_a_history_is_in_the_order_it_happened_within_the_same_instant(kept: Kept) -> None:
    task_id = (await kept.created(notify=("slack:#ops",))).task.id
    for number in range(40):
        await kept.tasks.assign(task_id, {"email": f"{number}@example.com"}, OLGA)
    await kept.tasks.open(task_id, OLGA)
    await kept.tasks.complete(task_id, APPROVED, OLGA)
    history = await kept.tasks.audit(task_id)
    assert [entry.action for entry in history] == [
        "created",
        *["assigned"] * 40,
        "opened",
        "completed",
    ]
    assert [entry.extra_data.get("assigned_to") for entry in history[1:41]] == [
        f"{number}@example.com" for number in range(40)
    ]
    assert len({entry.created_at for entry in history}) == 1
    for earlier, later in itertools.pairwise(history):
        assert later.from_status == earlier.to_status
    assert len({entry.id for entry in history}) == len(history)
    assert all(is_id(entry.id, "aud") for entry in history)


async def test_a_history_is_in_order_when_the_clock_is_set_back(kept: Kept) -> None:
    task_id = (await kept.created()).task.id
    kept.clock.advance(-60)
    await kept.tasks.open(task_id, SUE)
    kept.clock.advance(-60)
    await kept.tasks.complete(task_id, APPROVED, SUE)
    actions = [entry.action for entry in await kept.tasks.audit(task_id)]
    assert actions == ["created", "opened", "completed"]


async def test_a_line_says_who_did_what_when_and_how(kept: Kept) -> None:
    task_id = (await kept.created()).task.id
    kept.clock.advance(1.000001)
    await kept.tasks.complete(task_id, APPROVED, NAMED)
    line = (await kept.tasks.audit(task_id))[-1]
    assert (line.task_id, line.from_status, line.to_status) == (task_id, "created", "completed")
    assert (line.actor.type, line.actor.email, line.actor.channel) == (
        "agent",
        "zoe@example.com",
        "api",
    )
    assert line.extra_data == {"response": APPROVED, "named_by_admin_token": True}
    assert line.created_at == kept.clock.now()


async def test_histories_of_different_tasks_stay_apart_and_go_with_their_task(kept: Kept) -> None:
    one, other = (await kept.created()).task.id, (await kept.created()).task.id
    for task_id in (one, other, one, other):
        try:
            await kept.tasks.complete(task_id, APPROVED, BOB)
        except TaskAlreadySettled:
            continue
    await kept.tasks.delete(one)
    assert await kept.store.read(lambda tx: tx.audit(one)) == []
    assert await kept.store.read(lambda tx: tx.content(one)) is None
    actions = [entry.action for entry in await kept.tasks.audit(other)]
    assert actions == ["created", "completed", "refused"]


async def test_a_history_stays_in_order_after_the_newest_task_was_deleted(kept: Kept) -> None:
    one, newest = (await kept.created()).task.id, (await kept.created()).task.id
    await kept.tasks.open(one, SUE)
    await kept.tasks.open(newest, SUE)
    await kept.tasks.delete(newest)
    await kept.tasks.complete(one, APPROVED, SUE)
    actions = [entry.action for entry in await kept.tasks.audit(one)]
    assert actions == ["created", "opened", "completed"]
