"""Who did what is said by the credentials and never by the body (S4)."""

from typing import Any

import httpx
import pytest

from tests.support.bodies import APPROVED, refund
from tests.support.inprocess import InProcess

_EVE = {"completed_by_email": "eve@example.com"}
_BUT_ANSWERING = ("tasks:create", "tasks:read", "tasks:cancel", "admin")


async def _task(served: InProcess, **fields: Any) -> str:
    made = await served.client.post("/api/tasks", json=refund(**fields))
    return f"/api/tasks/{made.json()['id']}"


async def _last(served: InProcess, task: str) -> dict[str, Any]:
    return (await served.client.get(f"{task}/audit")).json()["items"][-1]


def _by(task: dict[str, Any]) -> tuple[str | None, str | None, str | None]:
    return (
        task["completed_by_email"],
        task["completed_by_user_id"],
        task["completed_via_channel"],
    )


async def _complete(
    who: httpx.AsyncClient, task: str, **more: Any
) -> tuple[str | None, str | None, str | None]:
    done = await who.post(f"{task}/complete", json=APPROVED | more)
    assert done.status_code == 200, done.text
    return _by(done.json())


@pytest.mark.parametrize("kind", ["reviewer", "operator"])
async def test_a_person_answers_under_their_own_name(served: InProcess, kind: Any):
    sue = await served.person("sue@example.com", kind)
    task = await _task(served)
    assert await _complete(sue.browser, task, **_EVE) == ("sue@example.com", sue.id, "dashboard")
    entry = await _last(served, task)
    assert (entry["action"], entry["actor_type"]) == ("completed", kind)
    assert (entry["actor_email"], entry["channel"]) == ("sue@example.com", "dashboard")
    assert set(entry["extra_data"]) == {"response"}
    assert "eve" not in (await served.client.get(f"{task}/audit")).text


@pytest.mark.parametrize("kind", ["reviewer", "operator"])
async def test_a_person_claims_for_themselves(served: InProcess, kind: Any):
    sue = await served.person("sue@example.com", kind)
    await served.person("eve@example.com")
    task = await _task(served)
    taken = await sue.browser.post(f"{task}/claim", json={"claimed_by_email": "eve@example.com"})
    assert taken.json()["assigned_to_user_id"] == sue.id
    assert taken.json()["assigned_to_email"] == "sue@example.com"
    assert (await _last(served, task))["extra_data"] == {}


async def test_the_admin_token_may_name_somebody_and_the_audit_says_that_it_did(served: InProcess):
    sue = await served.person("sue@example.com")
    task = await _task(served)
    taken = await served.client.post(f"{task}/claim", json={"claimed_by_email": "SUE@example.com"})
    assert taken.json()["assigned_to_user_id"] == sue.id
    assert (await _last(served, task))["extra_data"] == {"named_by_admin_token": True}
    named = {"completed_by_email": "Sue@Example.com"}
    assert await _complete(served.client, task, **named) == ("sue@example.com", sue.id, "api")
    entry = await _last(served, task)
    assert (entry["actor_type"], entry["actor_email"]) == ("agent", "sue@example.com")
    assert entry["extra_data"] == {"named_by_admin_token": True, **APPROVED}


async def test_the_admin_token_may_name_somebody_who_is_not_in_the_directory(served: InProcess):
    task = await _task(served)
    assert await _complete(served.client, task, **_EVE) == ("eve@example.com", None, "api")
    assert (await _last(served, task))["extra_data"]["named_by_admin_token"] is True


async def test_the_admin_token_that_names_nobody_is_nobody(served: InProcess):
    task = await _task(served)
    assert await _complete(served.client, task) == (None, None, "api")
    assert "named_by_admin_token" not in (await _last(served, task))["extra_data"]


async def test_a_key_answers_under_its_own_name_if_it_may_at_all(served: InProcess):
    sue = await served.person("sue@example.com")
    key = await served.key("tasks:complete", name="night shift")
    task = await _task(served, assign_to={"user_id": sue.id})
    assert await _complete(key, task, completed_by_email=sue.email) == (None, None, "api")
    entry = await _last(served, task)
    assert (entry["actor_type"], entry["actor_email"]) == ("agent", None)
    assert entry["extra_data"]["api_key_name"] == "night shift"
    assert "named_by_admin_token" not in entry["extra_data"]
    assert "sue@example.com" not in str(entry)


