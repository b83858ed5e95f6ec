"""Whoever replied and was not taken at their word is told, each time but a few."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic_core import from_json

from awaithumans.server.errors import Forbidden, StorageUnavailable, TaskAlreadySettled
from awaithumans.server.tasks.deliveries import digest
from awaithumans.server.tasks.model import Actor
from awaithumans.server.tasks.replies import MOST_TOLD
from tests.support.made import AGENT, NOW, a_verified_draft
from tests.support.use_cases import Taken, UseCases

EMAIL = "sue@example.com"
SAID = "Yes."
TARGETS = ("slack:#ops", "email+ops:SUE@example.com", "email:joe@example.com")
BY_MAIL = Actor("reviewer", EMAIL, None, "email", invited=True)
CALLBACK = "https://example.com/done"


async def made(cases: UseCases) -> str:
    draft = a_verified_draft(notify=TARGETS, callback_url=CALLBACK)
    return (await cases.tasks.create(draft, AGENT)).task.id


def notices(cases: UseCases, task_id: str) -> list[tuple[str, dict[str, Any]]]:
    mails = [(each.delivery.target, from_json(each.body)) for each in cases.owed(task_id, "email")]
    return [(target, body) for target, body in mails if body["purpose"] == "not_taken"]


async def test_it_is_a_mail_to_whom_was_asked_through_the_same_sender(cases: UseCases) -> None:
    task_id = await made(cases)
    before = await cases.tasks.cancel(task_id, None, AGENT)
    assert await cases.tasks.not_taken(task_id, EMAIL, "settled", "<1@a>", SAID)
    body = {"task_id": task_id, "purpose": "not_taken", "why": "settled", "mail": "<1@a>"}
    body["words"] = digest(SAID)
    assert notices(cases, task_id) == [(TARGETS[1], body)]
    assert cases.taken.owed[-1].delivery.target == TARGETS[1]
    # It is no transition, owes no other delivery, and asks nobody.
    assert await cases.tasks.get(task_id) == before
    assert len(cases.owed(task_id, "webhook")) == 1


async def test_who_was_asked_by_no_entry_is_told_by_the_default_sender(cases: UseCases) -> None:
    task_id = await made(cases)
    await cases.tasks.not_taken(task_id, "zoe@example.com", "no_words", "<1@a>", SAID)
    assert [target for target, _ in notices(cases, task_id)] == ["email:zoe@example.com"]


async def test_it_is_sent_at_once() -> None:
    cases = UseCases(taken=Taken(timedelta(seconds=20)))
    task_id = await made(cases)
    await cases.tasks.not_taken(task_id, EMAIL, "no_words", "<1@a>", SAID)
    assert cases.taken.owed[-1].delivery.lease_until == NOW + timedelta(seconds=20)


async def test_each_mail_is_told_of_once_and_each_person_a_few_times(cases: UseCases) -> None:
    task_id = await made(cases)
    for number in range(MOST_TOLD):
        mail = f"<{number}@a>"
        assert await cases.tasks.not_taken(task_id, EMAIL, "no_words", mail, SAID)
        assert not await cases.tasks.not_taken(task_id, EMAIL, "settled", mail, SAID)
    assert not await cases.tasks.not_taken(task_id, EMAIL, "no_words", "<last@a>", SAID)
    assert await cases.tasks.not_taken(task_id, "joe@example.com", "no_words", "<0@a>", SAID)
    assert len(notices(cases, task_id)) == MOST_TOLD + 1
    other = await made_again(cases)
    assert await cases.tasks.not_taken(other, EMAIL, "no_words", "<0@a>", SAID)


async def made_again(cases: UseCases) -> str:
    draft = a_verified_draft(notify=TARGETS, idempotency_key="another")
    return (await cases.tasks.create(draft, AGENT)).task.id


@pytest.mark.parametrize("task_id", ["nonsense", "tsk_01ARZ3NDEKTSV4RRFFQ69G5FAV"])
async def test_of_a_task_that_is_not_there_nobody_is_told(cases: UseCases, task_id: str) -> None:
    assert not await cases.tasks.not_taken(task_id, EMAIL, "settled", "<1@a>", SAID)
    assert cases.store.rows.owed == []


async def test_without_a_store_nobody_is_told_and_the_caller_knows(cases: UseCases) -> None:
    task_id = await made(cases)
    cases.store.full = True
    with pytest.raises(StorageUnavailable):
        await cases.tasks.not_taken(task_id, EMAIL, "settled", "<1@a>", SAID)


async def test_a_mail_that_was_taken_is_taken_whatever_happened_since(cases: UseCases) -> None:
    task_id = await made(cases)
    await cases.tasks.say(task_id, "Yes.", BY_MAIL, "<1@a>")
    await cases.tasks.cancel(task_id, None, AGENT)
    again = await cases.tasks.say(task_id, "Yes.", BY_MAIL, "<1@a>")
    assert again.task.status == "cancelled"
    assert (await cases.actions(task_id)).count("submitted") == 1
    joe = Actor("reviewer", "joe@example.com", None, "email", invited=True)
    for actor, mail in ((BY_MAIL, "<2@a>"), (BY_MAIL, None), (joe, "<1@a>")):
        with pytest.raises(TaskAlreadySettled):
            await cases.tasks.say(task_id, "Yes.", actor, mail)


async def test_of_what_was_taken_nobody_is_told_that_it_was_not(cases: UseCases) -> None:
    """It was handed over twice at once, and refused before the task could take it."""
    task_id = await made(cases)
    await cases.tasks.say(task_id, SAID, BY_MAIL, "<1@a>")
    assert not await cases.tasks.not_taken(task_id, EMAIL, "verifying", "<1@a>", SAID)
    assert notices(cases, task_id) == []
    assert await cases.tasks.not_taken(task_id, EMAIL, "verifying", "<1@a>", "No!")


async def test_what_somebody_was_told_is_not_taken_is_not_taken(cases: UseCases) -> None:
    task_id = await made(cases)
    await cases.tasks.not_taken(task_id, EMAIL, "not_theirs", "<1@a>", SAID)
    with pytest.raises(Forbidden):
        await cases.tasks.say(task_id, SAID, BY_MAIL, "<1@a>")
    joe = Actor("reviewer", "joe@example.com", None, "email", invited=True)
    assert (await cases.tasks.say(task_id, SAID, joe, "<1@a>")).task.status == "submitted"
