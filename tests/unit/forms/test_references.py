"""References lead inside the document, or the document is refused; nothing is ever fetched."""

from typing import Any

import jsonschema_rs
import pytest

from awaithumans.server.forms.validation import SchemaError, compile_schema


@pytest.fixture(autouse=True)
def nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every validator is made without leave to fetch."""
    made = jsonschema_rs.Draft202012Validator

    def make(*args: Any, **options: Any) -> Any:
        assert options["offline"] is True
        return made(*args, **options)

    monkeypatch.setattr(jsonschema_rs, "Draft202012Validator", make)


@pytest.mark.parametrize(
    "reference",
    [
        "http://127.0.0.1:9/x.json",
        "https://json-schema.org/draft/2020-12/schema",
        "file:///etc/passwd",
        "other.json",
        "//host/x",
        "urn:uuid:1",
        "data:application/json,{}",
        "json-schema:///",
    ],
)
@pytest.mark.parametrize("word", ["$ref", "$dynamicRef"])
def test_a_reference_that_leads_outside_is_refused(reference: str, word: str) -> None:
    there = {word: reference}

    for document in (there, {"$id": "http://127.0.0.1:9/y", "properties": {"a": there}}):
        with pytest.raises(SchemaError, match="nothing is ever fetched"):
            compile_schema(document)


@pytest.mark.parametrize(
    "reference",
    ["#/$defs/b", "#/nowhere", "#nobody", "#/$defs", "#/default", "#/$defs/a/const", "#/$defs/a/"],
)
def test_a_reference_that_leads_to_no_schema_is_refused(reference: str) -> None:
    document: dict[str, Any] = {
        "$ref": reference,
        "default": {"type": 5},
        "$defs": {"a": {"const": {}}},
    }

    with pytest.raises(SchemaError) as refusal:
        compile_schema(document)

    (problem,) = refusal.value.problems
    assert problem.loc == ("$ref",)
    assert problem.msg == "leads to nothing that is a schema in this document"


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("plain", "#/$defs/plain"),
        ("a/b", "#/$defs/a~1b"),
        ("a~b", "#/$defs/a~0b"),
        ("~1", "#/$defs/~01"),
        ("50%", "#/$defs/50%25"),
        ("a b", "#/$defs/a%20b"),
        ("ü", "#/$defs/%C3%BC"),
        ("", "#/$defs/"),
        ("0", "#/$defs/0"),
        ("List[int]", "#/$defs/List[int]"),
    ],
)
def test_names_of_any_kind_can_be_referred_to(name: str, reference: str) -> None:
    schema = compile_schema({"$ref": reference, "$defs": {name: {"type": "integer"}}})

    assert not schema.problems(1)
    assert schema.problems("x")


@pytest.mark.parametrize(
    "document",
    [
        {"$ref": "#/properties/a", "properties": {"a": {"type": "integer"}}},
        {"$ref": "#/anyOf/1", "anyOf": [True, {"type": "integer"}]},
        {"$ref": "#/definitions/a", "definitions": {"a": {"type": "integer"}}},
        {"$ref": "#here", "$defs": {"a": {"$anchor": "here", "type": "integer"}}},
        {"$dynamicRef": "#here", "$defs": {"a": {"$dynamicAnchor": "here", "type": "integer"}}},
        {"$id": "http://x/y", "$ref": "http://x/y#/$defs/a", "$defs": {"a": {"type": "integer"}}},
        {"$id": "http://x/y#", "$ref": "#/$defs/a", "$defs": {"a": {"type": "integer"}}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"type": "integer"}}},
    ],
)
def test_references_inside_the_document_are_followed(document: dict[str, Any]) -> None:
    schema = compile_schema(document)

    assert not schema.problems(1)
    assert schema.problems("x")


def test_rules_beside_a_reference_hold_too() -> None:
    schema = compile_schema({"$ref": "#/$defs/a", "maximum": 3, "$defs": {"a": {"minimum": 1}}})

    assert [bool(schema.problems(value)) for value in (0, 2, 4)] == [True, False, True]


def test_an_identifier_below_the_top_is_refused_but_a_property_of_that_name_is_not() -> None:
    with pytest.raises(SchemaError, match="must not stand below the top"):
        compile_schema({"properties": {"a": {"$id": "http://x/", "$ref": "#"}}})

    document = {"properties": {"$id": {"type": "string"}, "$ref": {"type": "integer"}}}
    assert not compile_schema(document).problems({"$id": "x", "$ref": 1})


def test_one_anchor_for_two_schemas_is_refused() -> None:
    twice = {"a": {"$anchor": "x"}, "b": {"$dynamicAnchor": "x"}}

    with pytest.raises(SchemaError, match="name of another schema"):
        compile_schema({"$defs": twice})


@pytest.mark.parametrize(
    "document",
    [
        {"$ref": "#"},
        {"$dynamicRef": "#"},
        {"allOf": [{"$ref": "#"}]},
        {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
        {"not": {"if": {"$ref": "#"}}},
        {"dependentSchemas": {"a": {"$ref": "#"}}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        {"properties": {"a": {"$ref": "#/properties/a"}}},
        {"items": {"oneOf": [{"$ref": "#/items"}]}},
    ],
)
def test_a_schema_that_is_only_itself_again_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(SchemaError, match="leads back to itself"):
        compile_schema(document)


RECURSIVE: list[tuple[dict[str, Any], Any]] = [
    ({"properties": {"a": {"$ref": "#"}}, "required": ["b"]}, {"b": 1, "a": {"b": 1}}),
    ({"items": {"$ref": "#"}}, [[], [[]]]),
    ({"additionalProperties": {"$ref": "#"}, "type": "object"}, {"a": {"b": {}}}),
]


@pytest.mark.parametrize(("document", "value"), RECURSIVE)
def test_a_recursive_schema_is_followed_as_deep_as_the_value(
    document: dict[str, Any], value: Any
) -> None:
    assert not compile_schema(document).problems(value)


def test_boolean_schemas_are_schemas() -> None:
    schema = compile_schema({"properties": {"yes": True, "no": False}})

    assert not schema.problems({"yes": 1})
    assert [p.loc for p in schema.problems({"no": 1})] == [("no",)]


def test_schemas_nested_deeper_than_the_validator_allows_are_checked_all_the_same() -> None:
    document: dict[str, Any] = {"type": "integer"}
    for _ in range(24):
        document = {"anyOf": [{"type": "object", "properties": {"a": document}}, {"type": "null"}]}
    value: Any = "x"
    for _ in range(24):
        value = {"a": value}

    (problem,) = compile_schema(document).problems(value)

    assert problem.loc == ("a",) * 24
    assert problem.msg == "must be a whole number"
