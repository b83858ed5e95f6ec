"""A schema says what to ask a person for, and nothing is answered in advance."""

from typing import Any

import pytest

from awaithumans.server.forms import kinds
from awaithumans.server.forms.fields import fields_of
from awaithumans.server.forms.kinds import Branch, Field, Kind, Limits, Option


def kind_of(schema: dict[str, Any], **document: Any) -> Kind:
    """The kind of a single field."""
    (field,) = fields_of({"properties": {"a": schema}, **document})
    return field.kind


def test_a_field_says_what_it_is() -> None:
    document: dict[str, Any] = {
        "type": "object",
        "required": ["amount"],
        "properties": {
            "amount": {"type": "integer", "title": "Sum", "description": "In cents", "minimum": 1},
            "due_date": {"type": "string", "format": "date", "default": None},
        },
    }

    assert fields_of(document) == (
        Field(
            "amount",
            ("amount",),
            "Sum",
            "In cents",
            required=True,
            has_default=False,
            default=None,
            kind=kinds.Integer(Limits(at_least=1)),
        ),
        Field(
            "due_date",
            ("due_date",),
            "Due date",
            "",
            required=False,
            has_default=True,
            default=None,
            kind=kinds.Date(),
        ),
    )


KINDS: list[tuple[Any, Kind]] = [
    ({"type": "string"}, kinds.Text()),
    (
        {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "a"},
        kinds.Text(min_length=1, max_length=200, pattern="a"),
    ),
    ({"type": "string", "maxLength": 201}, kinds.Text(long=True, max_length=201)),
    ({"type": "string", "format": "textarea"}, kinds.Text(long=True, format="textarea")),
    ({"type": "string", "format": "email"}, kinds.Text(format="email")),
    (
        {"type": "string", "contentMediaType": "application/json"},
        kinds.Text(format="json-string"),
    ),
    ({"type": "string", "format": "time"}, kinds.Time()),
    ({"type": "string", "format": "date-time"}, kinds.DateTime()),
    (
        {"type": "integer", "exclusiveMinimum": 0, "multipleOf": 5},
        kinds.Integer(Limits(more_than=0, multiple_of=5)),
    ),
    (
        {"type": "number", "maximum": 1, "exclusiveMaximum": 2},
        kinds.Number(Limits(at_most=1, less_than=2)),
    ),
    ({"type": "boolean"}, kinds.Boolean()),
    ({"type": "null"}, kinds.Choice((Option(None, "none"),))),
    ({"anyOf": [{"type": "null"}]}, kinds.Choice((Option(None, "none"),))),
    (
        {"enum": ["a", 1, None, True]},
        kinds.Choice(
            (Option("a", "a"), Option(1, "1"), Option(None, "none"), Option(True, "true"))
        ),
    ),
    ({"const": "only"}, kinds.Choice((Option("only", "only"),))),
    (
        {"enum": ["a", "b"], "x-enum-labels": {"a": "Yes, all"}},
        kinds.Choice((Option("a", "Yes, all"), Option("b", "b"))),
    ),
    (
        {"enum": [1, 2], "x-enum-labels": ["one"]},
        kinds.Choice((Option(1, "one"), Option(2, "2"))),
    ),
    ({"enum": [1], "x-enum-labels": [5, "more"]}, kinds.Choice((Option(1, "1"),))),
    ({"enum": [1], "x-enum-labels": "x"}, kinds.Choice((Option(1, "1"),))),
    (
        {"oneOf": [{"const": 1, "title": "low"}, {"const": 2}]},
        kinds.Choice((Option(1, "low"), Option(2, "2"))),
    ),
    ({"anyOf": [{"type": "number"}, {"type": "string"}]}, kinds.Decimal()),
    (
        {
            "anyOf": [
                {"type": "number", "minimum": 0},
                {"type": "string", "pattern": r"^(?!^[-+.]*$)x"},
            ]
        },
        kinds.Decimal(Limits(at_least=0)),
    ),
    ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, kinds.Optional(kinds.Integer())),
    ({"type": ["integer", "null"]}, kinds.Optional(kinds.Integer())),
    (
        {"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]},
        kinds.Optional(kinds.Decimal()),
    ),
    (
        {"anyOf": [{"type": "integer"}, {"type": "string"}]},
        kinds.Union((Branch("whole number", kinds.Integer()), Branch("text", kinds.Text()))),
    ),
    (
        {"anyOf": [{"type": "number"}, {"type": "string", "pattern": "a"}]},
        kinds.Union((Branch("number", kinds.Number()), Branch("text", kinds.Text(pattern="a")))),
    ),
    (
        {"anyOf": [{"type": "number"}, {"type": "string", "maxLength": 3}]},
        kinds.Union((Branch("number", kinds.Number()), Branch("text", kinds.Text(max_length=3)))),
    ),
    (
        {"oneOf": [{"title": "Some", "type": "boolean"}, {"not": {}}]},
        kinds.Union((Branch("Some", kinds.Boolean()), Branch("something else", kinds.Json()))),
    ),
    (
        {"allOf": [{"type": "integer", "minimum": 1}], "minimum": 2},
        kinds.Integer(Limits(at_least=2)),
    ),
    ({"allOf": [{"minimum": 1}, {"minimum": 2}]}, kinds.Json()),
    ({}, kinds.Json()),
    (True, kinds.Json()),
    ({"type": "object"}, kinds.Json()),
    ({"type": "object", "additionalProperties": True}, kinds.Json()),
    ({"type": "array"}, kinds.Json()),
    ({"type": "array", "prefixItems": [{}], "items": {}}, kinds.Json()),
    ({"$ref": "#/nowhere/at/all"}, kinds.Json()),
    ({"$ref": "#/properties/a"}, kinds.Json()),
    ({"$ref": "#/required/5/x"}, kinds.Json()),
    ({"$ref": "#/prefixItems/1"}, kinds.Boolean()),
    ({"$ref": "#/required/x"}, kinds.Json()),
]


