"""Exact percentiles: each is one of the samples, never an estimate."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Summary:
    """Latencies in milliseconds, from `count` samples."""

    count: int
    p50: float
    p99: float
    worst: float

    def __str__(self) -> str:
        return f"p50 {self.p50:.2f} ms, p99 {self.p99:.2f} ms (n={self.count:,})"


def percentile(ordered: Sequence[int], share: float) -> int:
    """Return the smallest sample that at least `share` of all samples do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def summarize(elapsed_ns: Sequence[int]) -> Summary:
    """Summarize latencies given in nanoseconds; there must be at least one."""
    ordered = sorted(elapsed_ns)
    return Summary(
        count=len(ordered),
        p50=percentile(ordered, 0.50) / 1e6,
        p99=percentile(ordered, 0.99) / 1e6,
        worst=ordered[-1] / 1e6,
    )
