"""How busy the database is: units of work that run, wait, and are refused."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol, TypeVar

from prometheus_client import Counter, Gauge

from ..errors import StorageUnavailable
from .metrics import Metrics

T = TypeVar("T")
R = TypeVar("R", covariant=True)
W = TypeVar("W", covariant=True)

Kind = Literal["read", "write"]
# The name of the pool that units of a kind run in, and how many run in it at once; writes that may
# share a transaction with others run `together`.
Pools = Mapping[Literal["read", "write", "together"], tuple[str, int]]


class Units(Protocol[R, W]):
    """Whatever runs units of work."""

    async def read(self, work: Callable[[R], T]) -> T:
        """Run `work` on a view of the database."""
        ...

    async def write(self, work: Callable[[W], T], about: Sequence[str] | None = None) -> T:
        """Run `work` in one transaction."""
        ...


class _Pool:
    """The units of one pool that somebody waits for; what does not fit into it waits."""

    __slots__ = ("refused", "size", "units")

    def __init__(self, size: int, refused: Counter) -> None:
        self.size = size
        self.units = 0
        self.refused = refused

    def in_use(self) -> int:
        return min(self.units, self.size)

    def waiting(self) -> int:
        return max(0, self.units - self.size)


class ObservedUnits(Units[R, W]):
    """Counts the units of work that pass through it.

    Args:
        units: Who runs them.
        pools: In which pools they run.
        metrics: Where the figures are shown.
    """

    def __init__(self, units: Units[R, W], pools: Pools, metrics: Metrics) -> None:
        self._units = units
        made = _made(pools, metrics)
        self._read, self._write = made[pools["read"][0]], made[pools["write"][0]]
        self._together = made[pools["together"][0]]

    async def read(self, work: Callable[[R], T]) -> T:
        """Run `work` on a view of the database."""
        pool = self._read
        pool.units += 1
        try:
            return await self._units.read(work)
        except StorageUnavailable:
            pool.refused.inc()
            raise
        finally:
            pool.units -= 1

    async def write(self, work: Callable[[W], T], about: Sequence[str] | None = None) -> T:
        """Run `work` in one transaction."""
        pool = self._write if about is None else self._together
        pool.units += 1
        try:
            return await self._units.write(work, about)
        except StorageUnavailable:
            pool.refused.inc()
            raise
        finally:
            pool.units -= 1


def _made(pools: Pools, metrics: Metrics) -> dict[str, _Pool]:
    """Return each pool by its name, shown from now on."""
    registry, labels = metrics.registry, ["pool"]
    size = Gauge(
        "awaithumans_database_pool_size", "Units that run at once", labels, registry=registry
    )
    in_use = Gauge("awaithumans_database_pool_in_use", "Units that run", labels, registry=registry)
    waiting = Gauge(
        "awaithumans_database_pool_waiting",
        "Units that wait for their turn",
        labels,
        registry=registry,
    )
    refused = Counter(
        "awaithumans_database_refused",
        "Units refused because the database did not answer, or too many waited",
        labels,
        registry=registry,
    )
    made: dict[str, _Pool] = {}
    for name, at_once in pools.values():
        pool = made[name] = _Pool(at_once, refused.labels(name))
        size.labels(name).set(at_once)
        in_use.labels(name).set_function(pool.in_use)
        waiting.labels(name).set_function(pool.waiting)
    return made
