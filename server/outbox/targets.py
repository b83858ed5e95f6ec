"""Where a webhook may go: the form of a callback URL, and the addresses that are refused."""

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

import httpx

_LONGEST = 2000
_PORTS = {"http": 80, "https": 443}
_PRINTABLE = re.compile(r"[!-\[\]-~]+")
_LABEL = "[a-z0-9_][a-z0-9_-]{0,62}"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*")
# What resolvers take for an address: 2130706433, 0x7f.1, 0177.0.0.1.
_NUMBER = "(0x[0-9a-f]*|[0-9]+)"
_NUMERIC = re.compile(rf"{_NUMBER}(\.{_NUMBER}){{0,3}}")
# IANA's registries of special addresses; what clouds have put elsewhere stands behind them.
_REFUSED = [
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",
        # Teredo and its like, 6to4, documentation: within what is otherwise public of IPv6.
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
]
# All else of IPv6 is loopback, private, link-local, multicast, or carries an address of IPv4.
_PUBLIC_IPV6 = ip_network("2000::/3")


class MalformedTarget(Exception):
    """It is no URL to send to; the message says what is wrong and never repeats the URL."""


@dataclass(frozen=True, slots=True)
class Target:
    """A callback URL, taken apart; `host` is a name, or an address without brackets."""

    scheme: str
    host: str
    port: int
    authority: str


def parse(url: str) -> Target:
    """Take a callback URL apart.

    Raises:
        MalformedTarget: It is none that a webhook could be sent to.
    """
    if len(url) > _LONGEST or not _PRINTABLE.fullmatch(url):
        raise MalformedTarget(
            f"must have 1 to {_LONGEST} printable ASCII characters, without spaces and "
            "backslashes; write others percent-encoded, and names as xn--…"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
        # What sends is stricter about some.
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        raise MalformedTarget("has a host or port that can't be read") from None
    if parts.scheme not in _PORTS:
        raise MalformedTarget("must begin with http:// or https://")
    if "@" in parts.netloc:
        raise MalformedTarget("must not carry credentials; the signature says who sends")
    if "#" in url:
        raise MalformedTarget("must not have a fragment")
    if port == 0 or parts.netloc.endswith(":"):
        raise MalformedTarget("must have a port from 1 to 65535, or none")
    host = _host(parts.netloc, parts.hostname or "")
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], parts.netloc)


def _host(netloc: str, host: str) -> str:
    """Return the host.

    Raises:
        MalformedTarget: It is neither a name nor an address.
    """
    if not netloc.startswith("["):
        if not _NAME.fullmatch(host):
            raise MalformedTarget("must have a host: a name, or an address")
        return host
    try:
        address = IPv6Address(host)
    except ValueError:
        address = None
    if address is None or address.scope_id:
        raise MalformedTarget("must have an IPv6 address between the brackets")
    return str(address)


def literal(host: str) -> str | None:
    """Return the address that a host says itself, however written; None for a name."""
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    if not _NUMERIC.fullmatch(host):
        return None
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None


def is_public(address: str) -> bool:
    """Whether an address is on the internet, and not in a private or special network."""
    try:
        ip = ip_address(address)
    except ValueError:
        # Such as a link-local address that names its interface.
        return False
    if isinstance(ip, IPv4Address):
        return not _within(ip)
    return ip in _PUBLIC_IPV6 and not _within(ip)


def all_public(addresses: Iterable[str]) -> bool:
    """Whether none of these is refused: one that is makes the whole answer suspicious."""
    return all(map(is_public, addresses))


def _within(ip: IPv4Address | IPv6Address) -> bool:
    return any(ip in network for network in _REFUSED)
