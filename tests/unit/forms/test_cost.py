"""What a check costs is bounded before it is begun: low for what people write, not for attacks."""

from typing import Any

import pytest

from awaithumans.server.forms.validation import SchemaError, compile_schema

TOO_LARGE = "is too large or too deeply nested for this schema to be checked"


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def doubled(levels: int) -> dict[str, Any]:
    """A schema that visits a value 2 to the `levels` times."""
    defs: dict[str, Any] = {f"a{n}": {"allOf": [ref(f"a{n + 1}")] * 2} for n in range(levels)}
    return {**ref("a0"), "$defs": {**defs, f"a{levels}": {"type": "integer"}}}


def nested(levels: int, leaf: Any = 1) -> Any:
    for _ in range(levels):
        leaf = {"c": leaf}
    return leaf


def said(document: dict[str, Any], value: Any) -> list[str]:
    return [problem.msg for problem in compile_schema(document).problems(value)]


def test_a_schema_that_costs_too_much_for_the_smallest_value_is_refused() -> None:
    assert said(doubled(8), 1) == []
    for levels in (30, 60):
        with pytest.raises(SchemaError, match="too complex to be checked"):
            compile_schema(doubled(levels))


def test_a_tower_of_schemas_is_refused() -> None:
    defs: dict[str, Any] = {f"a{n}": {"allOf": [ref(f"a{n + 1}")]} for n in range(400)}

    with pytest.raises(SchemaError, match="too complex to be checked"):
        compile_schema({**ref("a0"), "$defs": {**defs, "a400": {}}})


def test_a_union_that_doubles_with_every_level_is_refused_for_deep_values() -> None:
    branch: dict[str, Any] = {"properties": {"c": ref("n")}, "minProperties": 1}
    document = {**ref("n"), "$defs": {"n": {"anyOf": [branch, {**branch, "type": "object"}]}}}

    assert said(document, nested(5)) == []
    assert said(document, nested(40)) == [TOO_LARGE]


@pytest.mark.parametrize(
    "rule",
    [
        {
            "not": {"type": "object", "properties": {"c": ref("n")}, "required": ["z"]},
            "properties": {"c": ref("n")},
        },
        {"if": {"properties": {"c": ref("n")}}, "then": {"properties": {"c": ref("n")}}},
        {"patternProperties": {"^c$": ref("n"), "c": ref("n")}},
        {
            "properties": {"c": ref("n")},
            "unevaluatedProperties": ref("n"),
            "allOf": [{"properties": {"c": ref("n")}}],
        },
        {"dependentSchemas": {"c": {"properties": {"c": ref("n")}}}, "properties": {"c": ref("n")}},
    ],
)
def test_every_way_to_visit_a_child_twice_is_counted(rule: dict[str, Any]) -> None:
    document = {**ref("n"), "$defs": {"n": rule}}

    assert said(document, nested(3)) == []
    assert said(document, nested(60)) == [TOO_LARGE]


def test_items_that_are_visited_twice_are_counted() -> None:
    value: Any = []
    for _ in range(40):
        value = [value]

    assert said({"items": {"$ref": "#"}, "contains": {"$ref": "#"}}, value) == [TOO_LARGE]


def test_large_values_with_plain_schemas_are_checked() -> None:
    row = {"type": "object", "properties": {f"f{n}": {"type": "string"} for n in range(10)}}
    rows = [{f"f{n}": "x" for n in range(10)}] * 5_000

    assert said({"items": {**row, "additionalProperties": False}}, rows) == []


SLOW: list[tuple[dict[str, Any], Any]] = [
    ({"items": {"enum": [[n] * 10 for n in range(2_000)]}}, [[1] * 10] * 1_000),
    ({"items": {"enum": [{"a": {"b": n}} for n in range(2_000)]}}, [{}] * 1_000),
    ({"items": {"enum": [10**300 + n for n in range(600)]}}, [10**300] * 100),
    ({"items": {"multipleOf": 5e-324}}, [1.5] * 20_000),
    ({"items": {"multipleOf": 0.01}}, [1e308] * 20_000),
    ({"items": {"minimum": 10**300}}, [10**300] * 20_000),
    ({"uniqueItems": True}, [2**64 + n for n in range(1_000)]),
    ({"uniqueItems": True}, [2**62 + n for n in range(20_000)]),
]


@pytest.mark.parametrize(("document", "value"), SLOW)
def test_slow_comparisons_are_counted(document: dict[str, Any], value: Any) -> None:
    assert said(document, value) == [TOO_LARGE]


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ({"items": {"enum": [f"option {n}" for n in range(3_000)]}}, ["option 7"] * 1_000),
        ({"uniqueItems": True}, list(range(10_000))),
        ({"uniqueItems": True}, [{"id": n} for n in range(5_000)]),
        ({"items": {"multipleOf": 0.01}}, [19.99] * 1_000),
        ({"items": {"minimum": 0}}, [10**30] * 20),
        ({"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"a": {}}}, {"a": 1, "b": 1}),
    ],
)
def test_usual_comparisons_are_cheap_enough(document: dict[str, Any], value: Any) -> None:
    assert said(document, value) == []


def test_a_value_too_deep_for_a_thick_schema_is_refused_for_the_sake_of_the_stack() -> None:
    defs = {f"a{n}": {"type": "object", **ref(f"a{n + 1}")} for n in range(100)}
    thick = {**ref("a0"), "$defs": {**defs, "a100": {"properties": {"c": ref("a0")}}}}

    assert said(thick, nested(10, {})) == []
    assert said(thick, nested(90, {})) == ["is too deeply nested for this schema to be checked"]
