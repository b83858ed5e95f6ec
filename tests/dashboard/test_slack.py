"""Workspaces: how they are set up, who is who in them, and whether messages arrive."""

import pytest

from tests.dashboard.conftest import Open
from tests.dashboard.site import SUE, Site
from tests.dashboard.standing_in import SLACK, Channels, Json, refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_is_missing_is_said_and_the_app_can_be_added(open_tab: Open):
    missing = "Set AWAITHUMANS_SLACK_SIGNING_SECRET."
    setup: Json = SLACK | {
        "items": [],
        "configured": False,
        "detail": missing,
        "socket_mode": "off",
    }
    async with open_tab() as tab:
        page = tab.page
        await Channels(slack=setup).serve(tab)
        await tab.go("/slack")
        await page.get_by_text(missing).wait_for()
        await page.get_by_text("The app is in no workspace yet").wait_for()
        await page.get_by_text(SLACK["events_url"]).wait_for()
        add = page.get_by_role("link", name="Add to Slack")
        assert await add.get_attribute("href") == "/api/channels/slack/oauth/start"
        assert await page.get_by_text("Post a test message").count() == 0


async def test_a_workspace_is_forgotten_unless_its_token_is_the_environments(open_tab: Open):
    channels = Channels()
    async with open_tab() as tab:
        page = tab.page
        await channels.serve(tab)
        await tab.go("/slack")
        await page.get_by_text("Connected", exact=True).wait_for()
        assert await page.get_by_role("button", name="Forget Südwind").count() == 0
        await page.get_by_role("button", name="Forget Nordlicht").click()
        await page.get_by_role("dialog").get_by_role("button", name="Forget").click()
        await page.get_by_text("The workspace was forgotten.").wait_for()
        await page.get_by_text("Nordlicht").first.wait_for(state="hidden")
    assert channels.asked == [("DELETE", "/slack/installations/T0000001", None)]


async def test_a_test_message_tells_what_slack_said(open_tab: Open):
    channels = Channels(said={"ok": False, "detail": "not_in_channel: invite the app"})
    async with open_tab() as tab:
        page = tab.page
        await channels.serve(tab)
        await tab.go("/slack")
        await page.get_by_label("To").fill("slack:#approvals")
        await page.get_by_role("button", name="Post", exact=True).click()
        await page.get_by_role("alert").get_by_text("not_in_channel: invite the app").wait_for()
        wrong = {"loc": ["body", "target"], "msg": "is no target"}
        channels.refused = (422, refusal("VALIDATION_ERROR", "The request is wrong.", wrong))
        await page.get_by_label("To").fill("approvals")
        await page.keyboard.press("Enter")
        await page.get_by_text("is no target").wait_for()
    assert channels.asked[0] == ("POST", "/slack/test", {"target": "slack:#approvals"})


async def test_a_member_becomes_a_person_of_the_directory(site: Site, open_tab: Open):
    async with open_tab() as tab:
        page = tab.page
        await Channels().serve(tab)
        await tab.go("/slack")
        await page.get_by_role("link", name="Members of Nordlicht").click()
        await page.get_by_role("heading", name="Members of Nordlicht").wait_for()
        await page.get_by_role("button", name="Link guest").click()
        person = page.get_by_role("combobox", name="Person of the directory")
        await person.fill("nobody@example.com")
        await page.keyboard.press("Enter")
        await page.get_by_text("Nobody of the directory is called that.").wait_for()
        await page.keyboard.press("Escape")

        await page.get_by_role("button", name="Link Sue S.", exact=True).click()
        assert await person.input_value() == SUE
        assert await tab.violations() == []
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Unlink Sue S.").wait_for()
        (sue,) = site.agent.get("/api/admin/users", params={"email": SUE}).json()["items"]
        assert (sue["slack_team_id"], sue["slack_user_id"]) == ("T0000001", "U0000001")

        await page.get_by_role("button", name="Unlink Sue S.").click()
        await page.get_by_role("dialog").get_by_role("button", name="Unlink").click()
        await page.get_by_role("button", name="Link Sue S.", exact=True).wait_for()
        (sue,) = site.agent.get("/api/admin/users", params={"email": SUE}).json()["items"]
        assert (sue["slack_team_id"], sue["slack_user_id"]) == (None, None)


async def test_workspaces_are_for_operators(open_tab: Open):
    async with open_tab("sue") as tab:
        await tab.go("/slack")
        await tab.page.get_by_text("This page is for operators").wait_for()
