"""Every answer names its request, and so does every line that is logged of it."""

import io
import json
import re
from typing import Any

import pytest

from tests.support.bodies import refund
from tests.support.inprocess import InProcess


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.parametrize("given", ["a", "0123-abc_DEF.4:5", "x" * 64])
async def test_a_sane_id_is_kept_and_sent_back(served: InProcess, given: str) -> None:
    answer = await served.client.get("/api/health", headers={"X-Request-Id": given})
    assert answer.headers.get_list("x-request-id") == [given]


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", 'a"b', "é".encode("latin-1"), "-x", "a/b"])
async def test_any_other_is_replaced(served: InProcess, given: str | bytes) -> None:
    for path in ("/api/health", "/api/nothing"):
        answer = await served.client.get(path, headers={"X-Request-Id": given})  # pyright: ignore[reportArgumentType] -- httpx takes bytes
        assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])


async def test_two_requests_have_two_ids(served: InProcess) -> None:
    answers = [await served.client.get("/api/health") for _ in range(2)]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 2


async def test_a_request_is_a_line_with_its_route_and_without_what_was_asked(
    served: InProcess, log: io.StringIO
) -> None:
    path = "/api/tasks/tsk_canary/poll?timeout=1&token=canary-4711"
    answer = await served.client.get(path, headers={"X-Request-Id": "mine"})
    (line,) = lines(log)
    assert isinstance(line.pop("duration_ms"), float)
    del line["time"]
    assert line == {
        "level": "info",
        "logger": "awaithumans.access",
        "message": "GET /api/tasks/{task_id}/poll 404",
        "request_id": "mine",
        "method": "GET",
        "route": "/api/tasks/{task_id}/poll",
        "status": 404,
    }
    assert answer.headers["x-request-id"] == "mine"


async def test_probes_that_find_all_well_are_no_news(served: InProcess, log: io.StringIO) -> None:
    for path in ("/api/health", "/api/ready", "/metrics"):
        assert (await served.client.get(path)).status_code == 200
    assert lines(log) == []
    await served.stranger.get("/metrics")
    assert [line["message"] for line in lines(log)] == ["GET /metrics 401"]


async def test_a_fault_is_found_by_the_id_that_its_answer_names(
    served: InProcess, log: io.StringIO
) -> None:
    task = refund(task="Refund canary-4711?")

    def now() -> Any:
        raise RuntimeError(task["task"])

    served.clock.now = now
    answer = await served.client.post("/api/tasks", json=task)
    assert answer.status_code == 500
    request_id = answer.headers["x-request-id"]
    assert f"under the request id {request_id}." in answer.json()["message"]
    # The job of deadlines, which has the same clock, may have had its say.
    fault, access = [line for line in lines(log) if "request_id" in line]
    assert fault["request_id"] == access["request_id"] == request_id
    assert "RuntimeError" in fault["exception"]
    assert access["status"] == 500
    assert "4711" not in log.getvalue()
