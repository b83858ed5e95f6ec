"""Answers that a verifier checks, through the use cases: who waits, for what, and how long."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from pydantic_core import from_json

from awaithumans.server.errors import (
    Forbidden,
    LinkInvalid,
    ResponseInvalid,
    TaskAlreadySettled,
    TaskNotFound,
    VerificationInProgress,
)
from awaithumans.server.tasks.answers import MOST_ASKED
from awaithumans.server.tasks.lookup import Full
from awaithumans.server.tasks.model import Actor, Judgement, Task
from awaithumans.server.tasks.service import Tasks
from tests.support.made import AGENT, APPROVED, BOB, NOW, SUE, a_draft, a_verified_draft
from tests.support.use_cases import Taken, UseCases

PASSED, REFUSED = Judgement(True, "Fine."), Judgement(False, "No date.")
CALLBACK = "https://example.com/done"


async def made(cases: UseCases, **changes: Any) -> str:
    return (await cases.tasks.create(a_verified_draft(**changes), AGENT)).task.id


async def submitted(cases: UseCases, **changes: Any) -> Task:
    task_id = await made(cases, **changes)
    return (await cases.tasks.complete(task_id, APPROVED, SUE)).task


async def waiting(cases: UseCases, task_id: str, wait: float = 30) -> "asyncio.Task[Full]":
    """Return a submission that waits for its verdict."""
    answer = asyncio.create_task(cases.tasks.complete(task_id, APPROVED, SUE, wait))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not answer.done()
    return answer


async def state(cases: UseCases, task_id: str) -> Task:
    return (await cases.tasks.get(task_id)).task


async def give_up(cases: UseCases, task: Task, reason: str = "The model is away.") -> None:
    """Give a verification up as the relay does, within its own transaction."""
    await cases.store.write(lambda tx: cases.tasks.give_up(tx, task.id, task.version, reason))


async def test_an_answer_is_stored_before_its_verdict_and_settles_nothing(cases: UseCases) -> None:
    task = await submitted(cases, callback_url=CALLBACK)
    assert task == await state(cases, task.id)
    assert (task.status, task.response) == ("submitted", APPROVED)
    assert len(cases.owed(task.id, "verification")) == 1
    assert cases.owed(task.id, "webhook") == []


async def test_a_pass_completes_and_a_refusal_reopens_until_the_attempts_are_used_up(
    cases: UseCases,
) -> None:
    task = await submitted(cases, callback_url=CALLBACK)
    assert await cases.tasks.judge(task.id, task.version, REFUSED)
    assert (await state(cases, task.id)).status == "rejected"
    again = (await cases.tasks.complete(task.id, APPROVED, BOB)).task
    assert await cases.tasks.judge(task.id, again.version, PASSED)
    done = await state(cases, task.id)
    assert (done.status, done.verification_attempt) == ("completed", 2)
    assert done.completed_by_email == BOB.email
    assert len(cases.owed(task.id, "webhook")) == 1
    assert await cases.actions(task.id) == [
        *("created", "submitted", "rejected", "submitted", "verified", "completed")
    ]


async def test_refusals_exhaust_the_task_and_its_webhook_says_so(cases: UseCases) -> None:
    task = await submitted(cases, callback_url=CALLBACK)
    await cases.tasks.judge(task.id, task.version, REFUSED)
    again = (await cases.tasks.complete(task.id, APPROVED, SUE)).task
    poll = await cases.park(task.id)
    await cases.tasks.judge(task.id, again.version, REFUSED)
    assert (await poll).status == "verification_exhausted"
    (webhook,) = cases.owed(task.id, "webhook")
    body = from_json(webhook.body)
    assert (body["status"], body["response"]) == ("verification_exhausted", None)
    assert body["verification_attempt"] == 2
    with pytest.raises(TaskAlreadySettled):
        await cases.tasks.complete(task.id, APPROVED, SUE)


async def test_of_ten_submissions_at_once_one_is_verified_and_the_others_are_told(
    cases: UseCases,
) -> None:
    task_id = await made(cases)
    actors = [SUE, BOB] * 5
    came = await asyncio.gather(
        *(cases.tasks.complete(task_id, APPROVED, actor) for actor in actors),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Full) for each in came) == 1
    assert sum(isinstance(each, VerificationInProgress) for each in came) == 9
    assert len(cases.owed(task_id, "verification")) == 1
    assert await cases.refusals(task_id) == [("submit", "VERIFICATION_IN_PROGRESS")] * 9


async def test_an_answer_that_breaks_the_schema_is_not_submitted(cases: UseCases) -> None:
    task_id = await made(cases)
    with pytest.raises(ResponseInvalid):
        await cases.tasks.complete(task_id, {"approved": "yes"}, SUE, 30)
    assert cases.owed(task_id, "verification") == []
    assert await cases.refusals(task_id) == [("submit", "RESPONSE_INVALID")]
    assert cases.waker.parked == 0


@pytest.mark.parametrize(
    ("judgement", "status"), [(PASSED, "completed"), (REFUSED, "rejected"), (None, "in_progress")]
)
async def test_who_waits_for_the_verdict_gets_it_at_once(
    cases: UseCases, judgement: Judgement | None, status: str
) -> None:
    task_id = await made(cases)
    answer = await waiting(cases, task_id)
    task = await state(cases, task_id)
    if judgement is None:
        await give_up(cases, task)
    else:
        await cases.tasks.judge(task_id, task.version, judgement)
    full = await asyncio.wait_for(answer, 1)
    assert full.task.status == status
    assert full.content == (await cases.tasks.get(task_id)).content
    assert cases.waker.parked == 0


async def test_waiting_for_a_verdict_costs_no_query(cases: UseCases) -> None:
    task_id = await made(cases)
    answer = await waiting(cases, task_id)
    reads, writes = cases.store.reads, cases.store.writes
    await asyncio.sleep(0.05)
    await cases.tasks.open(task_id, SUE)
    assert not answer.done()
    assert (cases.store.reads, cases.store.writes) == (reads, writes + 1)
    task = await state(cases, task_id)
    await cases.tasks.judge(task_id, task.version, PASSED)
    reads = cases.store.reads
    await answer
    assert cases.store.reads == reads + 1


async def test_who_has_waited_long_enough_is_told_that_it_is_being_verified(
    cases: UseCases,
) -> None:
    task_id = await made(cases)
    answer = await waiting(cases, task_id, 0.03)
    assert (await asyncio.wait_for(answer, 1)).task.status == "submitted"
    assert cases.waker.parked == 0


async def test_a_stopping_server_lets_nobody_wait_for_a_verdict(cases: UseCases) -> None:
    task_id, other = await made(cases), await made(cases)
    answer = await waiting(cases, task_id)
    cases.waker.close()
    assert (await asyncio.wait_for(answer, 1)).task.status == "submitted"
    began = time.monotonic()
    assert (await cases.tasks.complete(other, APPROVED, SUE, 30)).task.status == "submitted"
    assert time.monotonic() - began < 1


async def test_a_cancel_ends_the_wait_and_the_verdict_comes_too_late(cases: UseCases) -> None:
    task_id = await made(cases, callback_url=CALLBACK)
    answer, poll = await waiting(cases, task_id), await cases.park(task_id)
    version = (await state(cases, task_id)).version
    await cases.tasks.cancel(task_id, "withdrawn", AGENT)
    assert (await asyncio.wait_for(answer, 1)).task.status == "cancelled"
    assert (await poll).response is None
    assert not await cases.tasks.judge(task_id, version, PASSED)
    await cases.store.write(lambda tx: cases.tasks.give_up(tx, task_id, version, "away"))
    assert await cases.actions(task_id) == ["created", "submitted", "cancelled"]
    (webhook,) = cases.owed(task_id, "webhook")
    body = from_json(webhook.body)
    assert (body["status"], body["response"]) == ("cancelled", None)
    assert (body["completed_by_email"], body["completed_via_channel"]) == (None, None)


async def test_who_waits_for_a_verdict_on_what_is_deleted_is_told(cases: UseCases) -> None:
    task_id = await made(cases)
    answer = await waiting(cases, task_id)
    version = (await state(cases, task_id)).version
    await cases.tasks.delete(task_id)
    with pytest.raises(TaskNotFound):
        await asyncio.wait_for(answer, 1)
    understood = Judgement(True, "", response=APPROVED)
    for judgement in (PASSED, understood):
        assert not await cases.tasks.judge(task_id, version, judgement)


async def test_a_verdict_on_an_earlier_answer_changes_nothing(cases: UseCases) -> None:
    task = await submitted(cases)
    await give_up(cases, task)
    again = (await cases.tasks.complete(task.id, APPROVED, SUE)).task
    assert not await cases.tasks.judge(task.id, task.version, PASSED)
    assert not await cases.tasks.not_understood(task.id, task.version, REFUSED)
    await give_up(cases, task)
    assert await state(cases, task.id) == again


async def test_a_model_that_gives_no_verdict_costs_no_attempt_and_the_task_says_why(
    cases: UseCases,
) -> None:
    task = await submitted(cases)
    for _ in range(4):
        await give_up(cases, task)
        task = (await cases.tasks.complete(task.id, APPROVED, SUE)).task
    await give_up(cases, task)
    after = await state(cases, task.id)
    assert (after.status, after.verification_attempt) == ("in_progress", 0)
    assert after.verdict is not None
    assert (after.verdict["outcome"], after.verdict["reason"]) == ("failed", "The model is away.")
    assert cases.expected.deadlines == [after.timeout_at] * 6


async def test_the_deadline_does_not_take_an_answer_that_is_being_verified(
    cases: UseCases,
) -> None:
    task = await submitted(cases, timeout_seconds=60)
    cases.clock.advance(3600)
    assert await cases.tasks.settle_due(10) == 0
    assert await cases.tasks.next_deadline() is None
    assert (await cases.tasks.backlog()).overdue == 0
    with pytest.raises(VerificationInProgress):
        await cases.tasks.complete(task.id, APPROVED, BOB)
    assert await cases.tasks.judge(task.id, task.version, PASSED)
    done = await state(cases, task.id)
    assert (done.status, done.completed_at) == ("completed", NOW + timedelta(hours=1))


@pytest.mark.parametrize("verdict", ["refused", "failed"])
async def test_what_is_reopened_after_its_deadline_is_settled_by_the_clock_at_once(
    cases: UseCases, verdict: str
) -> None:
    task = await submitted(cases, timeout_seconds=60)
    cases.clock.advance(3600)
    cases.expected.deadlines.clear()
    if verdict == "refused":
        await cases.tasks.judge(task.id, task.version, REFUSED)
    else:
        await give_up(cases, task)
    # The clock's job is told, and settles it with its next look.
    assert cases.expected.deadlines == [task.timeout_at]
    assert await cases.tasks.next_deadline() == task.timeout_at
    assert await cases.tasks.settle_due(10) == 1
    assert (await state(cases, task.id)).status == "timed_out"


async def test_somebodys_verification_is_leased_and_what_a_verdict_owes_is_too() -> None:
    cases = UseCases(taken=Taken(timedelta(seconds=20)))
    task_id = await made(cases, callback_url=CALLBACK)
    full = await cases.tasks.complete(task_id, APPROVED, AGENT)
    await cases.tasks.judge(task_id, full.task.version, PASSED)
    kinds = [(each.delivery.kind, each.delivery.lease_until) for each in cases.taken.owed]
    lease_until = NOW + timedelta(seconds=20)
    assert kinds == [("verification", lease_until), ("webhook", lease_until)]


async def test_plain_words_become_the_answer_that_was_understood(cases: UseCases) -> None:
    task_id = await made(cases)
    full = await cases.tasks.say(task_id, "yes, within policy", SUE)
    (check,) = cases.owed(task_id, "verification")
    assert from_json(check.body) == {
        "task_id": task_id,
        "version": full.task.version,
        "said": "yes, within policy",
    }
    understood = Judgement(True, "Fine.", response=APPROVED)
    assert await cases.tasks.judge(task_id, full.task.version, understood)
    done = await state(cases, task_id)
    assert (done.status, done.response) == ("completed", APPROVED)
    assert done.completed_by_email == SUE.email


@pytest.mark.parametrize(
    ("understood", "reason"),
    [
        ({"approved": "perhaps"}, "approved: "),
        ({}, "approved: "),
        (None, "No answer was understood."),
    ],
)
async def test_plain_words_that_give_no_answer_are_asked_for_again(
    cases: UseCases, understood: dict[str, Any] | None, reason: str
) -> None:
    task_id = await made(cases)
    version = (await cases.tasks.say(task_id, "hm", SUE)).task.version
    assert await cases.tasks.judge(task_id, version, Judgement(True, "", response=understood))
    task = await state(cases, task_id)
    assert (task.status, task.verification_attempt, task.response) == ("in_progress", 0, None)
    assert task.verdict is not None
    assert task.verdict["outcome"] == "not_understood"
    assert reason in task.verdict["reason"]


async def test_an_answer_of_the_wrong_shape_as_a_whole_is_named_so(cases: UseCases) -> None:
    task_id = await made(cases, response_schema={"type": "object", "maxProperties": 0})
    version = (await cases.tasks.say(task_id, "hm", SUE)).task.version
    await cases.tasks.judge(task_id, version, Judgement(True, "", response={"a": 1}))
    verdict = (await state(cases, task_id)).verdict
    assert verdict is not None
    assert "the answer: " in verdict["reason"]


async def test_plain_words_that_are_refused_cost_an_attempt(cases: UseCases) -> None:
    task_id = await made(cases)
    version = (await cases.tasks.say(task_id, "no", SUE)).task.version
    assert await cases.tasks.judge(task_id, version, REFUSED)
    assert (await state(cases, task_id)).status == "rejected"


async def test_who_could_not_be_understood_is_asked_again(cases: UseCases) -> None:
    task_id = await made(cases, notify=("email:sue@example.com",))
    by_mail = Actor("reviewer", SUE.email, SUE.user_id, "email")
    version = (await cases.tasks.say(task_id, "what?", by_mail)).task.version
    assert await cases.tasks.not_understood(task_id, version, Judgement(False, "A question."))
    purposes = [from_json(each.body)["purpose"] for each in cases.owed(task_id, "email")]
    assert purposes == ["new", "again"]
    assert (await cases.actions(task_id))[-1] == "not_understood"


async def test_a_program_that_answers_each_mail_comes_to_an_end(cases: UseCases) -> None:
    task_id = await made(cases, notify=("email:SUE@example.com", "email:joe@example.com"))
    by_mail = Actor("reviewer", SUE.email, SUE.user_id, "email", invited=True)
    for number in range(MOST_ASKED + 3):
        full = await cases.tasks.say(task_id, "I am away.", by_mail, f"<{number}@a>")
        await cases.tasks.not_understood(task_id, full.task.version, Judgement(False, "?"))
    assert _asked_again(cases, task_id) == ["email:SUE@example.com"] * MOST_ASKED
    joe = Actor("reviewer", "joe@example.com", None, "email", invited=True)
    full = await cases.tasks.say(task_id, "what?", joe, "<1@b>")
    await cases.tasks.not_understood(task_id, full.task.version, Judgement(False, "?"))
    assert _asked_again(cases, task_id)[MOST_ASKED:] == ["email:joe@example.com"]


def _asked_again(cases: UseCases, task_id: str) -> list[str]:
    mails = cases.owed(task_id, "email")
    return [each.delivery.target for each in mails if from_json(each.body)["purpose"] == "again"]


async def test_a_task_without_a_verifier_takes_no_plain_words(cases: UseCases) -> None:
    task_id = (await cases.created()).task.id
    with pytest.raises(ResponseInvalid, match="no verifier"):
        await cases.tasks.say(task_id, "yes", SUE)
    assert await cases.refusals(task_id) == [("submit", "RESPONSE_INVALID")]


async def test_a_redacted_answer_goes_to_no_verifier_and_not_into_the_history(
    cases: UseCases,
) -> None:
    task_id = await made(cases, redact_payload=True)
    done = await cases.tasks.complete(task_id, APPROVED, SUE, 30)
    assert done.task.status == "completed"
    assert cases.owed(task_id, "verification") == []
    assert not any("response" in e.extra_data for e in await cases.tasks.audit(task_id))


# Single-use links


def by_link(link: str = "hash", **changes: Any) -> Actor:
    given: dict[str, Any] = {"email": SUE.email, "channel": "email", "invited": True}
    return Actor("reviewer", link=link, **given | changes)


@pytest.fixture
def link(cases: UseCases) -> UseCases:
    """The use cases with a link that was never used."""
    cases.store.rows.links.add("hash")
    return cases


async def test_a_link_answers_once(link: UseCases) -> None:
    draft = a_draft(assign_to={"emails": ["zoe@example.com", "bob@example.com"]})
    task_id = (await link.tasks.create(draft, AGENT)).task.id
    assert (await link.tasks.complete(task_id, APPROVED, by_link())).task.status == "completed"
    assert link.store.rows.links == set()
    other = (await link.created()).task.id
    with pytest.raises(LinkInvalid):
        await link.tasks.complete(other, APPROVED, by_link())
    assert await link.refusals(other) == [("complete", "LINK_INVALID")]
    assert (await state(link, other)).status == "created"


async def test_an_answer_that_is_refused_does_not_use_the_link_up(link: UseCases) -> None:
    task_id = await made(link, assign_to={"email": "bob@example.com"})
    with pytest.raises(Forbidden):
        await link.tasks.complete(task_id, APPROVED, by_link())
    open_one = await made(link)
    with pytest.raises(ResponseInvalid):
        await link.tasks.complete(open_one, {}, by_link())
    await link.tasks.complete(open_one, APPROVED, AGENT)
    for answer in (
        link.tasks.complete(open_one, APPROVED, by_link()),
        link.tasks.say(open_one, "yes", by_link()),
    ):
        with pytest.raises(VerificationInProgress):
            await answer
    assert link.store.rows.links == {"hash"}


async def test_a_link_and_its_answer_are_stored_together_or_not_at_all(
    link: UseCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("after the link")

    task_id = await made(link)
    monkeypatch.setattr(Tasks, "_save", broken)
    with pytest.raises(RuntimeError, match="after the link"):
        await link.tasks.complete(task_id, APPROVED, by_link())
    assert link.store.rows.links == {"hash"}
