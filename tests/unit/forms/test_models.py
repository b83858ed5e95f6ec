"""Real pydantic models: each is understood, and what a person types for it is a valid answer."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from awaithumans.server.forms import kinds
from awaithumans.server.forms.fields import fields_of
from awaithumans.server.forms.kinds import Kind
from awaithumans.server.forms.problems import Loc
from awaithumans.server.forms.typing_in import parse
from awaithumans.server.forms.validation import compile_schema
from tests.support.assembling import assemble
from tests.unit.forms.models import (
    Appointment,
    Approval,
    Chain,
    Closed,
    Contact,
    Customer,
    Formula,
    Invoice,
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
from tests.unit.forms.typed import TYPED


def fill_in(kind: Kind, path: Loc, typed: Any) -> Iterator[tuple[Loc, Any]]:
    """Answer as a person would: part by part, and only what there is an answer to."""
    if isinstance(kind, kinds.Optional):
        yield from fill_in(kind.kind, path, typed)
    elif isinstance(kind, kinds.Record):
        yield path, {}
        for field in kind.fields(path):
            if field.name in typed:
                yield from fill_in(field.kind, field.path, typed[field.name])
    elif isinstance(kind, kinds.List):
        yield path, []
        for at, item in enumerate(typed):
            yield from fill_in(kind.item, (*path, at), item)
    elif isinstance(kind, kinds.Mapping):
        yield path, {}
        for name, value in typed.items():
            yield from fill_in(kind.value, (*path, parse(kind.name, name)), value)
    elif isinstance(kind, kinds.Union):
        label, rest = typed
        (branch,) = [option for option in kind.options if option.label == label]
        yield from fill_in(branch.kind, path, rest)
        if branch.tag:
            yield (*path, branch.tag[0]), branch.tag[1]
    else:
        yield path, parse(kind, typed)


def asked(fields: tuple[kinds.Field, ...]) -> dict[str, type]:
    return {field.name: type(field.kind) for field in fields}


@pytest.mark.parametrize(("model", "typed", "answer"), TYPED)
def test_what_is_typed_is_a_valid_answer(
    model: type[BaseModel], typed: dict[str, Any], answer: dict[str, Any]
) -> None:
    document = model.model_json_schema()
    fields = fields_of(document)

    parts = [
        part
        for field in fields
        if field.name in typed
        for part in fill_in(field.kind, field.path, typed[field.name])
    ]

    assert assemble(parts) == answer
    assert compile_schema(document).problems(answer) == []
    model.model_validate(answer)


@pytest.mark.parametrize("model", list(dict.fromkeys(model for model, _, _ in TYPED)))
def test_an_empty_answer_lacks_exactly_what_is_required(model: type[BaseModel]) -> None:
    document = model.model_json_schema()

    missing = {problem.loc for problem in compile_schema(document).problems({})}

    assert missing == {field.path for field in fields_of(document) if field.required}


@pytest.mark.parametrize("model", list(dict.fromkeys(model for model, _, _ in TYPED)))
def test_nothing_is_answered_in_advance_but_what_the_model_has_a_default_for(
    model: type[BaseModel],
) -> None:
    for field in fields_of(model.model_json_schema()):
        info = next(i for n, i in model.model_fields.items() if field.name in (n, i.alias))
        assert field.has_default == (not info.is_required())


@pytest.mark.parametrize(
    ("model", "kind_of_each"),
    [
        (Approval, {"approved": kinds.Boolean, "reason": kinds.Optional}),
        (Customer, {"name": kinds.Text, "home": kinds.Record, "billing": kinds.Optional}),
        (Triage, {"severity": kinds.Choice, "level": kinds.Choice, "again": kinds.Optional}),
        (Verdict, {"verdict": kinds.Choice, "agreed": kinds.Choice, "count": kinds.Choice}),
        (Payment, {"method": kinds.Union, "other": kinds.Optional}),
        (Remedy, {"remedy": kinds.Union, "code": kinds.Union, "note": kinds.Optional}),
        (Order, {"lines": kinds.List, "tags": kinds.List}),
        (Scores, {"scores": kinds.Mapping, "by_level": kinds.Mapping}),
        (
            Appointment,
            {
                "day": kinds.Date,
                "at": kinds.Time,
                "starts": kinds.DateTime,
                "ends": kinds.Optional,
                "lasts": kinds.Text,
            },
        ),
        (Invoice, {"total": kinds.Decimal, "tax": kinds.Decimal, "discount": kinds.Optional}),
        (Limited, {"age": kinds.Integer, "share": kinds.Number, "dozens": kinds.Integer}),
        (Upload, {"raw": kinds.Text, "encoded": kinds.Text}),
        (Tree, {"value": kinds.Integer, "children": kinds.List}),
        (Formula, {"formula": kinds.Union}),
        (
            Contact,
            {
                "id": kinds.Text,
                "site": kinds.Text,
                "extra": kinds.Text,
                "anything": kinds.Json,
                "pair": kinds.Json,
            },
        ),
    ],
)
def test_each_field_of_a_model_is_of_its_kind(
    model: type[BaseModel], kind_of_each: dict[str, type]
) -> None:
    assert asked(fields_of(model.model_json_schema())) == kind_of_each


def test_long_text_is_long_and_short_text_is_not() -> None:
    subject, body = fields_of(Letter.model_json_schema())

    assert isinstance(subject.kind, kinds.Text)
    assert isinstance(body.kind, kinds.Text)
    assert (subject.kind.long, body.kind.long) == (False, True)
    assert body.description == "The whole text"


@pytest.mark.parametrize(
    ("model", "answer", "loc", "msg"),
    [
        (Approval, {"approved": "yes"}, ("approved",), "must be true or false"),
        (
            Customer,
            {"name": "S", "home": {"street": ""}},
            ("home", "street"),
            "must have at least 1 character",
        ),
        (
            Customer,
            {"name": "S", "home": {"street": "x"}, "billing": {}},
            ("billing", "street"),
            "is required",
        ),
        (Triage, {"severity": "mid", "level": 10}, ("severity",), 'must be one of: "low", "high"'),
        (
            Payment,
            {"method": {"kind": "card", "number": "12"}},
            ("method", "number"),
            "must match the pattern ^\\d{4}$",
        ),
        (Payment, {"method": {"number": "1234"}}, ("method", "kind"), "is required"),
        (Remedy, {"remedy": {}, "code": 1}, ("remedy",), "does not fit any of the allowed forms"),
        (
            Order,
            {"lines": [{"item": "a", "count": 0}]},
            ("lines", 0, "count"),
            "must be at least 1",
        ),
        (Scores, {"scores": {"a": "1"}}, ("scores", "a"), "must be a whole number"),
        (
            Appointment,
            {
                "day": "2025-02-30",
                "at": "10:00:00",
                "starts": "2025-01-01T00:00:00",
                "lasts": "PT1H",
            },
            ("day",),
            "must be a date such as 2025-12-31",
        ),
        (
            Formula,
            {"formula": {"kind": "add", "left": {"kind": "const", "value": 1}}},
            ("formula", "right"),
            "is required",
        ),
        (Closed, {"firstName": "S", "more": 1}, ("more",), "is not a known field"),
        (Chain, {"name": "a", "following": {"name": 1}}, ("following", "name"), "must be text"),
    ],
)
def test_a_wrong_answer_is_told_its_one_problem(
    model: type[BaseModel], answer: dict[str, Any], loc: Loc, msg: str
) -> None:
    (problem,) = compile_schema(model.model_json_schema()).problems(answer)

    assert (problem.loc, problem.msg) == (loc, msg)


def test_a_formula_of_reasonable_depth_is_checked() -> None:
    formula: dict[str, Any] = {"kind": "const", "value": 1}
    for _ in range(40):
        formula = {"kind": "add", "left": formula, "right": {"kind": "const", "value": 2}}

    assert compile_schema(Formula.model_json_schema()).problems({"formula": formula}) == []


def test_a_large_tree_is_checked() -> None:
    tree: dict[str, Any] = {"value": 1}
    for _ in range(11):
        tree = {"value": 1, "children": [tree, tree]}

    assert compile_schema(Tree.model_json_schema()).problems(tree) == []


def test_a_union_of_forty_models_is_checked() -> None:
    def branch(n: int) -> dict[str, Any]:
        properties = {"kind": {"const": f"m{n}", "default": f"m{n}"}, f"a{n}": {"type": "integer"}}
        return {"type": "object", "properties": properties, "required": [f"a{n}"]}

    forty = [branch(n) for n in range(40)]
    rows = [{"kind": f"m{n}", f"a{n}": 1} for n in range(40)] * 5

    assert compile_schema({"items": {"anyOf": forty}}).problems(rows) == []
    named = {"oneOf": forty, "discriminator": {"propertyName": "kind"}}
    assert compile_schema({"items": named}).problems(rows) == []
    plain: list[dict[str, Any]] = [{**model, "properties": {"kind": {}}} for model in forty]
    assert compile_schema({"items": {"anyOf": plain}}).problems(rows) == []
