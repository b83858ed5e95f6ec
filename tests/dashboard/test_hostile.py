"""S11: whatever an agent or a person writes is shown, and never run."""

import asyncio
from typing import Any

import pytest

from tests.dashboard.conftest import Open
from tests.dashboard.payloads import PAYLOADS, RUNNABLE
from tests.dashboard.site import OLGA, PASSWORD, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

_ELSEWHERE = ("https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)")


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
    assert len(set(PAYLOADS)) >= 50
    ids: list[str] = []
    for number, text in enumerate(PAYLOADS):
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
    for task_id, text in zip(ids[:20], PAYLOADS, strict=False):
        body = {"response": {"decision": text}}
        answered = site.agent.post(f"/api/tasks/{task_id}/complete", json=body)
        assert answered.status_code == 200, answered.text
    async with open_tab() as tab:
        for path in ("/", "/people", "/audit", f"/audit?task={ids[0]}", "/?tab=done"):
            await tab.go(path)
            await tab.page.get_by_role("heading").first.wait_for()
            await asyncio.sleep(0.2)
            assert await tab.page.evaluate(RUNNABLE) == [], path
        for task_id in ids:
            await tab.open_task(task_id)
            assert await tab.page.evaluate(RUNNABLE) == []
        assert await tab.page.evaluate("window.__ran") == []


async def test_no_text_of_an_address_runs(site: Site, open_tab: Open):
    async with open_tab() as tab:
        for text in (PAYLOADS[0], PAYLOADS[5], "javascript:alert(1)"):
            for place in ("?q=", "?id=", "task?id=", "audit?q=", ""):
                await tab.go(f"/{place}{text}")
                await tab.page.wait_for_load_state("domcontentloaded")
                assert await tab.page.evaluate(RUNNABLE) == []


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
