"""Workspaces of Slack, places of messages and identities, on a real database."""

from dataclasses import replace

import pytest

from awaithumans.server.directory.workspaces import Placed, Workspace
from awaithumans.server.running import Database
from tests.store.kept import Kept
from tests.support.made import AGENT, NOW, a_draft, an_account

ACME = Workspace("T0ACME", "Acme", "U0BOT", ("chat:write",), "olga@example.com", "sealed", NOW)
BETA = replace(ACME, team_id="T0BETA", team_name="Beta", installed_by_email=None)


async def test_a_workspace_is_kept_replaced_and_forgotten(store: Database) -> None:
    for one in (BETA, ACME, replace(ACME, sealed="anew", scopes=())):
        await store.write(lambda tx, one=one: tx.save_workspace(one))

    kept = await store.read(lambda tx: tx.workspaces())
    assert kept == [replace(ACME, sealed="anew", scopes=()), BETA]
    assert await store.read(lambda tx: tx.workspace("T0BETA")) == BETA
    assert await store.write(lambda tx: tx.forget_workspace("T0BETA"))
    assert not await store.write(lambda tx: tx.forget_workspace("T0BETA"))
    assert await store.read(lambda tx: tx.workspace("T0BETA")) is None


async def test_where_a_message_is_is_kept_as_long_as_its_task(kept: Kept) -> None:
    task = (await kept.tasks.create(a_draft(), AGENT)).task.id
    placed = Placed(task, "slack:#a", "T0ACME", "C0A", "1.2", NOW)
    moved = replace(placed, ts="1.3")
    for one in (placed, moved):
        await kept.store.write(lambda tx, one=one: tx.keep_slack_message(one))

    assert await kept.store.read(lambda tx: tx.slack_message(task, "slack:#a")) == moved
    assert await kept.store.read(lambda tx: tx.slack_message(task, "slack:#b")) is None
    assert await kept.store.read(lambda tx: tx.slack_message_at("T0ACME", "C0A", "1.3")) == moved
    for place in (("T0BETA", "C0A", "1.3"), ("T0ACME", "C0B", "1.3"), ("T0ACME", "C0A", "1.2")):
        assert await kept.store.read(lambda tx, at=place: tx.slack_message_at(*at)) is None
    await kept.tasks.delete(task)
    assert await kept.store.read(lambda tx: tx.slack_message(task, "slack:#a")) is None


@pytest.mark.parametrize(
    ("teams", "anywhere", "found"),
    [
        (["T0ACME"], False, "usr_sue"),
        (["T0ACME", "T0BETA"], True, "usr_sue"),
        (["T0BETA"], False, None),
        (["T0BETA"], True, "usr_ann"),
        (["T0GAMMA", "T0ACME"], False, "usr_bob"),
        (["T0ACME", "T0GAMMA"], False, "usr_sue"),
    ],
)
async def test_a_person_is_found_by_their_identity(
    store: Database, teams: list[str], anywhere: bool, found: str | None
) -> None:
    sue = an_account("sue", slack_user_id="U0SUE", slack_team_id="T0ACME")
    ann = an_account("ann", slack_user_id="U0SUE")
    bob = an_account("bob", slack_user_id="U0SUE", slack_team_id="T0GAMMA")
    for one in (ann, bob, sue):
        await store.write(lambda tx, one=one: tx.add_account(one))

    who = await store.read(lambda tx: tx.account_by_slack("U0SUE", teams, anywhere=anywhere))
    assert (None if who is None else who.id) == found
    assert await store.read(lambda tx: tx.account_by_slack("U0", teams, anywhere=True)) is None
