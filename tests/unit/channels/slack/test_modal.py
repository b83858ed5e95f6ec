"""The form of an answer as a modal: what it asks, what it gives back, and where problems land."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel

from awaithumans.server.channels.slack import modal
from awaithumans.server.channels.slack.inputs import CannotShow
from awaithumans.server.errors import FieldProblem
from awaithumans.server.forms.validation import compile_schema
from awaithumans.server.tasks.checking import Checker
from awaithumans.server.tasks.model import Content
from tests.support.block_kit import problems_of_view
from tests.support.made import a_task
from tests.support.slack_requests import typed, view_submission
from tests.unit.forms.models import (
    Appointment,
    Approval,
    Chain,
    Closed,
    Contact,
    Customer,
    Formula,
    Invoice,
    Labelled,
    Letter,
    Limited,
    Order,
    Payment,
    Remedy,
    Scores,
    Tree,
    Triage,
    Upload,
    Verdict,
)

TASK = a_task()
# What is put into each modal, by label, and the answer that is meant.
FILLED_IN: list[tuple[type[BaseModel], dict[str, Any], dict[str, Any]]] = [
    (Approval, {"Approved": "Yes"}, {"approved": True}),
    (Approval, {"Approved": "No", "Reason": "no"}, {"approved": False, "reason": "no"}),
    (Customer, {"Name": "Sue", "Street": "A 1"}, {"name": "Sue", "home": {"street": "A 1"}}),
    (Triage, {"Severity": "high", "Level": "10"}, {"severity": "high", "level": 10}),
    (
        Triage,
        {"Severity": "low", "Level": "20", "Again": "low"},
        {"severity": "low", "level": 20, "again": "low"},
    ),
    (
        Verdict,
        {"Verdict": "hold", "Agreed": "true", "Count": "none"},
        {"verdict": "hold", "agreed": True, "count": None},
    ),
    (Labelled, {"Colour": "Green"}, {"colour": "g"}),
    (
        Appointment,
        {"Day": "2025-12-31", "At": "09:30", "Starts": 1767202200, "Lasts": "PT1H"},
        {
            "day": "2025-12-31",
            "at": "09:30:00",
            "starts": "2025-12-31T17:30:00Z",
            "lasts": "PT1H",
        },
    ),
    (
        Invoice,
        {"Total": "12345678901234567890.10", "Tax": " 0.10 ", "Discount": ".5"},
        {"total": "12345678901234567890.10", "tax": "0.10", "discount": ".5"},
    ),
    (
        Limited,
        {"Age": "18", "Share": "0.5", "Dozens": "24"},
        {"age": 18, "share": 0.5, "dozens": 24},
    ),
    (Letter, {"Subject": "Hi", "Body": "A\r\nB"}, {"subject": "Hi", "body": "A\nB"}),
    (Closed, {"Firstname": "Sue"}, {"firstName": "Sue", "aged": True}),
    (Closed, {"Firstname": "Sue", "Aged": "No"}, {"firstName": "Sue", "aged": False}),
]
IN_THE_DASHBOARD = [
    Payment,
    Remedy,
    Order,
    Scores,
    Tree,
    Chain,
    Formula,
    Contact,
    Upload,
]


def content(schema: dict[str, Any] | type[BaseModel], initial: Any = None) -> Content:
    document = schema if isinstance(schema, dict) else schema.model_json_schema()
    return Content({"amount": 1}, {}, document, initial_response=initial)


def fill_in(given: Content, values: dict[str, Any]) -> modal.Read:
    """Send the modal as Slack does, with these values under these labels."""
    view = modal.view(TASK, given)
    assert problems_of_view(view) == []
    sent = view_submission(view, _by_label(view, values))
    assert modal.origin_of(sent["view"]) == modal.Origin(TASK.id)
    return modal.read(sent["view"]["state"], given)


def _by_label(view: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    labels = {block["label"]["text"].lower(): block["label"]["text"] for block in _asked(view)}
    return typed(view, {labels[label.lower()]: value for label, value in values.items()})


def _asked(view: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in view["blocks"] if block["type"] == "input"]


def element(view: dict[str, Any], label: str) -> dict[str, Any]:
    (block,) = [block for block in _asked(view) if block["label"]["text"] == label]
    return block["element"]


def prop(**schema: Any) -> dict[str, Any]:
    """Return a schema of one required field, "It"."""
    return {"type": "object", "properties": {"it": schema}, "required": ["it"]}


@pytest.mark.parametrize(("model", "values", "answer"), FILLED_IN)
def test_what_is_filled_in_is_a_valid_answer(
    model: type[BaseModel], values: dict[str, Any], answer: dict[str, Any]
) -> None:
    document = model.model_json_schema()
    if model is Closed:
        document["properties"]["firstName"]["title"] = "Firstname"
    given = content(document)
    assert modal.can_show(document)

    read = fill_in(given, values)

    # A city that nobody changed is the one that was offered.
    expected = (
        {**answer, "home": {**answer["home"], "city": "Berlin"}} if "home" in answer else answer
    )
    assert read == modal.Read(expected, {})
    assert compile_schema(document).problems(read.response) == []
    model.model_validate(read.response)


@pytest.mark.parametrize("model", IN_THE_DASHBOARD)
def test_what_slack_cannot_ask_is_said_to_be_so(model: type[BaseModel]) -> None:
    document = model.model_json_schema()

    assert not modal.can_show(document)
    with pytest.raises(CannotShow):
        modal.view(TASK, content(document))
    assert modal.read({"values": {}}, content(document)) == modal.Read(None, {})
    assert modal.place([FieldProblem(("body", "response"), "x")], content(document)) == {}


def test_every_model_is_either_asked_for_or_left_to_the_dashboard() -> None:
    shown = {model for model, _, _ in FILLED_IN}

    assert len(shown) + len(IN_THE_DASHBOARD) == 19
    assert shown.isdisjoint(IN_THE_DASHBOARD)


def test_nothing_is_chosen_in_advance() -> None:
    for model, _, _ in FILLED_IN:
        document = model.model_json_schema()
        begun = [block["element"] for block in _asked(modal.view(TASK, content(document)))]
        initial = {name for one in begun for name in one if name.startswith("initial_")}
        assert initial <= ({"initial_option"} if model is Closed else {"initial_value"})


def test_an_untouched_modal_lacks_exactly_what_is_required() -> None:
    given = content(Approval)

    assert fill_in(given, {}) == modal.Read(None, {"f0": "This is required."})


def test_a_yes_or_no_that_may_be_left_out_can_be_left_out_again() -> None:
    schema = {"type": "object", "properties": {"it": {"type": "boolean"}}}

    assert fill_in(content(schema, {"it": True}), {}).response == {"it": True}
    assert fill_in(content(schema, {"it": True}), {"It": "No answer"}).response == {}


def test_what_the_agent_offers_stands_in_the_form() -> None:
    given = content(Customer, {"name": "Sue", "billing": {"street": "B 2"}})
    view = modal.view(TASK, given)

    assert [one["element"].get("initial_value") for one in _asked(view)] == [
        *("Sue", None, "Berlin"),
        *("B 2", None),
    ]


def test_what_the_person_sent_before_stands_in_the_form_instead() -> None:
    given = content(Customer, {"name": "Sue"})
    view = modal.view(TASK, given, initial={"name": "Bob", "home": {"city": "Rome"}})

    assert [one["element"].get("initial_value") for one in _asked(view)] == [
        *("Bob", None, "Rome"),
        *(None, None),
    ]


def test_a_record_that_may_be_left_out_is_asked_for_once_something_is_in_it() -> None:
    given = content(Customer)
    view = modal.view(TASK, given)
    values = typed(view, {"Name": "Sue", "Street": "A"})
    street, city = [one["block_id"] for one in _asked(view)][-2:]
    values[street]["value"]["value"] = ""

    assert modal.read({"values": values}, given).response == {
        "name": "Sue",
        "home": {"street": "A", "city": "Berlin"},
    }
    values[city]["value"]["value"] = "Rome"
    assert modal.read({"values": values}, given).errors == {street: "This is required."}
    values[street]["value"]["value"] = "B"
    assert modal.read({"values": values}, given).response == {
        "name": "Sue",
        "home": {"street": "A", "city": "Berlin"},
        "billing": {"street": "B", "city": "Rome"},
    }


@pytest.mark.parametrize(
    ("schema", "typed_in", "answer"),
    [
        (prop(type="array", items={"type": "string"}), " a \n\n b\r\n", ["a", "b"]),
        (prop(type="array", items={"type": "integer"}), "1\n-2", [1, -2]),
        (prop(type="array", items={"type": "integer"}), "", []),
        (
            prop(type="array", items={"type": "string", "format": "date"}),
            "2026-01-31",
            ["2026-01-31"],
        ),
        (prop(type="array", items={"enum": ["a", 1, True]}), ["1", "a"], [1, "a"]),
        (prop(enum=[1, True, "1"], **{"x-enum-labels": ["One", "True", "Text"]}), "True", True),
        (prop(enum=[f"option {n}" for n in range(60)]), "option 41", "option 41"),
        (prop(type="string", format="date-time"), None, None),
        (prop(anyOf=[{"type": "integer"}, {"type": "null"}]), "", None),
        (prop(anyOf=[{"type": "boolean"}, {"type": "null"}]), "No answer", None),
        (prop(anyOf=[{"enum": ["a", "b"]}, {"type": "null"}]), "b", "b"),
    ],
)
def test_each_kind_gives_its_value(schema: dict[str, Any], typed_in: Any, answer: Any) -> None:
    read = fill_in(content(schema), {} if typed_in is None else {"It": typed_in})

    if typed_in is None:
        assert read.errors == {"f0": "This is required."}
    else:
        assert json.dumps(read.response) == json.dumps({"it": answer})


@pytest.mark.parametrize(
    ("schema", "typed_in", "message"),
    [
        (prop(type="integer"), "1.5", "This must be a whole number."),
        (prop(type="integer", maximum=9), "10", "This must be at most 9."),
        (prop(type="string", minLength=2), "a", "This must have at least 2 characters."),
        (prop(type="string", format="email"), "sue", "This must be an email address."),
        (prop(type="array", items={"type": "integer"}), "1\nx", "Item 2 must be a whole number."),
        (
            prop(type="array", items={"type": "string"}, minItems=2),
            "a",
            "This must have at least 2 items.",
        ),
        (
            prop(type="array", items={"type": "string"}, maxItems=1),
            "a\nb",
            "This must have at most 1 item.",
        ),
        (
            prop(type="array", items={"type": "string"}, minItems=1),
            "",
            "This must have at least 1 item.",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    schema: dict[str, Any], typed_in: str, message: str
) -> None:
    assert fill_in(content(schema), {"It": typed_in}) == modal.Read(None, {"f0": message})


@pytest.mark.parametrize(
    ("default", "schema", "answer"),
    [
        ("x", {"type": "string"}, {"it": ""}),
        (["x"], {"type": "array", "items": {"type": "string"}}, {"it": []}),
        (3, {"anyOf": [{"type": "integer"}, {"type": "null"}]}, {"it": None}),
        (None, {"anyOf": [{"type": "integer"}, {"type": "null"}]}, {}),
        (3, {"type": "integer"}, None),
    ],
)
def test_a_default_that_is_taken_away_does_not_come_back(
    default: Any, schema: dict[str, Any], answer: Any
) -> None:
    document = {"type": "object", "properties": {"it": {**schema, "default": default}}}
    read = fill_in(content(document), {"It": ""})

    assert read.response == answer
    assert (read.errors == {}) is (answer is not None)


@pytest.mark.parametrize(
    ("schema", "value", "begun"),
    [
        (prop(type="string", format="time"), "09:30:00", ("timepicker", "09:30")),
        (prop(type="string", format="time"), "09:30:15Z", ("plain_text_input", "09:30:15Z")),
        (
            prop(type="string", format="date-time"),
            "2026-01-31T12:00:00+02:00",
            ("datetimepicker", 1769853600),
        ),
        (
            prop(type="string", format="date-time"),
            "2026-01-31T12:00:00",
            ("plain_text_input", "2026-01-31T12:00:00"),
        ),
        (prop(type="string", format="date"), "2026-01-31", ("datepicker", "2026-01-31")),
        (prop(type="string", format="date"), "soon", ("datepicker", None)),
        (prop(type="integer"), "text", ("plain_text_input", None)),
        (prop(type="integer"), 12, ("plain_text_input", "12")),
        (prop(type="string"), "a\nb", ("plain_text_input", "a\nb")),
    ],
)
def test_what_an_input_can_hold_it_begins_with(
    schema: dict[str, Any], value: Any, begun: tuple[str, Any]
) -> None:
    given = content(schema, {"it": value})
    one = element(modal.view(TASK, given), "It")
    initial = [value for name, value in one.items() if name.startswith("initial_")]

    assert (one["type"], initial[0] if initial else None) == begun
    if initial and begun[0] != "datetimepicker":
        assert fill_in(given, {}).response == {"it": value}


@pytest.mark.parametrize(
    ("schema", "initial"),
    [
        (prop(type="string"), "x" * 3_001),
        (prop(type="array", items={"type": "string"}), ["a\nb"]),
        (prop(type="array", items={"type": "string"}), [" a"]),
        (prop(type="array", items={"type": "string"}), [1]),
        (prop(type="array", items={"enum": ["a", "b"]}), ["a", "a"]),
    ],
)
def test_what_slack_could_not_give_back_is_left_to_the_dashboard(
    schema: dict[str, Any], initial: Any
) -> None:
    assert modal.can_show(schema)
    assert not modal.can_show(schema, {"it": initial})


def test_a_number_that_nobody_could_send_is_left_to_the_dashboard() -> None:
    assert not modal.can_show(prop(type="integer"), {"it": 10**5_000})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "boolean"},
        {"type": "object"},
        {"type": "object", "properties": {f"n{n}": {"type": "string"} for n in range(41)}},
        prop(enum=[f"n{n}" for n in range(101)]),
        prop(enum=["x" * 100 + "a", "x" * 100 + "b"]),
        prop(type="string", minLength=3_001),
        prop(type="array", items={"type": "array", "items": {"type": "string"}}),
        prop(type="array", items={"type": "boolean"}),
        prop(**prop(**prop(**prop(type="string")))),
    ],
)
def test_a_form_that_is_too_large_or_strange_is_left_to_the_dashboard(
    schema: dict[str, Any],
) -> None:
    assert not modal.can_show(schema)


def test_forty_fields_with_long_names_and_notes_keep_to_the_limits() -> None:
    field = {"type": "boolean", "title": "<" * 3_000, "description": "&" * 3_000}
    schema = {"type": "object", "properties": {f"n{n}": field for n in range(40)}}
    given = replace(content(schema), payload={"x": "<" * 9_000})
    problems = {f"f{n}": "x" * 500 for n in range(40)}

    assert problems_of_view(modal.view(TASK, given, problems=problems)) == []


def test_a_refusal_of_the_server_lands_on_its_fields() -> None:
    given = content(Customer)
    answer = {"name": 1, "home": {"street": "", "city": "B"}, "billing": {"city": 2}}
    refusal = Checker().refuse_response(given, answer)
    assert refusal is not None

    placed = modal.place(refusal.problems, given)

    assert placed == {
        "f0": "This must be text.",
        "f1": "This must have at least 1 character.",
        "f3": "This is required.",
        "f4": "This must be text.",
    }
    told = modal.view(TASK, given, problems=placed)
    assert "Name: This must be text." in json.dumps(told)


@pytest.mark.parametrize(
    ("loc", "placed"),
    [
        (("body", "response"), {"f0": "The answer is wrong."}),
        (("body", "response", "unknown"), {"f0": "unknown is wrong."}),
        (("body", "response", "billing"), {"f3": "billing is wrong."}),
        (("body", "response", "home", "city", 4), {"f2": "Item 5 is wrong."}),
        (("name",), {"f0": "This is wrong."}),
    ],
)
def test_a_problem_of_no_single_field_stands_at_the_first_it_is_about(
    loc: tuple[str | int, ...], placed: dict[str, str]
) -> None:
    assert modal.place([FieldProblem(loc, "is wrong")], content(Customer)) == placed


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"values": None},
        {"values": []},
        {"values": {"f0": None}},
        {"values": {"f0": {"value": 1}}},
        {"values": {"f0": {"value": {"selected_option": "true"}}}},
        {"values": {"f0": {"value": {"selected_option": {"value": 3}}}}},
        {"values": {"f0": {"value": {"selected_options": [None]}}}},
        {"values": {"f0": {"value": {"value": ["x"]}}}},
        {"values": {"f0": {"value": {"selected_date_time": 10**30}}}},
    ],
)
def test_a_malformed_state_is_an_empty_form(state: dict[str, Any]) -> None:
    assert modal.read(state, content(Approval)).errors == {"f0": "This is required."}


@pytest.mark.parametrize("chosen", ["2", "99999999", "-1", "true", "\u0661"])
def test_an_option_that_was_not_offered_is_refused(chosen: str) -> None:
    state = {"values": {"f0": {"value": {"selected_option": {"value": chosen}}}}}

    assert modal.read(state, content(Approval)).errors == {"f0": "This must be one of the options."}


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"callback_id": "theirs", "private_metadata": "{}"},
        {"callback_id": "ah_form"},
        {"callback_id": "ah_form", "private_metadata": "[]"},
        {"callback_id": "ah_form", "private_metadata": "{"},
        {"callback_id": "ah_form", "private_metadata": '{"task": 1, "channel": "", "ts": ""}'},
        {"callback_id": "ah_form", "private_metadata": '{"task": "t", "channel": 1, "ts": ""}'},
    ],
)
def test_a_view_that_is_none_of_ours_has_no_origin(view: dict[str, Any]) -> None:
    assert modal.origin_of(view) is None


def test_a_modal_remembers_the_message_that_it_was_opened_from() -> None:
    origin = modal.Origin(TASK.id, "C0REFUNDS", "1.2")

    assert modal.origin_of(modal.view(TASK, content(Approval), origin=origin)) == origin


def test_a_redacted_task_shows_no_payload_in_its_modal() -> None:
    given = replace(content(Approval), payload={"amount": "canary"})

    assert "canary" in json.dumps(modal.view(TASK, given))
    assert "canary" not in json.dumps(modal.view(replace(TASK, redact_payload=True), given))


def test_the_small_views_say_what_they_are_given() -> None:
    for made in (modal.working("A <b>"), modal.done("A <b>"), modal.failed("A <b>" * 2_000)):
        assert problems_of_view(made) == []
        assert "A &lt;b&gt;" in json.dumps(made)
        assert modal.origin_of(made) is None
