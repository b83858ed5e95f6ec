"""Spans, as OpenTelemetry's own exporter gets them."""

import io
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from awaithumans.server.observing import tracing
from tests.support.bodies import refund
from tests.support.inprocess import InProcess, in_process

_TRACE, _PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
async def traced(tmp_path: Path, exporter: InMemorySpanExporter) -> AsyncIterator[InProcess]:
    drawing = tracing.drawing(SimpleSpanProcessor(exporter), "1.2.3")
    async with in_process(tmp_path, tracing=drawing) as served:
        yield served


def drawn(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


async def test_a_request_is_a_span_below_the_callers_with_one_for_each_unit_of_work(
    traced: InProcess, exporter: InMemorySpanExporter
) -> None:
    exporter.clear()
    headers = {"traceparent": f"00-{_TRACE}-{_PARENT}-01"}
    body = refund(assign_to={"email": "sue@example.com"})
    assert (await traced.client.post("/api/tasks", json=body, headers=headers)).status_code == 201
    spans = drawn(exporter)
    server, unit = spans["POST /api/tasks"], spans["Tasks.create"]
    assert server.kind is SpanKind.SERVER
    assert server.parent is not None
    assert server.context is not None
    assert format(server.parent.span_id, "016x") == _PARENT
    assert format(server.context.trace_id, "032x") == _TRACE
    assert dict(server.attributes or {}) == {
        "http.request.method": "POST",
        "http.response.status_code": 201,
        "http.route": "/api/tasks",
        "url.scheme": "http",
        "awaithumans.operation_id": "createTask",
    }
    assert unit.parent == server.context
    assert dict(unit.attributes or {}) == {
        "db.system.name": "sqlite",
        "db.operation.name": "write",
    }
    assert server.resource.attributes["service.name"] == "awaithumans"
    assert server.resource.attributes["service.version"] == "1.2.3"


async def test_a_fault_is_an_error_and_says_nothing_that_people_wrote(
    traced: InProcess, exporter: InMemorySpanExporter
) -> None:
    def now() -> Any:
        raise RuntimeError("canary-4711")

    traced.clock.now = now
    path = "/api/tasks?email=sue@example.com"
    assert (await traced.client.post(path, json=refund())).status_code == 500
    spans = drawn(exporter)
    assert spans["POST /api/tasks"].status.status_code is StatusCode.ERROR
    assert dict(spans["Tasks.create"].attributes or {})["error.type"] == "RuntimeError"
    told = " ".join(span.to_json() for span in spans.values())
    assert "canary" not in told
    assert "sue" not in told


async def test_a_stranger_path_is_in_no_span(
    traced: InProcess, exporter: InMemorySpanExporter
) -> None:
    await traced.client.get("/sue@example.com")
    assert drawn(exporter)["GET"].attributes == {
        "http.request.method": "GET",
        "http.response.status_code": 404,
        "url.scheme": "http",
        "awaithumans.operation_id": "unknown",
    }


async def test_log_lines_name_the_trace(traced: InProcess, log: io.StringIO) -> None:
    await traced.client.get("/", headers={"traceparent": f"00-{_TRACE}-{_PARENT}-01"})
    (line,) = log.getvalue().splitlines()
    assert json.loads(line)["trace_id"] == _TRACE


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_TRACES_EXPORTER": ""},
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"},
        {"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "otlp"},
        {"OTEL_SERVICE_NAME": "humans"},
    ],
)
def test_nobody_draws_where_nobody_asks(
    environment: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    assert tracing.begin(environment, "1") is None
    assert caplog.text == ""


def test_an_exporter_that_is_not_known_is_named(caplog: pytest.LogCaptureFixture) -> None:
    assert tracing.begin({"OTEL_TRACES_EXPORTER": "zipkin"}, "1") is None
    assert "OTEL_TRACES_EXPORTER=zipkin" in caplog.text


def test_without_the_sdk_one_warning_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # What None stands for in here can't be imported.
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    given = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}
    assert tracing.begin(given, "1") is None
    (record,) = caplog.records
    assert 'pip install "awaithumans[otel]"' in record.getMessage()
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in record.getMessage()
