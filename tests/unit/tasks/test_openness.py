"""To whom a task is open, and what a reviewer may do with what others have."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from awaithumans.server.errors import Forbidden, TaskAlreadyClaimed, TaskAlreadySettled
from awaithumans.server.tasks import answering, holders, lifecycle
from awaithumans.server.tasks.lifecycle import NoMatch, OpenTo, Routed
from awaithumans.server.tasks.model import Actor, Openness, Person, Task
from awaithumans.server.tasks.transitions import Change
from tests.support.made import AGENT, APPROVED, BOB, NOW, OLGA, SUE, a_draft, a_task

SUE_IN_PERSON = Person("sue@example.com", "usr_sue")
BOB_IN_PERSON = Person("bob@example.com", "usr_bob")
OLGA_IN_PERSON = Person("olga@example.com", "usr_olga")
NOBODYS_ADDRESS = Actor("reviewer", None, "usr_slack", "dashboard")
NAMED = Actor("agent", "bob@example.com", None, "api", named=True)
LATER = NOW + timedelta(minutes=10)
TWO = ("sue@example.com", "zoe@example.com")


def sues(**changes: Any) -> Task:
    return a_task(
        status="assigned",
        assigned_to_email="sue@example.com",
        assigned_to_user_id="usr_sue",
        open_to="nobody",
        **changes,
    )


def invited(*emails: str) -> Task:
    return a_task(open_to="invited", assign_to={"emails": list(emails)})


def created(routed: Routed) -> Change:
    return lifecycle.create(a_draft(), "tsk_1", "print", routed, NOW, AGENT)


@pytest.mark.parametrize(
    ("routed", "open_to", "people"),
    [
        (OpenTo(), "anybody", None),
        (OpenTo(TWO), "invited", TWO),
        (SUE_IN_PERSON, "nobody", None),
        (Person("zoe@example.com"), "nobody", None),
        (NoMatch("nobody"), "nobody", None),
    ],
)
def test_a_new_task_is_open_to_whom_it_was_meant_for(
    routed: Routed, open_to: Openness, people: tuple[str, ...] | None
) -> None:
    change = created(routed)
    assert (change.task.open_to, change.invited) == (open_to, people)
    assert change.task.version == 1


@pytest.mark.parametrize(
    ("actor", "person"), [(SUE, SUE_IN_PERSON), (OLGA, OLGA_IN_PERSON), (NAMED, BOB_IN_PERSON)]
)
def test_a_task_for_anybody_can_be_claimed_by_everybody(actor: Actor, person: Person) -> None:
    change = lifecycle.claim(a_task(), person, actor, LATER)
    assert change is not None
    # It stays known that it was open to all: who comes second is told who was first.
    assert (change.task.open_to, change.invited) == ("anybody", None)


def test_a_task_that_is_open_to_some_can_be_claimed_by_them_in_any_spelling() -> None:
    change = lifecycle.claim(invited(" Sue@Example.COM", TWO[1]), SUE_IN_PERSON, SUE, LATER)
    assert change is not None
    assert change.task.open_to == "invited"


@pytest.mark.parametrize(
    ("actor", "person"),
    [
        (BOB, BOB_IN_PERSON),
        (NAMED, Person("bob@example.com")),
        (NOBODYS_ADDRESS, Person(None, "usr_slack")),
    ],
)
def test_a_task_that_is_open_to_some_cannot_be_claimed_by_others(
    actor: Actor, person: Person
) -> None:
    with pytest.raises(Forbidden, match="open to other people only"):
        lifecycle.claim(invited(*TWO), person, actor, LATER)


def test_who_is_not_invited_is_not_told_who_has_the_task() -> None:
    taken = lifecycle.claim(invited(*TWO), SUE_IN_PERSON, SUE, LATER)
    assert taken is not None
    with pytest.raises(Forbidden) as refusal:
        lifecycle.claim(taken.task, BOB_IN_PERSON, BOB, LATER)
    assert "sue" not in refusal.value.message
    zoe = Actor("reviewer", "zoe@example.com", "usr_zoe", "dashboard")
    with pytest.raises(TaskAlreadyClaimed, match="sue@example"):
        lifecycle.claim(taken.task, Person(zoe.email, zoe.user_id), zoe, LATER)


@pytest.mark.parametrize(
    "task", [a_task(), invited(*TWO), a_task(open_to="nobody"), a_task(open_to="invited")]
)
def test_an_operator_can_claim_whatever_nobody_has(task: Task) -> None:
    change = lifecycle.claim(task, OLGA_IN_PERSON, OLGA, LATER)
    assert change is not None
    assert change.task.assigned_to_email == "olga@example.com"


def test_not_even_an_operator_can_claim_what_somebody_has() -> None:
    with pytest.raises(TaskAlreadyClaimed, match="with sue@example"):
        lifecycle.claim(sues(), OLGA_IN_PERSON, OLGA, LATER)


def test_a_task_that_matched_nobody_is_for_operators_and_automation() -> None:
    task = a_task(assign_to={"pool": "refunds", "emails": None}, open_to="nobody")
    with pytest.raises(Forbidden):
        lifecycle.claim(task, BOB_IN_PERSON, BOB, LATER)
    assert lifecycle.claim(task, BOB_IN_PERSON, NAMED, LATER) is not None


@pytest.mark.parametrize("wish", [None, {"pool": "ops"}, {"email": "sue@example.com"}])
def test_an_invitation_without_addresses_invites_nobody(wish: dict[str, Any] | None) -> None:
    task = a_task(open_to="invited", assign_to=wish)
    with pytest.raises(Forbidden):
        lifecycle.claim(task, SUE_IN_PERSON, SUE, LATER)


def test_assigning_closes_a_task_and_an_offer_opens_it_to_some() -> None:
    assigned = lifecycle.assign(a_task(), SUE_IN_PERSON, LATER, OLGA)
    assert (assigned.task.open_to, assigned.invited) == ("nobody", None)
    offered = lifecycle.offer(assigned.task, TWO, LATER, OLGA, {"emails": list(TWO)})
    assert (offered.task.open_to, offered.invited) == ("invited", TWO)


def test_settling_leaves_the_invitations_as_they_are() -> None:
    assert lifecycle.cancel(invited(*TWO), None, AGENT, LATER).invited is None


@pytest.mark.parametrize(
    ("person", "held"),
    [
        (SUE_IN_PERSON, True),
        (Person("renamed@example.com", "usr_sue"), True),
        (Person(None, "usr_sue"), True),
        (Person("sue@example.com", "usr_who_has_the_address_now"), False),
        (Person("sue@example.com"), False),
        (BOB_IN_PERSON, False),
        (Person(None), False),
    ],
)
def test_a_task_of_a_person_of_the_directory_is_theirs_and_not_their_addresses(
    person: Person, held: bool
) -> None:
    assert holders.has(sues(), person) is held


@pytest.mark.parametrize(
    ("person", "held"),
    [
        (Person("zoe@example.com"), True),
        (Person("zoe@example.com", "usr_added_since"), True),
        (Person("bob@example.com"), False),
        (Person(None), False),
        (Person(None, "usr_zoe"), False),
    ],
)
def test_a_task_of_an_address_is_with_whoever_has_the_address(person: Person, held: bool) -> None:
    assert holders.has(a_task(assigned_to_email="zoe@example.com"), person) is held


def test_nobody_has_a_task_that_is_not_assigned() -> None:
    assert not holders.has(a_task(), Person(None))


@pytest.mark.parametrize("actor", [BOB, NOBODYS_ADDRESS])
def test_a_reviewer_neither_opens_nor_answers_what_somebody_else_has(actor: Actor) -> None:
    for act in (
        lambda: lifecycle.open_(sues(), actor, LATER),
        lambda: answering.complete(sues(), APPROVED, actor, LATER),
    ):
        with pytest.raises(Forbidden, match=r"with sue@example\.com\. Ask an operator"):
            act()


def test_who_has_a_task_without_an_address_is_not_named() -> None:
    task = a_task(status="assigned", assigned_to_user_id="usr_9")
    with pytest.raises(Forbidden, match="with somebody else"):
        answering.complete(task, APPROVED, SUE, LATER)


@pytest.mark.parametrize("actor", [SUE, OLGA, AGENT, NAMED])
def test_the_holder_operators_and_automation_open_and_answer_what_somebody_has(
    actor: Actor,
) -> None:
    assert lifecycle.open_(sues(), actor, LATER) is not None
    assert answering.complete(sues(), APPROVED, actor, LATER).task.status == "completed"


def test_a_renamed_person_answers_what_is_theirs_and_who_got_the_address_does_not() -> None:
    renamed = replace(SUE, email="susan@example.com")
    assert answering.complete(sues(), APPROVED, renamed, LATER).task.status == "completed"
    with pytest.raises(Forbidden):
        answering.complete(sues(), APPROVED, replace(SUE, user_id="usr_new"), LATER)


def test_a_reviewer_opens_and_answers_what_nobody_has() -> None:
    opened = lifecycle.open_(a_task(), SUE, LATER)
    assert opened is not None
    assert answering.complete(opened.task, APPROVED, BOB, LATER).task.status == "completed"


def test_who_comes_too_late_is_told_that_it_is_settled_whoever_has_it() -> None:
    settled = lifecycle.cancel(sues(), None, AGENT, LATER).task
    for act in (
        lambda: lifecycle.open_(settled, BOB, LATER),
        lambda: lifecycle.claim(settled, BOB_IN_PERSON, BOB, LATER),
        lambda: answering.complete(settled, APPROVED, BOB, LATER),
    ):
        with pytest.raises(TaskAlreadySettled):
            act()


KEY = Actor("agent", None, None, "api", api_key=("key_1", "CI"))
WITH_KEY = {"api_key_id": "key_1", "api_key_name": "CI"}


def test_the_history_says_with_which_key_something_was_done_or_refused() -> None:
    cancelled = lifecycle.cancel(a_task(), "done", KEY, LATER).entries[0]
    assert cancelled.extra_data == {"reason": "done", **WITH_KEY}
    refused = lifecycle.refused(a_task(), "claim", "CODE", KEY, LATER)
    assert refused.extra_data == {"command": "claim", "error_code": "CODE", **WITH_KEY}
    answered = answering.complete(a_task(redact_payload=True), APPROVED, KEY, LATER).entries[0]
    assert answered.extra_data == WITH_KEY


def test_the_history_says_with_which_key_a_task_was_created() -> None:
    change = lifecycle.create(a_draft(), "tsk_1", "print", SUE_IN_PERSON, NOW, KEY)
    created, assigned = change.entries
    assert created.extra_data == WITH_KEY
    assert assigned.extra_data == {"assigned_to": "sue@example.com"}
