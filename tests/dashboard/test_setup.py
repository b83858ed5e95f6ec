"""The first run: from the link that the server prints to the queue."""

from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.dashboard.browsing import tab_of
from tests.dashboard.site import OLGA, PASSWORD, Site
from tests.support.process import DevProcess

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.usefixtures("built")
async def test_the_printed_link_makes_the_first_operator_once(tmp_path: Path, browser: Browser):
    server = DevProcess(tmp_path).start()
    # The link's own host: cookies of 127.0.0.1 are none of localhost.
    link = next(word for word in server.printed("/setup?token=").split() if "/setup?token=" in word)
    site = Site(server, server.client(), {})
    try:
        async with tab_of(browser, site, "nobody") as tab:
            page = tab.page
            await page.goto(link.partition("/setup")[0])
            await page.get_by_role("heading", name="Set up awaithumans").wait_for()
            await page.goto(link)
            token = page.get_by_label("Setup token")
            await page.wait_for_url("**/setup")
            assert await token.input_value() == link.partition("token=")[2]
            await page.get_by_label("Name").fill("Olga")
            await page.get_by_label("Email address").fill(OLGA)
            await page.get_by_label("Password").fill(PASSWORD)
            await token.fill("not-the-token")
            await page.keyboard.press("Enter")
            await page.get_by_role("alert").wait_for()
            assert await page.get_by_label("Password").input_value() == PASSWORD
            await token.fill(link.partition("token=")[2])
            await page.keyboard.press("Enter")
            await page.get_by_text("Nothing waits for you").wait_for()
            await page.get_by_text("Operator", exact=True).first.wait_for()
            await page.goto(link)
            await page.get_by_text("This server is set up").wait_for()
            assert await tab.violations() == []
    finally:
        site.agent.close()
        server.kill()
