from dataclasses import replace
from typing import Any

import pytest

from awaithumans.server.directory.credentials import Session
from awaithumans.server.directory.model import Account, Filter
from awaithumans.server.directory.service import Directory
from awaithumans.server.errors import LastOperator, UserAlreadyExists, UserNoAddress, UserNotFound
from awaithumans.server.ids import is_id, new_id
from tests.support.clock import ManualClock
from tests.support.made import NOW
from tests.support.memory import MemoryStore
from tests.support.use_cases import Backwards

PASSWORD = "correct horse battery staple"


class People:
    """The directory on an empty store in memory."""

    def __init__(self) -> None:
        self.store, self.clock = MemoryStore(), ManualClock(NOW)
        self.directory = Directory(self.store, Backwards(), self.clock)

    async def add(self, name: str, **given: Any) -> Account:
        """Add a person who is signed in, in a browser that is known."""
        account = await self.directory.add({"email": f"{name}@example.com", **given})
        session = Session(f"session of {name}", account.id, NOW, NOW)
        self.store.rows.sessions[session.token_hash] = session
        self.store.rows.devices[f"device of {name}", account.id] = NOW
        return account

    def signed_in(self) -> set[str]:
        """Return whose sessions and browsers are known; they go together."""
        rows = self.store.rows
        assert {user_id for _, user_id in rows.devices} == {
            session.user_id for session in rows.sessions.values()
        }
        return {session.user_id for session in rows.sessions.values()}


@pytest.fixture
def people() -> People:
    return People()


async def test_a_person_is_added_as_given_and_can_be_read(people: People) -> None:
    given: dict[str, Any] = {
        "email": "sue@example.com",
        "display_name": "Sue",
        "slack_team_id": "T1",
        "slack_user_id": "U1",
        "role": "lead",
        "access_level": "senior",
        "pool": "ops",
    }
    account = await people.directory.add(given, PASSWORD)
    assert is_id(account.id, "usr")
    assert account == replace(Account(account.id, NOW, NOW, **given), password_hash=PASSWORD[::-1])
    assert await people.directory.get(account.id) == account


@pytest.mark.parametrize(
    ("given", "password"),
    [
        ({}, None),
        ({"display_name": "Sue"}, None),
        ({"slack_team_id": "T1"}, None),
        ({"slack_team_id": "T1", "email": "sue@example.com"}, None),
        ({"slack_user_id": "U1"}, PASSWORD),
    ],
)
async def test_nobody_is_added_who_cannot_be_reached_or_sign_in(
    people: People, given: dict[str, Any], password: str | None
) -> None:
    with pytest.raises(UserNoAddress):
        await people.directory.add(given, password)
    assert people.store.writes == 0


@pytest.mark.parametrize(
    "given",
    [
        {"email": "sue@example.com"},
        {"email": "other@example.com", "slack_team_id": "T1", "slack_user_id": "U1"},
        {"slack_user_id": "U2"},
    ],
)
async def test_nobody_gets_an_address_that_somebody_has(
    people: People, given: dict[str, Any]
) -> None:
    await people.add("sue", slack_team_id="T1", slack_user_id="U1")
    await people.add("bob", slack_user_id="U2")
    with pytest.raises(UserAlreadyExists):
        await people.directory.add(given)
    zoe = await people.add("zoe")
    with pytest.raises(UserAlreadyExists):
        await people.directory.change(zoe.id, given)
    assert await people.directory.get(zoe.id) == zoe


async def test_the_same_slack_id_in_another_workspace_is_somebody_else(people: People) -> None:
    for team in (None, "T1", "T2"):
        await people.directory.add({"slack_team_id": team, "slack_user_id": "U1"})
    assert len(people.store.rows.accounts) == 3


async def test_a_change_changes_what_is_named_and_when(people: People) -> None:
    sue = await people.add("sue", pool="ops", role="lead")
    people.clock.advance(60)
    changed = await people.directory.change(sue.id, {"pool": None, "email": "s@example.com"})
    assert changed == replace(sue, pool=None, email="s@example.com", updated_at=people.clock.now())
    assert await people.directory.get(sue.id) == changed
    assert people.signed_in() == {sue.id}


@pytest.mark.parametrize("changes", [{"email": None}, {"email": None, "slack_team_id": "T1"}])
async def test_nobody_loses_their_last_address(people: People, changes: dict[str, Any]) -> None:
    sue = await people.add("sue")
    with pytest.raises(UserNoAddress):
        await people.directory.change(sue.id, changes)
    assert await people.directory.get(sue.id) == sue


