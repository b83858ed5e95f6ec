"""Streams of events: over HTTP, and for whom they end."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from awaithumans.server.events.model import Listener
from tests.support.bodies import refund
from tests.support.hearing import Ear, hearing
from tests.support.inprocess import InProcess, Person
from tests.support.process import TOKEN, ServerProcess

_SOON = 5.0
_AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


def _fields(lines: list[str]) -> list[dict[str, str]]:
    """Return the fields of each block."""
    blocks = "\n".join(lines).split("\n\n")
    return [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks if block]


async def _read(
    server: ServerProcess, make: int = 0, headers: dict[str, str] | None = None
) -> list[dict[str, str]]:
    """Return what a stream of one second says, while tasks are made."""
    async with (
        server.async_client() as client,
        client.stream("GET", "/api/events?timeout=1", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["cache-control"] == "no-store"
        for _ in range(make):
            await client.post("/api/tasks", json=refund())
        return _fields([line async for line in answer.aiter_lines()])


async def test_a_stream_tells_over_http_and_ends_when_it_was_asked_to(
    shared_server: ServerProcess,
):
    first, *rest = await asyncio.wait_for(_read(shared_server, make=2), 2 * _SOON)
    assert first["retry"] == "2000"
    assert [block["event"] for block in rest] == ["task", "task"]
    assert rest[0]["id"] != rest[1]["id"]


async def test_a_stream_goes_on_after_the_last_event_id(shared_server: ServerProcess):
    _, *rest = await _read(shared_server, make=3)
    again = await _read(shared_server, headers={"Last-Event-ID": rest[0]["id"]})
    assert [block["data"] for block in again if "data" in block] == [
        block["data"] for block in rest[1:]
    ]


async def test_an_open_stream_counts_as_parked(shared_server: ServerProcess):
    async with (
        shared_server.async_client() as client,
        client.stream("GET", "/api/events", headers=_AUTHORIZED),
    ):
        assert (await client.get("/api/status")).json()["event_streams"] >= 1


@pytest.mark.parametrize("query", ["timeout=0", "timeout=86401", "timeout=1.5"])
async def test_a_stream_that_ends_at_no_possible_time_is_refused(served: InProcess, query: str):
    answer = await served.client.get(f"/api/events?{query}")
    assert (answer.status_code, answer.json()["error_code"]) == (422, "VALIDATION_ERROR")


async def test_a_place_that_is_too_long_is_refused(served: InProcess):
    answer = await served.client.get("/api/events", headers={"Last-Event-ID": "1" * 201})
    assert answer.status_code == 422


async def _listener(served: InProcess, browser: httpx.AsyncClient) -> Listener:
    """Return who a client's credentials say listens."""
    authorization = browser.headers.get("authorization", "")
    cookie = browser.headers.get("cookie", "").partition("=")[2]
    callers = served.server.app.state.parts.callers
    caller = await callers.recognize(authorization.partition(" ")[2] or None, cookie or None)
    return Listener(caller.view, caller.credential)


async def _ends(served: InProcess, ear: Ear) -> bool:
    """Whether a stream ends with the next event, and does not tell it."""
    await served.client.post("/api/tasks", json=refund())
    return await ear.has_ended()


async def _log_out(served: InProcess, person: Person) -> Any:
    return await person.browser.post("/api/auth/logout")


async def _deactivate(served: InProcess, person: Person) -> Any:
    return await served.client.patch(person.path, json={"active": False})


async def _new_password(served: InProcess, person: Person) -> Any:
    body = {"password": "correct horse battery"}
    return await served.client.post(f"{person.path}/password", json=body)


async def _demote(served: InProcess, person: Person) -> Any:
    return await served.client.patch(person.path, json={"is_operator": False})


async def _remove(served: InProcess, person: Person) -> Any:
    return await served.client.delete(person.path)


async def _wait_a_week(served: InProcess, person: Person) -> Any:
    served.clock.advance(7 * 86_400)
    return None


Ending = Callable[[InProcess, Person], Coroutine[Any, Any, Any]]


@pytest.mark.parametrize(
    "ending", [_log_out, _deactivate, _new_password, _demote, _remove, _wait_a_week]
)
async def test_a_stream_ends_with_the_access_of_its_person(served: InProcess, ending: Ending):
    await served.person("ann@example.com", "operator")
    olga = await served.person("olga@example.com", "operator")
    feed = served.server.jobs.feed
    async with hearing(feed, await _listener(served, olga.browser)) as ear:
        await served.client.post("/api/tasks", json=refund())
        await ear.heard(1)
        answer = await ending(served, olga)
        assert answer is None or answer.is_success, answer.text
        assert await _ends(served, ear)


async def test_a_stream_ends_with_its_key(served: InProcess):
    agent = await served.key("tasks:read")
    (key,) = (await served.client.get("/api/admin/keys")).json()["items"]
    async with hearing(served.server.jobs.feed, await _listener(served, agent)) as ear:
        await served.client.post("/api/tasks", json=refund())
        await ear.heard(1)
        await served.client.delete(f"/api/admin/keys/{key['id']}")
        assert await _ends(served, ear)


async def test_a_stream_outlives_another_session_of_its_person(served: InProcess):
    olga = await served.person("olga@example.com", "operator")
    account = await served.store.read(lambda tx: tx.account(olga.id))
    assert account is not None
    other = await served.signed_in(account)
    async with hearing(served.server.jobs.feed, await _listener(served, olga.browser)) as ear:
        await other.post("/api/auth/logout")
        await served.client.post("/api/tasks", json=refund())
        assert len(await ear.heard(1)) == 1


async def test_an_answer_to_a_reviewers_task_is_told_to_its_reviewer_alone(served: InProcess):
    sue, joe = await served.person("sue@example.com"), await served.person("joe@example.com")
    feed = served.server.jobs.feed
    async with (
        hearing(feed, await _listener(served, sue.browser)) as hers,
        hearing(feed, await _listener(served, joe.browser)) as his,
    ):
        body = refund(assign_to={"email": "sue@example.com"})
        await served.client.post("/api/tasks", json=body)
        assert [action for _, action in await hers.heard(2)] == ["created", "assigned"]
        assert await his.hears_nothing()
