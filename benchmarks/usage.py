"""What the operating system says that processes use."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.databases import connected
from benchmarks.targets import Target


@dataclass(frozen=True)
class Usage:
    """What the targets have used so far, their children included; a database's own is not."""

    resident: int
    cpu_seconds: float
    file_reads: int

    @classmethod
    def of(cls, targets: Sequence[Target]) -> "Usage":
        """Read it from the operating system."""
        processes = [
            process
            for target in targets
            for process in (target.process, *target.process.children(recursive=True))
        ]
        cpu = [process.cpu_times() for process in processes]
        return cls(
            resident=sum(process.memory_info().rss for process in processes),
            cpu_seconds=sum(times.user + times.system for times in cpu),
            file_reads=sum(process.io_counters().read_count for process in processes),
        )


@dataclass(frozen=True)
class Cost:
    """What `parked` requests cost."""

    parked: int
    kib_each: float
    idle_share: float
    idle_seconds: float
    refused: int
    """How many requests were told to come again when all came at once."""
    looks: int
    """How often the database was asked: connections that were used, or file reads."""


def used_connections(url: str, seconds: float) -> int:
    """Count the server's connections to PostgreSQL that ran a statement in the last seconds."""
    with connected(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name LIKE 'awaithumans%%'"
            " AND query_start > clock_timestamp() - make_interval(secs => %s)",
            [seconds],
        ).fetchone()
    return int(row[0]) if row else 0
