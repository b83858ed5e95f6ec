"""The directory of the people who answer and operate."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.bodies import refund
from tests.support.inprocess import InProcess, Person

_USERS = "/api/admin/users"
_FULL: dict[str, Any] = {
    "email": "sue@example.com",
    "slack_team_id": "T0123ABCD",
    "slack_user_id": "U0123ABCD",
    "display_name": "Sue Öberg 🦊",
    "role": "support",
    "access_level": "senior",
    "pool": "refunds",
    "is_operator": False,
    "active": True,
}


async def _add(served: InProcess, **fields: Any) -> dict[str, Any]:
    made = await served.client.post(_USERS, json=fields)
    assert made.status_code == 201, made.text
    return made.json()


async def _get(served: InProcess, user: dict[str, Any]) -> dict[str, Any]:
    return (await served.client.get(f"{_USERS}/{user['id']}")).json()


async def _change(served: InProcess, user: dict[str, Any], **changes: Any) -> httpx.Response:
    return await served.client.patch(f"{_USERS}/{user['id']}", json=changes)


async def _found(served: InProcess, **query: Any) -> list[str]:
    page = await served.client.get(_USERS, params=query)
    assert page.status_code == 200, page.text
    return [user["email"] for user in page.json()["items"]]


async def test_a_person_is_kept_as_they_were_given(served: InProcess):
    made = await _add(served, **_FULL, password="correct horse battery")
    assert {name: made[name] for name in _FULL} == _FULL
    assert (made["id"][:4], made["has_password"], made["last_assigned_at"]) == ("usr_", True, None)
    assert made["created_at"] == made["updated_at"]
    assert await _get(served, made) == made
    assert (await served.client.get(_USERS)).json() == {"items": [made], "next_cursor": None}


async def test_of_a_person_an_address_is_enough(served: InProcess):
    by_email = await _add(served, email="sue@example.com")
    by_slack = await _add(served, slack_user_id="U0123ABCD")
    empty = dict.fromkeys(_FULL) | {"is_operator": False, "active": True}
    assert {n: by_email[n] for n in _FULL} == empty | {"email": "sue@example.com"}
    assert {n: by_slack[n] for n in _FULL} == empty | {"slack_user_id": "U0123ABCD"}
    assert (by_email["has_password"], by_slack["has_password"]) == (False, False)


async def test_an_address_is_kept_in_the_form_in_which_it_is_compared(served: InProcess):
    made = await _add(served, email="Sue@Example.COM")
    assert made["email"] == "sue@example.com"
    changed = await _change(served, made, email="SUSAN@example.com")
    assert changed.json()["email"] == "susan@example.com"


async def test_no_password_and_no_hash_of_it_is_ever_shown(served: InProcess):
    made = await served.client.post(
        _USERS, json={"email": "sue@example.com", "password": "correct horse battery"}
    )
    user = made.json()
    for answer in (
        made,
        await served.client.get(_USERS),
        await served.client.get(f"{_USERS}/{user['id']}"),
        await _change(served, user, pool="x"),
    ):
        assert "argon2" not in answer.text
        assert "horse" not in answer.text
        assert "password_hash" not in answer.text


async def test_the_same_member_of_two_workspaces_is_two_people(served: InProcess):
    await _add(served, slack_team_id="T0123ABCD", slack_user_id="U0123ABCD")
    other = await _add(served, slack_team_id="T0123ABCE", slack_user_id="U0123ABCD")
    taken = await _change(served, other, slack_team_id="T0123ABCD")
    assert (taken.status_code, taken.json()["error_code"]) == (409, "USER_ALREADY_EXISTS")


@pytest.mark.parametrize("field", ["email", "slack_user_id"])
async def test_of_many_with_one_address_at_once_one_is_added(served: InProcess, field: str):
    body = {"email": {"email": "sue@example.com"}, "slack_user_id": {"slack_user_id": "U0123ABCD"}}
    answers = await asyncio.gather(
        *(served.client.post(_USERS, json=body[field]) for _ in range(10))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert len((await served.client.get(_USERS)).json()["items"]) == 1


async def test_the_list_is_narrowed_by_everything_that_is_given(served: InProcess):
    await _add(served, email="ann@example.com", pool="refunds", role="lead", display_name="Ann_1")
    await _add(served, email="joe@example.com", pool="refunds", role="clerk", active=False)
    await _add(served, email="kim@other.example", access_level="senior", is_operator=True)
    ann, joe, kim = "ann@example.com", "joe@example.com", "kim@other.example"
    queries: list[tuple[dict[str, Any], list[str]]] = [
        ({}, [kim, joe, ann]),
        ({"email": "ANN@example.com"}, [ann]),
        ({"email": "nobody@example.com"}, []),
        ({"pool": "refunds"}, [joe, ann]),
        ({"pool": "Refunds"}, []),
        ({"pool": "refunds", "role": "lead"}, [ann]),
        ({"access_level": "senior"}, [kim]),
        ({"is_operator": "true"}, [kim]),
        ({"is_operator": "false", "active": "true"}, [ann]),
        ({"active": "false"}, [joe]),
        ({"q": "EXAMPLE.com"}, [joe, ann]),
        ({"q": "n_1"}, [ann]),
        ({"q": "%"}, []),
        ({"q": "' OR 1=1 --"}, []),
    ]
    assert [(query, await _found(served, **query)) for query, _ in queries] == queries


async def test_the_list_comes_in_pages_that_show_each_person_once(served: InProcess):
    emails = [(await _add(served, email=f"p{number}@example.com"))["email"] for number in range(7)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    for size in (3, 3, 1):
        page = (await served.client.get(_USERS, params=query)).json()
        assert len(page["items"]) == size
        seen += [user["email"] for user in page["items"]]
        query["cursor"] = page["next_cursor"]
    assert (query["cursor"], seen) == (None, emails[::-1])


@pytest.mark.parametrize("field", [name for name in _FULL if name not in ("is_operator", "active")])
async def test_what_is_left_out_stays_and_null_clears(served: InProcess, field: str):
    made = await _add(served, **_FULL)
    served.clock.advance(10)
    # A workspace without a member is no address.
    also = {"slack_team_id": None} if field == "slack_user_id" else {}
    changed = await _change(served, made, **{field: None}, **also)
    assert changed.status_code == 200, changed.text
    after = changed.json()
    assert after == made | {field: None, **also, "updated_at": after["updated_at"]}
    assert after["updated_at"] > made["updated_at"]
    assert await _get(served, made) == after


async def test_for_a_switch_null_is_to_leave_it(served: InProcess):
    made = await _add(served, email="sue@example.com", is_operator=True)
    await _add(served, email="olga@example.com", is_operator=True)
    for changes in ({"is_operator": None, "active": None}, {}):
        after = (await _change(served, made, **changes)).json()
        assert after == made | {"updated_at": after["updated_at"]}
    off = (await _change(served, made, is_operator=False, active=False)).json()
    assert (off["is_operator"], off["active"]) == (False, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"pool": "claims", "email": "joe@example.com"},
        {"pool": "claims", "slack_user_id": None},
        {"pool": "claims", "colour": "red"},
        {"pool": "claims", "password": "correct horse battery"},
        {"pool": "claims", "id": "usr_0000000000000000000000000A"},
        {"pool": "claims", "active": "no"},
        {"pool": "claims", "display_name": ""},
        {"pool": "x" * 101},
        {"pool": "claims", "slack_user_id": "not one"},
    ],
)
async def test_a_change_that_is_refused_changes_nothing(served: InProcess, changes: dict[str, Any]):
    await _add(served, email="joe@example.com")
    made = await _add(served, **_FULL)
    refused = await _change(served, made, **changes)
    assert refused.status_code in (409, 422)
    assert await _get(served, made) == made


async def test_who_is_removed_is_gone_and_their_address_is_free(served: InProcess):
    made = await _add(served, **_FULL)
    address = f"{_USERS}/{made['id']}"
    assert (await served.client.delete(address)).status_code == 204
    for method in ("GET", "DELETE"):
        assert (await served.client.request(method, address)).status_code == 404
    again = await _add(served, **_FULL)
    assert again["id"] != made["id"]


async def test_a_password_is_given_changed_and_taken(served: InProcess):
    sue = await _add(served, email="sue@example.com")
    address, login = f"{_USERS}/{sue['id']}/password", {"email": "sue@example.com"}

    async def enters(password: str) -> bool:
        body = login | {"password": password}
        return (await served.browser().post("/api/auth/login", json=body)).status_code == 200

    assert not await enters("correct horse battery")
    for password in ("correct horse battery", "pässwört " * 4):
        assert (await served.client.post(address, json={"password": password})).status_code == 204
        assert await enters(password)
        assert (await _get(served, sue))["has_password"] is True
    assert not await enters("correct horse battery")
    for _ in range(2):
        assert (await served.client.delete(address)).status_code == 204
    assert not await enters("pässwört " * 4)
    assert (await _get(served, sue))["has_password"] is False


async def test_who_is_assigned_a_task_goes_to_the_end_of_the_row(served: InProcess):
    people = [await _add(served, email=f"p{n}@example.com", pool="refunds") for n in range(3)]
    await _add(served, email="off@example.com", pool="refunds", active=False)
    holders: list[str] = []
    for _ in range(7):
        made = await served.client.post("/api/tasks", json=refund(assign_to={"pool": "refunds"}))
        holders.append(made.json()["assigned_to_email"])
        served.clock.advance(1)
    assert holders == [people[number % 3]["email"] for number in range(7)]
    assert (await _get(served, people[0]))["last_assigned_at"] > people[0]["created_at"]


async def test_who_is_not_active_is_given_no_task(served: InProcess):
    sue = await _add(served, email="sue@example.com", pool="refunds", active=False)
    ways = [{"email": "sue@example.com"}, {"user_id": sue["id"]}, {"pool": "refunds"}]
    for assign_to in ways:
        made = (await served.client.post("/api/tasks", json=refund(assign_to=assign_to))).json()
        assert (made["assigned_to_email"], made["assigned_to_user_id"]) == (None, None)
        address = f"/api/tasks/{made['id']}/assign"
        refused = await served.client.post(address, json={"assign_to": assign_to})
        assert (refused.status_code, refused.json()["error_code"]) == (409, "NO_MATCHING_ASSIGNEE")


async def test_an_operator_may_go_while_there_is_another(served: InProcess):
    olga = await served.person("olga@example.com", "operator")
    sue = await served.person("sue@example.com", "operator")
    assert (await sue.browser.patch(sue.path, json={"is_operator": False})).status_code == 200
    assert (await sue.browser.get("/api/auth/me")).status_code == 401
    for body in ({"is_operator": False}, {"active": False}):
        refused = await olga.browser.patch(olga.path, json=body)
        assert (refused.status_code, refused.json()["error_code"]) == (409, "LAST_OPERATOR")
    assert (await olga.browser.delete(olga.path)).status_code == 409
    assert (await olga.browser.get("/api/auth/me")).json()["kind"] == "operator"


async def test_an_operator_who_is_not_active_may_go_and_does_not_count(served: InProcess):
    off = await _add(served, email="off@example.com", is_operator=True, active=False)
    olga = await _add(served, email="olga@example.com", is_operator=True)
    assert (await _change(served, olga, active=False)).status_code == 409
    assert (await _change(served, off, is_operator=False)).status_code == 200
    assert (await served.client.delete(f"{_USERS}/{off['id']}")).status_code == 204
    assert (await _change(served, olga, pool="x", is_operator=True)).status_code == 200


async def _remove(by: Person, whom: Person, number: int) -> httpx.Response:
    """Have one operator end another's rights, in one of the ways there are."""
    if number % 3 == 2:
        return await by.browser.delete(whom.path)
    return await by.browser.patch(
        whom.path, json=({"is_operator": False}, {"active": False})[number % 3]
    )


