"""What is wrong with a value is said in our words, at its field, without the value."""

import json
import threading
from typing import Any

import pytest

from awaithumans.server.forms.validation import Problem, Schema, compile_schema

CANARY = "canary-7f3a"


def said(schema: dict[str, Any], value: Any, **options: Any) -> list[tuple[Any, str]]:
    """Give each problem as its place and its sentence; a place of one step without its tuple."""
    problems = compile_schema(schema, **options).problems(value)
    return [(p.loc[0] if len(p.loc) == 1 else p.loc, p.msg) for p in problems]


def test_a_valid_value_has_no_problems() -> None:
    assert said({"type": "object", "required": ["a"]}, {"a": 1}) == []


def test_a_schema_may_be_empty_and_then_admits_everything() -> None:
    assert said({}, {"anything": [1, None, "x"]}) == []


@pytest.mark.parametrize(
    ("rule", "value", "msg"),
    [
        ({"type": "boolean"}, 1, "must be true or false"),
        ({"type": "integer"}, 1.5, "must be a whole number"),
        ({"type": "number"}, "1", "must be a number"),
        ({"type": "string"}, 1, "must be text"),
        ({"type": "array"}, {}, "must be a list"),
        ({"type": "object"}, [], "must be an object"),
        ({"type": "null"}, 0, "must be null"),
        ({"type": ["string", "null", "array"]}, 0, "must be text, a list or null"),
        ({"minimum": 3}, 2, "must be at least 3"),
        ({"maximum": 3.5}, 4, "must be at most 3.5"),
        ({"exclusiveMinimum": 0}, 0, "must be more than 0"),
        ({"exclusiveMaximum": 10}, 10, "must be less than 10"),
        ({"multipleOf": 5}, 7, "must be a multiple of 5"),
        ({"minLength": 1}, "", "must have at least 1 character"),
        ({"maxLength": 2}, "abc", "must have at most 2 characters"),
        ({"minItems": 1}, [], "must have at least 1 item"),
        ({"maxItems": 1}, [1, 2], "must have at most 1 item"),
        ({"minProperties": 2}, {"a": 1}, "must have at least 2 fields"),
        ({"maxProperties": 0}, {"a": 1}, "must have at most 0 fields"),
        ({"uniqueItems": True}, [1, 1], "must not hold the same item twice"),
        ({"contains": {"type": "null"}}, [1], "does not hold the items that it must"),
        ({"enum": ["a", 2, None]}, "b", 'must be one of: "a", 2, null'),
        ({"const": {"a": 1}}, 1, 'must be {"a": 1}'),
        ({"pattern": "^[A-Z]+$"}, "a", "must match the pattern ^[A-Z]+$"),
        ({"not": {"type": "string"}}, "a", "has a form that is not allowed"),
        (
            {"if": {"type": "string"}, "then": {"maxLength": 1}},
            "ab",
            "must have at most 1 character",
        ),
        (
            {"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]},
            6,
            "fits more than one of the allowed forms",
        ),
        (
            {"anyOf": [{"multipleOf": 2}, {"multipleOf": 3}]},
            5,
            "does not fit any of the allowed forms",
        ),
    ],
)
def test_each_rule_has_its_sentence(rule: dict[str, Any], value: Any, msg: str) -> None:
    assert said({"properties": {"field": rule}}, {"field": value}) == [("field", msg)]


def test_a_missing_property_is_reported_at_its_own_place() -> None:
    schema = {"properties": {"a": {"required": ["b", "c"]}}}

    assert said(schema, {"a": {"c": 1}}) == [(("a", "b"), "is required")]


def test_a_property_that_another_requires_is_reported_at_its_own_place() -> None:
    assert said({"dependentRequired": {"a": ["b"]}}, {"a": 1}) == [("b", "is required")]


@pytest.mark.parametrize(
    "schema",
    [
        {"additionalProperties": False},
        {"properties": {"a": {}}, "additionalProperties": False},
        {"patternProperties": {"^a$": {}}, "additionalProperties": False},
        {"properties": {"a": {}}, "unevaluatedProperties": False},
    ],
)
def test_each_unknown_property_is_named(schema: dict[str, Any]) -> None:
    found = said(schema, {"x": 1, "y": 2})

    assert found == [("x", "is not a known field"), ("y", "is not a known field")]


def test_a_very_long_name_is_shortened() -> None:
    ((name, _),) = said({"additionalProperties": False}, {"n" * 5_000: 1})

    assert name == "n" * 99 + "…"


def test_a_name_that_is_not_allowed_is_reported_at_its_own_place() -> None:
    schema = {"propertyNames": {"enum": ["a"]}}

    assert said(schema, {"a": 1, "b": 2}) == [("b", "is not an allowed name")]


def test_items_that_are_not_allowed_are_not_shown() -> None:
    schema: dict[str, Any] = {"prefixItems": [{}], "unevaluatedItems": False}

    assert said(schema, [1, CANARY]) == [((), "has more items than are allowed")]
    assert said({"prefixItems": [{}], "items": False}, [1, 2]) == [(1, "is not allowed")]


def test_a_problem_inside_lists_has_the_position_in_its_place() -> None:
    schema = {"properties": {"a": {"items": {"properties": {"b": {"type": "string"}}}}}}

    assert said(schema, {"a": [{"b": ""}, {"b": 0}]}) == [(("a", 1, "b"), "must be text")]


def test_many_options_and_long_ones_are_shortened() -> None:
    ((_, msg),) = said({"items": {"enum": [*range(30), "x" * 500]}}, [-1])

    assert msg == "must be one of: " + ", ".join(map(str, range(20))) + ", …"
    ((_, msg),) = said({"items": {"enum": ["x" * 500]}}, [-1])
    assert len(msg) < 100


def test_the_same_problem_is_given_once() -> None:
    text = {"type": "string"}

    assert said({"allOf": [text, text]}, 1) == [((), "must be text")]


def test_no_more_problems_are_given_than_asked_for() -> None:
    schema = compile_schema({"items": {"type": "string"}})

    assert len(schema.problems([1] * 60)) == 50
    assert len(schema.problems([1] * 60, limit=3)) == 3


def test_a_kind_of_error_that_is_not_known_yet_still_is_a_problem(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("awaithumans.server.forms.messages._MESSAGES", {})

    assert said({"type": "string"}, 1) == [((), "does not fit the schema")]


def test_no_problem_ever_holds_a_value() -> None:
    anything = {
        "type": "object",
        "properties": {
            "a": {"type": "integer"},
            "b": {"enum": ["x"]},
            "c": {"pattern": "^x$", "format": "date", "maxLength": 1},
            "d": {"anyOf": [{"type": "object", "required": ["q"]}, {"type": "null"}]},
            "e": {"oneOf": [{"const": 1}, {"const": 2}]},
            "f": {"not": {"const": CANARY}},
            "g": {"items": {"type": "null"}, "uniqueItems": True},
            "h": False,
            "i": {"additionalProperties": {"format": "uuid"}},
        },
    }
    value: dict[str, Any] = dict.fromkeys("abcdefh", CANARY)
    value |= {"g": [CANARY, CANARY], "i": {"j": CANARY}}

    problems = compile_schema(anything).problems(value)

    assert len({p.loc[0] for p in problems}) == 9
    assert CANARY not in repr(problems)


@pytest.mark.parametrize(
    ("value", "msg"),
    [
        (float("nan"), "must not hold NaN or infinity"),
        ([float("-inf")], "must not hold NaN or infinity"),
        (10**400, "holds a number with too many digits"),
        ({1: 2}, "has a property name that is not text"),
        (b"x", "is not JSON"),
        ("\ud800", "holds text that is not valid Unicode"),
        ({"\ud800": 1}, "holds text that is not valid Unicode"),
    ],
)
def test_what_is_not_json_is_a_problem_and_not_an_exception(value: Any, msg: str) -> None:
    assert said({"type": ["integer", "string", "object", "array"]}, value) == [((), msg)]


def test_numbers_at_the_edges_are_compared_exactly() -> None:
    assert said({"maximum": 1e308}, 10**308) == []
    assert said({"maximum": 10**300}, 10**300 + 1) != []
    assert said({"minimum": 0, "maximum": 0}, -0.0) == []
    assert said({"multipleOf": 0.01}, 19.99) == []
    assert said({"multipleOf": 5e-324}, 1e308) == []
    assert said({"minLength": 10**30}, "a") != []
    assert said({"type": "integer"}, 1.0) == []


def test_a_value_nested_too_deeply_is_a_problem() -> None:
    value: Any = 1
    for _ in range(5_000):
        value = [value]

    assert said({}, value) == [((), "is nested too deeply")]


def test_a_large_value_gets_the_first_problem_only_but_at_its_place() -> None:
    record = {"type": "object", "properties": {f"f{n}": {"type": "string"} for n in range(40)}}
    rows: list[dict[str, Any]] = [{f"f{n}": "x" for n in range(40)} for _ in range(400)]
    rows[7]["f3"] = rows[9]["f3"] = 1

    assert said({"items": record}, rows) == [((7, "f3"), "must be text")]


def test_a_large_value_gets_no_details_of_a_union() -> None:
    union = {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
    rows: list[Any] = [{"a": 1}] * 30_000

    assert said({"items": union}, [*rows, {}]) == [
        (30_000, "does not fit any of the allowed forms")
    ]


def test_a_refusal_without_a_reason_is_a_problem_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class NoReason:
        def is_valid(self, value: Any) -> bool:
            return False

        def validate(self, value: Any) -> None:
            return None

    def make(*_: Any) -> NoReason:
        return NoReason()

    monkeypatch.setattr("awaithumans.server.forms.validation._validator", make)
    schema = compile_schema({"items": {"type": "string"}})

    assert schema.problems(["x"] * 30_000) == [Problem((), "does not fit the schema")]


def test_a_schema_is_safe_to_use_from_several_threads() -> None:
    schema = compile_schema({"properties": {"a": {"items": {"$ref": "#"}}}})
    value: Any = {}
    for _ in range(20):
        value = {"a": [value]}
    found: list[list[Problem]] = []
    threads = [
        threading.Thread(target=lambda: found.append(schema.problems(value))) for _ in range(8)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [[]] * 8


def test_a_bound_that_cannot_be_found_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = compile_schema({"properties": {"a": {"$ref": "#"}}})
    monkeypatch.setattr("awaithumans.server.forms.cost._MOST_EDGES", 3)

    assert schema.problems({"a": {"a": {}}}) == [
        Problem((), "is too deeply nested for this schema to be checked")
    ]


def test_the_size_of_a_schema_is_that_of_its_canonical_json() -> None:
    document = {"type": "object", "title": "é"}

    schema = compile_schema(document)

    assert isinstance(schema, Schema)
    assert schema.size == len(json.dumps(document, separators=(",", ":"), ensure_ascii=False)) + 1
