"""The message about a task, in each of its states and whatever is in it."""

import json
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awaithumans.server.channels.slack.blocks import MessageView, message
from awaithumans.server.channels.slack.buttons import pressed
from awaithumans.server.tasks.model import Content, Status, Task
from tests.support.block_kit import problems_of_message
from tests.support.bodies import REFUND_DECISION_SCHEMA, REFUND_PAYLOAD_SCHEMA
from tests.support.made import NOW, a_task

URL = "http://127.0.0.1:3001/task?id=tsk_1"
CONTENT = Content(
    {"amount": 250, "customer": "cus_123"}, REFUND_PAYLOAD_SCHEMA, REFUND_DECISION_SCHEMA
)
YES_NO = replace(
    CONTENT,
    response_schema={
        "type": "object",
        "properties": {"approved": {"type": "boolean"}},
        "required": ["approved"],
    },
)
DASHBOARD_ONLY = replace(
    CONTENT,
    response_schema={
        "type": "object",
        "properties": {"scores": {"type": "object", "additionalProperties": {"type": "integer"}}},
        "required": ["scores"],
    },
)
MINE = a_task(assigned_to_email="sue@example.com", status="assigned")
DATE = "<!date^1772370000^{date_short_pretty} at {time}|2026-03-01T13:00:00Z>"


def write(task: Task, content: Content = CONTENT, **changes: Any) -> tuple[str, str, list[str]]:
    """Return the fallback text, what the blocks say, and what is on the buttons."""
    view = replace(MessageView(task, content, URL, broadcast=False), **changes)
    text, blocks = message(view)
    assert problems_of_message(text, blocks) == []
    said: list[str] = []
    labels: list[str] = []
    for block in blocks:
        said += [block["text"]["text"]] if "text" in block else []
        if block["type"] == "context":
            said += [element["text"] for element in block["elements"]]
        if block["type"] == "actions":
            labels += [element["text"]["text"] for element in block["elements"]]
    return text, "\n".join(said), labels


def test_a_message_shows_what_is_asked_until_when_and_who_has_it() -> None:
    text, said, _ = write(MINE)

    assert text == "To answer: Approve refund?"
    assert said.splitlines() == [
        "To answer: Approve refund?",
        "Amount: 250",
        "Customer: cus_123",
        "Open",
        f"Answer before {DATE}",
        "With sue@example.com",
    ]


def test_who_has_it_is_said_without_an_address_too() -> None:
    assert "Nobody has it yet" in write(a_task())[1]
    assert "Somebody has it" in write(a_task(assigned_to_user_id="usr_1"))[1]


def test_an_address_that_slack_does_not_take_has_no_button() -> None:
    assert write(MINE, url="https://x/" + "x" * 3_000)[2] == ["Answer"]


def test_a_single_yes_or_no_has_its_two_buttons() -> None:
    assert write(MINE, YES_NO)[2] == ["Yes", "No", "Open in dashboard"]


def test_a_form_has_a_button_that_opens_it() -> None:
    assert write(MINE)[2] == ["Answer", "Open in dashboard"]


def test_what_slack_cannot_ask_has_a_link_alone() -> None:
    assert write(MINE, DASHBOARD_ONLY)[2] == ["Open in dashboard"]


def test_a_long_answer_that_the_agent_offers_has_a_link_alone() -> None:
    long = replace(CONTENT, initial_response={"approved": True, "reason": "x" * 3_001})

    assert write(MINE, long)[2] == ["Open in dashboard"]


def test_in_a_channel_somebody_has_to_claim_it_first() -> None:
    assert write(a_task(), YES_NO, broadcast=True)[2] == ["Claim", "Open in dashboard"]
    assert write(MINE, YES_NO, broadcast=True)[2] == ["Yes", "No", "Open in dashboard"]


def test_a_refused_answer_says_why_and_can_be_given_again() -> None:
    _, said, labels = write(replace(MINE, status="rejected"), note="Too high <!here>")

    assert "The last answer was not accepted: Too high &lt;!here&gt;" in said
    assert labels == ["Answer again", "Open in dashboard"]


def test_each_press_means_what_it_says() -> None:
    _, blocks = message(MessageView(MINE, YES_NO, URL, broadcast=False))
    presses = [pressed(element) for element in blocks[-1]["elements"]]

    assert [press and (press.act, press.task_id, press.choice) for press in presses] == [
        ("answer", MINE.id, 0),
        ("answer", MINE.id, 1),
        None,
    ]


