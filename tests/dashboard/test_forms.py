"""Real pydantic models: filled in in the browser, submitted, and validated on the other side."""

import asyncio
import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest
from playwright.async_api import FilePayload, Page
from pydantic import BaseModel

from tests.dashboard.conftest import Open
from tests.dashboard.site import Site
from tests.unit.forms import models

pytestmark = pytest.mark.asyncio(loop_scope="session")

# What a person does: fill a field, choose one of several, press a button, give a file. Of fields
# with the same name the last one counts, which is the one that was added last.
Step = tuple[str, ...]
_SITE = "https://example.com/a"
_ID = "9f0c2a54-7a3c-4f7e-9f57-0f6d4f6f7c11"

_FILLED: dict[type[BaseModel], tuple[list[Step], dict[str, Any]]] = {
    models.Approval: (
        [("choose", "Approved", "No"), ("fill", "Reason", "too much")],
        {"approved": False, "reason": "too much"},
    ),
    models.Customer: (
        [("fill", "Name", "Ann"), ("fill", "Street", "Main 1"), ("fill", "City", "Bonn")],
        {"name": "Ann", "home": {"street": "Main 1", "city": "Bonn"}, "billing": None},
    ),
    models.Triage: (
        [("choose", "Severity", "high"), ("choose", "Level", "20")],
        {"severity": "high", "level": 20, "again": None},
    ),
    models.Verdict: (
        [("choose", "Verdict", "hold"), ("choose", "Agreed", "true"), ("choose", "Count", "2")],
        {"verdict": "hold", "agreed": True, "count": 2},
    ),
    models.Labelled: ([("choose", "Colour", "Green")], {"colour": "g"}),
    models.Payment: (
        [("choose", "Method", "card"), ("fill", "Number", "1234")],
        {"method": {"kind": "card", "number": "1234"}, "other": None},
    ),
    models.Remedy: (
        [
            ("choose", "Remedy", "Refund"),
            ("fill", "Amount", "12"),
            ("choose", "Code", "whole number"),
            ("fill", "whole number", "7"),
        ],
        {"remedy": {"amount": 12}, "code": 7, "note": None},
    ),
    models.Order: (
        [
            ("press", "Add line"),
            ("fill", "Item", "pens"),
            ("fill", "Count", "3"),
            ("press", "Add line"),
            ("fill", "Item", "ink"),
            ("fill", "Count", "99"),
        ],
        {"lines": [{"item": "pens", "count": 3}, {"item": "ink", "count": 99}], "tags": []},
    ),
    models.Scores: (
        [("press", "Add entry", "Scores"), ("fill", "Name 1", "chess"), ("fill", "Value 1", "8")],
        {"scores": {"chess": 8}, "by_level": {}},
    ),
    models.Invoice: (
        [("fill", "Total", "1234567890123.123456789"), ("fill", "Tax", "19.90")],
        {"total": Decimal("1234567890123.123456789"), "tax": Decimal("19.90"), "discount": None},
    ),
    models.Limited: (
        [("fill", "Age", "18"), ("fill", "Share", "0.5"), ("fill", "Dozens", "24")],
        {"age": 18, "share": 0.5, "dozens": 24},
    ),
    models.Letter: (
        [("fill", "Subject", "Hello"), ("fill", "Body", "one\ntwo\n\nthree ünïcode 🎉")],
        {"subject": "Hello", "body": "one\ntwo\n\nthree ünïcode 🎉"},
    ),
    models.Upload: (
        [("fill", "Raw", "plain"), ("file", "Encoded", "some bytes")],
        {"raw": "plain", "encoded": "c29tZSBieXRlcw=="},
    ),
    models.Tree: (
        [("fill", "Value", "1"), ("press", "Add tree"), ("fill", "Value", "2")],
        {"value": 1, "children": [{"value": 2, "children": []}]},
    ),
    models.Chain: (
        [("fill", "Name", "a"), ("press", "Add following"), ("fill", "Name", "b")],
        {"name": "a", "following": {"name": "b", "following": None}},
    ),
    models.Formula: (
        [
            ("choose", "Formula", "add"),
            ("choose", "Left", "const"),
            ("fill", "Value", "1"),
            ("choose", "Right", "const"),
            ("fill", "Value", "2"),
        ],
        {
            "formula": {
                "kind": "add",
                "left": {"kind": "const", "value": 1.0},
                "right": {"kind": "const", "value": 2.0},
            }
        },
    ),
    models.Contact: (
        [
            ("fill", "Id", _ID),
            ("fill", "Site", _SITE),
            ("fill", "Extra", '{"a": 1}'),
        ],
        {"id": _ID, "site": _SITE, "extra": '{"a": 1}'},
    ),
    models.Closed: (
        [("fill", "First", "Ann"), ("choose", "Aged", "No")],
        {"firstName": "Ann", "aged": False},
    ),
    models.Appointment: (
        [
            ("fill", "Day", "2026-03-01"),
            ("fill", "At", "14:30:00"),
            ("fill", "Starts", "2026-03-01T14:30:00"),
            ("fill", "Lasts", "PT1H30M"),
        ],
        {},
    ),
}


