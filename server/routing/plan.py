"""Read `assign_to` into a plan; finding the people is the caller's work."""

from dataclasses import dataclass
from typing import Any

from ..errors import MarketplaceNotAvailable


@dataclass(frozen=True, slots=True)
class Anybody:
    """Nobody in particular: whoever claims the task first."""


@dataclass(frozen=True, slots=True)
class Address:
    """One person, by address, in the directory or not."""

    email: str


@dataclass(frozen=True, slots=True)
class FirstOf:
    """The first of these addresses to claim the task."""

    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody from the directory who has every one of these."""

    user_id: str | None = None
    pool: str | None = None
    role: str | None = None
    access_level: str | None = None


Plan = Anybody | Address | FirstOf | Member


def plan(assign_to: dict[str, Any] | None) -> Plan:
    """Return whom `assign_to` asks for.

    One address wins over everything else, then several addresses, then the directory's filters,
    which must all hold.

    Args:
        assign_to: The wire's object, its keys checked; None means anybody.

    Raises:
        MarketplaceNotAvailable: It asks for the marketplace.
    """
    wanted = {key: value for key, value in (assign_to or {}).items() if value is not None}
    if wanted.pop("marketplace", False):
        raise MarketplaceNotAvailable
    if "email" in wanted:
        return Address(normal(wanted["email"]))
    if "emails" in wanted:
        emails = tuple(dict.fromkeys(normal(email) for email in wanted["emails"]))
        return Address(emails[0]) if len(emails) == 1 else FirstOf(emails)
    return Member(**wanted) if wanted else Anybody()


def normal(email: str) -> str:
    """Return the address in the form in which addresses are compared."""
    return email.strip().lower()
