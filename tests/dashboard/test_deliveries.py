"""Webhook deliveries: found, understood and sent again by an operator."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.dashboard.browsing import DESKTOP, PHONE, Theme
from tests.dashboard.conftest import Open
from tests.dashboard.site import Site, people_of
from tests.support.bodies import APPROVED
from tests.support.process import ServerProcess
from tests.support.receiver import OK, Call, answers, receiver

pytestmark = pytest.mark.asyncio(loop_scope="session")

_LOOKS: tuple[tuple[Theme, int], ...] = (("dark", DESKTOP), ("light", PHONE))


@pytest.fixture(scope="module")
def site(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that may call receivers of this machine."""
    home = tmp_path_factory.mktemp("site")
    server = ServerProcess(home, AWAITHUMANS_CALLBACK_ALLOW_PRIVATE="true").start()
    site = people_of(server)
    yield site
    site.agent.close()
    server.kill()


async def _breaks_late(call: Call, writer: asyncio.StreamWriter) -> None:
    """Fail once the page has shown that the task is answered."""
    await asyncio.sleep(0.8)
    await answers(500, body=b"out of order")(call, writer)


async def test_a_delivery_that_failed_is_shown_and_sent_again(site: Site, open_tab: Open):
    async with receiver(_breaks_late) as broken, open_tab() as tab:
        page = tab.page
        await tab.go("/deliveries")
        await page.get_by_text("Nothing was to be delivered yet").wait_for()
        task_id = site.ask("Refund order 7?", callback_url=broken.url)
        await tab.open_task(task_id)
        site.agent.post(f"/api/tasks/{task_id}/complete", json=APPROVED).raise_for_status()
        await page.get_by_text("Answered").first.wait_for()
        await page.get_by_text("could not be delivered: http://127.0.0.1").wait_for()

        await tab.go("/deliveries?status=pending")
        row = page.get_by_role("row").filter(has_text=broken.url)
        await row.get_by_text("the receiver answered 500").wait_for()
        assert await tab.violations() == []
        await row.get_by_role("link").click()
        await page.get_by_text("out of order").wait_for()
        await page.get_by_role("link", name="Refund order 7?").wait_for()
        await page.get_by_text('"approved": true').wait_for()
        for theme, width in _LOOKS:
            await tab.look(theme, width)
            assert await tab.violations() == []
            assert await tab.sideways() <= 0

        broken.manner = OK
        await page.get_by_role("button", name="Send again").click()
        await page.get_by_text("Delivered", exact=True).wait_for()
        await page.get_by_text("thanks").wait_for()
        await tab.open_task(task_id)
        await page.get_by_text("Answered").first.wait_for()
        assert await page.get_by_text("could not be delivered").count() == 0


async def test_deliveries_are_for_operators(open_tab: Open):
    async with open_tab("sue") as tab:
        await tab.go("/deliveries")
        await tab.page.get_by_text("This page is for operators").wait_for()
