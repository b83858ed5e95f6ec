"""A payload is shown to a person under its schema's titles, whatever it holds."""

from datetime import date, datetime, timedelta, timezone
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from awaithumans.server.channels.showing import NOTHING, Line, due, lines, one_line, plain


class Item(BaseModel):
    sku: str = Field(title="Article")
    count: int


class Card(BaseModel):
    kind: Literal["card"]
    last_four: str = Field(title="Ends in")


class Cash(BaseModel):
    kind: Literal["cash"]


class Order(BaseModel):
    order_id: str = Field(title="Order number")
    gift: bool
    note: str | None
    placed: date
    items: list[Item]
    tags: list[str]
    paid: Card | Cash = Field(discriminator="kind")
    extra: dict[str, int]
    size: int | str | Item | list[int]
    state: Literal["new", "old"] = Field(json_schema_extra={"x-enum-labels": {"new": "Brand new"}})


ORDER: dict[str, Any] = {
    "more_of_it": {"itsName": 1.5},
    "order_id": "A-1",
    "gift": True,
    "note": None,
    "placed": "2026-03-01",
    "items": [{"sku": "a", "count": 2}, {"sku": "b", "count": 3}],
    "tags": ["new", "big"],
    "paid": {"kind": "card", "last_four": "4242"},
    "extra": {"as_written": 1},
    "size": {"sku": "c", "count": 1},
    "state": "new",
}


def test_everything_is_under_its_title() -> None:
    shown = lines(ORDER, Order.model_json_schema())
    assert shown.left_out == 0
    assert shown.lines == (
        Line("Order number", "A-1", 0),
        Line("Gift", "Yes", 0),
        Line("Note", NOTHING, 0),
        Line("Placed", "2026-03-01", 0),
        Line("Items", "", 0),
        Line("Item 1", "", 1),
        Line("Article", "a", 2),
        Line("Count", "2", 2),
        Line("Item 2", "", 1),
        Line("Article", "b", 2),
        Line("Count", "3", 2),
        Line("Tags", "", 0),
        Line("", "new", 1),
        Line("", "big", 1),
        Line("Paid", "", 0),
        Line("Ends in", "4242", 1),
        Line("Kind", "card", 1),
        Line("Extra", "", 0),
        Line("as_written", "1", 1),
        Line("Size", "", 0),
        Line("Article", "c", 1),
        Line("Count", "1", 1),
        Line("State", "Brand new", 0),
        Line("More of it", "", 0),
        Line("ItsName", "1.5", 1),
    )


def test_what_a_schema_does_not_describe_is_shown_all_the_same() -> None:
    payload: dict[str, Any] = {
        "a_b": False,
        "nothing": [],
        "none": {},
        "empty": "",
        "many": [[1], {"x": None}],
    }
    schemas: list[dict[str, Any]] = [
        {},
        {"type": "array", "items": {}},
        {"properties": {"other": {}}},
    ]
    for schema in schemas:
        assert lines(payload, schema).lines == (
            Line("A b", "No", 0),
            Line("Nothing", "nothing", 0),
            Line("None", "nothing", 0),
            Line("Empty", NOTHING, 0),
            Line("Many", "", 0),
            Line("Item 1", "", 1),
            Line("", "1", 2),
            Line("Item 2", "", 1),
            Line("X", NOTHING, 2),
        )


@pytest.mark.parametrize(
    ("value", "labels"),
    [
        (3, []),
        ("x", []),
        (True, []),
        (None, []),
        ([1], [""]),
        ({"sku": "c", "count": 1}, ["Article", "Count"]),
        ({"sku": "c"}, ["Sku"]),
    ],
)
def test_of_several_forms_it_is_the_one_that_the_value_has(value: Any, labels: list[str]) -> None:
    branches: list[dict[str, Any]] = [
        Item.model_json_schema(),
        {"type": "array", "items": {}},
        {"enum": ["x", 1]},
        {"type": "boolean"},
        {"type": "string"},
    ]
    schema = {"properties": {"a": {"anyOf": branches}}}
    shown = lines({"a": value}, schema).lines
    assert [line.label for line in shown[1:]] == labels


def test_a_long_payload_says_how_much_is_left_out() -> None:
    shown = lines({"a": list(range(100)), "b": {"c": {"d": 1}}}, {}, most=10)
    assert len(shown.lines) == 10
    assert shown.left_out == 1 + 100 + 3 - 10


def test_a_long_text_says_how_much_of_it_is_left_out() -> None:
    (line,) = lines({"a": "x" * 2_500}, {}, longest=100).lines
    assert line.text == "x" * 100 + "… (2,400 more characters)"
    (label,) = lines({"n" * 200: 1}, {}).lines
    assert len(label.label) == 80


def test_what_is_very_deep_is_shown_as_json() -> None:
    deep: Any = {"end": "ö"}
    for _ in range(62):
        deep = {"a": [deep]} if len(str(deep)) % 2 else {"b": deep}
    shown = lines(deep, {})
    assert shown.left_out == 0
    assert shown.lines[-1].text.startswith("{") or shown.lines[-1].text.startswith("[")


def test_a_number_that_python_does_not_write_is_no_crash() -> None:
    (line,) = lines({"a": 10**5_000}, {}).lines
    assert line.text == "too large to be shown"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)
SCHEMAS = st.sampled_from(
    [
        {},
        {"additionalProperties": {"type": "integer"}, "type": "object"},
        {"properties": {"": {"anyOf": [{"type": "null"}, {"enum": [1, None]}]}}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"0": {"$ref": "#/$defs/a"}}}}},
    ]
)


@given(st.dictionaries(st.text(max_size=3), JSON), SCHEMAS)
def test_any_json_has_as_many_lines_as_are_counted(payload: Any, schema: Any) -> None:
    few, all_of_it = lines(payload, schema, most=3), lines(payload, schema, most=10_000)
    assert all_of_it.left_out == 0
    assert few.left_out == max(0, len(all_of_it.lines) - 3)
    assert few.lines == all_of_it.lines[:3]


def test_nothing_steers_what_shows_it() -> None:
    assert plain("a\x1b[2J\r\nb\tc\u202ed\ud800\x00\r") == "a[2J\nb\tcd\n"
    assert one_line(" two\r\n\twords \x00", 80) == "two words"
    assert one_line("too long", 4) == "too…"


def test_a_deadline_is_told_in_words_and_utc() -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    told = due(datetime(2026, 3, 2, 3, 4, 59, tzinfo=there))
    assert told == "Sunday, 1 March 2026 at 21:34 UTC"
