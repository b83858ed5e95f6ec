"""Each hostile body to each operation that takes one, and what strange JSON comes back as."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.contract.driving import pieces_in_turn
from tests.contract.hostile import CANARY, NEVER, PERHAPS, WHOLES, Body, fill, spot
from tests.contract.places import BODIES, STRANGE_IDS
from tests.support.bodies import refund
from tests.support.inprocess import InProcess

_ANYTHING: dict[str, Any] = {"type": "object"}


async def _send(served: InProcess, path: str, body: Body) -> httpx.Response:
    content = pieces_in_turn(body.content) if body.chunked else body.content
    return await served.client.post(path, content=content, headers=body.encoded)


async def _task(served: InProcess) -> dict[str, Any]:
    return (await served.client.post("/api/tasks", json=refund())).json()


def _valid(path: str, body: dict[str, Any]) -> dict[str, Any]:
    return refund(payload_schema=_ANYTHING) if path == "/api/tasks" else body


@pytest.mark.parametrize("operation", BODIES)
async def test_no_hostile_body_is_taken_echoed_or_stored(served: InProcess, operation: str):
    task = await _task(served)
    address = f"/api/tasks/{task['id']}"
    path, valid, way = BODIES[operation]
    path, valid = path.format(task=address), _valid(path, valid)
    bodies = {name: fill(spot(valid, *way), value) for name, value in NEVER.items()}
    bodies |= {name: make(json.dumps(valid).encode()) for name, make in WHOLES.items()}
    for name, body in bodies.items():
        refused = await _send(served, path, body)
        assert refused.status_code == body.status, (name, refused.text[:300])
        assert CANARY not in refused.text, name
    assert (await served.client.get("/api/tasks")).json()["items"][0]["id"] == task["id"]
    assert len((await served.client.get("/api/tasks")).json()["items"]) == 1
    assert (await served.client.get(address)).json() == task
    audit = (await served.client.get(f"{address}/audit")).json()["items"]
    assert [entry["action"] for entry in audit] == ["created"]
    for path in ("/api/admin/users", "/api/admin/keys"):
        assert (await served.client.get(path)).json()["items"] == []


async def test_no_hostile_change_of_a_person_is_taken_or_echoed(served: InProcess):
    person = {"email": "sue@example.com", "pool": "refunds"}
    made = (await served.client.post("/api/admin/users", json=person)).json()
    address, valid = f"/api/admin/users/{made['id']}", {"display_name": "Sue"}
    bodies = {name: fill(spot(valid, "pool"), value) for name, value in NEVER.items()}
    bodies |= {name: make(json.dumps(valid).encode()) for name, make in WHOLES.items()}
    for name, body in bodies.items():
        content = pieces_in_turn(body.content) if body.chunked else body.content
        refused = await served.client.patch(address, content=content, headers=body.encoded)
        assert refused.status_code == body.status, (name, refused.text[:300])
        assert CANARY not in refused.text, name
    assert (await served.client.get(address)).json() == made


@pytest.mark.parametrize("identifier", STRANGE_IDS)
async def test_nobody_and_no_key_has_a_strange_id(served: InProcess, identifier: str):
    quoted = quote(identifier, safe="", errors="surrogatepass")
    user = f"/api/admin/users/{quoted}"
    answers = [
        await served.client.get(user),
        await served.client.patch(user, json={}),
        await served.client.delete(f"{user}/password"),
        await served.client.delete(f"/api/admin/keys/{quoted}"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4


@pytest.mark.parametrize("place", ["payload", "form_definition", "initial_response"])
async def test_strange_json_comes_back_as_it_went_or_is_refused(served: InProcess, place: str):
    taken: list[str] = []
    for name, value in PERHAPS.items():
        valid = refund(payload={}, payload_schema=_ANYTHING)
        body = fill(spot(valid, place, "x"), value)
        answer = await _send(served, "/api/tasks", body)
        assert answer.status_code in (201, 422), (name, answer.text[:300])
        if answer.status_code == 422:
            continue
        taken.append(answer.json()["id"])
        sent = json.loads(body.content)[place]
        found = (await served.client.get(f"/api/tasks/{taken[-1]}")).json()[place]
        assert answer.json()[place] == found == sent, name
        again = await _send(served, "/api/tasks", body)
        assert again.json()["id"] == taken[-1], name
        assert again.headers["idempotent-replayed"] == "true"
    stored = (await served.client.get("/api/tasks")).json()["items"]
    assert {task["id"] for task in stored} == set(taken)
    assert len(taken) > len(PERHAPS) / 2


async def test_a_strange_answer_is_refused_or_reaches_the_agent_as_it_is(served: InProcess):
    for name, value in PERHAPS.items():
        created = await served.client.post("/api/tasks", json=refund(response_schema=_ANYTHING))
        address = f"/api/tasks/{created.json()['id']}"
        poll = asyncio.ensure_future(served.client.get(f"{address}/poll", params={"timeout": 5}))
        body = fill(spot({"response": {}}, "response", "x"), value)
        answer = await _send(served, f"{address}/complete", body)
        assert answer.status_code in (200, 422), (name, answer.text[:300])
        if answer.status_code == 200:
            assert (await poll).json()["response"] == json.loads(body.content)["response"], name
        else:
            await served.client.post(f"{address}/cancel")
            assert (await poll).json()["status"] == "cancelled", name


async def test_an_optional_body_may_be_absent_and_nothing_else(served: InProcess):
    for action in ("claim", "cancel"):
        address = f"/api/tasks/{(await _task(served))['id']}/{action}"
        assert (await served.client.post(address)).status_code in (200, 403)
        for content in (b" ", b"null", b"[]"):
            headers = {"Content-Type": "application/json"}
            refused = await served.client.post(address, content=content, headers=headers)
            assert refused.status_code == 422, (action, content)


async def test_a_required_body_may_not_be_absent(served: InProcess):
    address = f"/api/tasks/{(await _task(served))['id']}"
    for path in ("/api/tasks", f"{address}/complete", f"{address}/assign", "/api/auth/login"):
        assert (await served.client.post(path)).status_code == 422
