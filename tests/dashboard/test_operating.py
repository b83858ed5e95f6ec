"""Doing several things at once, finding things, and taking them along."""

import csv
import time
from pathlib import Path

import pytest

from tests.dashboard.browsing import PHONE, Tab
from tests.dashboard.conftest import Open
from tests.dashboard.site import OLGA, SUE, Site
from tests.support.bodies import APPROVED

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _select_both(tab: Tab) -> None:
    await tab.page.locator("a[data-id]").nth(1).wait_for()
    for key in "jxjx":
        await tab.page.keyboard.press(key)
    await tab.page.get_by_text("2 selected").wait_for()


async def _become(tab: Tab, site: Site, task_ids: list[str], field: str, value: str) -> None:
    """Wait until all of these tasks are so."""
    deadline = time.monotonic() + 10
    while {site.task(task_id)[field] for task_id in task_ids} != {value}:
        assert time.monotonic() < deadline, [site.task(task_id)[field] for task_id in task_ids]
        await tab.page.wait_for_timeout(50)


async def test_several_tasks_are_claimed_reassigned_and_cancelled(site: Site, open_tab: Open):
    tasks = [site.ask("the first of two"), site.ask("the second of two")]
    async with open_tab() as tab:
        page = tab.page
        bar = page.get_by_role("region", name="Selected tasks")
        await tab.go("/?q=of+two")
        await _select_both(tab)
        await bar.get_by_role("button", name="Claim").click()
        await page.get_by_text("2 claimed.").wait_for()
        await _become(tab, site, tasks, "assigned_to_email", OLGA)

        await tab.go("/?q=of+two")
        await _select_both(tab)
        await bar.get_by_role("button", name="Reassign").click()
        await page.get_by_role("combobox", name="Email address").fill(SUE)
        await page.keyboard.press("Enter")
        await page.get_by_text("2 reassigned.").wait_for()
        await _become(tab, site, tasks, "assigned_to_email", SUE)

        await tab.go("/?q=of+two")
        await _select_both(tab)
        await bar.get_by_role("button", name="Cancel").click()
        dialog = page.get_by_role("dialog", name="Cancel these 2 tasks?")
        await dialog.get_by_role("button", name="Keep").click()
        assert {site.task(task_id)["status"] for task_id in tasks} == {"assigned"}
        await _select_both(tab)
        await bar.get_by_role("button", name="Cancel").click()
        await dialog.get_by_role("button", name="Cancel these 2 tasks").click()
        await page.get_by_text("2 cancelled.").wait_for()
        await _become(tab, site, tasks, "status", "cancelled")


async def test_the_palette_finds_pages_and_tasks(site: Site, open_tab: Open):
    site.ask("a needle in the haystack")
    async with open_tab() as tab:
        page = tab.page
        await tab.go()
        await page.get_by_role("heading", name="Queue").wait_for()
        await page.keyboard.press("Control+k")
        await page.get_by_label("Find a page or a task").fill("deliv")
        assert await tab.violations() == []
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Deliveries").wait_for()
        await page.keyboard.press("Control+k")
        await page.get_by_label("Find a page or a task").fill("needle")
        await page.get_by_role("option", name="a needle in the haystack").wait_for()
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="a needle in the haystack").wait_for()


async def test_a_history_is_saved_as_csv(site: Site, open_tab: Open, tmp_path: Path):
    task_id = site.ask("told")
    site.agent.post(f"/api/tasks/{task_id}/complete", json=APPROVED).raise_for_status()
    async with open_tab() as tab:
        await tab.go(f"/audit?task={task_id}")
        await tab.page.get_by_label("What").select_option("completed")
        async with tab.page.expect_download() as saving:
            await tab.page.get_by_role("button", name="Save as CSV").click()
        saved = await saving.value
        assert saved.suggested_filename == f"{task_id}.csv"
        await saved.save_as(tmp_path / "saved.csv")
    with (tmp_path / "saved.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["action"], row["to"], row["channel"]) == ("completed", "completed", "api")


async def test_single_keys_go_where_they_say_and_can_be_turned_off(site: Site, open_tab: Open):
    task_id = site.ask("to be claimed by a key")
    async with open_tab() as tab:
        page = tab.page
        await tab.open_task(task_id)
        await page.keyboard.press("c")
        await _become(tab, site, [task_id], "assigned_to_email", OLGA)
        await page.keyboard.press("Escape")
        await page.get_by_role("heading", name="Queue").wait_for()
        await page.keyboard.press("/")
        await page.keyboard.type("g a?t")
        assert await page.get_by_label("Search tasks by title").input_value() == "g a?t"
        await page.keyboard.press("Escape")
        await page.keyboard.type("ga")
        await page.get_by_role("heading", name="Audit").wait_for()
        await page.keyboard.type("gq")
        await page.get_by_role("heading", name="Queue").wait_for()
        await page.keyboard.press("t")
        await page.locator("html[data-theme=dark]").wait_for()
        await page.keyboard.press("?")
        await page.get_by_role("dialog", name="Keys").wait_for()
        await page.keyboard.press("Escape")
        await page.get_by_role("dialog").wait_for(state="hidden")

        await tab.go("/settings")
        await page.get_by_label("Single keys").uncheck()
        await page.locator("h1").click()
        await page.keyboard.type("?t")
        await page.keyboard.press("Control+k")
        await page.get_by_role("dialog", name="Find").wait_for()
        assert await page.get_by_role("dialog").count() == 1
        assert await page.locator("html[data-theme=dark]").count() == 1


async def test_on_a_phone_what_can_be_done_to_a_person_is_in_sight(open_tab: Open):
    async with open_tab("olga", "light", PHONE) as tab:
        await tab.go("/people")
        remove = tab.page.get_by_role("button", name="Remove of Sue")
        await remove.wait_for()
        box = await remove.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= PHONE
