"""A document that is not a schema, or not one to be checked with, is refused at its place."""

from typing import Any

import pytest

from awaithumans.server.forms.validation import Problem, SchemaError, compile_schema

NOT_JSON = "must be JSON: no NaN, no infinity, text that is valid Unicode"
NO_PATTERN = "must be a regular expression that this server can run: valid, and not too large"
REFUSED: list[tuple[Any, tuple[Any, ...], str]] = [
    ({"type": "text"}, ("type",), "does not fit any of the allowed forms"),
    ({"properties": {"a": {"minimum": "x"}}}, ("properties", "a", "minimum"), "must be a number"),
    ({"required": ["a", "a"]}, ("required",), "must not hold the same item twice"),
    ({"properties": {"a": 5}}, ("properties", "a"), "must be true or false or an object"),
    ({"items": [{}]}, ("items",), "must be true or false or an object"),
    ({"pattern": "["}, ("pattern",), NO_PATTERN),
    ({"const": float("nan")}, (), NOT_JSON),
    ({"const": "\ud800"}, (), NOT_JSON),
    ({"const": {1, 2}}, (), NOT_JSON),
    ({"const": 10**400}, (), "holds a number with too many digits"),
    ({"title": "x" * 300_000}, (), "is larger than 256 KiB"),
    ({"properties": {f"p{n}": {} for n in range(6_000)}}, (), "holds more than 5,000 schemas"),
]


@pytest.mark.parametrize(("document", "loc", "msg"), REFUSED)
def test_what_is_not_a_schema_is_refused_at_its_place(
    document: dict[str, Any], loc: tuple[Any, ...], msg: str
) -> None:
    with pytest.raises(SchemaError) as refusal:
        compile_schema(document)

    assert Problem(loc, msg) in refusal.value.problems
    assert msg in str(refusal.value)


def test_of_a_very_wrong_document_the_first_problem_is_given() -> None:
    with pytest.raises(SchemaError) as refusal:
        compile_schema({"properties": {f"p{n}": {"type": "x"} for n in range(2_500)}})

    assert len(refusal.value.problems) == 1


def test_a_document_nested_without_end_is_refused() -> None:
    document: Any = {}
    for _ in range(100_000):
        document = {"not": document}

    with pytest.raises(SchemaError, match="nested too deeply"):
        compile_schema(document)


@pytest.mark.parametrize(
    "dialect",
    [
        "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-07/schema#",
        "https://example.com/unknown",
    ],
)
def test_every_document_is_read_as_2020_12(dialect: str) -> None:
    schema: dict[str, Any] = {
        "$schema": dialect,
        "$ref": "#/$defs/a",
        "maximum": 3,
        "$defs": {"a": {}},
    }

    (problem,) = compile_schema(schema).problems(4)
    assert problem == Problem((), "must be at most 3")
    with pytest.raises(SchemaError):
        compile_schema({"$schema": dialect, "exclusiveMinimum": True})


def test_annotations_and_unknown_keywords_say_nothing() -> None:
    schema = {
        "title": "T",
        "description": "D",
        "default": 1,
        "examples": [{"$ref": "http://x/"}],
        "$comment": "C",
        "x-enum-labels": {"a": 1},
        "contentEncoding": "base64",
        "contentSchema": {"$ref": "http://x/"},
        "format": "no-such-format",
        "deprecated": True,
    }

    assert compile_schema(schema).problems("not base64!") == []


def test_a_refusal_never_holds_what_the_document_says() -> None:
    canary = "canary-7f3a"
    wrong: list[dict[str, Any]] = [
        {"type": canary},
        {"$ref": canary},
        {"$ref": f"#/{canary}"},
        {"$ref": f"#{canary}"},
        {"pattern": f"[{canary}"},
        {"items": {"$id": canary}},
        {"$defs": {"a": {"$anchor": canary}, "b": {"$anchor": canary}}},
        {"minimum": canary, "required": canary, "enum": canary, "maxLength": -1},
        {"$anchor": f" {canary}"},
        {"not": {"pattern": f"(?={canary})"}},
        {"const": {canary, "not JSON"}},
    ]
    for document in wrong:
        with pytest.raises(SchemaError) as refusal:
            compile_schema(document)

        assert canary not in repr(refusal.value.problems), document
