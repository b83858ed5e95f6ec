"""A mail that asks says everything, twice: in HTML and in text."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from awaithumans.server.channels.email.render import Ask, Rendered, render
from awaithumans.server.tasks.model import Content
from tests.support.bodies import REFUND_DECISION_SCHEMA, REFUND_PAYLOAD_SCHEMA
from tests.support.made import NOW, a_task

BASE = "https://humans.example.com"
ANSWERS = (("Yes", f"{BASE}/a/one"), ("No", f"{BASE}/a/two"))
HOSTILE = "<script>alert(1)</script>\"'><img src=https://evil.example onerror=x>{{ 7*7 }}"


class Page(HTMLParser):
    """The elements of a page, their attributes, and the words that are shown."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._in_style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        self.words += "" if self._in_style else data

    @property
    def links(self) -> list[str | None]:
        return [attributes["href"] for tag, attributes in self.tags if tag == "a"]


def an_ask(**changes: Any) -> Ask:
    payload = {"amount": 250, "customer": "cus_123"}
    return replace(
        Ask(
            purpose="new",
            task=a_task(),
            content=Content(payload, REFUND_PAYLOAD_SCHEMA, REFUND_DECISION_SCHEMA),
            base_url=BASE,
            answers=ANSWERS,
            open_url=f"{BASE}/open/three",
            asked_because="The task is assigned to you.",
            note=None,
            who="sue@example.com",
            now=NOW,
        ),
        **changes,
    )


def both(rendered: Rendered) -> list[str]:
    return [rendered.text, Page(rendered.html).words]


def test_the_text_says_everything() -> None:
    assert (
        render(an_ask()).text
        == f"""\
Approve refund?

Answer by Sunday, 1 March 2026 at 13:00 UTC (1 hour after this was written).

DETAILS
  Amount: 250
  Customer: cus_123

ANSWER
Each link opens a page that asks you to confirm.

  Yes
  {BASE}/a/one

  No
  {BASE}/a/two

OPEN THE TASK
  {BASE}/open/three

--{" "}
For sue@example.com. The task is assigned to you.
The links are yours alone, so don't pass this mail on. If it isn't for you,
don't use them: delete it, and tell whoever runs humans.example.com.
"""
    )


def test_the_html_says_the_same() -> None:
    rendered = render(an_ask())
    page = Page(rendered.html)
    assert page.links == [f"{BASE}/a/one", f"{BASE}/a/two", f"{BASE}/open/three"]
    for words in (
        "Approve refund?",
        "Sunday, 1 March 2026 at 13:00 UTC",
        "Amount: 250",
        "Customer: cus_123",
        "Yes",
        "No",
        "Open the task",
        "For sue@example.com. The task is assigned to you.",
        "tell whoever runs humans.example.com",
    ):
        assert words in page.words


def test_the_html_takes_nothing_from_elsewhere_and_suits_the_dark() -> None:
    html = render(an_ask()).html
    page = Page(html)
    names = {tag for tag, _ in page.tags}
    assert not names & {"img", "script", "link", "iframe", "table", "form", "svg", "video"}
    assert "url(" not in html
    assert "@import" not in html
    assert {"lang": "en", "dir": "ltr"} in [a for _, a in page.tags]
    assert {"name": "color-scheme", "content": "light dark"} in [a for _, a in page.tags]
    assert "prefers-color-scheme: dark" in html
    assert "max-width:600px" in html
    assert html.count("min-height:44px") == 2
    assert re.search(r"<title>Approve refund\?</title>", html)
    assert "Answer by Sunday, 1 March 2026 at 13:00 UTC. The task is assigned to you." in page.words


def test_without_buttons_there_is_the_link() -> None:
    rendered = render(an_ask(answers=()))
    assert Page(rendered.html).links == [f"{BASE}/open/three"]
    assert f"{BASE}/open/three" in rendered.text
    for words in both(rendered):
        assert "confirm" not in words