@pytest.mark.parametrize(
    "action",
    [
        {},
        {"action_id": "ah_claim"},
        {"action_id": "ah_claim", "value": "usr_1"},
        {"action_id": "ah_claim", "value": None},
        {"action_id": "ah_answer:0", "value": "tsk_1:1"},
        {"action_id": "ah_answer:0", "value": "tsk_1"},
        {"action_id": "ah_answer:999", "value": "tsk_1:999"},
        {"action_id": "ah_answer:\u0663", "value": "tsk_1:\u0663"},
        {"action_id": "theirs", "value": "tsk_1"},
        {"action_id": ["ah_claim"], "value": "tsk_1"},
    ],
)
def test_what_is_none_of_our_presses_means_nothing(action: dict[str, Any]) -> None:
    assert pressed(action) is None


def settled(status: Status, **changes: Any) -> Task:
    return a_task(status=status, assigned_to_email="sue@example.com", **changes)


ANSWER = {"approved": False, "reason": "too <high>"}


@pytest.mark.parametrize(
    ("task", "lines"),
    [
        (
            settled(
                "completed",
                response=ANSWER,
                completed_by_email="sue@example.com",
                completed_at=NOW,
            ),
            ["Approved: No", "Reason: too &lt;high&gt;", "Answered by sue@example.com, <!date^"],
        ),
        (settled("timed_out", timed_out_at=NOW), ["Timed out: ", "Nobody answered before <!date^"]),
        (settled("cancelled", cancelled_at=NOW), ["Cancelled <!date^", "no answer is needed"]),
        (
            settled("verification_exhausted", verification_attempt=3),
            ["No answer was accepted: 3 answers were refused"],
        ),
        (
            settled("submitted", response=ANSWER, completed_by_email="sue@example.com"),
            ["Approved: No", "The answer of sue@example.com is being checked"],
        ),
    ],
)
def test_what_has_ended_says_how_and_has_no_buttons(task: Task, lines: list[str]) -> None:
    _, said, labels = write(task, YES_NO)

    assert [line for line in lines if line not in said] == []
    assert labels == []


def test_a_redacted_task_shows_nothing_of_payload_answer_or_reason() -> None:
    secret = replace(YES_NO, payload={"amount": "canary-payload", "customer": "canary-payload"})
    for status in get_args(Status):
        task = settled(status, redact_payload=True, response={"approved": "canary-answer"})
        text, said, labels = write(task, secret, note="canary-note")
        assert "canary" not in text + said
        if status in ("assigned", "rejected"):
            assert labels == ["Yes", "No", "Open in dashboard"]
    form = settled("assigned", redact_payload=True)
    assert write(form, CONTENT)[2] == ["Open in dashboard"]


def test_nothing_that_an_agent_writes_is_read_as_markup() -> None:
    hostile = "<!channel> <@U0SUE> <#C1> <https://evil.example|click> *b* :tada: &amp;"
    content = replace(
        CONTENT,
        payload={"amount": hostile, hostile: [hostile, {"x": hostile}]},
        payload_schema={"type": "object", "properties": {"amount": {"title": hostile}}},
    )
    task = settled("rejected", task=hostile, response={"a": hostile})
    _, blocks = message(MessageView(task, content, URL, broadcast=False, note=hostile))

    for block in blocks:
        if block["type"] in ("section", "header"):
            assert block["text"]["type"] == "plain_text"
            assert block["text"]["emoji"] is False
            assert "<" not in block["text"]["text"]
    assert "<!channel" not in json.dumps(blocks)
    assert "&amp;lt;" not in json.dumps(blocks)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"": ""},
        {"x": None},
        {"text": "&" * 100_000},
        {f"n{n}": "<" * 600 for n in range(300)},
        {"rows": [{"a": n, "b": "x" * 400} for n in range(1_000)]},
        {"text": "\n" * 10_000},
        {"number": 10**5_000},
        {"text": "\u202e\x00\x1b[31m"},
    ],
)
@pytest.mark.parametrize("status", ["rejected", "completed"])
def test_a_message_keeps_to_the_limits_whatever_the_payload(
    payload: dict[str, Any], status: Status
) -> None:
    task = settled(status, task="<" * 2_000, response=payload)

    write(task, replace(CONTENT, payload=payload, payload_schema={}), note="&" * 10_000)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda part: st.lists(part) | st.dictionaries(st.text(), part),
    max_leaves=30,
)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.text(), JSON), st.text(min_size=1))
def test_slack_takes_every_message(payload: dict[str, Any], title: str) -> None:
    write(replace(MINE, task=title), replace(CONTENT, payload=payload))
