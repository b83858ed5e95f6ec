"""The formats that are checked: those that pydantic writes, where a wrong text would fail later."""

from __future__ import annotations

import datetime
import ipaddress
import re
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

# Nothing in one of these formats is this long; longer texts are refused unread.
_LONGEST = 8192

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"(\d\d:\d\d:\d\d)(?:\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_AMOUNT = r"(?:\d{1,9}(?:\.\d{1,9})?"
_DURATION = re.compile(
    rf"[+-]?P(?=[\dT]){_AMOUNT}Y)?{_AMOUNT}M)?{_AMOUNT}W)?{_AMOUNT}D)?"
    rf"(?:T(?=\d){_AMOUNT}H)?{_AMOUNT}M)?{_AMOUNT}S)?)?",
    re.ASCII,
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f\x7f]+")
_WITH_HOST = frozenset(("http", "https", "ws", "wss", "ftp"))
_LOCAL_PART = r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*"
_LABEL = r"\w(?:[\w-]{0,61}\w)?"
_EMAIL = re.compile(rf"(?=.{{1,254}}$)(?={_LOCAL_PART}@)[^@]{{1,64}}@(?:{_LABEL}\.)+{_LABEL}")
_HYPHENS = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

_Check = Callable[[str], bool]


def _parses(parse: Callable[[str], object]) -> _Check:
    """Make a check of a function that raises ValueError for what it does not understand."""

    def check(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return check


def _is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None and _parses(datetime.date.fromisoformat)(text)


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    return found is not None and _parses(_read_time)(f"{found[1]}{found[2] or ''}".upper())


def _read_time(text: str) -> datetime.time:
    return datetime.time.fromisoformat(text.replace("Z", "+00:00"))


def _is_date_time(text: str) -> bool:
    return text[10:11] in ("T", "t", " ") and _is_date(text[:10]) and _is_time(text[11:])


def _is_uri(text: str) -> bool:
    return _URI.fullmatch(text) is not None and _parses(_require_host)(text)


def _require_host(text: str) -> None:
    parts = urlsplit(text)
    if parts.scheme in _WITH_HOST and not parts.hostname:
        raise ValueError(parts.scheme)
    _ = parts.port


def _is_uuid(text: str) -> bool:
    return _HYPHENS.fullmatch(text) is not None


def _of_version(version: int) -> _Check:
    return lambda text: _is_uuid(text) and uuid.UUID(text).version == version


def _matches(pattern: re.Pattern[str]) -> _Check:
    return lambda text: pattern.fullmatch(text) is not None


def _short(check: _Check) -> _Check:
    return lambda text: len(text) <= _LONGEST and check(text)


_ADDRESS = {
    "ipv4": (ipaddress.IPv4Address, "an IPv4 address"),
    "ipv6": (ipaddress.IPv6Address, "an IPv6 address"),
    "ipv4network": (ipaddress.IPv4Network, "an IPv4 network such as 10.0.0.0/8"),
    "ipv6network": (ipaddress.IPv6Network, "an IPv6 network such as fd00::/8"),
    "ipv4interface": (ipaddress.IPv4Interface, "an IPv4 address with its network"),
    "ipv6interface": (ipaddress.IPv6Interface, "an IPv6 address with its network"),
    "ipvanyaddress": (ipaddress.ip_address, "an IP address"),
    "ipvanynetwork": (ipaddress.ip_network, "an IP network"),
    "ipvanyinterface": (ipaddress.ip_interface, "an IP address with its network"),
}
_TABLE: dict[str, tuple[_Check, str]] = {
    "date": (_is_date, "a date such as 2025-12-31"),
    "date-time": (_is_date_time, "an RFC 3339 date-time such as 2025-12-31T18:30:00Z"),
    "time": (_is_time, "a time such as 18:30:00"),
    "duration": (_matches(_DURATION), "an ISO 8601 duration such as P1DT2H30M"),
    "uri": (_is_uri, "a URL such as https://example.com/page"),
    "email": (_matches(_EMAIL), "an email address"),
    "uuid": (_is_uuid, "a UUID"),
    **{f"uuid{n}": (_of_version(n), f"a UUID of version {n}") for n in (1, 3, 4, 5, 6, 7, 8)},
    **{name: (_parses(parse), noun) for name, (parse, noun) in _ADDRESS.items()},
}

CHECKS: dict[str, _Check] = {name: _short(check) for name, (check, _) in _TABLE.items()}
MESSAGES: dict[str, str] = {name: f"must be {noun}" for name, (_, noun) in _TABLE.items()}
