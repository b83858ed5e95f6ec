"""The queries of the directory, and of whose turn it is."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, or_, select, update

from ..directory.model import Account, Filter
from ..routing.plan import Member
from ..tasks.model import Person
from .channel_tables import task_sessions
from .dialects import Serial
from .tables import devices, sessions, users

_NAMES = [field.name for field in fields(Account)]
ACCOUNT = [users.c[name] for name in _NAMES]
_TICK = timedelta(microseconds=1)


class PeopleReader:
    """What the directory, signing in and routing read of people."""

    _connection: Connection

    def account(self, user_id: str) -> Account | None:
        """Return the person with this id."""
        return self._one(users.c.id == user_id)

    def account_by_email(self, email: str) -> Account | None:
        """Return the person with this address."""
        return self._one(users.c.email == email)

    def accounts(self, wanted: Filter) -> list[Account]:
        """Return up to `wanted.limit` people, newest first."""
        query = select(*ACCOUNT).where(*_conditions(wanted)).order_by(users.c.id.desc())
        return [Account(*row) for row in self._connection.execute(query.limit(wanted.limit))]

    def address_taken(self, account: Account) -> bool:
        """Whether somebody else has this person's email address or Slack identity."""
        same: list[ColumnElement[bool]] = []
        if account.email is not None:
            same.append(users.c.email == account.email)
        if account.slack_user_id is not None:
            team = users.c.slack_team_id.is_not_distinct_from(account.slack_team_id)
            same.append((users.c.slack_user_id == account.slack_user_id) & team)
        return self._any(or_(*same), users.c.id != account.id)

    def has_operator(self) -> bool:
        """Whether there is anybody who can administer the server."""
        return self._any(users.c.is_operator)

    def member(self, wanted: Member) -> Person | None:
        """Return the active person with all that is wanted whose last task is longest ago."""
        query = (
            select(users.c.email, users.c.id)
            .where(users.c.active, *_all_of(wanted))
            .order_by(users.c.last_assigned_at.asc().nulls_first(), users.c.id)
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Person(*row)

    def _one(self, condition: ColumnElement[bool]) -> Account | None:
        row = self._connection.execute(select(*ACCOUNT).where(condition)).one_or_none()
        return None if row is None else Account(*row)

    def _any(self, *conditions: ColumnElement[bool]) -> bool:
        return self._connection.execute(select(exists().where(*conditions))).scalar_one()


class PeopleWriter(Serial, PeopleReader):
    """What the directory and routing write of people."""

    def take_turns(self) -> None:
        """Choose whose turn it is after whoever chooses at this moment, not beside them."""
        self._alone("turns")

    def address_taken(self, account: Account) -> bool:
        """Whether somebody else has this person's email address or Slack identity."""
        self._alone("directory")
        return super().address_taken(account)

    def another_operator(self, user_id: str) -> bool:
        """Whether somebody else is an active operator, and stays one until the commit."""
        self._alone("directory")
        return self._any(users.c.is_operator, users.c.active, users.c.id != user_id)

    def add_account(self, account: Account) -> None:
        """Store a person."""
        self._connection.execute(insert(users), _values(account))

    def save_account(self, account: Account) -> None:
        """Store what a person is now."""
        values = {name: value for name, value in _values(account).items() if name != "id"}
        self._connection.execute(update(users).where(users.c.id == account.id).values(values))

    def delete_account(self, user_id: str) -> None:
        """Remove a person with all that lets them in."""
        self._connection.execute(delete(users).where(users.c.id == user_id))

    def end_access(self, user_id: str) -> None:
        """Forget a person's sessions, those of one task too, and the browsers that they used."""
        for table in (sessions, task_sessions, devices):
            self._connection.execute(delete(table).where(table.c.user_id == user_id))

    def note_assigned(self, user_id: str, now: datetime) -> None:
        """Note that a person has got a task: now, and in any case after everybody else."""
        self.take_turns()
        latest = self._connection.execute(select(func.max(users.c.last_assigned_at))).scalar_one()
        turn = now if latest is None else max(now, latest + _TICK)
        self._connection.execute(
            update(users).where(users.c.id == user_id).values(last_assigned_at=turn)
        )


def _values(account: Account) -> Mapping[str, Any]:
    return {name: getattr(account, name) for name in _NAMES}


def _all_of(wanted: Member) -> list[ColumnElement[bool]]:
    conditions = [
        users.c[name] == value
        for name in ("pool", "role", "access_level")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.user_id is not None:
        conditions.append(users.c.id == wanted.user_id)
    if wanted.emails is not None:
        conditions.append(users.c.email.in_(wanted.emails))
    return conditions


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        users.c[name] == value
        for name in ("email", "role", "access_level", "pool", "is_operator", "active")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.before is not None:
        conditions.append(users.c.id < wanted.before)
    if wanted.text is not None:
        named = (users.c.display_name, users.c.email)
        conditions.append(or_(*(name.icontains(wanted.text, autoescape=True) for name in named)))
    return conditions
