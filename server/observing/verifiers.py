"""What models say of answers, counted."""

from prometheus_client import Counter, Histogram

from .metrics import Metrics

_SECONDS = (0.25, 0.5, 1, 2.5, 5, 10, 20, 40)


class VerifierFigures:
    """Counts calls to models as they end.

    Args:
        metrics: Where the figures are shown.
    """

    def __init__(self, metrics: Metrics) -> None:
        registry = metrics.registry
        self._verdicts = Counter(
            "awaithumans_verdicts",
            "Calls to models that verify answers, by what became of them",
            ["provider", "outcome"],
            registry=registry,
        )
        self._tokens = Counter(
            "awaithumans_verifier_tokens",
            "Tokens that verifiers took, as far as their vendors count them",
            ["provider", "direction"],
            registry=registry,
        )
        self._seconds = Histogram(
            "awaithumans_verdict_seconds",
            "How long a verdict took",
            ["provider"],
            buckets=_SECONDS,
            registry=registry,
        )

    def judged(
        self,
        provider: str,
        outcome: str,
        tokens: tuple[int, int] = (0, 0),
        seconds: float | None = None,
    ) -> None:
        """Count a call to a model.

        Args:
            provider: Whose model.
            outcome: What became of it.
            tokens: How many went in and came out.
            seconds: How long the verdict took; None without one.
        """
        self._verdicts.labels(provider, outcome).inc()
        for direction, count in zip(("input", "output"), tokens, strict=True):
            self._tokens.labels(provider, direction).inc(count)
        if seconds is not None:
            self._seconds.labels(provider).observe(seconds)
