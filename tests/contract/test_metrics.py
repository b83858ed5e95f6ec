"""What Prometheus gets: read by its own parser."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.bodies import APPROVED, refund
from tests.support.inprocess import InProcess, in_process
from tests.support.process import TOKEN

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def scraped(client: httpx.AsyncClient) -> Samples:
    answer = await client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name.removeprefix("awaithumans_"), frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def of(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


async def created(served: InProcess, **changes: object) -> str:
    made = await served.client.post("/api/tasks", json=refund(**changes))
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def test_what_happens_to_tasks_is_counted_by_outcome_and_channel(served: InProcess) -> None:
    olga = (await served.person("olga@example.com", "operator")).browser
    answered, cancelled, late, _open = [
        await created(served, timeout_seconds=seconds) for seconds in (3600, 3600, 60, 3600)
    ]
    served.clock.advance(61.5)
    await served.server.tasks.settle_due(10)
    assert (await olga.post(f"/api/tasks/{answered}/complete", json=APPROVED)).status_code == 200
    assert (await served.client.post(f"/api/tasks/{cancelled}/cancel")).status_code == 200
    assert (await served.client.post(f"/api/tasks/{late}/cancel")).status_code == 409
    found = await scraped(served.client)
    assert of(found, "tasks_created_total", channel="api") == 4
    settled = {"completed": "dashboard", "cancelled": "api", "timed_out": "none"}
    for outcome, channel in settled.items():
        assert of(found, "tasks_settled_total", outcome=outcome, channel=channel) == 1
    assert of(found, "task_answer_seconds_count") == 1
    assert of(found, "task_answer_seconds_sum") == 61.5
    assert of(found, "deadline_lateness_seconds_sum") == 1.5
    assert of(found, "open_tasks", status="created") == 1
    assert of(found, "overdue_tasks") == 0


async def test_the_same_question_asked_again_is_no_new_task(served: InProcess) -> None:
    for _ in range(3):
        await created(served, idempotency_key="one")
    assert of(await scraped(served.client), "tasks_created_total", channel="api") == 1


async def test_who_waits_is_shown_and_how_long_waking_took(served: InProcess) -> None:
    task = await created(served)
    poll = asyncio.create_task(served.client.get(f"/api/tasks/{task}/poll?timeout=20"))
    while served.server.jobs.waker.parked == 0:
        await asyncio.sleep(0.001)
    assert of(await scraped(served.client), "parked_requests") == 1
    await served.client.post(f"/api/tasks/{task}/complete", json=APPROVED)
    assert (await poll).json()["status"] == "completed"
    found = await scraped(served.client)
    assert of(found, "parked_requests") == 0
    assert of(found, "wake_seconds_count") == 1


async def test_requests_are_counted_by_operation_and_never_by_path(served: InProcess) -> None:
    task = await created(served)
    for path in (f"/api/tasks/{task}", "/api/tasks/tsk_nothing", "/api/x", "/api/y", "/", "/login"):
        await served.client.get(path)
    await served.client.patch("/api/tasks")
    found = await scraped(served.client)
    counted = {
        (dict(labels)["operation"], dict(labels)["status"]): value
        for (name, labels), value in found.items()
        if name == "http_request_seconds_count"
    }
    assert counted == {
        ("getDocs", "2xx"): 1,
        ("createTask", "2xx"): 1,
        ("getTask", "2xx"): 1,
        ("getTask", "4xx"): 1,
        ("page", "2xx"): 2,
        ("unknown", "4xx"): 3,
    }


async def test_no_figure_names_a_task_a_person_or_a_secret(served: InProcess) -> None:
    task = await created(served, assign_to={"email": "sue@example.com"})
    await served.client.get(f"/api/tasks/{task}?token=canary-4711")
    await served.client.get("/canary-4711")
    text = (await served.client.get("/metrics")).text
    assert not [word for word in (task, "tsk_", "sue", "@", "canary", TOKEN) if word in text]


async def test_a_key_for_figures_reads_nothing_else(served: InProcess) -> None:
    key = await served.key("metrics:read")
    assert (await key.get("/metrics")).status_code == 200
    assert (await key.get("/api/status")).status_code == 403
    assert (await served.stranger.get("/metrics")).status_code == 401


@pytest.fixture
async def public(tmp_path: Path) -> AsyncIterator[InProcess]:
    async with in_process(tmp_path, metrics_public=True) as served:
        yield served


async def test_an_operator_can_let_anybody_scrape(public: InProcess) -> None:
    assert of(await scraped(public.stranger), "database_up") == 1
    assert (await public.stranger.get("/api/status")).status_code == 401


async def test_the_guide_tells_of_every_figure_and_of_no_other(served: InProcess) -> None:
    """The names in docs/production.md, those in its alert rules included."""
    text = (Path(__file__).parents[2] / "docs" / "production.md").read_text(encoding="utf-8")
    told = {
        re.sub("_(bucket|count)$", "", name) for name in re.findall(r"awaithumans_[a-z_]+", text)
    }
    found = await scraped(served.client)
    shown = {
        f"awaithumans_{re.sub('_(bucket|count|sum)$', '', name)}"
        for name, _ in found
        if not name.startswith("process_")
    }
    assert shown <= told
    # What has not happened yet is not shown.
    assert told - shown == {
        "awaithumans_tasks_created_total",
        "awaithumans_tasks_settled_total",
        "awaithumans_delivery_attempts_total",
        "awaithumans_delivery_attempt_seconds",
        "awaithumans_verdicts_total",
        "awaithumans_verdict_seconds",
        "awaithumans_verifier_tokens_total",
    }
