"""Workspaces: how they are set up, who is who in them, and whether messages arrive."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.dashboard.browsing import tab_of
from tests.dashboard.conftest import Open
from tests.dashboard.site import SUE, Site
from tests.dashboard.slack_site import ALL, APP_ALONE, NORDLICHT, START, install, slack_site
from tests.support.slack import Slack
from tests.support.slack_manners import fails

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def both(
    built: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Site, Slack]]:
    async with slack_site(tmp_path_factory.mktemp("slack"), ALL) as found:
        await install(found[0])
        yield found


@pytest.fixture(scope="module")
def site(both: tuple[Site, Slack]) -> Site:
    return both[0]


@pytest.fixture
def vendor(both: tuple[Site, Slack]) -> Slack:
    return both[1]


async def test_what_is_missing_is_said_and_the_app_is_added(
    built: None, browser: Browser, tmp_path: Path
):
    async with slack_site(tmp_path, APP_ALONE, "dev") as (site, _), tab_of(browser, site) as tab:
        page = tab.page
        await tab.go("/slack")
        await page.get_by_text("Neither AWAITHUMANS_SLACK_SIGNING_SECRET nor").wait_for()
        await page.get_by_text("The app is in no workspace yet").wait_for()
        await page.get_by_text(f"{site.url}/api/channels/slack/events").wait_for()
        add = page.get_by_role("link", name="Add to Slack")
        assert await add.get_attribute("href") == START
        assert await page.get_by_text("Post a test message").count() == 0

        await add.click()
        await page.get_by_role("status").get_by_text("The app was added to Nordlicht.").wait_for()
        await page.get_by_role("button", name="Forget Nordlicht").wait_for()
        assert await tab.violations() == []
        await page.get_by_role("link", name="Add to Slack").click()
        refused = page.get_by_role("alert").get_by_text("The app was not added: Slack was told not")
        await refused.wait_for()
        await tab.go("/slack?error=Call+555-0100")
        await page.get_by_text("The app was not added: unknown_error").wait_for()
        await tab.go("/slack?installed=T0000009")
        await page.get_by_role("button", name="Forget Nordlicht").wait_for()
        assert await page.get_by_text("The app was").count() == 0


async def test_a_test_message_tells_what_slack_said(open_tab: Open, vendor: Slack):
    async with open_tab() as tab:
        page = tab.page
        await tab.go("/slack")
        vendor.then("chat.postMessage", fails("not_in_channel"))
        await page.get_by_label("To").fill("slack+T0000002:#approvals")
        await page.get_by_role("button", name="Post", exact=True).click()
        await page.get_by_role("alert").get_by_text("not_in_channel: Invite the app").wait_for()
        await page.get_by_role("button", name="Post", exact=True).click()
        await page.get_by_role("status").get_by_text("Posted in Südwind").wait_for()
        await page.get_by_label("To").fill("approvals")
        await page.keyboard.press("Enter")
        await page.get_by_text("is nobody who can be told. Allowed are slack:#channel").wait_for()
        await page.get_by_label("To").fill("slack:#Approvals")
        await page.keyboard.press("Enter")
        await page.get_by_role("alert").get_by_text("must be slack:#channel").wait_for()
    assert [one.channel for one in vendor.messages.values()] == ["C0APPROVALS"]


async def test_a_member_becomes_a_person_of_the_directory(site: Site, open_tab: Open):
    async def sue() -> tuple[str | None, str | None]:
        found = await asyncio.to_thread(site.agent.get, "/api/admin/users", params={"email": SUE})
        (person,) = found.json()["items"]
        return person["slack_team_id"], person["slack_user_id"]

    async with open_tab() as tab:
        page = tab.page
        await tab.go("/slack")
        await page.get_by_role("link", name="Members of Nordlicht").click()
        await page.get_by_role("heading", name="Members of Nordlicht").wait_for()
        await page.get_by_role("button", name="Link guest").click()
        person = page.get_by_role("combobox", name="Person of the directory")
        await person.fill("nobody@example.com")
        await page.keyboard.press("Enter")
        await page.get_by_text("Nobody of the directory is called that.").wait_for()
        await page.keyboard.press("Escape")

        await page.get_by_role("button", name="Link sue", exact=True).click()
        assert await person.input_value() == SUE
        assert await tab.violations() == []
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Unlink sue").wait_for()
        assert await sue() == (NORDLICHT, "U0000001")

        await page.get_by_role("button", name="Unlink sue").click()
        await page.get_by_role("dialog").get_by_role("button", name="Unlink").click()
        await page.get_by_role("button", name="Link sue", exact=True).wait_for()
        assert await sue() == (None, None)


async def test_workspaces_are_for_operators(open_tab: Open):
    async with open_tab("sue") as tab:
        await tab.go("/slack")
        await tab.page.get_by_text("This page is for operators").wait_for()


async def test_a_workspace_is_forgotten_unless_its_token_is_the_environments(open_tab: Open):
    async with open_tab() as tab:
        page = tab.page
        await tab.go("/slack")
        await page.get_by_text("Connected", exact=True).wait_for()
        await page.get_by_role("link", name="Members of Südwind").wait_for()
        assert await page.get_by_role("button", name="Forget Südwind").count() == 0
        await page.get_by_role("button", name="Forget Nordlicht").click()
        await page.get_by_role("dialog").get_by_role("button", name="Forget").click()
        await page.get_by_text("The workspace was forgotten.").wait_for()
        await page.get_by_role("link", name="Members of Nordlicht").wait_for(state="hidden")
