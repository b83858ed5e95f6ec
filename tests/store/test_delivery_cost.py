"""What the relay asks goes along the index of what is pending, however much was delivered."""

from tests.store.kept import Kept, Query, explained, statements
from tests.support.made import NOW

DATABASES = ["sqlite"]
QUERIES: dict[str, Query] = {
    "due": lambda tx: tx.due_deliveries(NOW, ["a"], ["b"], 3, 5),
    "next": lambda tx: tx.next_delivery(NOW),
    "backlog": lambda tx: tx.backlog(NOW),
}


async def test_what_is_asked_again_and_again_uses_the_small_indexes(kept: Kept) -> None:
    for query in QUERIES.values():
        with statements(kept.store) as made:
            await kept.store.read(query)
        for statement in (one for one in made if one.startswith("SELECT")):
            plan = [step for step in explained(kept, statement) if " deliveries " in step]
            assert plan, statement
            assert all("ix_deliveries_due" in s or "ix_deliveries_abandoned" in s for s in plan)


async def test_removing_what_is_old_looks_at_each_tasks_own_deliveries(kept: Kept) -> None:
    with statements(kept.store) as made:
        await kept.store.write(lambda tx: tx.purge(NOW, NOW, 5))
    (statement,) = (one for one in made if one.startswith("DELETE"))
    plan = [step for step in explained(kept, statement) if " deliveries " in step]
    assert all("ix_deliveries_task" in step for step in plan)
