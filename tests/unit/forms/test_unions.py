"""What a value's type or tag decides is decided by it, and a problem is one of the form meant."""

import itertools
from typing import Any

import jsonschema_rs
import pytest

from awaithumans.server.forms.validation import compile_schema


def said(schema: dict[str, Any], value: Any) -> list[tuple[tuple[Any, ...], str]]:
    return [(p.loc, p.msg) for p in compile_schema(schema).problems(value)]


def thing(tag: Any, name: str, *, required: bool = True) -> dict[str, Any]:
    """A record with a tag and a number under `name`."""
    return {
        "type": "object",
        "properties": {name: {"type": "integer"}, "kind": tag},
        "required": [name, *(["kind"] if required else [])],
    }


CAT = thing({"const": "cat"}, "lives")
DOG = thing({"enum": ["dog", "wolf"]}, "age")


def test_of_an_optional_value_the_problem_is_that_of_the_value() -> None:
    optional = {"anyOf": [{"type": "object", "required": ["a"]}, {"type": "null"}]}

    assert said(optional, None) == []
    assert said(optional, {}) == [(("a",), "is required")]
    assert said(optional, 1) == [((), "must be an object or null")]


def test_an_optional_whole_number_says_what_is_wrong_with_a_fraction() -> None:
    optional = {"anyOf": [{"type": "integer", "minimum": 3}, {"type": "null"}]}

    assert said(optional, 1.5) == [
        ((), "must be a whole number"),
        ((), "must be at least 3"),
    ]


@pytest.mark.parametrize("word", ["anyOf", "oneOf"])
def test_a_tag_decides_between_records(word: str) -> None:
    union = {word: [CAT, DOG]}

    assert said(union, {"kind": "cat", "lives": 9}) == []
    assert said(union, {"kind": "wolf", "age": 9}) == []
    assert said(union, {"kind": "wolf", "age": "x"}) == [(("age",), "must be a whole number")]
    assert said(union, {"lives": 9}) == [(("kind",), "is required")]
    assert said(union, {"kind": "cow"}) == [(("kind",), 'must be one of: "cat", "dog", "wolf"')]
    assert said(union, 1) == [((), "must be an object")]


def test_a_tag_behind_references_decides_too() -> None:
    defs = {
        "Cat": {"allOf": [thing({"$ref": "#/$defs/CatTag"}, "lives")]},
        "CatTag": {"const": "cat"},
        "Dog": DOG,
    }
    union = {"oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}], "$defs": defs}

    assert said(union, {"kind": "cat"}) == [(("lives",), "is required")]


def test_a_union_within_a_union_is_decided_by_the_same_tag() -> None:
    pets = {"oneOf": [CAT, DOG]}
    union = {"items": {"oneOf": [pets, thing({"const": "cow"}, "milk")]}}

    assert said(union, [{"kind": "cow"}]) == [((0, "milk"), "is required")]
    assert said(union, [{"kind": "dog"}]) == [((0, "age"), "is required")]


def test_where_the_tag_may_be_left_out_the_forms_without_it_are_tried() -> None:
    loose = [
        thing({"const": "a"}, "x", required=False),
        thing({"const": "b"}, "y", required=False),
    ]

    assert said({"anyOf": loose}, {"y": 1}) == []
    assert said({"anyOf": loose}, {"kind": "a", "y": 1}) == [(("x",), "is required")]
    assert said({"anyOf": [loose[0], CAT]}, {"x": 1}) == []
    assert said({"anyOf": [loose[0], CAT]}, {"x": "1"}) == [(("x",), "must be a whole number")]


def test_where_pydantic_names_the_tag_it_must_be_there() -> None:
    loose = [
        thing({"const": "a"}, "x", required=False),
        thing({"const": "b"}, "y", required=False),
    ]
    union = {"oneOf": loose, "discriminator": {"propertyName": "kind"}}

    assert said(union, {"x": 1}) == [(("kind",), "is required")]


def test_a_named_tag_that_does_not_tell_them_apart_is_not_used() -> None:
    union = {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "colour"}}

    assert said(union, {"kind": "cat", "lives": 1}) == []


def test_of_forms_that_nothing_tells_apart_the_one_that_fits_at_the_top_is_meant() -> None:
    union = {
        "anyOf": [
            {"required": ["a"], "properties": {"a": {"type": "string"}}},
            {"required": ["b"], "properties": {"b": {"type": "string"}}},
        ]
    }

    assert said(union, {"b": 1}) == [(("b",), "must be text")]
    assert said(union, {"a": 1, "b": 1}) == [((), "does not fit any of the allowed forms")]
    assert said(union, {}) == [((), "does not fit any of the allowed forms")]


def test_a_value_of_a_type_that_no_form_has_is_told_the_types() -> None:
    assert said({"anyOf": [CAT, {"type": "array"}]}, "x") == [((), "must be a list or an object")]


def test_a_union_of_forms_that_nothing_can_have_admits_nothing() -> None:
    assert said({"anyOf": [False, {"type": "string", "enum": [1]}]}, 1) == [((), "is not allowed")]


BRANCHES: list[Any] = [
    {"type": "null"},
    {"type": "integer", "minimum": 2},
    {"type": "number"},
    {"type": ["string", "null"]},
    {"const": 7},
    {"enum": ["x", None, 3]},
    {"maximum": 5},
    {"allOf": [{"type": "string"}, {"maxLength": 1}]},
    {"not": {"type": "string"}},
    {"$ref": "#/$defs/cat"},
    DOG,
    thing({"const": "cat"}, "age", required=False),
    thing({"const": "dog"}, "lives", required=False),
    {"oneOf": [{"$ref": "#/$defs/cat"}, {"type": "boolean"}]},
    {"anyOf": [DOG, {"type": "array", "items": {"const": 1}}]},
    {"properties": {"kind": {"not": {"const": "cat"}}}, "type": "object"},
    True,
    False,
]
VALUES: list[Any] = [
    None,
    True,
    0,
    2,
    3,
    7,
    1.5,
    9.0,
    "x",
    "xx",
    [],
    [1],
    [2],
    {},
    {"kind": "cat", "lives": 1},
    {"kind": "dog", "age": 1},
    {"kind": "cat", "age": 1},
    {"kind": "dog", "lives": 1, "age": 2},
    {"lives": 1},
    {"age": 1},
    {"kind": "wolf"},
    {"kind": 1, "lives": 1},
    {"kind": "cat", "lives": "x"},
    {"lives": 1, "age": 1},
]


@pytest.mark.parametrize("word", ["anyOf", "oneOf"])
def test_a_union_taken_apart_admits_what_it_admitted_before(word: str) -> None:
    for branches in itertools.combinations(BRANCHES, 2):
        document = {word: [*branches, BRANCHES[9]], "$defs": {"cat": CAT}}
        ours = compile_schema(document)
        plain = jsonschema_rs.Draft202012Validator(document, offline=True)

        for value in VALUES:
            assert (not ours.problems(value)) == plain.is_valid(value), (document, value)


@pytest.mark.parametrize("word", ["unevaluatedProperties", "additionalProperties"])
def test_what_counts_as_evaluated_stays_the_same(word: str) -> None:
    document = {
        "anyOf": [CAT, DOG, {"type": "null"}],
        word: False,
    }
    ours = compile_schema(document)
    plain = jsonschema_rs.Draft202012Validator(document, offline=True)

    for value in [*VALUES, {"kind": "cat", "lives": 1, "more": 1}]:
        assert (not ours.problems(value)) == plain.is_valid(value), value
