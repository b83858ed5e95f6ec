"""What this server admits is asked of new tasks only, and costs the database nothing."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from awaithumans.server.errors import IdempotencyKeyReused, VerifierUnavailable
from awaithumans.server.tasks.checking import Checker
from awaithumans.server.tasks.lookup import Full
from awaithumans.server.tasks.model import Draft
from awaithumans.server.tasks.ports import Admission
from awaithumans.server.tasks.service import Tasks
from tests.store.kept import Kept, statements
from tests.support.made import AGENT, APPROVED, SUE, a_draft
from tests.support.use_cases import Expected, Noted, Taken


def admitting(kept: Kept, *admissions: Admission) -> Tasks:
    """Return the use cases, on the same database, of a server that asks these."""
    made = (kept.store, kept.waker, Expected(), Taken(), Checker(), kept.clock, Noted())
    return Tasks(*made, admissions=admissions)


def refuse(_draft: Draft) -> None:
    raise VerifierUnavailable("Not here.")


def agree(_draft: Draft) -> None:
    """Admit it."""


async def test_a_task_and_its_answer_are_found_though_it_would_not_be_admitted_any_more(
    kept: Kept,
) -> None:
    draft = a_draft(notify=("slack:#ops",))
    made = await kept.tasks.create(draft, AGENT)
    await kept.tasks.complete(made.task.id, APPROVED, SUE)
    owed = await kept.count("deliveries")
    changed = admitting(kept, agree, refuse)
    again = await changed.create(draft, AGENT)
    assert again == replace(await kept.tasks.get(made.task.id), replayed=True)
    assert again.task.response == APPROVED
    for other in ({"idempotency_key": "new"}, {"task": "Another?"}):
        kind = VerifierUnavailable if "idempotency_key" in other else IdempotencyKeyReused
        with pytest.raises(kind):
            await changed.create(replace(draft, **other), AGENT)
    assert await kept.count("tasks") == await kept.count("task_contents") == 1
    assert await kept.count("deliveries") == owed
    assert await kept.count("audit_entries", "action NOT IN ('created', 'completed')") == 0


async def test_beside_a_server_that_admits_a_task_another_finds_it_or_refuses_it(
    kept: Kept,
) -> None:
    draft, changed = a_draft(), admitting(kept, refuse)
    made = await asyncio.gather(
        *(tasks.create(draft, AGENT) for _ in range(20) for tasks in (changed, kept.tasks)),
        return_exceptions=True,
    )
    assert set(map(type, made)) <= {Full, VerifierUnavailable}
    assert Counter(each.replayed for each in made[1::2] if isinstance(each, Full)) == {
        False: 1,
        True: 19,
    }
    assert len({each.task.id for each in made if isinstance(each, Full)}) == 1
    assert await kept.count("tasks") == 1


async def test_what_is_admitted_costs_no_statement_more(kept: Kept) -> None:
    async def cost(tasks: Tasks) -> Counter[str]:
        with statements(kept.store) as made:
            await tasks.create(a_draft(), AGENT)
        return Counter(made)

    asking = admitting(kept, agree)
    await asyncio.gather(*(tasks.create(a_draft(), AGENT) for tasks in (asking, kept.tasks)))
    assert await cost(asking) == await cost(kept.tasks)
