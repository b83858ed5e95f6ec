"""A reviewer sees and does what is theirs or open to them, and nothing else."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.bodies import APPROVED, refund
from tests.support.inprocess import InProcess, Person

_SECRET = "the margin is 4711"
_READING = ("", "/poll?timeout=1", "/audit")
_ACTING = ("/open", "/claim", "/complete")


@pytest.fixture
async def sue(served: InProcess) -> Person:
    return await served.person("sue@example.com", pool="refunds")


@pytest.fixture
async def joe(served: InProcess) -> Person:
    return await served.person("joe@example.com", pool="claims")


async def _ask(served: InProcess, assign_to: dict[str, Any] | None = None, **fields: Any) -> str:
    """Return the path of a new task."""
    given = {} if assign_to is None else {"assign_to": assign_to}
    made = await served.client.post("/api/tasks", json=refund(**given, **fields))
    assert made.status_code == 201, made.text
    return f"/api/tasks/{made.json()['id']}"


async def _act(who: Person, path: str) -> httpx.Response:
    body = APPROVED if path.endswith("/complete") else None
    return await who.browser.post(path, json=body)


async def _listed(who: Person, query: str = "") -> list[str]:
    page = (await who.browser.get(f"/api/tasks?{query}")).json()
    return [f"/api/tasks/{item['id']}" for item in page["items"]]


def _said(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("error_code", "")


async def _visible(served: InProcess, sue: Person, joe: Person) -> dict[str, str]:
    """Make a task for each way in which Sue may see one."""
    tasks = {
        "by address": await _ask(served, {"email": "Sue@Example.com"}),
        "by id": await _ask(served, {"user_id": sue.id}),
        "by pool": await _ask(served, {"pool": "refunds"}),
        "for anybody": await _ask(served),
        "for some": await _ask(served, {"emails": ["ann@example.com", "SUE@example.com"]}),
        "for anybody, claimed": await _ask(served),
        "for anybody, answered": await _ask(served),
        "by reassignment": await _ask(served, {"email": joe.email}),
    }
    assert (await _act(sue, f"{tasks['for anybody, claimed']}/claim")).status_code == 200
    assert (await _act(sue, f"{tasks['for anybody, answered']}/complete")).status_code == 200
    moved = tasks["by reassignment"]
    await served.client.post(f"{moved}/assign", json={"assign_to": {"user_id": sue.id}})
    return tasks


async def _hidden(served: InProcess, sue: Person, joe: Person) -> dict[str, str]:
    """Make a task for each way in which Sue may not see one."""
    tasks = {
        "another's": await _ask(served, {"email": joe.email}),
        "another's by pool": await _ask(served, {"pool": "claims"}),
        "of nobody in the directory": await _ask(served, {"email": "ann@example.com"}),
        "for others": await _ask(served, {"emails": [joe.email, "ann@example.com"]}),
        "for nobody": await _ask(served, {"pool": "nobody's"}),
        "taken away": await _ask(served, {"email": sue.email}),
        "for anybody, and Joe was first": await _ask(served),
        "for some, and Joe was first": await _ask(served, {"emails": [joe.email, sue.email]}),
    }
    away = {"assign_to": {"user_id": joe.id}}
    await served.client.post(f"{tasks['taken away']}/assign", json=away)
    for name in ("for anybody, and Joe was first", "for some, and Joe was first"):
        assert (await _act(joe, f"{tasks[name]}/claim")).status_code == 200
    return tasks


async def test_the_list_has_what_is_theirs_or_open_to_them(
    served: InProcess, sue: Person, joe: Person
):
    hidden, visible = await _hidden(served, sue, joe), await _visible(served, sue, joe)
    assert await _listed(sue) == sorted(visible.values(), reverse=True)
    assert not set(await _listed(joe)) & {visible["by id"], hidden["for nobody"]}
    everything = [item["id"] for item in (await served.client.get("/api/tasks")).json()["items"]]
    assert len(everything) == len(hidden) + len(visible)


async def test_what_is_theirs_or_open_to_them_can_be_read(
    served: InProcess, sue: Person, joe: Person
):
    for name, task in (await _visible(served, sue, joe)).items():
        for reading in _READING[::2]:
            assert (await sue.browser.get(task + reading)).status_code == 200, name


async def test_what_is_neither_is_refused_in_every_way_and_nothing_of_it_is_told(
    served: InProcess, sue: Person, joe: Person
):
    hidden = await _hidden(served, sue, joe)
    hidden = {name: task for name, task in hidden.items() if not name.endswith("was first")}
    secret = await _ask(served, {"email": joe.email}, task=_SECRET)
    for task in (*hidden.values(), secret):
        before = (await served.client.get(task)).json()
        answers = [await sue.browser.get(task + reading) for reading in _READING]
        answers += [await _act(sue, task + action) for action in _ACTING]
        assert [_said(answer) for answer in answers] == [(403, "FORBIDDEN")] * 6
        assert all("joe" not in answer.text and "4711" not in answer.text for answer in answers)
        assert (await served.client.get(task)).json() == before


async def test_what_does_not_exist_is_not_found(sue: Person):
    for task in ("/api/tasks/tsk_0000000000000000000000000A", "/api/tasks/42"):
        answers = [await sue.browser.get(task + reading) for reading in _READING]
        answers += [await _act(sue, task + action) for action in _ACTING]
        assert {_said(answer) for answer in answers} == {(404, "TASK_NOT_FOUND")}


async def test_a_wrong_answer_to_a_task_of_others_is_not_checked(
    served: InProcess, sue: Person, joe: Person
):
    task = await _ask(served, {"email": joe.email})
    wrong = await sue.browser.post(f"{task}/complete", json={"response": {"approved": "x"}})
    assert _said(wrong) == (403, "FORBIDDEN")
    assert "approved" not in wrong.text


@pytest.mark.parametrize("several", [None, {"emails": ["joe@example.com", "sue@example.com"]}])
async def test_who_comes_second_is_told_that_somebody_was_first(
    served: InProcess, sue: Person, joe: Person, several: dict[str, Any] | None
):
    task = await _ask(served, several)
    assert (await _act(joe, f"{task}/claim")).status_code == 200
    assert _said(await _act(sue, f"{task}/claim")) == (409, "TASK_ALREADY_CLAIMED")
    assert _said(await _act(sue, f"{task}/open")) == (403, "FORBIDDEN")
    assert _said(await _act(sue, f"{task}/complete")) == (403, "FORBIDDEN")
    assert _said(await sue.browser.get(task)) == (403, "FORBIDDEN")
    assert (await _act(joe, f"{task}/complete")).status_code == 200
    assert _said(await _act(sue, f"{task}/complete")) == (409, "TASK_ALREADY_SETTLED")
    assert _said(await _act(joe, f"{task}/complete")) == (409, "TASK_ALREADY_SETTLED")


async def test_claiming_again_changes_nothing(served: InProcess, sue: Person):
    task = await _ask(served)
    first = await _act(sue, f"{task}/claim")
    served.clock.advance(5)
    again = await _act(sue, f"{task}/claim")
    assert (again.status_code, again.json()) == (200, first.json())
    assert first.json()["assigned_to_user_id"] == sue.id


async def test_of_many_who_claim_at_once_one_has_it(served: InProcess):
    people = [await served.person(f"reviewer{number}@example.com") for number in range(12)]
    for _ in range(5):
        task = await _ask(served)
        answers = await asyncio.gather(*(_act(person, f"{task}/claim") for person in people))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 11
        (winner,) = (p for p, answer in zip(people, answers, strict=True) if answer.is_success)
        assert (await served.client.get(task)).json()["assigned_to_user_id"] == winner.id


async def test_of_what_nobody_has_the_list_shows_what_can_still_be_taken(
    served: InProcess, sue: Person
):
    still, over = await _ask(served), await _ask(served)
    await served.client.post(f"{over}/cancel")
    assert await _listed(sue) == [still]
    assert (await sue.browser.get(over)).json()["status"] == "cancelled"


async def test_what_is_theirs_stays_in_the_list_when_it_is_settled(served: InProcess, sue: Person):
    task = await _ask(served, {"email": sue.email})
    await served.client.post(f"{task}/cancel")
    assert await _listed(sue) == await _listed(sue, "terminal=true") == [task]


async def test_filters_narrow_what_a_reviewer_sees_and_never_widen_it(
    served: InProcess, sue: Person, joe: Person
):
    hidden, visible = await _hidden(served, sue, joe), await _visible(served, sue, joe)
    await _ask(served, {"email": joe.email}, task=_SECRET)
    everything = set(visible.values())
    queries = {
        "assigned_to=me": everything - {visible[n] for n in ("for anybody", "for some")},
        "unassigned=true": {visible[n] for n in ("for anybody", "for some")},
        "terminal=true": {visible["for anybody, answered"]},
        "status=completed&status=created": {
            visible[n] for n in ("for anybody, answered", "for anybody", "for some")
        },
        "assigned_to=joe@example.com": set[str](),
        f"assigned_to={joe.id}": set[str](),
        "q=4711": set[str](),
        "q=refund": everything,
    }
    # Answered without being claimed: nobody's, and settled.
    queries["assigned_to=me"].discard(visible["for anybody, answered"])
    queries["unassigned=true"].add(visible["for anybody, answered"])
    assert {query: set(await _listed(sue, query)) for query in queries} == queries
    assert hidden


async def test_pages_show_each_task_once_and_newest_first(
    served: InProcess, sue: Person, joe: Person
):
    ways = [None, {"email": sue.email}, {"email": joe.email}, {"emails": [sue.email, joe.email]}]
    made = [(await _ask(served, ways[number % 4]), number % 4) for number in range(40)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 7}
    while True:
        page = (await sue.browser.get("/api/tasks", params=query)).json()
        seen += [f"/api/tasks/{item['id']}" for item in page["items"]]
        if page["next_cursor"] is None:
            break
        assert len(page["items"]) == 7
        query["cursor"] = page["next_cursor"]
    assert seen == [task for task, way in reversed(made) if way != 2]


@pytest.mark.parametrize("assign_to", [{"pool": "nobody's"}, {"user_id": "usr_nobody"}])
async def test_what_routing_found_nobody_for_is_for_operators(
    served: InProcess, sue: Person, assign_to: dict[str, Any]
):
    olga = await served.person("olga@example.com", "operator")
    task = await _ask(served, assign_to)
    assert await _listed(sue) == []
    assert _said(await _act(sue, f"{task}/claim")) == (403, "FORBIDDEN")
    assert await _listed(olga) == [task]
    given = await olga.browser.post(f"{task}/assign", json={"assign_to": {"email": sue.email}})
    assert given.json()["assigned_to_user_id"] == sue.id
    assert await _listed(sue) == [task]


async def test_with_reassignment_the_one_loses_the_task_and_the_other_gets_it(
    served: InProcess, sue: Person, joe: Person
):
    task = await _ask(served, {"email": sue.email})
    assert (await _act(sue, f"{task}/open")).status_code == 200
    poll = asyncio.create_task(sue.browser.get(f"{task}/poll?timeout=1"))
    await asyncio.sleep(0.1)
    await served.client.post(f"{task}/assign", json={"assign_to": {"email": joe.email}})
    assert _said(await _act(sue, f"{task}/complete")) == (403, "FORBIDDEN")
    assert _said(await poll) == (403, "FORBIDDEN")
    assert (await _act(joe, f"{task}/complete")).status_code == 200


@pytest.mark.parametrize("assign_to", [{"user_id": None}, {"marketplace": False}])
async def test_a_task_that_is_given_to_nobody_in_particular_is_open_or_stays(
    served: InProcess, sue: Person, assign_to: dict[str, Any]
):
    task = await _ask(served, {"email": "joe@example.com"})
    given = await served.client.post(f"{task}/assign", json={"assign_to": assign_to})
    assert given.status_code in (200, 422), given.text
    assert (await sue.browser.get(task)).status_code == (200 if given.is_success else 403)


async def test_a_task_for_an_address_is_theirs_who_comes_with_it(served: InProcess):
    task = await _ask(served, {"email": "late@example.com"})
    late = await served.person("late@example.com")
    assert await _listed(late) == await _listed(late, "assigned_to=me") == [task]
    assert (await _act(late, f"{task}/complete")).json()["completed_by_user_id"] == late.id


async def test_a_task_stays_with_the_person_and_not_with_the_address(
    served: InProcess, sue: Person
):
    task = await _ask(served, {"email": sue.email})
    await served.client.patch(sue.path, json={"email": "susan@example.com"})
    assert (await sue.browser.get(task)).status_code == 200
    heir = await served.person("sue@example.com")
    assert _said(await heir.browser.get(task)) == (403, "FORBIDDEN")
    assert await _listed(heir) == []
    await served.client.delete(sue.path)
    assert _said(await heir.browser.get(task)) == (403, "FORBIDDEN")


async def test_who_has_no_email_address_gets_tasks_too(served: InProcess, joe: Person):
    kim = await served.person(None, slack_user_id="U0123ABCD", pool="slackers")
    task, hidden = await _ask(served, {"pool": "slackers"}), await _ask(served, {"pool": "claims"})
    unassigned = await _ask(served, {"pool": "nobody's"})
    assert await _listed(kim) == await _listed(kim, "assigned_to=me") == [task]
    for other in (hidden, unassigned):
        assert _said(await _act(kim, f"{other}/complete")) == (403, "FORBIDDEN")
    done = (await _act(kim, f"{task}/complete")).json()
    assert (done["completed_by_user_id"], done["completed_by_email"]) == (kim.id, None)


async def test_operators_see_and_answer_everything(served: InProcess, sue: Person, joe: Person):
    olga = await served.person("olga@example.com", "operator")
    hidden = await _hidden(served, sue, joe)
    assert await _listed(olga) == sorted(hidden.values(), reverse=True)
    for task in hidden.values():
        assert (await olga.browser.get(task)).status_code == 200
        assert (await _act(olga, f"{task}/complete")).status_code == 200
