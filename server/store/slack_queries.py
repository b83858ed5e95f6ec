"""The queries of Slack: workspaces, where messages lie, and who has an identity there."""

from collections.abc import Sequence
from dataclasses import asdict, fields

from sqlalchemy import ColumnElement, Connection, case, delete, or_, select

from ..directory.model import Account
from ..directory.workspaces import Placed, Workspace
from .channel_tables import slack_installations, slack_messages
from .dialects import UPSERTS
from .people_queries import ACCOUNT
from .tables import users

_WORKSPACE = [slack_installations.c[field.name] for field in fields(Workspace)]
_PLACED = [slack_messages.c[field.name] for field in fields(Placed)]


class SlackReader:
    """What the Slack channel reads."""

    _connection: Connection

    def workspaces(self) -> list[Workspace]:
        """Return the workspaces that the app was installed in from here, by name."""
        table = slack_installations.c
        rows = self._connection.execute(
            select(*_WORKSPACE).order_by(table.team_name, table.team_id)
        )
        return [Workspace(*row) for row in rows]

    def workspace(self, team_id: str) -> Workspace | None:
        """Return one of them."""
        query = select(*_WORKSPACE).where(slack_installations.c.team_id == team_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Workspace(*row)

    def slack_message(self, task_id: str, target: str) -> Placed | None:
        """Return where the message to a target is."""
        table = slack_messages.c
        return self._placed(table.task_id == task_id, table.target == target)

    def slack_messages(self, task_id: str) -> list[Placed]:
        """Return where all messages about a task are."""
        query = select(*_PLACED).where(slack_messages.c.task_id == task_id)
        return [Placed(*row) for row in self._connection.execute(query)]

    def slack_message_at(self, team_id: str, channel_id: str, ts: str) -> Placed | None:
        """Return what message is at a place; None for one that is none of ours."""
        table = slack_messages.c
        return self._placed(
            table.channel_id == channel_id, table.ts == ts, table.team_id == team_id
        )

    def account_by_slack(
        self, user_id: str, team_ids: Sequence[str], *, anywhere: bool
    ) -> Account | None:
        """Return the person of the directory with this identity.

        Args:
            user_id: The member's id.
            team_ids: The workspaces that they may be a member of, the likeliest first.
            anywhere: Whether a person counts whose workspace the directory does not say.
        """
        team = users.c.slack_team_id
        here: ColumnElement[bool] = team.in_(list(team_ids))
        order = {each: at for at, each in enumerate(team_ids)}
        query = (
            select(*ACCOUNT)
            .where(
                users.c.slack_user_id == user_id, or_(here, team.is_(None)) if anywhere else here
            )
            .order_by(case(order, value=team, else_=len(order)))
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Account(*row)

    def _placed(self, *conditions: ColumnElement[bool]) -> Placed | None:
        query = select(*_PLACED).where(*conditions).limit(1)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Placed(*row)


class SlackWriter(SlackReader):
    """What the Slack channel writes."""

    def save_workspace(self, workspace: Workspace) -> None:
        """Store a workspace; the app may be installed in it again."""
        values = asdict(workspace)
        upsert = UPSERTS[self._connection.dialect.name]
        self._connection.execute(
            upsert(slack_installations).on_conflict_do_update(
                index_elements=[slack_installations.c.team_id],
                set_={name: value for name, value in values.items() if name != "team_id"},
            ),
            values,
        )

    def forget_workspace(self, team_id: str) -> bool:
        """Forget a workspace and its token; False if it is not there."""
        gone = delete(slack_installations).where(slack_installations.c.team_id == team_id)
        return self._connection.execute(gone).rowcount == 1

    def keep_slack_message(self, placed: Placed) -> None:
        """Note where a message to a target is; the last one is the one that counts."""
        values = asdict(placed)
        upsert = UPSERTS[self._connection.dialect.name]
        keys = ("task_id", "target")
        self._connection.execute(
            upsert(slack_messages).on_conflict_do_update(
                index_elements=[slack_messages.c[name] for name in keys],
                set_={name: value for name, value in values.items() if name not in keys},
            ),
            values,
        )
