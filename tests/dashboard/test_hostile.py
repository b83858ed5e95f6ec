"""S11: whatever an agent or a person writes is shown, and never run."""

import asyncio
from typing import Any

import pytest

from tests.dashboard.conftest import Open
from tests.dashboard.site import OLGA, PASSWORD, Site
from tests.dashboard.standing_in import REFUSED, SENDER, SLACK, WORKSPACE, Channels, Verified

pytestmark = pytest.mark.asyncio(loop_scope="session")

_TAGS = [
    "<script>{}</script>",
    "<ScRiPt>{}</sCrIpT>",
    "<script src=//evil.example/a.js></script>",
    "<img src=x onerror={}>",
    "<img src=x onerror='{}'>",
    '"><img src=x onerror={}>',
    "'><svg/onload={}>",
    "<svg onload={}>",
    "<svg><script>{}</script></svg>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<body onload={}>",
    "<iframe src='javascript:{}'></iframe>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>",
    "<math><mtext></mtext><script>{}</script></math>",
    "<details open ontoggle={}>",
    "<video><source onerror={}></video>",
    "<audio src=x onerror={}>",
    "<input autofocus onfocus={}>",
    "<select autofocus onfocus={}>",
    "<textarea autofocus onfocus={}>",
    "<marquee onstart={}>",
    "<object data='javascript:{}'></object>",
    "<embed src='javascript:{}'>",
    "<form action='javascript:{}'><button>Submit</button></form>",
    "<a href='javascript:{}'>click</a>",
    "<link rel=stylesheet href='javascript:{}'>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    "<base href='javascript:{}//'>",
    "<style>@import 'javascript:{}';</style>",
    "<template><script>{}</script></template>",
    "</title><script>{}</script>",
    "</textarea><script>{}</script>",
    "<!--><script>{}</script>-->",
    "<![CDATA[<script>{}</script>]]>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>",
]
_ADDRESSES = [
    "javascript:{}",
    "JaVaScRiPt:{}",
    " javascript:{}",
    "java\tscript:{}",
    "java\nscript:{}",
    "\x01javascript:{}",
    "vbscript:{}",
    "data:text/html,<script>{}</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{}'/>",
    "https://example.com/?a=<script>{}</script>",
    "https://example.com/#javascript:{}",
]
_WORDS = [
    "{{{{constructor.constructor('{}')()}}}}",
    "${{{}}}",
    "\u202e<script>{}</script>",
    "__proto__",
]
_ELSEWHERE = ("https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)")
_NAMES = ("name", "display_name", "email")
_MESSAGE: dict[str, Any] = {
    "delivery_id": "dlv_00000000000000000000000000",
    "purpose": "new",
    "status": "abandoned",
    "attempts": 1,
    "next_attempt_at": None,
    "delivered_at": None,
}
_PAYLOADS = [
    text.format(f"alert({number})") for number, text in enumerate([*_TAGS, *_ADDRESSES, *_WORDS])
]
# What every element that could run something looks like, if it came from a payload.
_RUNNABLE = """
[...document.querySelectorAll("*")].filter((element) =>
  ["IFRAME", "OBJECT", "EMBED", "BASE"].includes(element.tagName) ||
  [...element.attributes].some(({name, value}) => name.startsWith("on") ||
    (["href", "src", "action"].includes(name) && /^[\\s\\x00-\\x1f]*(java|vb)/i.test(value)) ||
    (name === "href" && /^\\s*data:/i.test(value)))
).map((element) => element.outerHTML.slice(0, 200))
"""


def _named(number: int, text: str) -> dict[str, Any]:
    """Return a payload and a schema with a text in every place that a page shows."""
    schema = {
        "type": "object",
        "title": text,
        "description": text,
        "properties": {
            "decision": {"enum": [text, "no"], "title": text, "description": text},
            text or "x": {"type": "string", "default": text},
        },
        "required": ["decision"],
    }
    return {
        "task": f"{number} {text}",
        "payload": {"text": text, text: text, "rows": [{text: text, "b": text}], "list": [text]},
        "payload_schema": {"title": text, "properties": {"text": {"title": text}}},
        "response_schema": schema,
        "task_metadata": {"key": text},
    }


async def test_no_text_of_a_task_its_answer_or_a_person_runs(site: Site, open_tab: Open):
    assert len(set(_PAYLOADS)) >= 50
    ids: list[str] = []
    for number, text in enumerate(_PAYLOADS):
        body = _named(number, text)
        ids.append(site.ask(body.pop("task"), **body))
        site.agent.post(
            "/api/admin/users",
            json={
                "email": f"p{number}@example.com",
                "display_name": text.strip()[:200],
                "role": text.strip()[:100],
            },
        ).raise_for_status()
    for task_id, text in zip(ids[:20], _PAYLOADS, strict=False):
        body = {"response": {"decision": text}}
        answered = site.agent.post(f"/api/tasks/{task_id}/complete", json=body)
        assert answered.status_code == 200, answered.text
    async with open_tab() as tab:
        for path in ("/", "/people", "/audit", f"/audit?task={ids[0]}", "/?tab=done"):
            await tab.go(path)
            await tab.page.get_by_role("heading").first.wait_for()
            await asyncio.sleep(0.2)
            assert await tab.page.evaluate(_RUNNABLE) == [], path
        for task_id in ids:
            await tab.open_task(task_id)
            assert await tab.page.evaluate(_RUNNABLE) == []
        assert await tab.page.evaluate("window.__ran") == []


async def test_no_text_of_a_channel_or_a_verdict_runs(site: Site, open_tab: Open):
    task_id = site.ask("told and refused")
    async with open_tab() as tab:
        # A few of each sort: every one of them is shown by the same means as a task's.
        for text in _PAYLOADS[::4]:
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
                assert await tab.page.evaluate(_RUNNABLE) == [], path
            await tab.page.get_by_role("button", name="Send", exact=True).click()
            await tab.page.get_by_role("alert").wait_for()
            assert await tab.page.evaluate(_RUNNABLE) == []
            await tab.page.unroute_all(behavior="ignoreErrors")
        assert await tab.page.evaluate("window.__ran") == []


async def test_no_text_of_an_address_runs(site: Site, open_tab: Open):
    async with open_tab() as tab:
        for text in (_PAYLOADS[0], _PAYLOADS[5], "javascript:alert(1)"):
            for place in ("?q=", "?id=", "task?id=", "audit?q=", ""):
                await tab.go(f"/{place}{text}")
                await tab.page.wait_for_load_state("domcontentloaded")
                assert await tab.page.evaluate(_RUNNABLE) == []


async def test_after_signing_in_nobody_is_sent_elsewhere(site: Site, open_tab: Open):
    async with open_tab("nobody") as tab:
        for elsewhere in _ELSEWHERE:
            await tab.go(f"/login?next={elsewhere}")
            await tab.page.get_by_label("Email address").fill(OLGA)
            await tab.page.get_by_label("Password").fill(PASSWORD)
            await tab.page.get_by_role("button", name="Sign in").click()
            await tab.page.get_by_role("heading", name="Queue").wait_for()
            assert tab.page.url.startswith(site.url)
            await tab.page.context.clear_cookies()
