"""Which tasks a reviewer may see and answer, as conditions of a query."""

from typing import TypeAlias

from sqlalchemy import ColumnElement, TextClause, and_, exists, or_, select

from ..tasks.model import Person
from .tables import FOR_ANYBODY, OPEN, STANDING, task_invitations, tasks

Condition: TypeAlias = ColumnElement[bool] | TextClause

NOBODYS = tasks.c.assigned_to_email.is_(None) & tasks.c.assigned_to_user_id.is_(None)


def theirs(person: Person) -> list[ColumnElement[bool]]:
    """Return the ways in which a task is a person's own, each with an index of its own.

    An address counts only while it is nobody's of the directory: later it may be somebody else's.
    """
    ways: list[ColumnElement[bool]] = []
    if person.user_id is not None:
        ways.append(tasks.c.assigned_to_user_id == person.user_id)
    if person.email is not None:
        by_email = tasks.c.assigned_to_email == person.email
        ways.append(by_email & tasks.c.assigned_to_user_id.is_(None))
    return ways


def visible(person: Person) -> ColumnElement[bool]:
    """Return whether a reviewer may see a task: it is theirs, or nobody's and open to them."""
    return or_(*theirs(person), *_answered(person), NOBODYS & _offered(person))


def within_reach(person: Person) -> ColumnElement[bool]:
    """Return whether a reviewer may act on a task, as far as that depends on whom it was open to.

    Who comes second is told so, and who was first; to others the task is none of their business.
    """
    return or_(*theirs(person), *_answered(person), _offered(person))


def walks(person: Person, *, settled: bool | None) -> list[Condition]:
    """Return what a reviewer's list is made of, each part short or walked by an index of its own.

    Of the tasks that nobody has, it shows those that can still be taken.

    Args:
        person: The reviewer.
        settled: Whether only settled tasks are wanted, or only open ones; None is both.
    """
    ways: list[Condition] = [*theirs(person)]
    if settled is not False:
        ways += _answered(person)
    if settled:
        return ways
    ways.append(FOR_ANYBODY)
    if person.email is not None:
        invited = select(task_invitations.c.task_id).where(
            STANDING, task_invitations.c.email == person.email
        )
        ways.append(and_(OPEN, NOBODYS, tasks.c.open_to == "invited", tasks.c.id.in_(invited)))
    return ways


def _answered(person: Person) -> list[ColumnElement[bool]]:
    return [] if person.user_id is None else [tasks.c.completed_by_user_id == person.user_id]


def _offered(person: Person) -> ColumnElement[bool]:
    anybody = tasks.c.open_to == "anybody"
    return anybody if person.email is None else anybody | _invited(person.email)


def _invited(email: str) -> ColumnElement[bool]:
    invited = task_invitations.c
    some = exists().where(invited.task_id == tasks.c.id, invited.email == email)
    return (tasks.c.open_to == "invited") & some
