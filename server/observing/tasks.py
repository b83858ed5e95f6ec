"""What happens to tasks, counted; and what is open, read from the database."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import get_args

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ..tasks.model import TERMINAL, Backlog, Channel, Status, Task
from .metrics import Metrics

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_ANSWER = (
    *(10, _MINUTE, 5 * _MINUTE, 30 * _MINUTE, _HOUR, 4 * _HOUR, 12 * _HOUR),
    *(_DAY, 3 * _DAY, 7 * _DAY, 14 * _DAY),
)
_LATENESS = (0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300)
_WAKE = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
_OPEN = sorted(set(get_args(Status)) - TERMINAL)


class TaskFigures:
    """Counts transitions once they are durable.

    Args:
        metrics: Where the figures are shown.
        parked: Returns how many requests wait.
    """

    def __init__(self, metrics: Metrics, parked: Callable[[], int]) -> None:
        registry = metrics.registry
        self._created = Counter(
            "awaithumans_tasks_created", "Tasks made", ["channel"], registry=registry
        )
        self._settled = Counter(
            "awaithumans_tasks_settled",
            "Tasks settled, by how and through what; the clock is no channel",
            ["outcome", "channel"],
            registry=registry,
        )
        self._answer = Histogram(
            "awaithumans_task_answer_seconds",
            "From making a task to the answer that completed it",
            buckets=_ANSWER,
            registry=registry,
        )
        self._lateness = Histogram(
            "awaithumans_deadline_lateness_seconds",
            "From a task's deadline to its being timed out",
            buckets=_LATENESS,
            registry=registry,
        )
        self._wake = Histogram(
            "awaithumans_wake_seconds",
            "From settling a task to the waking of who waits for it, with the commit between them",
            buckets=_WAKE,
            registry=registry,
        )
        waiting = Gauge("awaithumans_parked_requests", "Requests that wait", registry=registry)
        waiting.set_function(parked)

    def created(self, channel: Channel | None) -> None:
        """Count a new task."""
        self._created.labels(channel or "none").inc()

    def settled(self, task: Task, channel: Channel | None) -> None:
        """Count a settled task, and how long that took."""
        self._settled.labels(task.status, channel or "none").inc()
        if task.completed_at is not None:
            self._answer.observe((task.completed_at - task.created_at).total_seconds())
        elif task.timed_out_at is not None:
            self._lateness.observe((task.timed_out_at - task.timeout_at).total_seconds())

    def woken(self, task: Task, at: datetime) -> None:
        """Count a request that was woken, and how long that took."""
        # The clocks of two machines differ.
        self._wake.observe(max(0.0, (at - task.updated_at).total_seconds()))


class BacklogFigures(Collector):
    """Shows what was open when it was read last.

    Args:
        metrics: Where the figures are shown.
        read: Reads what is open.
    """

    def __init__(self, metrics: Metrics, read: Callable[[], Awaitable[Backlog]]) -> None:
        self._read = read
        self._found: Backlog | None = None
        metrics.registry.register(self)
        metrics.read_from(self)

    async def measure(self) -> None:
        """Read what is open.

        Raises:
            StorageUnavailable: The database does not answer; then nothing is shown.
        """
        self._found = None
        self._found = await self._read()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return the figures; none while the database does not answer."""
        if self._found is None:
            return
        tasks = GaugeMetricFamily(
            "awaithumans_open_tasks", "Open tasks in the database", labels=["status"]
        )
        for status in _OPEN:
            tasks.add_metric([status], self._found.by_status.get(status, 0))
        yield tasks
        yield GaugeMetricFamily(
            "awaithumans_overdue_tasks",
            "Open tasks in the database whose deadline has passed",
            self._found.overdue,
        )
        yield GaugeMetricFamily(
            "awaithumans_oldest_overdue_seconds",
            "How long ago the earliest deadline of an open task has passed",
            self._found.oldest_overdue_seconds,
        )
