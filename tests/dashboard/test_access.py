"""Every page and state, light, dark and on a phone: no violation of WCAG 2.2 A or AA."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Route

from tests.dashboard.browsing import DESKTOP, PHONE, Tab, Theme
from tests.dashboard.conftest import Open
from tests.dashboard.senders import add_sender, without_senders
from tests.dashboard.site import SUE, Site, Who
from tests.dashboard.slack_site import ALL, NORDLICHT, install, slack_site
from tests.dashboard.standing_in import REFUSED, SLACK, Channels, Verified, visit
from tests.support.bodies import APPROVED
from tests.support.smtp import smtp_server
from tests.unit.forms import models

pytestmark = pytest.mark.asyncio(loop_scope="session")

_LOOKS: tuple[tuple[Theme, int], ...] = (("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE))
_MUCH = {
    "text": "A long line of words that goes on and on. " * 60,
    "rows": [{"a": 1, "b": "x"}] * 30,
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(built: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A server with people and Slack, for all tests of the module."""
    async with slack_site(tmp_path_factory.mktemp("site"), ALL) as (found, _):
        await install(found)
        yield found


@pytest.fixture(scope="module")
def tasks(site: Site) -> dict[str, str]:
    """Tasks of every kind."""
    made = {
        "open": site.ask("Approve this refund?"),
        "hers": site.ask("For Sue", assign_to={"email": SUE}),
        "done": site.ask("Answered"),
        "cancelled": site.ask("Withdrawn"),
        "long": site.ask("Long", payload=_MUCH, payload_schema={}),
        "form": site.ask_for(models.Order),
        "told": site.ask("Told", notify=["slack:#approvals", f"email:{SUE}"]),
    }
    site.agent.post(f"/api/tasks/{made['done']}/complete", json=APPROVED)
    site.agent.post(f"/api/tasks/{made['cancelled']}/cancel", json={"reason": "withdrawn"})
    return made


Do = Callable[[Tab, dict[str, str]], Awaitable[None]]


def _going(path: str) -> Do:
    async def go(tab: Tab, tasks: dict[str, str]) -> None:
        await tab.go(path.format(**tasks))
        await tab.page.get_by_role("heading").first.wait_for()

    return go


async def _form_error(tab: Tab, tasks: dict[str, str]) -> None:
    await tab.open_task(tasks["form"])
    await tab.page.keyboard.press("Control+Enter")
    await tab.page.get_by_role("alert").wait_for()


async def _dialog(tab: Tab, tasks: dict[str, str]) -> None:
    await tab.open_task(tasks["open"])
    await tab.page.get_by_role("button", name="Cancel task").click()
    await tab.page.get_by_role("dialog").wait_for()


async def _failing(tab: Tab, _tasks: dict[str, str]) -> None:
    async def refuse(route: Route) -> None:
        body = '{"error_code": "INTERNAL", "message": "It broke.", "docs": "/api/docs"}'
        await route.fulfill(status=400, content_type="application/json", body=body)

    await tab.page.route("**/api/tasks?*", refuse)
    await tab.go("/")
    await tab.page.get_by_text("It broke.").first.wait_for()


async def _loading(tab: Tab, _tasks: dict[str, str]) -> None:
    async def hold(_route: Route) -> None:
        """Never answer."""

    await tab.page.route("**/api/tasks?*", hold)
    await tab.go("/")
    await tab.page.get_by_role("heading").first.wait_for()


def _channel(path: str, channels: Channels) -> Do:
    async def go(tab: Tab, _tasks: dict[str, str]) -> None:
        await channels.serve(tab)
        await tab.go(path)
        await tab.page.get_by_role("heading", level=2).first.wait_for()

    return go


def _titled(path: str) -> Do:
    async def go(tab: Tab, _tasks: dict[str, str]) -> None:
        await tab.go(path)
        await tab.page.get_by_role("heading", level=2).first.wait_for()

    return go


def _pressing(do: Do, button: str) -> Do:
    async def press(tab: Tab, tasks: dict[str, str]) -> None:
        await do(tab, tasks)
        await tab.page.get_by_role("button", name=button).first.click()
        await tab.page.get_by_role("dialog").wait_for()

    return press


def _trying(do: Do, to: str) -> Do:
    async def send(tab: Tab, tasks: dict[str, str]) -> None:
        await do(tab, tasks)
        await tab.page.get_by_label("To").fill(to)
        await tab.page.keyboard.press("Enter")
        await tab.page.get_by_role("alert").wait_for()

    return send


async def _no_senders(tab: Tab, tasks: dict[str, str]) -> None:
    without_senders(tab.site)
    await _going("/email")(tab, tasks)
    await tab.page.get_by_text("No sender has a name yet").wait_for()


async def _senders(tab: Tab, tasks: dict[str, str], port: int = 25) -> None:
    without_senders(tab.site)
    add_sender(tab.site, port)
    await _going("/email")(tab, tasks)
    await tab.page.get_by_role("button", name="Remove support").wait_for()


async def _mail_tried(tab: Tab, tasks: dict[str, str]) -> None:
    async with smtp_server(data_reply="554 5.7.1 Not from here: " + "x" * 200) as mails:
        await _trying(partial(_senders, port=mails.port), "ann@example.com")(tab, tasks)


