"""How often signing in may fail (docs/decisions/0012): pure, and kept in the database.

Failed attempts are counted for an address from one place, and for a place as a whole. Nobody is
locked out by the failures of others elsewhere; and a browser in which the person has signed in
before has attempts of its own, so that not even a neighbour behind the same proxy can lock it out
(OWASP, Authentication Cheat Sheet, device cookies).
"""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..directory.credentials import Failures

WINDOW = timedelta(minutes=15)
_NONE = timedelta(0)
_OF_ONE_ADDRESS = 10
_OF_ONE_PLACE = 100


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an attempt to sign in counts for: its own bucket, and that of its place if it has one.

    A bucket's name is a hash: neither addresses nor places are kept.
    """

    own: str
    place: str | None

    @property
    def buckets(self) -> dict[str, int]:
        """Each bucket with the number of failures at which it is full."""
        full = {self.own: _OF_ONE_ADDRESS}
        return full if self.place is None else full | {self.place: _OF_ONE_PLACE}


def attempt(email: str, host: str | None, known_device: str | None) -> Attempt:
    """Return what an attempt counts for.

    Args:
        email: The address that is tried, in the form in which addresses are compared.
        host: Where it comes from, as far as proxies can be trusted.
        known_device: The browser, if this person has signed in with it before.
    """
    if known_device is not None:
        return Attempt(_bucket("device", known_device), None)
    place = _place(host)
    return Attempt(_bucket("address", email, place), _bucket("place", place))


def seconds_to_wait(tried: Attempt, failures: Mapping[str, Failures], now: datetime) -> int:
    """Return after how many seconds the next attempt is free; 0 when it is now."""
    waits = [
        failures[bucket].oldest + WINDOW - now
        for bucket, most in tried.buckets.items()
        if bucket in failures and failures[bucket].count >= most
    ]
    # A clock that went back must not make anybody wait for longer than the window.
    longest = min(max([_NONE, *waits]), WINDOW)
    return -(-longest // timedelta(seconds=1))


def _place(host: str | None) -> str:
    """Return the network that one subscriber has: an IPv4 address, or an IPv6 /64."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _bucket(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
