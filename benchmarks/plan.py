"""How much is measured, and what each measurement is given and gives back."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.databases import SQLITE, Cluster
from benchmarks.targets import Server


@dataclass(frozen=True)
class Plan:
    """The sizes of a run; the defaults are the conditions that the targets are stated for."""

    connections: int = 32
    rounds: int = 3
    round_seconds: float = 5
    parked_small: int = 1_000
    parked_large: int = 10_000
    completions: int = 1_000
    completions_per_second: float = 100
    poll_timeout: int = 30
    idle_seconds: float = 10
    stored: int = 1_000_000
    growth_requests: int = 2_000
    due: int = 10_000
    sign_ins: int = 200
    starts: int = 5
    imports: int = 15


QUICK = Plan(
    rounds=1,
    round_seconds=1,
    parked_small=100,
    parked_large=1_000,
    completions=100,
    poll_timeout=8,
    idle_seconds=3,
    stored=5_000,
    growth_requests=400,
    due=1_000,
    sign_ins=50,
    starts=2,
    imports=5,
)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    measured: str
    floor: str = ""
    target: str = ""
    used: float | None = None
    """How much of what is allowed was used: 1 is the target itself, more misses it.

    None where nothing is promised and the number is only shown.
    """
    floor_used: float | None = None
    """The same of the floor, where it does the same."""
    data: dict[str, Any] = field(default_factory=dict)
    """The same in numbers."""
    part: str = ""
    database: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        return None if self.used is None else self.used <= 1


@dataclass(frozen=True)
class Bench:
    """What a measurement is given."""

    plan: Plan
    command: Path
    database: str = SQLITE
    cluster: Cluster | None = None
    """The PostgreSQL server, where one is measured."""
    beside: dict[str, Any] = field(default_factory=dict)
    """What was measured of the floor in this run, for all databases."""

    @contextmanager
    def server(self) -> Iterator[Server]:
        """Yield a server with an empty database of its own, removed afterwards."""
        directory = Path(tempfile.mkdtemp(prefix="awaithumans-bench-"))
        data = directory / "data"
        data.mkdir()
        try:
            if self.database == SQLITE or self.cluster is None:
                yield Server(self.command, data)
            else:
                with self.cluster.database() as url:
                    yield Server(self.command, data, url)
        finally:
            shutil.rmtree(directory)