async def _id_of(served: InProcess, name: str) -> str:
    keys = (await served.client.get("/api/admin/keys")).json()["items"]
    return next(key["id"] for key in keys if key["name"] == name)


@pytest.mark.parametrize("action", ["open", "assign", "cancel", "complete"])
async def test_what_a_key_does_is_in_the_history_with_the_key(served: InProcess, action: str):
    scope = {"assign": "admin", "cancel": "tasks:cancel"}.get(action, "tasks:complete")
    bodies = {"assign": {"assign_to": {"email": "sue@example.com"}}, "complete": APPROVED}
    key = await served.key(scope, name="night shift")
    task = await _task(served)
    done = await key.post(f"{task}/{action}", json=bodies.get(action))
    assert done.status_code == 200, done.text
    extra = (await _last(served, task))["extra_data"]
    assert extra["api_key_id"] == await _id_of(served, "night shift")
    assert extra["api_key_name"] == "night shift"


async def test_what_a_key_asks_for_is_in_the_history_with_the_key(served: InProcess):
    key = await served.key(name="refund agent")
    made = await key.post("/api/tasks", json=refund())
    first = (await served.client.get(f"/api/tasks/{made.json()['id']}/audit")).json()["items"][0]
    assert (first["action"], first["actor_type"]) == ("created", "agent")
    assert first["extra_data"].get("api_key_name") == "refund agent"
    assert first["extra_data"].get("api_key_id") == await _id_of(served, "refund agent")


async def test_what_a_key_is_refused_is_in_the_history_with_the_key(served: InProcess):
    key = await served.key("tasks:complete", name="night shift")
    task = await _task(served)
    await served.client.post(f"{task}/cancel")
    assert (await key.post(f"{task}/complete", json=APPROVED)).status_code == 409
    entry = await _last(served, task)
    assert (entry["action"], entry["extra_data"]["command"]) == ("refused", "complete")
    assert entry["extra_data"]["api_key_name"] == "night shift"


@pytest.mark.parametrize("scopes", [(), _BUT_ANSWERING, *((one,) for one in _BUT_ANSWERING)])
async def test_an_agents_key_can_not_answer(served: InProcess, scopes: tuple[str, ...]):
    key = await served.key(*scopes)
    task = await _task(served)
    body = APPROVED | {"completed_by_email": "sue@example.com"}
    answers = [
        await key.post(f"{task}/complete", json=body),
        await key.post(f"{task}/claim", json={"claimed_by_email": "sue@example.com"}),
        await key.post(f"{task}/open"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert (await served.client.get(task)).json()["status"] == "created"


async def test_no_key_claims_for_anybody(served: InProcess):
    key = await served.key("tasks:complete", "admin")
    task = await _task(served)
    refused = await key.post(f"{task}/claim", json={"claimed_by_email": "sue@example.com"})
    assert (refused.status_code, refused.json()["error_code"]) == (403, "FORBIDDEN")


async def test_what_somebody_answered_keeps_their_name_when_they_leave(served: InProcess):
    sue = await served.person("sue@example.com")
    task = await _task(served)
    before = await _complete(sue.browser, task)
    assert (await served.client.delete(sue.path)).status_code == 204
    assert _by((await served.client.get(task)).json()) == before
    assert (await _last(served, task))["actor_email"] == "sue@example.com"


async def test_what_a_reviewer_is_refused_is_in_the_history_under_their_name(served: InProcess):
    sue = await served.person("sue@example.com")
    task = await _task(served, assign_to={"email": "joe@example.com"})
    assert (await sue.browser.post(f"{task}/complete", json=APPROVED)).status_code == 403
    entry = await _last(served, task)
    assert (entry["action"], entry["actor_email"]) == ("refused", "sue@example.com")
    assert entry["extra_data"] == {"command": "complete", "error_code": "FORBIDDEN"}
