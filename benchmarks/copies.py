"""Copies of a task: which values of its rows change from one to the next, and how."""

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ulid import ULID

ID = re.compile(r"([a-z]{2,5})_[0-9A-HJKMNP-TV-Z]{26}")
DEADLINE = "timeout_at"
# Integers of this size are times in microseconds: the year 2020 and later.
FIRST_TIME_US = 1_577_836_800_000_000


class SeedError(Exception):
    """The database is not what the seeding expects."""


@dataclass(frozen=True)
class Times:
    """When the copies were made: the first at `first_us`, then one every `step_us`."""

    first_us: int
    step_us: int
    deadline_us: int | None = None
    """The deadline of every copy; None keeps the template's distance."""

    def copy(self, number: int) -> "Copy":
        """Return what is new about a copy."""
        at_us = self.first_us + number * self.step_us
        return Copy(_new_id("tsk", at_us), at_us, self.deadline_us)


@dataclass(frozen=True)
class Copy:
    """What is new about one copy."""

    task_id: str
    at_us: int
    deadline_us: int | None


Change = Callable[[Copy], Any]


@dataclass(frozen=True)
class TemplateRow:
    """A row of the template task, and how some of its values change from copy to copy."""

    table: str
    columns: list[str]
    values: list[Any]
    changes: list[tuple[int, Change]]

    def copied(self, copy: Copy) -> list[Any]:
        """Return the row for a copy."""
        values = self.values.copy()
        for position, change in self.changes:
            values[position] = change(copy)
        return values


def template(
    table: str, row: Iterable[tuple[str, Any]], unique: set[str], task_id: str
) -> TemplateRow:
    """Return how a row is copied.

    Args:
        table: Where it lies.
        row: Its columns and their values, without any that the database numbers itself.
        unique: The columns that must differ from row to row.
        task_id: Whose row it is.
    """
    columns, values = [list(each) for each in zip(*row, strict=True)]
    created_us = int(ULID.from_str(task_id.split("_")[1]).timestamp * 1_000_000)
    changes: list[tuple[int, Change]] = []
    for position, (name, value) in enumerate(zip(columns, values, strict=True)):
        if value == task_id:
            changes.append((position, lambda copy: copy.task_id))
        elif value is not None and (name in unique or name == "id"):
            changes.append((position, _fresh(value)))
        elif isinstance(value, int) and value >= FIRST_TIME_US:
            changes.append((position, _time(name, value - created_us)))
    return TemplateRow(table, columns, values, changes)


def _new_id(kind: str, at_us: int) -> str:
    return f"{kind}_{ULID.from_timestamp(at_us / 1_000_000)}"


def _fresh(value: Any) -> Change:
    """Make values of the same kind: ids of that time, or anything random."""
    if isinstance(value, str) and (found := ID.fullmatch(value)):
        kind = found[1]
        return lambda copy: _new_id(kind, copy.at_us)
    if isinstance(value, str):
        return lambda _: secrets.token_hex(16)
    if isinstance(value, bytes):
        return lambda _: secrets.token_bytes(len(value))
    raise SeedError(f"cannot make a unique value like {value!r}")


def _time(name: str, distance_us: int) -> Change:
    """Keep the distance from the task's creation, unless it is a deadline that is given."""
    if name == DEADLINE:
        return lambda copy: copy.deadline_us or copy.at_us + distance_us
    return lambda copy: copy.at_us + distance_us
