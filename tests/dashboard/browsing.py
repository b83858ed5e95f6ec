"""Pages of a real browser, which remember everything that went wrong in them."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Response, async_playwright

from tests.dashboard.site import Site, Who

Theme = Literal["light", "dark"]
PHONE, DESKTOP = 390, 1280
_AXE = Path(__file__).parents[2] / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The page's own record of what its policy refused; and whatever a payload manages to run.
_WATCH = """
window.__refused = [];
window.__ran = [];
window.alert = window.confirm = window.prompt = (what) => { window.__ran.push(String(what)); };
document.addEventListener("securitypolicyviolation", (event) => {
  window.__refused.push(`${event.violatedDirective}: ${event.blockedURI}`);
});
"""
# What can be pressed and is smaller than 24 pixels; a box counts with its label, and a link in a
# sentence is as high as the sentence.
_SMALL = """
() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
  .filter((element) => element.checkVisibility({visibilityProperty: true}))
  .filter((element) => !element.matches(".sr-only, .sr-only *"))
  .filter((element) => !element.matches("a") || getComputedStyle(element).display !== "inline")
  .map((element) => element.matches("[type=checkbox], [type=radio]") && element.closest("label")
    || element)
  .filter((element) => {
    const {width, height} = element.getBoundingClientRect();
    return width < 24 || height < 24;
  })
  .map((element) => element.outerHTML.slice(0, 200))
"""
# A refusal by the server is an answer that the page shows, and no fault of the page.
_ANSWERS = "Failed to load resource"


@dataclass
class Tab:
    """A page, and what went wrong in it."""

    page: Page
    site: Site
    faults: list[str] = field(default_factory=list[str])

    def watch(self) -> None:
        """Take note of errors."""
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"threw {error}"))
        self.page.on("response", self._answered)

    async def go(self, path: str = "/") -> None:
        await self.page.goto(self.site.url + path)

    async def open_task(self, task_id: str) -> None:
        await self.go(f"/task?id={task_id}")
        await self.page.locator("#task-title").wait_for()

    async def look(self, theme: Theme, width: int) -> None:
        """Change the theme and the width of what is shown."""
        await self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        await self.page.set_viewport_size({"width": width, "height": 800})

    async def violations(self) -> list[str]:
        """Return what axe finds."""
        await self.page.evaluate(_AXE.read_text())
        found: list[dict[str, Any]] = await self.page.evaluate(
            "(rules) => axe.run({runOnly: rules}).then(({violations}) => violations)", _RULES
        )
        return [
            f"{each['id']}: {node['target']} {node['failureSummary']}"
            for each in found
            for node in each["nodes"]
        ]

    async def sideways(self) -> int:
        """Return by how many pixels the page scrolls sideways."""
        return await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    async def small_targets(self) -> list[str]:
        """Return what can be pressed, but is smaller than 24 pixels."""
        return await self.page.evaluate(_SMALL)

    async def has_no_faults(self) -> None:
        refused: list[str] = await self.page.evaluate("window.__refused ?? []")
        ran: list[str] = await self.page.evaluate("window.__ran ?? []")
        assert self.faults + refused + ran == []

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_ANSWERS):
            self.faults.append(f"said {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} of {response.url}")


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """Start the machine's Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("The dashboard's tests need Chromium: apt-get install -y chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=_FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def tab_of(
    browser: Browser,
    site: Site,
    who: Who = "olga",
    theme: Theme = "light",
    width: int = DESKTOP,
    **settings: Any,
) -> AsyncGenerator[Tab]:
    """Open a tab of a browser of its own, signed in; faults in it fail the test."""
    context = await browser.new_context(
        color_scheme=theme,
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
        **settings,
    )
    context.set_default_timeout(10_000)
    await context.add_init_script(_WATCH)
    if who != "nobody":
        cookie = {"name": "awaithumans_session", "value": site.sessions[who], "url": site.url}
        await context.add_cookies([cookie])  # pyright: ignore[reportArgumentType] -- a typed dict
    tab = Tab(await context.new_page(), site)
    tab.watch()
    try:
        yield tab
        await tab.has_no_faults()
    finally:
        # A request that is still being answered in the server's place is not waited for.
        await tab.page.unroute_all(behavior="ignoreErrors")
        await context.close()
