"""A real verifier behind the dashboard: refused, corrected, passed, without waiting for it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.dashboard.browsing import Tab, tab_of
from tests.dashboard.linking import links_of
from tests.dashboard.site import Site, people_of
from tests.support.process import ServerProcess
from tests.support.vendors import Manner, Vendors, hangs, in_turn, refuses, vendors, verdict

pytestmark = pytest.mark.asyncio(loop_scope="session")

_VERIFIER = {"provider": "claude", "instructions": "Refuse any decision that lacks a reason."}
_REFUSES = refuses("There is no reason.", (["reason"], "says nothing"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def model() -> AsyncIterator[Vendors]:
    async with vendors(verdict()) as listening:
        yield listening


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def verified(
    built: None, model: Vendors, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """A server that asks the model on loopback."""
    server = ServerProcess(
        tmp_path_factory.mktemp("site"),
        AWAITHUMANS_ANTHROPIC_URL=model.base_urls["claude"],
        ANTHROPIC_API_KEY="vendor-key-0123456789",
    ).start()
    site = people_of(server)
    yield site
    site.agent.close()
    server.kill()


def _ask(site: Site, model: Vendors, manner: Manner, title: str = "checked") -> str:
    model.manner = manner
    return site.ask(title, verifier_config=_VERIFIER)


async def _answer(tab: Tab, reason: str) -> None:
    await tab.page.get_by_label("Reason").fill(reason)
    await tab.page.get_by_role("radio", name="Yes").check()
    await tab.page.keyboard.press("Control+Enter")


async def test_a_refused_answer_comes_back_and_passes_once_it_is_corrected(
    verified: Site, model: Vendors, browser: Browser
):
    task_id = _ask(verified, model, in_turn(_REFUSES, verdict()))
    async with tab_of(browser, verified, "sue") as tab:
        page = tab.page
        await tab.open_task(task_id)
        await _answer(tab, "x")
        await page.get_by_text("Attempt 1 of 3 was refused").wait_for()
        await page.get_by_text("There is no reason.").wait_for()
        field = page.get_by_label("Reason")
        assert await field.input_value() == "x"
        assert await field.get_attribute("aria-invalid") == "true"
        await field.fill("It was broken.")
        await page.keyboard.press("Control+Enter")
        await page.get_by_text("Answered by sue@example.com").wait_for()
        await page.get_by_text("It is as the rules say.").wait_for()
        await tab.go(f"/audit?task={task_id}")
        for action in ("Submitted", "Rejected", "Verified", "Completed"):
            await page.get_by_role("cell", name=action, exact=True).first.wait_for()


async def test_the_next_task_is_there_while_a_model_still_thinks(
    verified: Site, model: Vendors, browser: Browser
):
    verified.ask("the one after", assign_to={"email": "sue@example.com"})
    task_id = _ask(verified, model, hangs, "slow")
    async with tab_of(browser, verified, "sue") as tab:
        page = tab.page
        await tab.go(f"/?id={task_id}")
        await page.get_by_role("heading", name="slow").wait_for()
        await _answer(tab, "because")
        await page.get_by_role("heading", name="the one after").wait_for(timeout=3_000)
        await tab.open_task(task_id)
        await page.get_by_text("Your answer is being checked.").wait_for()
        assert await page.get_by_label("Reason").input_value() == "because"


async def test_the_last_refusal_ends_the_task(verified: Site, model: Vendors, browser: Browser):
    model.manner = _REFUSES
    task_id = verified.ask("checked once", verifier_config=_VERIFIER | {"max_attempts": 1})
    async with tab_of(browser, verified, "sue") as tab:
        await tab.open_task(task_id)
        await _answer(tab, "x")
        await tab.page.get_by_text("no attempt is left").wait_for()
        await tab.page.get_by_text("Reason: says nothing").wait_for()


async def test_a_visitors_answer_comes_back_to_be_corrected(
    verified: Site, model: Vendors, browser: Browser
):
    task_id = _ask(verified, model, in_turn(_REFUSES, verdict()), "checked, by a link")
    path = await links_of(verified)(task_id, "open")
    async with tab_of(browser, verified, "nobody") as tab:
        page = tab.page
        await tab.go(path)
        await page.get_by_role("button", name="Open the task").click()
        await _answer(tab, "x")
        await page.get_by_text("Attempt 1 of 3 was refused").wait_for()
        assert await page.get_by_label("Reason").input_value() == "x"
        await _answer(tab, "It was broken.")
        await page.get_by_role("heading", name="Thank you").wait_for()
        await page.get_by_text("You can close this page.").wait_for()
