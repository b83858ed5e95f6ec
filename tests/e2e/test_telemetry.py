"""A server that sends its spans to a collector over OTLP, and one whose collector hangs."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.bodies import refund
from tests.support.process import TOKEN, ServerProcess
from tests.support.timing import in_time


class Collector(ThreadingHTTPServer):
    """Takes spans; while `hangs` is not set, it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[bytes] = []
        self.hangs = threading.Event()
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def names(self) -> set[str]:
        return {
            span.name
            for body in self.received
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        collector = self.server
        assert isinstance(collector, Collector)
        body = self.rfile.read(int(self.headers["content-length"]))
        if collector.hangs.is_set():
            collector.released.wait(20)
        collector.received.append(body)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] -- takes all that it does
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as listening:
        serving = threading.Thread(target=listening.serve_forever, daemon=True)
        serving.start()
        yield listening
        listening.released.set()
        listening.shutdown()


def traced(home: Path, collector: Collector) -> ServerProcess:
    given = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
    }
    return ServerProcess(home, **given).start()


def test_spans_reach_a_collector_and_the_last_ones_when_it_stops(
    tmp_path: Path, collector: Collector
) -> None:
    server = traced(tmp_path, collector)
    with server.client() as client:
        made = client.post("/api/tasks", json=refund()).json()
        until = time.monotonic() + 10
        while "POST /api/tasks" not in collector.names and time.monotonic() < until:
            time.sleep(0.02)
        assert {"POST /api/tasks", "Tasks.create"} <= collector.names
        client.get(f"/api/tasks/{made['id']}")
    assert server.stop() == 0
    assert "GET /api/tasks/{task_id}" in collector.names
    sent = b"".join(collector.received)
    assert b"deployment.environment.name" in sent
    assert b"awaithumans" in sent
    assert TOKEN.encode() not in sent
    assert made["id"].encode() not in sent


def test_a_collector_that_hangs_keeps_nobody_waiting(tmp_path: Path, collector: Collector) -> None:
    collector.hangs.set()
    server = traced(tmp_path, collector)
    with server.client() as client:
        for _ in range(5):
            assert client.post("/api/tasks", json=refund()).status_code == 201
    began = time.monotonic()
    assert server.stop() == 0
    in_time(time.monotonic() - began, 5)
