"""Webhooks through the API: who gets what, what operators see, and sending again."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from awaithumans.server.outbox.signing import webhook_key
from tests.contract.conftest import hold_to_contract
from tests.support.bodies import APPROVED, refund
from tests.support.inprocess import InProcess, in_process
from tests.support.process import PAYLOAD_KEY
from tests.support.receiver import OK, answers, in_turn, receiver, says

PATH = "/api/admin/webhook-deliveries"
OTHER_KEY = base64.urlsafe_b64encode(b"k" * 32).decode()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[InProcess]:
    """A server that may send to this machine."""
    async with in_process(tmp_path / "data", callback_allow_private=True) as running:
        await hold_to_contract(running.client, running.stranger)
        yield running


async def created(served: InProcess, callback_url: str, **changes: Any) -> str:
    """Return the path of a new task."""
    body = refund(callback_url=callback_url, **changes)
    made = await served.client.post("/api/tasks", json=body)
    assert made.status_code == 201, made.text
    return f"/api/tasks/{made.json()['id']}"


async def cancelled(served: InProcess, callback_url: str, **changes: Any) -> str:
    task = await created(served, callback_url, **changes)
    assert (await served.client.post(f"{task}/cancel")).status_code == 200
    return task


async def delivery(served: InProcess, holds: Callable[[Any], bool]) -> Any:
    """Wait until the newest delivery is as it should be; return it."""
    newest = None
    for _ in range(500):
        newest = (await served.client.get(PATH)).json()["items"][0]
        if holds(newest):
            return newest
        await asyncio.sleep(0.01)
    raise AssertionError(newest)


async def _by_api(served: InProcess, task: str) -> None:
    assert (await served.client.post(f"{task}/complete", json=APPROVED)).status_code == 200


async def _by_dashboard(served: InProcess, task: str) -> None:
    sue = await served.person("sue@example.com")
    assert (await sue.browser.post(f"{task}/complete", json=APPROVED)).status_code == 200


async def _by_cancel(served: InProcess, task: str) -> None:
    assert (await served.client.post(f"{task}/cancel")).status_code == 200


async def _by_clock(served: InProcess, task: str) -> None:
    served.clock.advance(901)
    await served.server.tasks.settle_due(10)


async def _by_a_late_answer(served: InProcess, task: str) -> None:
    served.clock.advance(901)
    assert (await served.client.post(f"{task}/complete", json=APPROVED)).status_code == 409


ENDINGS: dict[str, tuple[Callable[[InProcess, str], Awaitable[None]], dict[str, Any]]] = {
    "the API": (_by_api, {"status": "completed", "completed_via_channel": "api"}),
    "the dashboard": (
        _by_dashboard,
        {
            "status": "completed",
            "response": APPROVED["response"],
            "completed_via_channel": "dashboard",
            "completed_by_email": "sue@example.com",
        },
    ),
    "a cancel": (_by_cancel, {"status": "cancelled", "response": None, "completed_at": None}),
    "the clock": (_by_clock, {"status": "timed_out", "response": None}),
    "an answer after the deadline": (_by_a_late_answer, {"status": "timed_out"}),
}


@pytest.mark.parametrize("way", ENDINGS)
async def test_every_way_to_end_a_task_sends_its_webhook(served: InProcess, way: str):
    settle, expected = ENDINGS[way]
    async with receiver() as there:
        task = await created(served, there.url + "?wf=1", idempotency_key=f"by {way}")
        await settle(served, task)
        (call,) = await there.got()
        await delivery(served, lambda one: one["status"] == "delivered")
    assert call.path == "/done?wf=1"
    assert call.json | expected == call.json
    assert call.json["idempotency_key"] == f"by {way}"
    assert f"/api/tasks/{call.json['task_id']}" == task
    assert call.headers["x-awaithumans-task-id"] == call.json["task_id"]
    assert call.headers["content-type"] == "application/json"
    assert len(there.calls) == 1
    history = (await served.client.get(f"{task}/audit")).json()["items"]
    assert [line["action"] for line in history].count("delivered") == 1


async def test_a_task_without_a_callback_sends_nothing(served: InProcess):
    made = (await served.client.post("/api/tasks", json=refund())).json()
    await served.client.post(f"/api/tasks/{made['id']}/cancel")
    assert (await served.client.get(PATH)).json() == {"items": [], "next_cursor": None}


async def test_a_replayed_create_keeps_the_first_callback(served: InProcess):
    async with receiver() as first, receiver() as second:
        body = refund(callback_url=first.url)
        made = (await served.client.post("/api/tasks", json=body)).json()
        again = await served.client.post("/api/tasks", json=body | {"callback_url": second.url})
        assert again.headers["idempotent-replayed"] == "true"
        await served.client.post(f"/api/tasks/{made['id']}/cancel")
        await first.got()
        await delivery(served, lambda one: one["status"] == "delivered")
    assert second.connections == 0


async def test_an_operator_sees_every_attempt_and_has_it_sent_again(served: InProcess):
    olga = await served.person("olga@example.com", "operator")
    broken = answers(500, body=b"out \x00 of order \xff" + b"." * 5000)
    async with receiver(in_turn(broken, broken, OK)) as there:
        task = await cancelled(served, there.url + "?secret=canary-4711")
        failed = await delivery(served, lambda one: one["attempts"] == 1)
        assert (failed["status"], failed["last_status_code"]) == ("pending", 500)
        assert failed["target"] == there.url + "?secret=canary-4711"
        again = await olga.browser.post(f"{PATH}/{failed['id']}/redeliver")
        assert again.status_code == 200, again.text
        assert (again.json()["attempts"], again.json()["last_error"]) == (0, None)
        await delivery(served, lambda one: one["attempts"] == 1 and one["last_status_code"])
        served.clock.advance(60)
        served.server.jobs.relay.wake()
        arrived = await delivery(served, lambda one: one["status"] == "delivered")
        assert arrived["attempts"] == 2
    assert len(there.calls) == 3
    assert set(there.ids) == {failed["id"]}
    assert len({call.body for call in there.calls}) == 1
    detail = (await olga.browser.get(f"{PATH}/{failed['id']}")).json()
    assert [attempt["status_code"] for attempt in detail["attempt_log"]] == [500, 500, 200]
    assert detail["attempt_log"][0]["answer"].startswith("out \ufffd of order \ufffd...")
    assert len(detail["attempt_log"][0]["answer"]) <= 1024
    assert (detail["body"], detail["redacted"]) == (there.calls[0].json, False)
    history = await served.client.get(f"{task}/audit")
    lines = [(line["action"], line["actor_email"]) for line in history.json()["items"][2:]]
    assert lines == [
        ("delivery_failed", None),
        ("redelivered", "olga@example.com"),
        ("delivery_failed", None),
        ("delivered", None),
    ]
    assert "canary-4711" not in history.text


@pytest.mark.parametrize("state", ["delivered", "abandoned"])
async def test_what_is_over_is_sent_again_with_a_fresh_schedule(served: InProcess, state: str):
    async with receiver(in_turn(answers(500 if state == "abandoned" else 200), OK)) as there:
        if state == "abandoned":
            await served.server.jobs.relay.stop()
        await cancelled(served, there.url)
        if state == "abandoned":
            # Nothing was sent for three days: the first attempt is the last one too.
            served.clock.advance(3 * 86_400)
            served.server.jobs.relay.start()
        over = await delivery(served, lambda one: one["status"] == state)
        assert over["next_attempt_at"] is None
        status = (await served.client.get("/api/status")).json()["outbox"]
        assert status["abandoned"] == (state == "abandoned")
        await served.client.post(f"{PATH}/{over['id']}/redeliver")
        await there.got(2)
        await delivery(served, lambda one: one["status"] == "delivered")


async def test_the_answer_of_a_redacted_task_goes_to_its_receiver_only(served: InProcess):
    canary = "canary-4711"
    async with receiver(answers(500, body=canary.encode())) as there:
        task = await created(served, there.url, redact_payload=True)
        answer = {"response": {"approved": True, "reason": canary}}
        await served.client.post(f"{task}/complete", json=answer)
        (call,) = await there.got()
        assert call.json["response"] == answer["response"]
        failed = await delivery(served, lambda one: one["attempts"] == 1)
        detail = await served.client.get(f"{PATH}/{failed['id']}")
        assert (detail.json()["body"]["response"], detail.json()["redacted"]) == (None, True)
        assert canary not in detail.text + (await served.client.get(f"{task}/audit")).text


async def test_a_list_is_paged_and_filtered(served: InProcess):
    async with receiver() as there:
        tasks = [await cancelled(served, there.url) for _ in range(5)]
        await there.got(5)
    one = (await served.client.get(PATH, params={"task_id": tasks[2][11:]})).json()["items"]
    assert [f"/api/tasks/{each['task_id']}" for each in one] == [tasks[2]]
    found: list[str] = []
    cursor = None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await served.client.get(PATH, params=params)).json()
        found += [f"/api/tasks/{each['task_id']}" for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == tasks[::-1]
    abandoned = await served.client.get(PATH, params={"status": "abandoned"})
    assert abandoned.json()["items"] == []


async def test_status_says_what_is_owed(served: InProcess):
    async with receiver(answers(503)) as there:
        await cancelled(served, there.url)
        failed = await delivery(served, lambda one: one["attempts"] == 1)
        status = (await served.client.get("/api/status")).json()["outbox"]
    created_at = status.pop("oldest_pending_at")
    assert created_at == failed["created_at"]
    assert status == {"pending": 1, "failing": 1, "abandoned": 0, "sending": 0}


async def test_ready_says_that_nobody_sends(served: InProcess):
    assert (await served.stranger.get("/api/ready")).json()["outbox"] == "ok"
    await served.server.jobs.relay.stop()
    refused = await served.stranger.get("/api/ready")
    assert (refused.status_code, refused.json()["error_code"]) == (503, "NOT_READY")


def _secret(key: str) -> Webhook:
    return Webhook("whsec_" + base64.b64encode(webhook_key(base64.urlsafe_b64decode(key))).decode())


@pytest.mark.parametrize("keys", [PAYLOAD_KEY, f"{OTHER_KEY},{PAYLOAD_KEY}"])
async def test_a_standard_webhooks_library_accepts_every_key_of_a_rotation(
    tmp_path: Path, keys: str
):
    settings: dict[str, Any] = {"callback_allow_private": True, "payload_key": keys}
    async with in_process(tmp_path / "rotated", **settings) as served, receiver() as there:
        await cancelled(served, there.url)
        (call,) = await there.got()
    for key in keys.split(","):
        assert _secret(key).verify(call.body, call.headers) == call.json
    assert call.headers["x-awaithumans-signature"].count("sha256=") == len(keys.split(","))


async def test_without_a_key_to_sign_with_a_callback_is_refused(tmp_path: Path):
    async with in_process(tmp_path / "keyless", payload_key=None) as served:
        body = refund(callback_url="https://example.com/")
        refused = await served.client.post("/api/tasks", json=body)
    assert (refused.status_code, refused.json()["error_code"]) == (501, "FEATURE_NOT_AVAILABLE")


_ANSWERS = {
    "a redirect": answers(302, headers="location: http://127.0.0.1:9/\r\n"),
    "not found": answers(404),
    "gone": answers(410),
    "nothing": says(b""),
    "garbage": says(b"\x00\xff garbage \r\n\r\n"),
    "another protocol": says(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "half an answer": says(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
}


@pytest.mark.parametrize("what", _ANSWERS)
async def test_only_an_answer_of_2xx_is_a_success(served: InProcess, what: str):
    async with receiver(_ANSWERS[what]) as there:
        await cancelled(served, there.url)
        failed = await delivery(served, lambda one: one["attempts"] == 1)
        assert failed["status"] == "pending"
        assert failed["last_error"]
    assert there.connections == 1


async def test_a_long_answer_is_not_read_to_its_end(served: InProcess):
    size = 50_000_000

    async def floods(_call: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n".encode())
        for _ in range(size // 100_000):
            writer.write(b"." * 100_000)
            await writer.drain()
            flooded.append(100_000)

    flooded: list[int] = []
    async with receiver(floods) as there:
        await cancelled(served, there.url)
        await delivery(served, lambda one: one["status"] == "delivered")
    # The rest is what the system keeps for a reader that never comes.
    assert sum(flooded) < size / 2