def _verified(**now: Any) -> Do:
    async def go(tab: Tab, tasks: dict[str, str]) -> None:
        await Verified(tasks["told"], {"max_attempts": 3, "verdict": None} | now).serve(tab)
        await tab.open_task(tasks["told"])

    return go


async def _visiting(tab: Tab, tasks: dict[str, str]) -> None:
    await visit(tab, tasks["told"])
    await tab.open_task(tasks["told"])


async def _visited(tab: Tab, tasks: dict[str, str]) -> None:
    session = await visit(tab, tasks["told"])
    await tab.open_task(tasks["told"])
    session["me"] = None
    await tab.page.reload()
    await tab.page.get_by_text("This link is used up").wait_for()


async def _thanked(tab: Tab, tasks: dict[str, str]) -> None:
    await visit(tab, tasks["told"])
    await Verified(tasks["told"]).serve(tab)
    await tab.open_task(tasks["told"])
    await tab.page.keyboard.press("1")
    await tab.page.keyboard.press("Control+Enter")
    await tab.page.get_by_text("Thank you").wait_for()


_NOBODY = Channels(slack=SLACK | {"items": [], "configured": False, "socket_mode": "off"})
_SLACK = _titled("/slack")
_MEMBERS = _titled(f"/slack?team={NORDLICHT}")

_STATES: dict[str, tuple[Who, Do]] = {
    "login": ("nobody", _going("/login")),
    "setup": ("nobody", _going("/setup")),
    "queue": ("olga", _going("/")),
    "queue with a task": ("olga", _going("/?id={open}")),
    "queue, filtered, empty": ("olga", _going("/?q=nothing-is-called-this")),
    "queue of a reviewer": ("sue", _going("/")),
    "queue, loading": ("olga", _loading),
    "queue, failing": ("olga", _failing),
    "queue, done": ("olga", _going("/?tab=done")),
    "task": ("olga", _going("/task?id={open}")),
    "task of somebody else": ("olga", _going("/task?id={hers}")),
    "task, answered": ("olga", _going("/task?id={done}")),
    "task, cancelled": ("olga", _going("/task?id={cancelled}")),
    "task, long": ("olga", _going("/task?id={long}")),
    "task, gone": ("olga", _going("/task?id=tsk_00000000000000000000000000")),
    "form": ("olga", _going("/task?id={form}")),
    "form, wrong": ("olga", _form_error),
    "dialog": ("olga", _dialog),
    "audit": ("olga", _going("/audit")),
    "audit of a task": ("olga", _going("/audit?task={done}")),
    "people": ("olga", _going("/people")),
    "keys": ("olga", _going("/keys")),
    "deliveries, none": ("olga", _going("/deliveries")),
    "status": ("olga", _going("/status")),
    "analytics": ("olga", _going("/analytics")),
    "settings": ("olga", _going("/settings")),
    "nothing": ("olga", _going("/nothing/here")),
    "email": ("olga", _senders),
    "email, none": ("olga", _no_senders),
    "email, adding": ("olga", _pressing(_senders, "Add a sender")),
    "email, removing": ("olga", _pressing(_senders, "Remove support")),
    "email, tried": ("olga", _mail_tried),
    "slack": ("olga", _SLACK),
    "slack, none": ("olga", _channel("/slack", _NOBODY)),
    "slack, forgetting": ("olga", _pressing(_SLACK, "Forget Nordlicht")),
    "slack, tried": ("olga", _trying(_SLACK, "slack:#approvals")),
    "slack, members": ("olga", _MEMBERS),
    "slack, linking": ("olga", _pressing(_MEMBERS, "Link sue")),
    "slack, added": ("olga", _titled(f"/slack?installed={NORDLICHT}")),
    "slack, not added": ("olga", _titled("/slack?error=state_expired")),
    "task, told": ("olga", _going("/task?id={told}")),
    "deliveries": ("olga", _going("/deliveries?kind=slack")),
    "task, being checked": ("olga", _verified(status="submitted")),
    "task, refused": (
        "olga",
        _verified(status="rejected", verdict=REFUSED, verification_attempt=1),
    ),
    "visit": ("olga", _visiting),
    "visit, over": ("olga", _visited),
    "visit, answered": ("olga", _thanked),
    "task, refused for good": ("olga", _verified(status="verification_exhausted", verdict=REFUSED)),
}


@pytest.mark.parametrize("name", _STATES)
async def test_a_state_is_accessible_in_every_look(
    site: Site, tasks: dict[str, str], open_tab: Open, name: str
):
    who, do = _STATES[name]
    async with open_tab(who) as tab:
        await do(tab, tasks)
        for theme, width in _LOOKS:
            await tab.look(theme, width)
            assert await tab.violations() == [], f"{theme}, {width}"
            assert await tab.sideways() <= 0, f"{theme}, {width}"
            assert await tab.small_targets() == [], f"{theme}, {width}"


async def test_on_a_phone_a_long_payload_leaves_the_decision_in_reach(
    tasks: dict[str, str], open_tab: Open
):
    async with open_tab("olga", "light", PHONE) as tab:
        await tab.open_task(tasks["long"])
        button = tab.page.get_by_role("button", name="Submit").last
        box = await button.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 800 - box["height"]
        assert min(box["height"], box["width"]) >= 24
