"""Links of messages in a real browser: opened, confirmed, and hostile words on their pages."""

import asyncio

import pytest
from playwright.async_api import Request

from awaithumans.server.directory.credentials import Purpose
from tests.dashboard.browsing import DESKTOP, PHONE, Theme
from tests.dashboard.conftest import Open
from tests.dashboard.linking import Make, links_of
from tests.dashboard.payloads import PAYLOADS, RUNNABLE
from tests.dashboard.site import SUE, Site
from tests.support.bodies import YES_OR_NO

pytestmark = pytest.mark.asyncio(loop_scope="session")

_LOOKS: tuple[tuple[Theme, int], ...] = (("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE))


@pytest.fixture(scope="module")
def link(site: Site) -> Make:
    return links_of(site)


def _yes_or_no(site: Site, title: str = "Approve this refund?") -> str:
    return site.ask(title, response_schema=YES_OR_NO)


async def test_a_link_is_opened_by_a_press_and_tells_nobody_its_secret(
    site: Site, link: Make, open_tab: Open
):
    task_id = _yes_or_no(site)
    path = await link(task_id, "open")
    async with open_tab("nobody") as tab:
        sent: list[Request] = []
        tab.page.on("request", lambda request: sent.append(request))
        await tab.go(path)
        await tab.page.get_by_role("button", name="Open the task").click()
        await tab.page.wait_for_url(f"**/task?id={task_id}")
        me = await tab.page.evaluate("fetch('/api/auth/me').then((answer) => answer.json())")
        assert (me["kind"], me["email"], me["task_id"]) == ("link", SUE, task_id)
        (posted,) = [each for each in sent if each.method == "POST" and path in each.url]
        # Not `null`, which would be another site's.
        assert (await posted.all_headers())["origin"] == site.url
        secret = path.rpartition("/")[2]
        for request in sent:
            assert secret not in (await request.all_headers()).get("referer", "")
        assert secret not in await tab.page.evaluate("document.referrer")
        # Followed again in the same browser, it leads there; in another one it is used.
        await tab.go(path)
        assert tab.page.url.endswith(f"/task?id={task_id}")
    async with open_tab("nobody") as tab:
        await tab.go(path)
        await tab.page.get_by_role("heading", name="This link does not work any more").wait_for()


@pytest.mark.parametrize(("purpose", "led_to"), [("open", "/task?id="), ("answer", "?choice=0")])
async def test_a_double_click_on_a_slow_line_is_one(
    site: Site, link: Make, open_tab: Open, purpose: Purpose, led_to: str
):
    task_id = _yes_or_no(site)
    path = await link(task_id, purpose)
    async with open_tab("nobody") as tab:
        await tab.go(path)
        line = await tab.page.context.new_cdp_session(tab.page)
        slow = {"offline": False, "latency": 500, "downloadThroughput": -1, "uploadThroughput": -1}
        for asked, how in (("enable", None), ("emulateNetworkConditions", slow)):
            await line.send(f"Network.{asked}", how)  # pyright: ignore[reportUnknownMemberType] -- the library's
        sent: list[str] = []
        tab.page.on("request", lambda request: sent.append(request.method))
        button = await tab.page.get_by_role("button").bounding_box()
        assert button is not None
        for _ in range(2):
            await tab.page.mouse.click(button["x"] + 9, button["y"] + 9)
            await asyncio.sleep(0.1)
        heading = "Approve this refund?" if purpose == "open" else "Thank you"
        await tab.page.get_by_role("heading", name=heading).wait_for()
        assert (sent[:2], led_to in tab.page.url) == (["POST", "POST"], True)


async def test_a_button_of_a_mail_answers_without_a_script(site: Site, link: Make, open_tab: Open):
    task_id = _yes_or_no(site)
    path = await link(task_id, "answer")
    async with open_tab("nobody", java_script_enabled=False) as tab:
        await tab.go(path)
        await tab.page.get_by_role("button", name="Confirm: Yes").click()
        await tab.page.get_by_role("heading", name="Thank you").wait_for()
        task = site.task(task_id)
        assert (task["response"], task["completed_by_email"], task["completed_via_channel"]) == (
            {"approved": True},
            SUE,
            "email",
        )
        await tab.go(path)
        await tab.page.get_by_text(f"was completed by {SUE}").wait_for()


async def test_the_pages_of_links_are_accessible_in_every_look(
    site: Site, link: Make, open_tab: Open
):
    task_id = _yes_or_no(site)
    paths = [await link(task_id, "open"), await link(task_id, "answer"), "/api/links/x"]
    one_of = {"enum": ["W" * 100, "No"]}
    long = site.ask(
        "T" * 300,
        payload={"amount": 1, "customer": "c", "k" * 80: "v" * 300},
        payload_schema={},
        response_schema=YES_OR_NO | {"properties": {"approved": one_of}},
    )
    paths += [await link(long, "open"), await link(long, "answer")]
    async with open_tab("nobody") as tab:
        for path in paths:
            await tab.go(path)
            for theme, width in _LOOKS:
                await tab.look(theme, width)
                assert await tab.violations() == [], (path, theme, width)
                assert await tab.sideways() <= 0, (path, theme, width)
                assert await tab.small_targets() == [], (path, theme, width)


async def test_no_text_of_a_task_runs_on_the_pages_of_links(site: Site, link: Make, open_tab: Open):
    assert len(set(PAYLOADS)) >= 50
    async with open_tab("nobody") as tab:
        for text in PAYLOADS:
            choice = {"enum": [text, "no"], "title": text, "description": text}
            task_id = site.ask(
                text,
                payload={"text": text, text: text, "rows": [{text: text}], "list": [text]},
                payload_schema={"title": text, "properties": {"text": {"title": text}}},
                response_schema={
                    "type": "object",
                    "properties": {"decision": choice},
                    "required": ["decision"],
                },
            )
            answer = await link(task_id, "answer")
            for path in (await link(task_id, "open"), answer):
                await tab.go(path)
                await tab.page.get_by_role("button").wait_for()
                assert await tab.page.evaluate(RUNNABLE) == [], text
            await tab.page.get_by_role("button").click()
            await tab.page.get_by_role("heading", name="Thank you").wait_for()
            assert await tab.page.evaluate(RUNNABLE) == [], text
            assert await tab.page.evaluate("window.__ran") == []
            assert site.task(task_id)["response"] == {"decision": text}