@pytest.mark.parametrize(("schema", "kind"), KINDS)
def test_each_schema_has_its_kind(schema: dict[str, Any], kind: Kind) -> None:
    assert kind_of(schema, required=["a"], prefixItems=[{}, {"type": "boolean"}]) == kind


def test_a_boolean_without_a_default_has_no_answer_yet() -> None:
    (field,) = fields_of({"properties": {"ok": {"type": "boolean"}}})

    assert (field.has_default, field.default) == (False, None)


def test_a_reference_gives_the_kind_and_the_field_keeps_its_own_words() -> None:
    document: dict[str, Any] = {
        "properties": {"home": {"$ref": "#/$defs/a~1b%20c", "default": "x"}},
        "$defs": {"a/b c": {"title": "Address", "description": "Where", "type": "string"}},
    }

    (field,) = fields_of(document)

    assert (field.title, field.description, field.default) == ("Home", "Where", "x")
    assert field.kind == kinds.Text()


def test_a_list_says_what_is_in_it() -> None:
    kind = kind_of(
        {"type": "array", "items": {"type": "integer"}, "minItems": 1, "uniqueItems": True}
    )

    assert isinstance(kind, kinds.List)
    assert (kind.item, kind.min_items, kind.max_items, kind.unique) == (
        kinds.Integer(),
        1,
        None,
        True,
    )


def test_a_mapping_says_what_its_names_and_values_are() -> None:
    kind = kind_of(
        {
            "type": "object",
            "additionalProperties": {"type": "boolean"},
            "propertyNames": {"enum": ["x"]},
        }
    )

    assert isinstance(kind, kinds.Mapping)
    assert kind.name == kinds.Choice((Option("x", "x"),))
    assert kind.value == kinds.Boolean()


