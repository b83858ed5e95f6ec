"""Read `assign_to` into a plan; finding the people is the caller's work."""

from collections.abc import Sequence
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
    """The active person of the directory for whom all of this holds; None does not restrict.

    Of several, the one whose last task is the longest ago; of those without any, the one who was
    added first.
    """

    user_id: str | None = None
    emails: tuple[str, ...] | None = None
    pool: str | None = None
    role: str | None = None
    access_level: str | None = None


Plan = Anybody | Address | FirstOf | Member


def plan(assign_to: dict[str, Any] | None) -> Plan:
    """Return whom `assign_to` asks for.

    Addresses alone are people, in the directory or not; beside anything else they are one of the
    directory's filters, which must all hold.

    Args:
        assign_to: The wire's object, its keys checked; None means anybody.

    Raises:
        MarketplaceNotAvailable: It asks for the marketplace.
    """
    wanted = {key: value for key, value in (assign_to or {}).items() if value is not None}
    if wanted.pop("marketplace", False):
        raise MarketplaceNotAvailable
    emails = _addresses(wanted.pop("email", None), wanted.pop("emails", None))
    if wanted or emails == ():
        return Member(emails=emails, **wanted)
    if emails is None:
        return Anybody()
    return Address(emails[0]) if len(emails) == 1 else FirstOf(emails)


def _addresses(email: str | None, emails: Sequence[str] | None) -> tuple[str, ...] | None:
    """Return the addresses that both allow, each once, in their order; None when neither asks."""
    several = None if emails is None else tuple(dict.fromkeys(map(normal, emails)))
    if email is None:
        return several
    return tuple(one for one in (normal(email),) if several is None or one in several)


def normal(email: str) -> str:
    """Return the address in the form in which addresses are compared."""
    return email.strip().lower()
