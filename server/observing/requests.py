"""HTTP requests, counted and timed by operation: the contract bounds how many figures there are."""

from prometheus_client import Histogram

from .metrics import Metrics

# The last two are for requests that are parked.
_SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30)


class RequestFigures:
    """Counts and times requests.

    Args:
        metrics: Where the figures are shown.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._seconds = Histogram(
            "awaithumans_http_request_seconds",
            "HTTP requests: the operation's id in the contract, the class of the answer's status",
            ["operation", "status"],
            buckets=_SECONDS,
            registry=metrics.registry,
        )
        self._known: dict[tuple[str, int], Histogram] = {}

    def answered(self, operation: str, status: int, seconds: float) -> None:
        """Count an answer.

        Args:
            operation: The operation's id, or one word for all that are none.
            status: The answer's status.
            seconds: How long it took.
        """
        key = operation, status // 100
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._seconds.labels(operation, f"{key[1]}xx")
        found.observe(seconds)
