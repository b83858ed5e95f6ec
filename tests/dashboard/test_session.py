"""Coming in and going out in a browser."""

import re

import pytest

from tests.dashboard.conftest import Open
from tests.dashboard.site import OLGA, PASSWORD, SUE, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_session_that_ends_elsewhere_leads_to_the_sign_in_and_back(
    site: Site, open_tab: Open
):
    people = site.agent.get("/api/admin/users", params={"email": SUE}).json()["items"]
    async with open_tab("sue") as tab:
        await tab.go("/audit")
        await tab.page.get_by_role("heading", name="Audit").wait_for()
        site.agent.post(
            f"/api/admin/users/{people[0]['id']}/password", json={"password": PASSWORD}
        ).raise_for_status()
        await tab.page.get_by_role("link", name="Queue", exact=True).click()
        await tab.page.wait_for_url(re.compile(r"/login\?next=%2F$"))
        await tab.page.get_by_label("Email address").fill(SUE)
        await tab.page.get_by_label("Password").fill(PASSWORD)
        await tab.page.keyboard.press("Enter")
        await tab.page.get_by_role("heading", name="Queue").wait_for()


async def test_signing_out_forgets_the_drafts(site: Site, open_tab: Open):
    task = site.ask()
    async with open_tab("nobody") as tab:
        await tab.go(f"/task?id={task}")
        await tab.page.get_by_label("Email address").fill(OLGA)
        await tab.page.get_by_label("Password").fill(PASSWORD)
        await tab.page.keyboard.press("Enter")
        await tab.page.get_by_label("Reason").fill("A draft")
        kept = "Object.keys(localStorage).filter((name) => name.includes('draft')).length"
        assert await tab.page.evaluate(kept) == 1
        await tab.page.get_by_role("button", name="Sign out").click()
        await tab.page.get_by_role("heading", name="Sign in").wait_for()
        assert await tab.page.evaluate(kept) == 0
        await tab.go()
        await tab.page.get_by_role("heading", name="Sign in").wait_for()


@pytest.mark.parametrize("next_", ["//example.com", "https://example.com", "/\\example.com"])
async def test_an_address_that_leads_elsewhere_is_not_followed(
    site: Site, open_tab: Open, next_: str
):
    async with open_tab("nobody") as tab:
        await tab.go(f"/login?next={next_}")
        await tab.page.get_by_label("Email address").fill(OLGA)
        await tab.page.get_by_label("Password").fill(PASSWORD)
        await tab.page.keyboard.press("Enter")
        await tab.page.get_by_role("heading", name="Queue").wait_for()
        assert tab.page.url == f"{site.url}/"
