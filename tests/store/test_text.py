"""Text that a database may choke on: both take it, or refuse it as what it is."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.bodies import APPROVED, refund
from tests.support.inprocess import InProcess, in_process

BAD = ["%00", "a%00b", "%ED%A0%80", "%FF", "%F0%9D%95%8F", "'%22%5C;--", "x" * 9000]


@pytest.fixture
async def served(stored_at: Path | str, tmp_path: Path) -> AsyncIterator[InProcess]:
    url = stored_at if isinstance(stored_at, str) else f"sqlite:///{stored_at}"
    async with in_process(tmp_path / "data", database_url=url) as served:
        yield served


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:12])
async def test_no_text_in_an_address_is_a_fault_of_the_server(served: InProcess, text: str) -> None:
    client = served.client
    lists = {
        "tasks": ("q", "assigned_to", "assigned_to_email", "assigned_to_user_id", "cursor"),
        "admin/users": ("q", "email", "pool", "role", "access_level", "cursor"),
    }
    for where, names in lists.items():
        for name in names:
            found = await client.get(f"/api/{where}?{name}={text}")
            assert found.status_code < 500, (where, name, found.text)
    task, user, key = (f"/api/{kind}/{text}" for kind in ("tasks", "admin/users", "admin/keys"))
    answers = [
        *[await client.get(f"{task}{rest}") for rest in ("", "/audit", "/poll?timeout=1")],
        await client.post(f"{task}/complete", json=APPROVED),
        await client.post(f"{task}/cancel", json={}),
        await client.post(f"{task}/open"),
        await client.post(f"{task}/claim", json={"claimed_by_email": "sue@example.com"}),
        await client.post(f"{task}/assign", json={"assign_to": {"pool": "ops"}}),
        await client.get(user),
        await client.patch(user, json={"role": "lead"}),
        *[await client.delete(path) for path in (task, user, key)],
    ]
    faults = [
        (answer.request.method, answer.url.path[:40], answer.status_code)
        for answer in answers
        if answer.status_code not in (400, 404, 405, 414, 422)
    ]
    assert faults == []


@pytest.mark.parametrize("text", ["%00", "x" * 9000], ids=["NUL", "long"])
async def test_such_text_of_one_is_no_refusal_for_others(served: InProcess, text: str) -> None:
    client = served.client
    answers = await asyncio.gather(
        *(
            client.delete(f"/api/tasks/{text}")
            if number % 4 == 3
            else client.post("/api/tasks", json=refund())
            for number in range(60)
        )
    )
    made = [answer for answer in answers if answer.request.method == "POST"]
    assert {answer.status_code for answer in made} == {201}


async def test_any_text_and_any_number_come_back_as_they_were(served: InProcess) -> None:
    text = "\U0001d54f 🎉 é e\u0301 \u202e\u2028\ufeff\U0010ffff \t\n\x7f \"'\\"
    payload = {"s": text, "\U0001d54f": [10**40, -(2**63) - 1, 1.7976931348623157e308, 5e-324, 1.0]}
    body = refund(
        task=text, payload=payload, payload_schema={"type": "object"}, idempotency_key=text
    )
    made = await served.client.post("/api/tasks", json=body)
    assert made.status_code == 201, made.text
    found = await served.client.get(f"/api/tasks/{made.json()['id']}")
    assert found.json()["task"] == text
    assert json.dumps(found.json()["payload"]) == json.dumps(payload)
    again = await served.client.post("/api/tasks", json=body)
    assert again.json()["id"] == made.json()["id"]
    (shown,) = (await served.client.get("/api/tasks", params={"q": "🎉 É"})).json()["items"]
    assert shown["id"] == made.json()["id"]
