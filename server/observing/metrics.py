"""The figures that `/metrics` shows: one registry for each server, kept in its process.

Counters and histograms are this process's own, to be summed over processes. What is read from the
database is the same in each of several processes, so that one's, or the largest, is the figure.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Gauge,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE

from ..clock import Clock
from ..errors import StorageUnavailable

__all__ = ["CONTENT_TYPE", "Metrics", "Source"]

_log = logging.getLogger(__name__)

# However often and by however many it is scraped, the database is asked no more often than this.
_KEPT = timedelta(seconds=10)
# Prometheus gives up after ten seconds by default.
_PATIENCE_SECONDS = 5.0


class Source(Protocol):
    """Figures that have to be read before they are shown."""

    async def measure(self) -> None:
        """Read them, cheaply; what can't be read is not shown.

        Raises:
            StorageUnavailable: The database does not answer.
        """
        ...


class Metrics:
    """The registry, and what is read before it is shown.

    Whoever has figures makes collectors with `registry=metrics.registry`; whose figures lie in the
    database are given to `read_from` as well.

    Args:
        clock: What time it is.
        version: The version of the server.
    """

    def __init__(self, clock: Clock, version: str) -> None:
        # Each series would have another beside it that says when it was made.
        disable_created_metrics()
        self.registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self.registry)
        self._clock = clock
        self._sources: list[Source] = []
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()
        self._up = Gauge(
            "awaithumans_database_up",
            "Whether the database answered when figures were read from it last",
            registry=self.registry,
        )
        build = Gauge(
            "awaithumans_build_info", "Which version runs", ["version"], registry=self.registry
        )
        build.labels(version).set(1)

    def read_from(self, source: Source) -> None:
        """Have a source read before its figures are shown, at most once in ten seconds."""
        self._sources.append(source)

    async def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        async with self._reading:
            now = self._clock.now()
            if self._read_at is None or not timedelta() <= now - self._read_at < _KEPT:
                self._up.set(await self._read())
                self._read_at = now
        return generate_latest(self.registry)

    async def _read(self) -> bool:
        """Read from every source; return whether each of them could be read."""
        # Side by side: those that hang take the patience once, and not each of them.
        return all(await asyncio.gather(*map(self._succeeds, self._sources)))

    async def _succeeds(self, source: Source) -> bool:
        try:
            await asyncio.wait_for(source.measure(), _PATIENCE_SECONDS)
        except (StorageUnavailable, asyncio.TimeoutError):
            return False
        except Exception:  # noqa: BLE001 -- the figures of all others are shown whatever one's do
            _log.exception("reading figures failed")
            return False
        return True
