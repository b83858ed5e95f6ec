"""Patterns are matched, and none of them can hold the server up."""

import re
from typing import Any

import pytest

from awaithumans.server.forms import cost_of_text, patterns
from awaithumans.server.forms.validation import Problem, SchemaError, compile_schema

PLAIN = r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"
PLACES = r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d{0,2}0*$"
DIGITS = r"^(?!^[-+.]*$)[+-]?0*(?:\d{0,3}|(?=[\d.]{1,6}0*$)\d{0,3}\.\d{0,2}0*$)"
NUMBERS = [
    "",
    "1",
    "-1.50",
    "+.5",
    ".",
    "-",
    "1.",
    "007",
    "1.234",
    "1e5",
    "abc",
    "1.5.0",
    "٣",
    "12345",
]
LOOK_AHEAD = r"^(?=.*\d)(?=.*[A-Z]).{8,}$"
SLOW = "(a+)+(?!x)b"


def matches(pattern: str, value: Any) -> bool:
    return not compile_schema({"pattern": pattern}).problems(value)


@pytest.mark.parametrize("pattern", [PLAIN, PLACES, DIGITS])
@pytest.mark.parametrize("text", NUMBERS)
def test_decimals_as_pydantic_writes_them_mean_the_same_without_look_ahead(
    pattern: str, text: str
) -> None:
    assert matches(pattern, text) == bool(re.search(pattern, text, re.ASCII))


@pytest.mark.parametrize("pattern", [PLAIN, PLACES, DIGITS])
def test_decimals_are_matched_by_the_linear_engine(pattern: str) -> None:
    parts = patterns.taken_apart(pattern)

    assert not patterns.examine((part, ()) for part in parts).backtracking
    assert all(patterns.is_decimal(part) for part in parts)


def test_a_text_that_is_not_a_decimal_is_told_what_one_is() -> None:
    found = compile_schema({"pattern": PLAIN}).problems("x.")

    assert found == [Problem((), "must be a decimal number such as 12.50")]


def test_a_decimal_start_with_another_tail_is_left_alone() -> None:
    assert patterns.taken_apart("^(?!^[-+.]*$)a|b") == ["^(?!^[-+.]*$)a|b"]
    assert not patterns.is_decimal("^[a-z]$")


def test_look_around_works() -> None:
    assert matches(LOOK_AHEAD, "Passw0rd")
    assert not matches(LOOK_AHEAD, "password")


def test_digits_and_letters_are_those_of_json_schema() -> None:
    assert matches(r"^\d+$", "12")
    assert not matches(r"^\d+$", "٣")
    assert not matches("^a$", "a\n")
    assert matches("b", "abc")


def test_a_pattern_that_gives_up_is_a_problem() -> None:
    (problem,) = compile_schema({"properties": {"a": {"pattern": SLOW}}}).problems({"a": "a" * 500})

    assert problem == Problem(("a",), "is too complex to be checked against its pattern")


@pytest.mark.parametrize(
    "document",
    [
        {"not": {"pattern": SLOW}},
        {"not": {"properties": {"a": {"$ref": "#/$defs/a"}}}, "$defs": {"a": {"pattern": SLOW}}},
        {"if": {"items": {"pattern": SLOW}}, "then": False},
        {"items": {"anyOf": [{"not": {"patternProperties": {SLOW: False}}}]}},
    ],
)
def test_a_pattern_that_may_give_up_is_refused_where_that_would_let_a_value_pass(
    document: dict[str, Any],
) -> None:
    with pytest.raises(SchemaError, match="stands under not or if"):
        compile_schema(document)


def test_a_pattern_that_may_give_up_is_allowed_elsewhere() -> None:
    document = {"not": {"pattern": "a"}, "if": {"maxLength": 3}, "then": {"pattern": LOOK_AHEAD}}

    assert not compile_schema(document).problems("bbbb")


@pytest.mark.parametrize(
    "pattern", ["[", "(a{1000}){1000}", "(?=(b{1000}){1000})", "\\", "(" * 2_000, "a{99999999999}"]
)
def test_a_pattern_that_is_invalid_or_too_large_is_refused_at_its_place(pattern: str) -> None:
    with pytest.raises(SchemaError) as refusal:
        compile_schema({"properties": {"a": {"patternProperties": {pattern: {}}}}})

    (problem,) = refusal.value.problems
    assert problem.loc == ("properties", "a", "patternProperties", pattern)


def test_more_patterns_than_can_be_run_are_refused() -> None:
    many = {f"p{n}": {"pattern": f"^{n}$"} for n in range(201)}

    with pytest.raises(SchemaError, match="200 different ones are allowed"):
        compile_schema({"properties": many})
    same = {f"p{n}": {"pattern": "^x$"} for n in range(201)}
    assert not compile_schema({"properties": same}).problems({"p7": "x"})


def test_patterns_that_are_too_large_together_are_refused() -> None:
    large = {f"p{n}": {"pattern": f"^.{{1,{3_000 + n}}}$"} for n in range(3)}

    with pytest.raises(SchemaError, match="together they are too large"):
        compile_schema({"properties": large})


def test_a_text_too_long_for_its_pattern_is_a_problem() -> None:
    schema = compile_schema({"properties": {"a": {"pattern": "[01]*1[01]{900}x"}}})

    (problem,) = schema.problems({"a": "01" * 50_000})

    assert problem.msg == "is too large or too deeply nested for this schema to be checked"


def test_a_long_text_beside_a_costly_pattern_is_not_its_victim() -> None:
    properties = {
        "code": {"pattern": LOOK_AHEAD},
        "note": {"type": "string", "maxLength": 10**6},
        "tags": {"items": {"maxLength": 30}},
    }
    schema = compile_schema({"properties": properties})
    long = {"code": "Passw0rd", "note": "x" * 500_000, "tags": ["x" * 20] * 300}

    assert schema.problems(long) == []
    assert schema.problems({**long, "code": "Passw0rd" * 1_000}) != []


def test_the_costs_of_text_follow_every_way_to_a_text() -> None:
    costly = {"pattern": LOOK_AHEAD}
    long = "Passw0rd" * 1_000
    ways: list[tuple[dict[str, Any], Any]] = [
        ({"additionalProperties": costly}, {"a": long}),
        ({"patternProperties": {"^a": costly}}, {"a": long}),
        ({"patternProperties": {LOOK_AHEAD: {}}}, {long: 1}),
        ({"propertyNames": costly}, {long: 1}),
        ({"unevaluatedProperties": costly}, {"a": long}),
        ({"prefixItems": [{}, costly]}, [1, long]),
        ({"prefixItems": [{}], "items": costly}, [1, long]),
        ({"contains": costly}, [long]),
        ({"unevaluatedItems": costly}, [long]),
        ({"items": {"anyOf": [{"type": "null"}, costly]}}, [long]),
        ({"allOf": [{"uniqueItems": True}] * 400}, ["x" * 1_000_000]),
    ]
    for document, value in ways:
        found = compile_schema(document).problems(value)
        assert [p.msg[:12] for p in found] == ["is too large"], document


def test_a_value_with_too_much_to_follow_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = compile_schema({"items": {"properties": {"a": {"pattern": LOOK_AHEAD}}}})
    rows = [{"b": "Passw0rd"}] * 500

    assert schema.problems(rows) == []
    monkeypatch.setattr(cost_of_text, "_MOST_STEPS", 100)
    assert schema.problems(rows) != []
