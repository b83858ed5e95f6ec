"""The directory on a database: unique addresses, the last operator, what goes with a person."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from awaithumans.server.directory.credentials import Session
from awaithumans.server.directory.model import Account, Filter
from awaithumans.server.directory.service import Directory
from awaithumans.server.errors import LastOperator, UserAlreadyExists
from awaithumans.server.ids import new_id
from tests.store.kept import Kept
from tests.support.made import NOW, SUE, an_account
from tests.support.use_cases import Backwards


@pytest.fixture
def directory(kept: Kept) -> Directory:
    return Directory(kept.store, Backwards(), kept.clock)


async def shown(kept: Kept, **wanted: Any) -> list[str]:
    found = await kept.store.read(lambda tx: tx.accounts(Filter(**wanted)))
    return [account.id.removeprefix("usr_") for account in found]


async def test_every_field_of_a_person_comes_back_as_it_was(kept: Kept) -> None:
    account = Account(
        *("usr_1", NOW, NOW + timedelta(microseconds=1), "sue@example.com", "Sué", "hash"),
        *(True, False, "T1", "U1", "lead", "senior", "ops", NOW + timedelta(days=1)),
    )
    await kept.add_people(account, an_account("bob"))
    assert await kept.store.read(lambda tx: tx.account("usr_1")) == account
    assert await kept.store.read(lambda tx: tx.account_by_email("sue@example.com")) == account
    changed = replace(an_account("1"), email="s@example.com")
    await kept.store.write(lambda tx: tx.save_account(changed))
    assert await kept.store.read(lambda tx: tx.account("usr_1")) == changed
    assert await kept.store.read(lambda tx: tx.account("usr_bob")) == an_account("bob")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"email": "a@x.y"}, {"email": "a@x.y"}),
        ({"slack_user_id": "U1"}, {"slack_user_id": "U1"}),
        (
            {"slack_user_id": "U1", "slack_team_id": "T1"},
            {"slack_user_id": "U1", "slack_team_id": "T1"},
        ),
    ],
)
async def test_no_two_people_have_one_address_even_if_nobody_asks_first(
    kept: Kept, one: dict[str, Any], other: dict[str, Any]
) -> None:
    first = an_account("1", **{"email": None, **one})
    await kept.add_people(first, an_account("3"))
    second = an_account("2", **{"email": None, **other})
    assert await kept.store.read(lambda tx: tx.address_taken(second))
    assert not await kept.store.read(lambda tx: tx.address_taken(first))
    with pytest.raises(IntegrityError):
        await kept.add_people(second)
    with pytest.raises(IntegrityError):
        await kept.store.write(lambda tx: tx.save_account(replace(second, id="usr_3")))


async def test_people_may_share_what_is_no_address(kept: Kept) -> None:
    people = [
        an_account("1", email=None, slack_user_id="U1"),
        an_account("2", email=None, slack_user_id="U1", slack_team_id="T1"),
        an_account("3", email=None, slack_user_id="U1", slack_team_id="T2"),
        an_account("4", email=None, slack_user_id="U2", slack_team_id="T1"),
        an_account("5"),
        an_account("6"),
    ]
    for account in people:
        assert not await kept.store.read(lambda tx, account=account: tx.address_taken(account))
        await kept.add_people(account)
    assert len(await shown(kept)) == 6


async def test_of_many_who_add_one_address_at_once_one_does(
    kept: Kept, directory: Directory
) -> None:
    outcomes = await asyncio.gather(
        *(directory.add({"email": "a@x.y", "display_name": f"{n}"}) for n in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Account) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, UserAlreadyExists) for outcome in outcomes) == 19


async def test_of_many_who_take_one_address_at_once_one_does(
    kept: Kept, directory: Directory
) -> None:
    people = [await directory.add({"email": f"{n}@x.y"}) for n in range(10)]
    outcomes = await asyncio.gather(
        *(directory.change(one.id, {"email": "a@x.y"}) for one in people), return_exceptions=True
    )
    assert sum(isinstance(outcome, Account) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, UserAlreadyExists) for outcome in outcomes) == 9


@pytest.mark.parametrize("round_", range(5))
async def test_of_operators_who_remove_each_other_at_once_one_stays(
    kept: Kept, directory: Directory, round_: int
) -> None:
    olgas = [
        await directory.add({"email": f"{n}@x.y", "is_operator": True}, "a password")
        for n in range(8)
    ]

    async def go(user_id: str, way: int) -> None:
        changes = [{"is_operator": False}, {"active": False}, None][way % 3]
        await (directory.change(user_id, changes) if changes else directory.remove(user_id))

    outcomes = await asyncio.gather(
        *(go(one.id, number + round_) for number, one in enumerate(olgas)), return_exceptions=True
    )
    assert sum(isinstance(outcome, LastOperator) for outcome in outcomes) == 1
    left = await kept.store.read(lambda tx: tx.accounts(Filter(is_operator=True, active=True)))
    assert len(left) == 1
    assert left[0].password_hash is not None


async def test_what_lets_a_person_in_goes_with_them_and_their_tasks_stay(
    kept: Kept, directory: Directory
) -> None:
    sue, bob = an_account("sue", id=new_id("usr", NOW)), an_account("bob")
    await kept.add_people(sue, bob)

    def let_in(tx: Any) -> None:
        for who in (sue, bob):
            tx.add_session(Session(f"s {who.id}", who.id, NOW, NOW), NOW - timedelta(days=7))
            # A browser that they share.
            tx.remember_device("device", who.id, NOW)

    await kept.store.write(let_in)
    task_id = (await kept.created(assign_to={"email": "sue@example.com"})).task.id
    await directory.remove(sue.id)
    since = NOW - timedelta(days=1)
    for who, stays in ((sue, False), (bob, True)):
        known, session = await kept.store.read(
            lambda tx, who=who: (
                who.id in tx.device_users("device", since),
                tx.session(f"s {who.id}"),
            )
        )
        assert known is stays
        assert (session is not None) is stays
    # The task is still theirs who is gone; whoever gets the address does not get the task.
    task = (await kept.tasks.get(task_id)).task
    assert (task.assigned_to_email, task.assigned_to_user_id) == ("sue@example.com", sue.id)
    heir = replace(SUE, user_id="usr_heir")
    with pytest.raises(Exception, match="neither yours nor open to you"):
        await kept.tasks.open(task_id, heir)


async def test_who_loses_rights_is_out_with_the_same_commit_and_others_are_not(
    kept: Kept, directory: Directory
) -> None:
    people = [await directory.add({"email": f"{n}@x.y", "is_operator": True}) for n in range(5)]

    def let_in(tx: Any) -> None:
        for one in people:
            tx.add_session(Session(one.id, one.id, NOW, NOW), NOW - timedelta(days=7))
            tx.remember_device("device", one.id, NOW)

    await kept.store.write(let_in)
    await directory.change(people[0].id, {"is_operator": False})
    await directory.change(people[1].id, {"active": False})
    await directory.set_password(people[2].id, "a password")
    await directory.remove_password(people[3].id)
    await directory.change(people[4].id, {"display_name": "Olga", "email": "o@x.y"})
    since = NOW - timedelta(days=1)
    found = await kept.store.read(
        lambda tx: [
            (tx.session(one.id) is not None, one.id in tx.device_users("device", since))
            for one in people
        ]
    )
    assert found == [(False, False)] * 4 + [(True, True)]


async def test_people_are_listed_newest_first_as_far_as_asked(kept: Kept) -> None:
    await kept.add_people(
        an_account("1", role="lead", pool="ops", display_name="Ännchen 100%"),
        an_account("2", access_level="senior", active=False),
        an_account("3", is_operator=True, pool="ops", display_name="under_score"),
        an_account("4", email=None, slack_user_id="U1", display_name=None),
    )
    assert await shown(kept) == ["4", "3", "2", "1"]
    for given, names in (
        ({"email": "3@example.com"}, ["3"]),
        ({"role": "lead"}, ["1"]),
        ({"access_level": "senior"}, ["2"]),
        ({"pool": "ops"}, ["3", "1"]),
        ({"pool": "ops", "is_operator": False}, ["1"]),
        ({"is_operator": True}, ["3"]),
        ({"active": False}, ["2"]),
        ({"active": True, "limit": 2}, ["4", "3"]),
        ({"before": "usr_3"}, ["2", "1"]),
        ({"text": "äNN"}, ["1"]),
        ({"text": "%"}, ["1"]),
        ({"text": "_"}, ["3"]),
        ({"text": "EXAMPLE.com"}, ["3", "2", "1"]),
        ({"text": "nobody"}, []),
    ):
        assert await shown(kept, **given) == names, given


async def test_whether_there_is_another_operator_is_asked_of_the_others_that_are_active(
    kept: Kept,
) -> None:
    await kept.add_people(
        an_account("olga", is_operator=True),
        an_account("gone", is_operator=True, active=False),
        an_account("sue"),
    )
    for user_id, there in (("usr_olga", False), ("usr_gone", True), ("usr_sue", True)):
        assert (
            await kept.store.write(lambda tx, user_id=user_id: tx.another_operator(user_id))
            is there
        )