def test_a_record_knows_where_its_fields_are() -> None:
    kind = kind_of({"title": "Line", "properties": {"n": {"type": "integer"}}})

    assert isinstance(kind, kinds.Record)
    assert kind.title == "Line"
    assert [f.path for f in kind.fields(("lines", 2))] == [("lines", 2, "n")]


def test_a_recursive_schema_is_opened_as_far_as_it_is_asked() -> None:
    node = {
        "properties": {
            "kids": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
            "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
        }
    }
    fields = fields_of({"$ref": "#/$defs/Node", "$defs": {"Node": node}})

    for depth in range(1, 50):
        following = fields[1].kind
        assert isinstance(following, kinds.Optional)
        assert isinstance(following.kind, kinds.Record)
        fields = following.kind.fields(fields[1].path)
        assert fields[0].path == ("next",) * depth + ("kids",)


@pytest.mark.parametrize(
    "document",
    [
        {"$ref": "#"},
        {"anyOf": [{"$ref": "#"}, {"type": "string", "minLength": 1}]},
        {"allOf": [{"$ref": "#"}]},
    ],
)
def test_a_schema_that_is_only_itself_again_comes_to_an_end(document: dict[str, Any]) -> None:
    (field,) = fields_of(document)

    assert field.path == ()


def test_a_union_that_doubles_with_every_step_does_not_grow_without_end() -> None:
    step = {f"a{n}": {"anyOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(30)}

    (field,) = fields_of({"$ref": "#/$defs/a0", "$defs": {**step, "a30": {"type": "string"}}})

    assert isinstance(field.kind, kinds.Union)


def test_an_answer_that_is_no_record_is_a_single_field_without_a_name() -> None:
    (field,) = fields_of({"type": "integer", "title": "How many?"})

    assert (field.name, field.path, field.title) == ("", (), "How many?")
    assert field.kind == kinds.Integer()
    assert field.required


def tagged(value: str, *more: str) -> dict[str, Any]:
    properties = {"kind": {"const": value}, **{name: {"type": "integer"} for name in more}}
    return {"title": value.title(), "type": "object", "properties": properties}


def test_the_forms_of_a_union_are_chosen_by_label_and_carry_their_tag() -> None:
    kind = kind_of({"oneOf": [tagged("cat", "lives"), tagged("dog", "age")]})

    assert isinstance(kind, kinds.Union)
    assert [(b.label, b.tag) for b in kind.options] == [
        ("Cat", ("kind", "cat")),
        ("Dog", ("kind", "dog")),
    ]
    first = kind.options[0].kind
    assert isinstance(first, kinds.Record)
    assert [f.name for f in first.fields()] == ["lives"]


def test_the_named_tag_is_used_before_others() -> None:
    branches = [tagged("a"), tagged("b")]
    for branch, size in zip(branches, ("small", "large"), strict=True):
        branch["properties"] = {"size": {"const": size}, **branch["properties"]}

    for named, tag in (({"propertyName": "kind"}, ("kind", "a")), ({}, ("size", "small"))):
        kind = kind_of({"oneOf": branches, "discriminator": named})
        assert isinstance(kind, kinds.Union)
        assert kind.options[0].tag == tag


@pytest.mark.parametrize(
    "branches",
    [
        [tagged("a"), tagged("a")],
        [tagged("a"), {"title": "Any", "properties": {"kind": {"enum": ["b", "c"]}}}],
        [tagged("a"), {"title": "Any", "properties": {"kind": {"const": 5}}}],
    ],
)
def test_what_does_not_tell_the_forms_apart_is_asked_for(branches: list[dict[str, Any]]) -> None:
    kind = kind_of({"anyOf": branches})

    assert isinstance(kind, kinds.Union)
    assert [branch.tag for branch in kind.options] == [None, None]
    second = kind.options[1].kind
    assert isinstance(second, kinds.Record)
    assert [f.name for f in second.fields()] == ["kind"]
