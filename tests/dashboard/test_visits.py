"""Whoever came by a link answers one task, and sees nothing else."""

from typing import Any

import pytest
from playwright.async_api import Route

from tests.dashboard.browsing import PHONE, Tab
from tests.dashboard.conftest import Open
from tests.dashboard.linking import links_of
from tests.dashboard.site import OLGA, PASSWORD, SUE, Site
from tests.dashboard.standing_in import REFUSED, Verified, says, visit
from tests.support.bodies import APPROVED

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _answer(tab: Tab) -> None:
    await tab.page.get_by_role("radio", name="Yes").check()
    await tab.page.keyboard.press("Control+Enter")


async def test_a_visitor_answers_the_task_and_is_thanked(site: Site, open_tab: Open):
    task_id = site.ask("for a visitor", notify=["email:joe@example.com"])
    path = await links_of(site)(task_id, "open")
    async with open_tab("nobody", "light", PHONE) as tab:
        page = tab.page
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await tab.go(path)
        await page.get_by_role("button", name="Open the task").click()
        await page.get_by_role("heading", name="for a visitor").wait_for()
        await page.get_by_text(f"You answer as {SUE} by a link.").wait_for()
        assert await page.get_by_role("navigation").count() == 0
        assert await page.get_by_role("link", name="History").count() == 0
        assert await page.get_by_role("button", name="Claim").count() == 0
        assert await page.get_by_text("joe@example.com").count() == 0
        await tab.go("/people")
        await page.get_by_role("heading", name="for a visitor").wait_for()
        await _answer(tab)
        await page.get_by_role("heading", name="Thank you").wait_for()
        await page.get_by_text("You can close this page.").wait_for()
        known = ("/api/tasks/", "/api/auth/me", "/api/links/")
        calls = [url.removeprefix(site.url) for url in asked if "/api/" in url]
        assert [url for url in calls if not url.startswith(known)] == []
    done = site.task(task_id)
    assert (done["status"], done["completed_by_email"]) == ("completed", SUE)


async def test_a_task_that_is_answered_elsewhere_is_seen_by_a_visitor(site: Site, open_tab: Open):
    task_id = site.ask("answered meanwhile")
    path = await links_of(site)(task_id, "open")
    async with open_tab("nobody") as tab:
        await tab.go(path)
        await tab.page.get_by_role("button", name="Open the task").click()
        await tab.page.get_by_label("Reason").fill("what I had written")
        site.agent.post(f"/api/tasks/{task_id}/complete", json=APPROVED).raise_for_status()
        await tab.page.get_by_text("Answered on").wait_for(timeout=20_000)
        assert await tab.page.get_by_label("Reason").input_value() == "what I had written"


async def test_a_link_that_is_used_up_says_so_and_what_to_do(site: Site, open_tab: Open):
    task_id = site.ask("for a visitor")
    async with open_tab("nobody") as tab:
        page = tab.page
        session = await visit(tab, task_id)
        await page.route("**/api/tasks/*", _fetch_as_agent(site))
        await tab.go(f"/task?id={task_id}")
        await page.get_by_role("heading", name="for a visitor").wait_for()
        session["me"] = None
        await _answer(tab)
        await page.get_by_role("heading", name="This link is used up, or has expired").wait_for()
        await page.reload()
        await page.get_by_role("heading", name="This link is used up, or has expired").wait_for()
        assert await tab.violations() == []
        await page.get_by_role("link", name="sign in").click()
        await page.get_by_label("Email address").fill(OLGA)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.unroute_all(behavior="ignoreErrors")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Queue").wait_for()


async def test_a_visitors_answer_is_checked_and_comes_back_to_be_corrected(
    site: Site, open_tab: Open
):
    task_id = site.ask("for a visitor, checked")
    task = Verified(task_id)
    async with open_tab() as tab:
        page = tab.page
        await visit(tab, task_id)
        await task.serve(tab)
        await tab.go(f"/task?id={task_id}")
        await page.get_by_label("Reason").fill("because")
        await _answer(tab)
        await page.get_by_text("Your answer was sent, and is being checked.").first.wait_for()
        await page.get_by_role("heading", name="Thank you").wait_for()
        task.now |= {"status": "rejected", "verification_attempt": 1, "verdict": REFUSED}
        await page.get_by_text("Attempt 1 of 3 was refused").wait_for()
        assert await page.get_by_label("Reason").input_value() == "because"
        await _answer(tab)
        await page.get_by_role("heading", name="Thank you").wait_for()
        task.now |= {"status": "completed", "completed_at": "2026-01-05T10:00:00Z"}
        await page.get_by_text("You can close this page.").wait_for()


def _fetch_as_agent(site: Site) -> Any:
    """Return what shows tasks to a tab that has no session of its own."""

    async def show(route: Route) -> None:
        task_id = route.request.url.rpartition("/")[2]
        await says(route, site.task(task_id))

    return show