# A file of many megabytes, as far as the page can tell.
_SLOW_FILES = """
const read = FileReader.prototype.readAsDataURL;
FileReader.prototype.readAsDataURL = function (file) {
  setTimeout(() => read.call(this, file), 400);
};
"""


def _file(content: str) -> FilePayload:
    return {"name": "a.txt", "mimeType": "text/plain", "buffer": content.encode()}


async def _do(page: Page, step: Step) -> None:
    match step:
        case ("fill", label, value):
            await (
                page.get_by_label(label, exact=False)
                .and_(page.locator("input:not([type=radio]), textarea"))
                .last.fill(value)
            )
        case ("choose", label, option):
            group = page.get_by_role("group", name=label).last
            await group.get_by_role("radio", name=option).last.check()
        case ("press", label, group):
            within = page.get_by_role("group", name=group).first
            await within.get_by_role("button", name=label, exact=True).click()
        case ("press", label):
            await page.get_by_role("button", name=label, exact=True).last.click()
        case ("file", label, content):
            await page.get_by_label(label).set_input_files(_file(content))
        case _:
            raise AssertionError(step)


async def _answer(site: Site, task_id: str, page: Page) -> dict[str, Any]:
    """Submit what is filled in; return the answer that the agent gets."""
    await page.keyboard.press("Control+Enter")
    deadline = time.monotonic() + 10
    while (task := site.task(task_id))["status"] != "completed":
        said = await page.get_by_role("alert").all_inner_texts()
        assert not said, said
        assert time.monotonic() < deadline, "the answer did not arrive"
        await asyncio.sleep(0.05)
    return task["response"]


@pytest.mark.parametrize("model", _FILLED, ids=lambda model: model.__name__)
async def test_a_model_is_filled_in_and_comes_back_as_the_model(
    site: Site, open_tab: Open, model: type[BaseModel]
):
    steps, expected = _FILLED[model]
    task_id = site.ask_for(model)
    async with open_tab() as tab:
        await tab.open_task(task_id)
        for step in steps:
            await _do(tab.page, step)
        answer = model.model_validate(await _answer(site, task_id, tab.page))
    if isinstance(answer, models.Appointment):
        assert (answer.day, answer.at) == (dt.date(2026, 3, 1), dt.time(14, 30))
        assert answer.starts.astimezone().replace(tzinfo=None) == dt.datetime(2026, 3, 1, 14, 30)  # noqa: DTZ001 -- local on purpose
        assert (answer.ends, answer.lasts) == (None, dt.timedelta(minutes=90))
    else:
        assert answer == model.model_validate(expected)


async def test_nothing_is_decided_before_somebody_does(site: Site, open_tab: Open):
    task_id = site.ask_for(models.Approval)
    async with open_tab() as tab:
        await tab.open_task(task_id)
        assert await tab.page.get_by_role("radio", checked=True).count() == 0
        await tab.page.keyboard.press("Control+Enter")
        alert = tab.page.get_by_role("alert")
        await alert.wait_for()
        assert "Approved" in await alert.inner_text()
        assert await alert.evaluate("(element) => element === document.activeElement")
    assert site.task(task_id)["status"] == "in_progress"


async def test_an_initial_answer_is_there_to_begin_with(site: Site, open_tab: Open):
    task_id = site.ask_for(models.Approval, initial_response={"approved": True, "reason": "draft"})
    async with open_tab() as tab:
        await tab.open_task(task_id)
        assert await tab.page.get_by_role("radio", name="Yes").is_checked()
        assert await tab.page.get_by_label("Reason").input_value() == "draft"


async def test_a_draft_survives_a_reload(site: Site, open_tab: Open):
    task_id = site.ask_for(models.Approval)
    async with open_tab() as tab:
        await tab.open_task(task_id)
        await tab.page.get_by_label("Reason").fill("half of a thou")
        await asyncio.sleep(0.6)
        await tab.page.reload()
        await tab.page.locator("#task-title").wait_for()
        assert await tab.page.get_by_label("Reason").input_value() == "half of a thou"


async def test_an_answer_waits_for_the_file_that_was_just_chosen(site: Site, open_tab: Open):
    task_id = site.ask_for(models.Upload)
    async with open_tab() as tab:
        await tab.page.add_init_script(_SLOW_FILES)
        await tab.open_task(task_id)
        await tab.page.get_by_label("Encoded").set_input_files(_file("some bytes"))
        await tab.page.get_by_label("Raw").fill("typed while the file is read")
        answer = await _answer(site, task_id, tab.page)
    assert answer == {"raw": "typed while the file is read", "encoded": "c29tZSBieXRlcw=="}


async def test_nothing_is_ever_shown_as_object_object(site: Site, open_tab: Open):
    deep: dict[str, Any] = {
        "a": [{"b": {"c": [1, None, {"d": "e"}]}}, [[]], {}],
        "n": None,
        "t": True,
    }
    task_id = site.ask("deep", payload=deep, payload_schema={})
    async with open_tab() as tab:
        await tab.open_task(task_id)
        assert "[object" not in await tab.page.inner_text("body")
