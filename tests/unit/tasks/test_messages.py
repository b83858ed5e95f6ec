"""Who is told of a task, and when; what comes back is in its history."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic_core import from_json

from awaithumans.server.tasks import lifecycle
from awaithumans.server.tasks.deliveries import Owed
from awaithumans.server.tasks.lifecycle import NoMatch, OpenTo, Routed
from awaithumans.server.tasks.model import Action, Notification, Person, Status
from awaithumans.server.tasks.owing import owed
from tests.support.made import AGENT, APPROVED, NOW, OLGA, SUE, a_draft, a_task
from tests.support.use_cases import Taken, UseCases

TOLD = ("slack:#ops", "email:sue@example.com", "email+ops:zoe@example.com", "slack+T1:@bob")
UPDATED: tuple[Action, ...] = (
    *("claimed", "assigned", "unassigned", "submitted", "rejected", "not_understood"),
    *("verification_failed", "completed", "cancelled", "timed_out", "verification_exhausted"),
)


def shape(each: Owed) -> tuple[str, str, str]:
    return each.kind, each.target, from_json(each.body)["purpose"]


@pytest.mark.parametrize("routed", [OpenTo(), NoMatch("nobody"), Person("sue@example.com")])
def test_a_new_task_tells_every_target_once_whoever_it_is_for(routed: Routed) -> None:
    change = lifecycle.create(a_draft(notify=TOLD), "tsk_1", "p", routed, NOW, AGENT)
    assert [shape(each) for each in change.owed] == [
        ("slack", "slack:#ops", "new"),
        ("email", "email:sue@example.com", "new"),
        ("email", "email+ops:zoe@example.com", "new"),
        ("slack", "slack+T1:@bob", "new"),
    ]
    assert {each.due for each in change.owed} == {None}


def test_mail_is_paced_by_its_sender_and_slack_by_its_target() -> None:
    paced = {each.target: (each.host, each.receiver) for each in owed(a_new_task(), "created")}
    assert paced == {
        "slack:#ops": ("slack", "slack:#ops"),
        "email:sue@example.com": ("email", "email"),
        "email+ops:zoe@example.com": ("email", "email+ops"),
        "slack+T1:@bob": ("slack", "slack+T1:@bob"),
    }


def a_new_task() -> Any:
    return a_task(notify=TOLD)


def test_reminders_are_mails_that_are_due_at_parts_of_the_timeout() -> None:
    draft = a_draft(notify=TOLD, timeout_seconds=1000)
    change = lifecycle.create(draft, "tsk_1", "p", OpenTo(), NOW, AGENT, (0.5, 0.9))
    reminders = [each for each in change.owed if each.due is not None]
    mails = [f"email{who}@example.com" for who in (":sue", "+ops:zoe")]
    assert [(shape(each), each.due) for each in reminders] == [
        (("email", mail, "reminder"), NOW + timedelta(seconds=seconds))
        for seconds in (500, 900)
        for mail in mails
    ]


def test_a_mailbox_is_told_once_by_each_sender_however_it_is_written() -> None:
    named = (
        *("email:SUE@example.com", "email:sue@example.com", "email:Sue@Example.com"),
        *("email+ops:sue@example.com", "email+Ops:SUE@example.com", "slack:#ops", "slack:#OPS"),
    )
    draft = a_draft(notify=named)
    change = lifecycle.create(draft, "tsk_1", "p", OpenTo(), NOW, AGENT, (0.5,))
    told = ["email:SUE@example.com", "email+ops:sue@example.com", "slack:#ops", "slack:#OPS"]
    assert [each.target for each in change.owed if each.due is None] == told
    assert [each.target for each in change.owed if each.due is not None] == told[:2]
    assert change.task.notify == named


def test_what_a_message_in_slack_shows_is_written_again_when_it_changes() -> None:
    others: tuple[Action, ...] = ("opened", "notified", "verified", "refused", "delivered")
    for action in (*others, *UPDATED):
        told = [shape(each) for each in owed(a_new_task(), action) if each.kind != "verification"]
        expected = [("slack_update", target, "changed") for target in (TOLD[0], TOLD[3])]
        assert told == (expected if action in UPDATED else []), action


def test_a_task_that_tells_nobody_owes_no_message() -> None:
    assert owed(a_task(), "created", remind_at=[NOW]) == owed(a_task(), "claimed") == ()


async def test_what_is_told_at_once_may_be_leased_and_a_reminder_may_not() -> None:
    cases = UseCases(taken=Taken(timedelta(seconds=20)), reminders=(0.5,))
    full = await cases.created(notify=("email:sue@example.com",))
    new, reminder = [each.delivery for each in cases.owed(full.task.id, "email")]
    assert new.lease_until == new.next_attempt_at == NOW + timedelta(seconds=20)
    assert (reminder.lease_until, reminder.next_attempt_at) == (None, NOW + timedelta(minutes=30))
    assert reminder.since == reminder.next_attempt_at
    assert [each.delivery for each in cases.taken.owed] == [new, reminder]


async def test_a_task_shows_who_is_told_of_it(cases: UseCases) -> None:
    full = await cases.created(notify=TOLD[:2])
    shown = [(each.target, each.purpose, each.status, each.attempts) for each in full.told]
    assert shown == [(target, "new", "pending", 0) for target in TOLD[:2]]
    assert (await cases.tasks.get(full.task.id)).told == full.told
    assert (await cases.tasks.claim(full.task.id, SUE)).told == full.told
    again = await cases.created(notify=TOLD[:2], idempotency_key=full.task.idempotency_key)
    assert (again.replayed, again.told) == (True, full.told)
    assert isinstance(full.told[0], Notification)


async def arrive(cases: UseCases, task_id: str, **said: Any) -> None:
    await cases.store.write(lambda tx: cases.tasks.arrived(tx, task_id, **said))


async def test_a_message_that_arrives_makes_a_new_task_notified_once(cases: UseCases) -> None:
    task_id = (await cases.created(notify=TOLD)).task.id
    for target in TOLD[:2]:
        await arrive(cases, task_id, target=target)
    task = (await cases.tasks.get(task_id)).task
    assert (task.status, task.version) == ("notified", 2)
    entries = (await cases.tasks.audit(task_id))[1:]
    assert [(e.from_status, e.to_status, e.extra_data) for e in entries] == [
        ("created", "notified", {"target": TOLD[0]}),
        ("notified", "notified", {"target": TOLD[1]}),
    ]
    assert cases.events.told == ["changed"] * 3


@pytest.mark.parametrize("status", ["assigned", "in_progress", "completed"])
async def test_a_message_that_arrives_later_is_a_line_and_no_change(
    cases: UseCases, status: Status
) -> None:
    task_id = (await cases.created(notify=TOLD)).task.id
    if status == "assigned":
        await cases.tasks.assign(task_id, {"user_id": "usr_sue"}, OLGA)
    elif status == "in_progress":
        await cases.tasks.open(task_id, SUE)
    else:
        await cases.tasks.complete(task_id, APPROVED, SUE)
    before = (await cases.tasks.get(task_id)).task
    await arrive(cases, task_id, target=TOLD[0])
    assert (await cases.tasks.get(task_id)).task == before
    assert (await cases.actions(task_id))[-1] == "notified"


async def test_a_message_of_a_task_that_is_gone_is_no_harm(cases: UseCases) -> None:
    task_id = (await cases.created(notify=TOLD)).task.id
    await cases.tasks.delete(task_id)
    await arrive(cases, task_id, target=TOLD[0])
    assert cases.store.rows.history == []
