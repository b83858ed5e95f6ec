"""Answers that a verifier checks: meanwhile, afterwards, and when it refuses."""

import json

import pytest
from playwright.async_api import Route

from tests.dashboard.browsing import Tab
from tests.dashboard.conftest import Open
from tests.dashboard.site import OLGA, SUE, Site
from tests.dashboard.standing_in import REFUSED, Json, Verified, refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


def _stir(site: Site, task_id: str) -> None:
    """Have the stream tell of a change."""
    to = {"assign_to": {"email": OLGA}}
    site.agent.post(f"/api/tasks/{task_id}/assign", json=to).raise_for_status()


async def _answer(tab: Tab, reason: str) -> None:
    await tab.page.get_by_label("Reason").fill(reason)
    await tab.page.get_by_role("radio", name="Yes").check()
    await tab.page.keyboard.press("Control+Enter")


async def test_an_answer_is_checked_refused_corrected_and_passed(site: Site, open_tab: Open):
    task = Verified(site.ask("checked"))
    async with open_tab() as tab:
        page = tab.page
        await task.serve(tab)
        await tab.open_task(task.task_id)
        await page.get_by_text("Attempt 1 of 3").wait_for()
        await _answer(tab, "because")
        await page.get_by_text("Your answer is being checked.").wait_for()
        field = page.get_by_label("Reason")
        assert await field.input_value() == "because"
        assert await field.is_disabled()
        assert await page.get_by_role("button", name="Submit").count() == 0
        assert await tab.violations() == []

        task.now = {"status": "rejected", "max_attempts": 3, "verification_attempt": 1}
        task.now |= {"verdict": REFUSED}
        _stir(site, task.task_id)
        alert = page.get_by_role("alert").filter(has_text="Attempt 1 of 3 was refused")
        await alert.get_by_text("The reason does not say why.").wait_for()
        await page.get_by_text("Attempt 2 of 3").wait_for()
        assert await field.input_value() == "because"
        assert await field.get_attribute("aria-invalid") == "true"
        assert await tab.violations() == []
        await page.reload()
        await page.get_by_text("has to name the policy").first.wait_for()
        assert await field.input_value() == "because"

        await field.fill("because of policy 7")
        assert await field.get_attribute("aria-invalid") == "false"
        await page.keyboard.press("Control+Enter")
        await page.get_by_text("Your answer is being checked.").wait_for()
        assert await page.get_by_text("was refused").count() == 0
        task.now |= {"status": "completed", "completed_at": "2026-01-05T10:00:00Z"}
        task.now |= {"verdict": REFUSED | {"outcome": "passed", "reason": "It names it."}}
        _stir(site, task.task_id)
        await page.get_by_text("Checked by model-1: It names it.").wait_for()
        assert await page.get_by_text("Your draft").count() == 0
        kept = "Object.keys(localStorage).filter((name) => name.includes('draft')).length"
        assert await page.evaluate(kept) == 0
    assert [query for query, _ in task.answers] == ["wait=0", "wait=0"]
    assert task.answers[1][1]["response"]["reason"] == "because of policy 7"


async def test_whoever_moved_on_hears_that_the_answer_was_refused(site: Site, open_tab: Open):
    site.ask("the one after")
    task = Verified(site.ask("the one that is checked"))
    happens: list[str] = []

    async def stream(route: Route) -> None:
        body = "".join(("retry: 200\n\n", *happens))
        await route.fulfill(body=body, content_type="text/event-stream")

    async with open_tab() as tab:
        page = tab.page
        await page.route("**/api/events", stream)
        await task.serve(tab)
        await tab.go(f"/?id={task.task_id}")
        await page.get_by_role("heading", name="the one that is checked").wait_for()
        await _answer(tab, "because")
        await page.get_by_role("heading", name="the one after").wait_for()
        event = {"task_id": task.task_id, "status": "rejected", "version": 9, "action": "rejected"}
        happens.append(f"event: task\ndata: {json.dumps(event)}\n\n")
        said = "Your answer to “the one that is checked” was refused."
        await page.get_by_text(said).wait_for()


@pytest.mark.parametrize(
    ("outcome", "title"),
    [
        ("failed", "The answer could not be checked"),
        ("not_understood", "The last answer was not understood"),
    ],
)
async def test_no_verdict_costs_no_attempt_and_says_what_to_do(
    site: Site, open_tab: Open, outcome: str, title: str
):
    task = Verified(site.ask("not checked"))
    said: Json = REFUSED | {"outcome": outcome, "reason": "The model did not answer.", "fields": []}
    task.now |= {"status": "in_progress", "verdict": said | {"attempt": 0}}
    async with open_tab() as tab:
        await task.serve(tab)
        await tab.open_task(task.task_id)
        alert = tab.page.get_by_role("alert").filter(has_text=title)
        await alert.get_by_text("The model did not answer.").wait_for()
        await alert.get_by_text("It cost no attempt.").wait_for()
        await tab.page.get_by_text("Attempt 1 of 3").wait_for()


async def test_an_answer_that_another_one_is_checked_before_stays_a_draft(
    site: Site, open_tab: Open
):
    task = Verified(site.ask("answered twice"))
    message = "An answer is being verified. Wait for its verdict."
    task.completes = (409, refusal("VERIFICATION_IN_PROGRESS", message))
    async with open_tab() as tab:
        page = tab.page
        await task.serve(tab)
        await tab.open_task(task.task_id)
        await page.get_by_label("Reason").fill("mine")
        await page.get_by_role("radio", name="Yes").check()
        task.now |= {"status": "submitted"}
        await page.keyboard.press("Control+Enter")
        await page.get_by_text(message).wait_for()
        await page.get_by_text("it is kept here as a draft").wait_for()
        assert await page.get_by_label("Reason").input_value() == "mine"
        assert await tab.violations() == []
        task.now |= {"status": "rejected", "verdict": REFUSED, "verification_attempt": 1}
        _stir(site, task.task_id)
        await page.get_by_text("Attempt 2 of 3").wait_for()
        assert await page.get_by_text(message).count() == 0
        assert await page.get_by_label("Reason").input_value() == "mine"
        assert await page.get_by_label("Reason").is_enabled()


async def test_an_answer_given_elsewhere_is_not_shown_as_an_empty_form(site: Site, open_tab: Open):
    task = Verified(site.ask("answered in Slack"))
    task.now |= {"status": "submitted"}
    async with open_tab() as tab:
        await task.serve(tab)
        await tab.open_task(task.task_id)
        await tab.page.get_by_text("An answer is being checked.").wait_for()
        assert await tab.page.get_by_label("Reason").count() == 0
        assert await tab.page.get_by_role("button", name="Claim").count() == 0


async def test_the_last_refusal_is_the_outcome(site: Site, open_tab: Open):
    task = Verified(site.ask("refused for good", assign_to={"email": SUE}))
    task.now |= {"status": "verification_exhausted", "verification_attempt": 3, "verdict": REFUSED}
    async with open_tab("sue") as tab:
        await task.serve(tab)
        await tab.open_task(task.task_id)
        outcome = tab.page.get_by_role("region", name="Outcome")
        await outcome.get_by_text("no attempt is left").wait_for()
        await outcome.get_by_text("The reason does not say why.").wait_for()
        await outcome.get_by_text("Reason: has to name the policy").wait_for()
        assert await tab.violations() == []