async def test_of_two_operators_who_demote_each_other_at_once_exactly_one_stays(
    served: InProcess,
):
    left: list[dict[str, Any]] = []
    for number in range(20):
        one = await served.person(f"one{number}@example.com", "operator")
        two = await served.person(f"two{number}@example.com", "operator")
        for user in left:
            assert (await served.client.delete(f"{_USERS}/{user['id']}")).status_code == 204
        answers = await asyncio.gather(_remove(one, two, number), _remove(two, one, number))
        # Who comes second is no operator any more, or learns that somebody must stay.
        assert sorted(answer.is_success for answer in answers) == [False, True]
        assert {answer.status_code for answer in answers} <= {200, 204, 401, 403, 409}
        query = {"is_operator": "true", "active": "true"}
        left = (await served.client.get(_USERS, params=query)).json()["items"]
        assert len(left) == 1


async def test_of_many_operators_who_are_removed_at_once_exactly_one_stays(served: InProcess):
    people = [await served.person(f"p{number}@example.com", "operator") for number in range(10)]
    answers = await asyncio.gather(*(served.client.delete(person.path) for person in people))
    assert sorted(answer.status_code for answer in answers) == [204] * 9 + [409]
    assert len((await served.client.get(_USERS)).json()["items"]) == 1


async def test_the_first_operator_may_have_an_address_of_the_directory(served: InProcess):
    await _add(served, email="sue@example.com")
    token = await served.server.first_run.print_token()
    body = {"token": token, "email": "sue@example.com", "password": "correct horse battery"}
    made = await served.stranger.post("/api/setup/operator", json=body)
    assert made.status_code in (201, 409), made.text