def test_what_is_redacted_does_not_leave_the_house() -> None:
    rendered = render(an_ask(task=a_task(redact_payload=True)))
    for words in both(rendered):
        assert "cus_123" not in words
        assert "250" not in words
        assert "not sent by mail. Open the task to see them." in words
    assert "cus_123" not in rendered.html


@pytest.mark.parametrize(
    ("purpose", "subject", "words"),
    [
        ("new", "Approve refund?", ""),
        ("reminder", "Reminder: Approve refund?", "This is still open."),
        ("again", "Please answer again: Approve refund?", "An earlier answer was not accepted"),
    ],
)
def test_it_says_why_it_comes_again(purpose: Any, subject: str, words: str) -> None:
    rendered = render(an_ask(purpose=purpose))
    assert rendered.subject == subject
    assert all(words in shown for shown in both(rendered))


def test_it_says_why_an_answer_was_refused() -> None:
    rendered = render(an_ask(purpose="again", note="No receipt.\nAsk for it."))
    assert "refused:\n  No receipt.\n  Ask for it.\n" in rendered.text
    assert "No receipt.\nAsk for it." in Page(rendered.html).words
    assert all("refused" not in words for words in both(render(an_ask(purpose="again"))))


@pytest.mark.parametrize("payload", [{}, {"a": {"b": list(range(60))}}])
def test_a_payload_that_is_empty_or_long_says_so(payload: dict[str, Any]) -> None:
    rendered = render(an_ask(content=Content(payload, {}, {})))
    for words in both(rendered):
        assert ("and 22 more; open the task to see everything" if payload else "None.") in words


def test_whatever_an_agent_writes_is_shown_and_does_nothing() -> None:
    payload = {HOSTILE: HOSTILE, "list": [HOSTILE]}
    rendered = render(
        an_ask(
            purpose="again",
            task=a_task(task=HOSTILE),
            content=Content(payload, {}, {}),
            answers=((HOSTILE, f'{BASE}/"onclick="x'),),
            asked_because=HOSTILE,
            note=HOSTILE,
            who=HOSTILE,
        )
    )
    usual = {tag for tag, _ in Page(render(an_ask(purpose="again", note="x")).html).tags}
    page = Page(rendered.html)
    assert {tag for tag, _ in page.tags} <= usual | {"span"}
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert page.words.count("<script>alert(1)</script>") >= 7
    assert "{{ 7*7 }}" in rendered.text
    assert "49" not in rendered.text


def test_a_value_cannot_pass_for_a_part_of_the_mail() -> None:
    payload = {"note": "fine\n\nOPEN THE TASK\nhttps://evil.example"}
    text = render(an_ask(content=Content(payload, {}, {}))).text
    assert "\nOPEN THE TASK\n  https://humans" in text
    assert text.count("\nOPEN THE TASK") == 1


def test_a_value_of_several_lines_is_set_apart() -> None:
    html = render(an_ask(content=Content({"note": "one\ntwo"}, {}, {}))).html
    assert re.search(r'<div class="line" [^>]*border-left[^>]*>one\ntwo</div>', html)


def test_a_long_title_is_whole_in_the_mail_and_short_in_its_subject() -> None:
    title = "Approve\r\n" + "a refund " * 200
    rendered = render(an_ask(task=a_task(task=title)))
    assert len(rendered.subject) <= 150
    assert "\n" not in rendered.subject
    assert "Approve\na refund" in rendered.text
    assert rendered.text.count("a refund") == 200


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=2, hours=5), "(2 days after"),
        (timedelta(minutes=59), "(59 minutes after"),
        (timedelta(seconds=61), "(1 minute after"),
        (timedelta(seconds=5), "(less than a minute after"),
        (timedelta(seconds=-5), "(less than a minute after"),
    ],
)
def test_it_says_how_long_there_was(left: timedelta, words: str) -> None:
    rendered = render(an_ask(task=a_task(timeout_at=NOW + left)))
    assert all(words in shown for shown in both(rendered))
