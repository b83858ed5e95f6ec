"""S11: whatever a vendor, a model or an operator writes is shown, and never run."""

from typing import Any

import pytest

from tests.dashboard.conftest import Open
from tests.dashboard.payloads import PAYLOADS, RUNNABLE
from tests.dashboard.site import Site
from tests.dashboard.standing_in import REFUSED, SENDER, SLACK, WORKSPACE, Channels, Verified

pytestmark = pytest.mark.asyncio(loop_scope="session")

_NAMES = ("name", "display_name", "email")
_MESSAGE: dict[str, Any] = {
    "delivery_id": "dlv_00000000000000000000000000",
    "purpose": "new",
    "status": "abandoned",
    "attempts": 1,
    "next_attempt_at": None,
    "delivered_at": None,
}


async def test_no_text_of_a_channel_or_a_verdict_runs(site: Site, open_tab: Open):
    task_id = site.ask("told and refused")
    async with open_tab() as tab:
        # A few of each sort: every one of them is shown by the same means as a task's.
        for text in PAYLOADS[::4]:
            channels = Channels(
                [SENDER | dict.fromkeys(("name", "sender", "detail"), text)],
                default_sender=text,
                slack=SLACK
                | {"detail": text, "interactions_url": text, "events_url": text}
                | {"items": [WORKSPACE | dict.fromkeys(("team_name", "installed_by_email"), text)]},
                members=[{"user_id": "U0000001"} | dict.fromkeys(_NAMES, text)],
                said={"ok": False, "detail": text},
            )
            problems = [{"loc": ["reason"], "msg": text}, {"loc": [text], "msg": text}]
            verdict = REFUSED | {"reason": text, "model": text, "fields": problems}
            told = _MESSAGE | {"target": text, "last_error": text}
            task = Verified(task_id, {"max_attempts": 3, "status": "rejected", "verdict": verdict})
            task.now["notifications"] = [told]
            await channels.serve(tab)
            await task.serve(tab)
            for path in ("/slack", "/slack?team=T0000001", f"/task?id={task_id}", "/email"):
                await tab.go(path)
                await tab.page.get_by_role("heading", level=2).first.wait_for()
                assert await tab.page.evaluate(RUNNABLE) == [], path
            await tab.page.get_by_role("button", name="Send", exact=True).click()
            await tab.page.get_by_role("alert").wait_for()
            assert await tab.page.evaluate(RUNNABLE) == []
            await tab.page.unroute_all(behavior="ignoreErrors")
        assert await tab.page.evaluate("window.__ran") == []
