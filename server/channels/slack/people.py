"""Who somebody of Slack is here: only the directory says."""

from __future__ import annotations

from ...directory.model import Account
from ...tasks.model import Actor
from .payloads import Identity
from .ports import Store
from .workspaces import Workspaces


class Stranger(Exception):
    """Somebody may do nothing here; the message tells them why."""


class People:
    """Knows people by their Slack identities.

    An address does not count: whoever administers a workspace can give anybody any.

    Args:
        store: Where the directory is.
        workspaces: Tells whether there are several.
    """

    def __init__(self, store: Store, workspaces: Workspaces) -> None:
        self._store = store
        self._workspaces = workspaces

    async def actor(self, identity: Identity) -> Actor:
        """Return the person as tasks know them: what they do, they were asked for by a message.

        Raises:
            Stranger: They are not in the directory, or not active.
        """
        anywhere = identity.at_home and not await self._workspaces.several()
        account: Account | None = await self._store.read(
            lambda tx: tx.account_by_slack(identity.user, identity.teams, anywhere=anywhere)
        )
        if account is None:
            raise Stranger(
                "You are not in this server's directory. Ask an operator to add your Slack id "
                f"{identity.user} (People)."
            )
        if not account.active:
            raise Stranger(
                "Your account in this server's directory is not active. Ask an operator to "
                "activate it."
            )
        kind = "operator" if account.is_operator else "reviewer"
        return Actor(kind, account.email, account.id, "slack", invited=True)
