"""Spans by OpenTelemetry, when its standard variables ask for them; nothing at all otherwise.

No span says who: neither paths nor queries, which may name people, but routes and operations.
"""

import logging
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from .database import Kind, Units

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Span, Tracer

_log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R", covariant=True)
W = TypeVar("W", covariant=True)

_ASKING = (
    "OTEL_TRACES_EXPORTER",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
)
_NAME = "awaithumans"
_MISSING = (
    "%s asks for traces, but OpenTelemetry's SDK is not installed, so there will be none. Install "
    'it: pip install "awaithumans[otel]"'
)
_UNKNOWN = "OTEL_TRACES_EXPORTER=%s is not known here, so there will be no traces; use otlp."
# For how long the end of the process waits for spans that are still to be sent.
_PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RequestSpan:
    """The span of a request that is being handled."""

    span: "Span"
    method: str

    @property
    def trace_id(self) -> str:
        """The trace's id, in hexadecimal."""
        return format(self.span.get_span_context().trace_id, "032x")

    def answered(self, operation: str, path: str | None, status: int) -> None:
        """Say which operation it was, and how it ended."""
        from opentelemetry.trace import StatusCode

        self.span.set_attribute("awaithumans.operation_id", operation)
        self.span.set_attribute("http.response.status_code", status)
        if path is not None:
            self.span.set_attribute("http.route", path)
            self.span.update_name(f"{self.method} {path}")
        if status >= 500:
            self.span.set_attribute("error.type", str(status))
            self.span.set_status(StatusCode.ERROR)


class Tracing:
    """Draws spans.

    Args:
        tracer: OpenTelemetry's.
        end: Sends what is left.
    """

    def __init__(self, tracer: "Tracer", end: Callable[[], None]) -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._tracer = tracer
        self._end = end
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def request(self, scope: Mapping[str, Any]) -> Generator[RequestSpan]:
        """Draw the span of a request, below the caller's (W3C Trace Context) if it names one."""
        from opentelemetry.trace import SpanKind

        carrier = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in scope["headers"]
            if name in (b"traceparent", b"tracestate")
        }
        method: str = scope["method"]
        with self._tracer.start_as_current_span(
            method,
            context=self._propagator.extract(carrier),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "url.scheme": scope["scheme"]},
            # Its message may hold what nobody else may read.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            yield RequestSpan(span, method)

    @contextmanager
    def unit(self, name: str, system: str, kind: Kind) -> Generator[None]:
        """Draw the span of a unit of work.

        Args:
            name: The use case it belongs to.
            system: The database, as the semantic conventions call it.
            kind: Whether it reads or writes.
        """
        from opentelemetry.trace import SpanKind, StatusCode

        with self._tracer.start_as_current_span(
            name,
            kind=SpanKind.CLIENT,
            attributes={"db.system.name": system, "db.operation.name": kind},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise

    def end(self) -> None:
        """Send what is left, if that takes no longer than a second."""
        sending = threading.Thread(target=self._end, daemon=True)
        sending.start()
        sending.join(_PATIENCE_SECONDS)


class TracedUnits(Units[R, W]):
    """Draws a span for each unit of work.

    Args:
        units: Who runs them.
        system: The database, as the semantic conventions call it.
        tracing: Who draws.
    """

    def __init__(self, units: Units[R, W], system: str, tracing: Tracing) -> None:
        self._units = units
        self._system = system
        self._tracing = tracing

    async def read(self, work: Callable[[R], T]) -> T:
        """Run `work` on a view of the database."""
        with self._tracing.unit(_use_case(work), self._system, "read"):
            return await self._units.read(work)

    async def write(self, work: Callable[[W], T], about: Sequence[str] | None = None) -> T:
        """Run `work` in one transaction."""
        with self._tracing.unit(_use_case(work), self._system, "write"):
            return await self._units.write(work, about)


def begin(environment: Mapping[str, str], version: str) -> Tracing | None:
    """Return who draws spans, if OpenTelemetry's variables ask for them and its SDK is here.

    Args:
        environment: The variables.
        version: The version of the server.
    """
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    asking = [name for name in _ASKING if environment.get(name, "").strip()]
    disabled = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    if not asking or disabled or exporter == "none":
        return None
    if exporter not in ("", "otlp"):
        _log.warning(_UNKNOWN, exporter)
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        _log.warning(_MISSING, asking[0])
        return None
    named = "OTEL_SERVICE_NAME" in environment or "service.name" in environment.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    return drawing(BatchSpanProcessor(OTLPSpanExporter()), version, None if named else _NAME)


def drawing(processor: "SpanProcessor", version: str, name: str | None = _NAME) -> Tracing:
    """Return who draws spans for a processor.

    Args:
        processor: OpenTelemetry's, which gets the spans.
        version: The version of the server.
        name: The service's name; None leaves it to the standard variables.
    """
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    attributes = {"service.version": version} | ({} if name is None else {"service.name": name})
    # Not the process's global one: whoever embeds the server has their own.
    provider = TracerProvider(resource=Resource.create(attributes), shutdown_on_exit=False)
    provider.add_span_processor(processor)
    return Tracing(provider.get_tracer("awaithumans", version), provider.shutdown)


def _use_case(work: Callable[..., Any]) -> str:
    """Return the method that a unit of work was written in, such as `Tasks.create`."""
    name: str = getattr(work, "__qualname__", type(work).__name__)
    return name.partition(".<locals>")[0]
