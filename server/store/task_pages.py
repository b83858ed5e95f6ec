"""The query of a page of tasks: index walks that stop early, however many tasks are stored."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, func, or_, select, union_all

from ..tasks.model import TERMINAL, Filter, Person
from .reviewing import NOBODYS, Condition, theirs, walks
from .tables import OPEN, tasks


def page(columns: Sequence[Column[Any]], wanted: Filter) -> Select[Any]:
    """Return the query of a page, newest first.

    Several statuses are several index walks, each short, merged: one walk over all of them would
    sort every match. So are the several ways in which a task may concern a reviewer.
    """
    conditions = list(_conditions(wanted))
    statuses = list(dict.fromkeys(wanted.statuses))
    ways = _ways(wanted)
    if ways:
        conditions += _filtered(wanted)
        return _merged(columns, ways, conditions, wanted.limit)
    if wanted.terminal is not None:
        conditions.append(tasks.c.status.in_(sorted(TERMINAL)) if wanted.terminal else OPEN)
    by_status = [tasks.c.status == status for status in statuses]
    if len(by_status) > 1:
        return _merged(columns, by_status, conditions, wanted.limit)
    return _newest(select(*columns).where(*by_status, *conditions), wanted.limit)


def _ways(wanted: Filter) -> list[Condition]:
    """Return the ways in which a task may concern a person: none when a list is not about one."""
    holder, view = wanted.assigned_to, wanted.view
    if holder is not None and holder.user_id is not None and view in (None, holder):
        return list[Condition](theirs(holder))
    return [] if view is None else walks(view, settled=_settled(wanted))


def _settled(wanted: Filter) -> bool | None:
    """Return whether only settled tasks are wanted, or only open ones; None when both are."""
    kinds = {status in TERMINAL for status in wanted.statuses}
    return wanted.terminal if wanted.terminal is not None or len(kinds) != 1 else kinds.pop()


def _filtered(wanted: Filter) -> list[Condition]:
    """Return the conditions on the status for walks that have indexes of their own.

    Open tasks are few, and have indexes of their own; for others the status is compared in a way
    that no index knows, so that a walk along a person's tasks does not become a sort of all tasks
    in that status.
    """
    conditions: list[Condition] = []
    settled = _settled(wanted)
    if wanted.statuses:
        conditions.append(func.coalesce(tasks.c.status, "").in_(sorted(set(wanted.statuses))))
    if settled:
        conditions.append(func.coalesce(tasks.c.status, "").in_(sorted(TERMINAL)))
    elif settled is False:
        conditions.append(OPEN)
    return conditions


def _merged(
    columns: Sequence[Column[Any]],
    ways: Sequence[Condition],
    conditions: Sequence[Condition],
    limit: int,
) -> Select[Any]:
    if len(ways) == 1:
        return _newest(select(*columns).where(*ways, *conditions), limit)
    some = [_newest(select(tasks.c.id).where(way, *conditions), limit) for way in ways]
    ids = union_all(*(select(walk.subquery().c.id) for walk in some)).subquery()
    return _newest(select(*columns).where(tasks.c.id.in_(select(ids.c.id))), limit)


def _newest(query: Select[Any], limit: int) -> Select[Any]:
    return query.order_by(tasks.c.id.desc()).limit(limit)


def _conditions(wanted: Filter) -> list[Condition]:
    conditions: list[Condition] = []
    if wanted.before is not None:
        conditions.append(tasks.c.id < wanted.before)
    if wanted.assigned_to is not None:
        conditions.append(_with(wanted.assigned_to))
    if wanted.unassigned is not None:
        conditions.append(NOBODYS if wanted.unassigned else ~NOBODYS)
    if wanted.text is not None:
        conditions.append(tasks.c.task.icontains(wanted.text, autoescape=True))
    return conditions


def _with(holder: Person) -> ColumnElement[bool]:
    """Return whether a task is with this address, this user id, or this person of both."""
    if holder.user_id is None:
        return tasks.c.assigned_to_email == holder.email
    return or_(*theirs(holder))
