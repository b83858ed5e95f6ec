"""Who may be sent to at this moment, so that one receiver never keeps another waiting."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from ..tasks.deliveries import Delivery, Waiting

Waits: TypeAlias = "Waiting | Delivery"
MOST = 512
PER_HOST = 64
PER_RECEIVER = 32
REMEMBERED = 1000


class Lanes:
    """Counts what is being sent, in all, by host and by receiver.

    A receiver begins with one attempt at a time, and gets one more with each that arrives; with
    one that fails it is back at one. So a receiver that hangs holds one place, and one that asks
    to be left alone holds none until then.
    """

    def __init__(self) -> None:
        self._hosts: Counter[str] = Counter()
        self._receivers: Counter[str] = Counter()
        self._paces: dict[str, int] = {}
        self._resting: dict[str, datetime] = {}

    @property
    def sending(self) -> int:
        """How many attempts run."""
        return self._hosts.total()

    @property
    def room(self) -> int:
        """How many more may run."""
        return MOST - self.sending

    def full_hosts(self) -> list[str]:
        """Return the hosts that may get no more at this moment."""
        return [host for host, count in self._hosts.items() if count >= PER_HOST]

    def full_receivers(self) -> list[str]:
        """Return the receivers that may get no more at this moment."""
        busy = (name for name, count in self._receivers.items() if count >= self._pace(name))
        return [*{*busy, *self._resting}]

    def has_room(self, host: str, receiver: str) -> bool:
        """Whether a receiver may get one more at this moment."""
        return self._hosts[host] < PER_HOST and self._receivers[receiver] < self._pace(receiver)

    def chosen(self, waiting: Iterable[Waits]) -> list[str]:
        """Return the ids of those that may be sent now."""
        ids: list[str] = []
        hosts, receivers = self._hosts.copy(), self._receivers.copy()
        for each in waiting:
            if (
                len(ids) < self.room
                and hosts[each.host] < PER_HOST
                and receivers[each.receiver] < self._pace(each.receiver)
            ):
                ids.append(each.id)
                hosts[each.host] += 1
                receivers[each.receiver] += 1
        return ids

    def enter(self, host: str, receiver: str) -> None:
        """Count an attempt that begins."""
        self._hosts[host] += 1
        self._receivers[receiver] += 1

    def leave(self, host: str, receiver: str, *, arrived: bool) -> None:
        """Count an attempt that has ended."""
        pace = self._paces.pop(receiver, 1)
        if arrived:
            self._paces[receiver] = min(pace + 1, PER_RECEIVER)
        for counter, name in ((self._hosts, host), (self._receivers, receiver)):
            counter[name] -= 1
            if not counter[name]:
                del counter[name]
        if len(self._paces) > REMEMBERED:
            # The one that has got nothing for longest begins anew; each task may have its own.
            del self._paces[next(iter(self._paces))]

    def rest(self, receiver: str, until: datetime) -> None:
        """Begin nothing with a receiver that asks to be left alone, until then."""
        self._resting[receiver] = max(until, self._resting.get(receiver, until))

    def rested(self, now: datetime) -> datetime | None:
        """End the rests that are over; return when the next one will be."""
        self._resting = {name: until for name, until in self._resting.items() if until > now}
        return min(self._resting.values(), default=None)

    def _pace(self, receiver: str) -> int:
        return 0 if receiver in self._resting else self._paces.get(receiver, 1)
