"""How fast the dashboard is; the figures are printed (`pytest -s`)."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.dashboard.browsing import Tab
from tests.dashboard.conftest import Open
from tests.dashboard.site import Site
from tests.support.timing import in_time

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.quiet]

_MANY = 1_000
# From a key to the paint after it, in milliseconds.
_KEYS = """
async () => {
  const took = [];
  for (let turn = 0; turn < 40; turn += 1) {
    const began = performance.now();
    const key = new KeyboardEvent("keydown", {key: turn % 8 < 6 ? "j" : "k", bubbles: true});
    (document.activeElement ?? document.body).dispatchEvent(key);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    took.push(performance.now() - began);
  }
  return took.sort((one, other) => one - other);
}
"""


@pytest.fixture(scope="module")
def _many(site: Site) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(site.ask, (f"task {number}" for number in range(_MANY))))


async def _scrolled_to_the_end(tab: Tab) -> None:
    """Have every task be in the list: the next page comes when the last row is in sight."""
    rows = tab.page.locator("a[data-id]")
    await rows.first.wait_for()
    deadline = time.monotonic() + 30
    while await rows.count() < _MANY:
        assert time.monotonic() < deadline, f"only {await rows.count()} tasks were listed"
        await rows.last.scroll_into_view_if_needed()
        await tab.page.wait_for_timeout(50)


@pytest.mark.usefixtures("_many")
async def test_keys_are_answered_at_once_with_a_thousand_tasks(open_tab: Open):
    async with open_tab() as tab:
        await tab.go()
        await _scrolled_to_the_end(tab)
        took: list[float] = await tab.page.evaluate(_KEYS)
        print(f"key to paint: median {took[20]:.0f} ms, p95 {took[37]:.0f} ms")
        in_time(took[37] / 1000, 0.1)


@pytest.mark.usefixtures("_many")
async def test_the_next_task_is_there_soon_after_an_answer(open_tab: Open):
    async with open_tab() as tab:
        await tab.go()
        await tab.page.locator("a[data-id]").first.wait_for()
        await tab.page.keyboard.press("Enter")
        heading = tab.page.locator("#task-title")
        await heading.wait_for()
        took: list[float] = []
        for _ in range(5):
            title = await heading.inner_text()
            await tab.page.keyboard.press("1")
            began = time.monotonic()
            await tab.page.keyboard.press("Control+Enter")
            await tab.page.wait_for_function(
                "(title) => document.querySelector('#task-title')?.innerText !== title", arg=title
            )
            took.append(time.monotonic() - began)
            await heading.wait_for()
        median = sorted(took)[2]
        print(f"submit to the next task: median {median * 1000:.0f} ms")
        in_time(median, 0.15)