@pytest.mark.parametrize("changes", [{"is_operator": False}, {"active": False}])
async def test_demotion_and_deactivation_end_that_persons_sessions_alone(
    people: People, changes: dict[str, Any]
) -> None:
    olga, sue = await people.add("olga", is_operator=True), await people.add("sue")
    other = await people.add("other", is_operator=True)
    await people.directory.change(olga.id, changes)
    assert people.signed_in() == {sue.id, other.id}


async def test_a_promotion_ends_no_session(people: People) -> None:
    sue = await people.add("sue")
    await people.directory.change(sue.id, {"is_operator": True})
    assert people.signed_in() == {sue.id}


async def test_a_new_password_ends_that_persons_sessions_and_removing_it_too(
    people: People,
) -> None:
    olga, sue = await people.add("olga", is_operator=True), await people.add("sue")
    await people.directory.set_password(sue.id, PASSWORD)
    assert (await people.directory.get(sue.id)).password_hash == PASSWORD[::-1]
    assert people.signed_in() == {olga.id}
    await people.directory.remove_password(sue.id)
    assert (await people.directory.get(sue.id)).password_hash is None


async def test_who_has_no_email_address_gets_no_password(people: People) -> None:
    slack = await people.add("slack", email=None, slack_user_id="U1")
    with pytest.raises(UserNoAddress):
        await people.directory.set_password(slack.id, PASSWORD)


async def test_who_is_removed_is_gone_with_their_sessions(people: People) -> None:
    sue = await people.add("sue")
    await people.directory.remove(sue.id)
    assert people.signed_in() == set()
    with pytest.raises(UserNotFound):
        await people.directory.get(sue.id)
    # The address is free again.
    assert (await people.add("sue")).id != sue.id


@pytest.mark.parametrize("others", [[], [{}], [{"is_operator": True, "active": False}]])
async def test_the_last_active_operator_stays_as_they_are(
    people: People, others: list[dict[str, Any]]
) -> None:
    olga = await people.add("olga", is_operator=True)
    for number, other in enumerate(others):
        await people.add(f"other{number}", **other)
    before = people.signed_in()
    for act in (
        people.directory.remove(olga.id),
        people.directory.remove_password(olga.id),
        people.directory.change(olga.id, {"is_operator": False}),
        people.directory.change(olga.id, {"active": False}),
        people.directory.change(olga.id, {"active": False, "is_operator": False}),
    ):
        with pytest.raises(LastOperator):
            await act
    assert await people.directory.get(olga.id) == olga
    assert people.signed_in() == before
    assert (await people.directory.change(olga.id, {"display_name": "O"})).display_name == "O"
    await people.directory.set_password(olga.id, PASSWORD)


async def test_the_last_operator_keeps_the_address_that_they_sign_in_with(people: People) -> None:
    olga = await people.directory.add(
        {"email": "olga@example.com", "slack_user_id": "U1", "is_operator": True}, PASSWORD
    )
    with pytest.raises(LastOperator):
        await people.directory.change(olga.id, {"email": None})


async def test_an_operator_who_was_deactivated_is_nobody_to_keep(people: People) -> None:
    await people.add("olga", is_operator=True)
    gone = await people.add("gone", is_operator=True, active=False)
    await people.directory.remove_password(gone.id)
    await people.directory.change(gone.id, {"is_operator": False})
    await people.directory.remove(gone.id)


@pytest.mark.parametrize(
    "user_id",
    ["", "usr_1", "\x00", new_id("usr", NOW), new_id("tsk", NOW)],
    ids=["nothing", "short", "NUL", "nobody's", "a task's"],
)
async def test_who_is_not_there_is_not_found_whatever_is_wanted_of_them(
    people: People, user_id: str
) -> None:
    directory = people.directory
    for act in (
        directory.get(user_id),
        directory.change(user_id, {"active": False}),
        directory.set_password(user_id, PASSWORD),
        directory.remove_password(user_id),
        directory.remove(user_id),
    ):
        with pytest.raises(UserNotFound):
            await act


async def test_a_page_of_people_is_followed_by_the_next_until_there_is_none(
    people: People,
) -> None:
    made = [(await people.add(f"{number}", pool="ops")).id for number in range(7)]
    seen: list[str] = []
    cursor: str | None = None
    for size in (3, 3, 1):
        page, cursor = await people.directory.page(Filter(pool="ops", limit=3, before=cursor))
        assert len(page) == size
        seen += [account.id for account in page]
    assert (seen, cursor) == (made[::-1], None)
