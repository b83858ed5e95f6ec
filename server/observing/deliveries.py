"""Attempts to deliver, counted; and what is owed, read from the database."""

from collections.abc import Awaitable, Callable, Iterable

from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ..clock import Clock
from ..tasks.deliveries import Backlog, Kind
from .metrics import Metrics

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class DeliveryFigures:
    """Counts attempts as they end.

    Args:
        metrics: Where the figures are shown.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._attempts = Counter(
            "awaithumans_delivery_attempts",
            "Attempts to deliver, by what became of them",
            ["kind", "result"],
            registry=metrics.registry,
        )
        self._seconds = Histogram(
            "awaithumans_delivery_attempt_seconds",
            "How long an attempt took",
            ["kind"],
            buckets=_SECONDS,
            registry=metrics.registry,
        )

    def attempted(self, kind: Kind, result: str, seconds: float) -> None:
        """Count an attempt, and how long it took."""
        self._attempts.labels(kind, result).inc()
        self._seconds.labels(kind).observe(seconds)


class OwedFigures(Collector):
    """Shows what was owed when it was read last.

    Args:
        metrics: Where the figures are shown.
        clock: What time it is.
        read: Reads what is owed.
    """

    def __init__(
        self, metrics: Metrics, clock: Clock, read: Callable[[], Awaitable[Backlog]]
    ) -> None:
        self._clock = clock
        self._read = read
        self._found: Backlog | None = None
        metrics.registry.register(self)
        metrics.read_from(self)

    async def measure(self) -> None:
        """Read what is owed.

        Raises:
            StorageUnavailable: The database does not answer; then nothing is shown.
        """
        self._found = None
        self._found = await self._read()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return the figures; none while the database does not answer."""
        if self._found is None:
            return
        yield GaugeMetricFamily(
            "awaithumans_pending_deliveries", "Deliveries that are owed", self._found.pending
        )
        oldest = self._found.oldest_pending_at
        age = 0.0 if oldest is None else (self._clock.now() - oldest).total_seconds()
        yield GaugeMetricFamily(
            "awaithumans_oldest_pending_delivery_seconds",
            "How long the oldest delivery has been owed",
            max(0.0, age),
        )
