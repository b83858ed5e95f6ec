"""Real pydantic models: each is understood, and what a person types for it is a valid answer."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pytest
from pydantic import AnyUrl, Base64Bytes, BaseModel, ConfigDict, Field, Json

from awaithumans.server.forms import kinds
from awaithumans.server.forms.answers import assemble
from awaithumans.server.forms.fields import fields_of
from awaithumans.server.forms.kinds import Kind
from awaithumans.server.forms.problems import Loc
from awaithumans.server.forms.typing_in import parse
from awaithumans.server.forms.validation import compile_schema


class Approval(BaseModel):
    approved: bool
    reason: str | None = None


class Address(BaseModel):
    """Where somebody lives."""

    street: str = Field(min_length=1)
    city: str = "Berlin"


class Customer(BaseModel):
    name: str
    home: Address
    billing: Address | None = None


class Severity(enum.Enum):
    LOW = "low"
    HIGH = "high"


class Level(enum.IntEnum):
    ONE = 10
    TWO = 20


class Triage(BaseModel):
    severity: Severity
    level: Level
    again: Severity | None = None


class Verdict(BaseModel):
    verdict: Literal["pay", "hold", "refuse"]
    agreed: Literal[True]
    count: Literal[1, 2, None]


class Labelled(BaseModel):
    colour: Annotated[
        Literal["r", "g"], Field(json_schema_extra={"x-enum-labels": {"r": "Red", "g": "Green"}})
    ]


class Card(BaseModel):
    kind: Literal["card"]
    number: str = Field(pattern=r"^\d{4}$")


class Transfer(BaseModel):
    kind: Literal["transfer"] = "transfer"
    iban: str


class Payment(BaseModel):
    method: Card | Transfer = Field(discriminator="kind")
    other: Annotated[Card | Transfer, Field(discriminator="kind")] | None = None


class Refund(BaseModel):
    amount: int


class Credit(BaseModel):
    percent: float


class Remedy(BaseModel):
    remedy: Refund | Credit
    code: int | str
    note: str | list[str] | None = None


class Line(BaseModel):
    item: str
    count: int = Field(ge=1, le=99)


class Order(BaseModel):
    lines: list[Line] = Field(min_length=1)
    tags: set[str] = set()


class Scores(BaseModel):
    scores: dict[str, int]
    by_level: dict[Severity, Line] = {}


class Appointment(BaseModel):
    day: dt.date
    at: dt.time
    starts: dt.datetime
    ends: dt.datetime | None = None
    lasts: dt.timedelta


class Invoice(BaseModel):
    total: decimal.Decimal
    tax: Annotated[decimal.Decimal, Field(max_digits=6, decimal_places=2, ge=0)]
    discount: decimal.Decimal | None = None


class Limited(BaseModel):
    age: int = Field(ge=18, lt=120)
    share: float = Field(gt=0, le=1)
    dozens: int = Field(multiple_of=12)


class Letter(BaseModel):
    subject: str = Field(max_length=100)
    body: str = Field(max_length=10_000, description="The whole text")


class Upload(BaseModel):
    raw: bytes
    encoded: Base64Bytes


class Tree(BaseModel):
    value: int
    children: list[Tree] = []


class Chain(BaseModel):
    name: str
    following: Chain | None = None


class Const(BaseModel):
    kind: Literal["const"]
    value: float


class Add(BaseModel):
    kind: Literal["add"] = "add"
    left: Expression
    right: Expression


Expression = Annotated[Const | Add, Field(discriminator="kind")]


class Formula(BaseModel):
    formula: Expression


class Contact(BaseModel):
    id: uuid.UUID
    site: AnyUrl
    extra: Json[dict[str, int]]
    anything: Any = None
    pair: tuple[int, str] = (1, "a")


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    first_name: str = Field(alias="firstName")
    aged: bool = True


ID = "12345678-1234-5678-1234-567812345678"
# What is typed: a text for what is asked at once; for a union the label first, in a tuple.
TYPED: list[tuple[type[BaseModel], dict[str, Any], dict[str, Any]]] = [
    (Approval, {"approved": "yes"}, {"approved": True}),
    (Approval, {"approved": "n", "reason": "no"}, {"approved": False, "reason": "no"}),
    (Customer, {"name": "Sue", "home": {"street": "A 1"}}, {"name": "Sue", "home": {"street": "A 1"}}),
    (Customer, {"name": "Sue", "home": {"street": "A"}, "billing": {"street": "B", "city": "C"}},
     {"name": "Sue", "home": {"street": "A"}, "billing": {"street": "B", "city": "C"}}),
    (Triage, {"severity": "hi", "level": "1", "again": "low"}, {"severity": "high", "level": 10, "again": "low"}),
    (Verdict, {"verdict": "2", "agreed": "true", "count": "none"},
     {"verdict": "hold", "agreed": True, "count": None}),
    (Labelled, {"colour": "gr"}, {"colour": "g"}),
    (Payment, {"method": ("Transfer", {"iban": "DE1"})}, {"method": {"kind": "transfer", "iban": "DE1"}}),
    (Payment, {"method": ("Card", {"number": "1234"}), "other": ("Transfer", {"iban": "x"})},
     {"method": {"kind": "card", "number": "1234"}, "other": {"kind": "transfer", "iban": "x"}}),
    (Remedy, {"remedy": ("Credit", {"percent": "12.5"}), "code": ("whole number", "7")},
     {"remedy": {"percent": 12.5}, "code": 7}),
    (Remedy, {"remedy": ("Refund", {"amount": "12"}), "code": ("text", "7"), "note": ("list", ["a"])},
     {"remedy": {"amount": 12}, "code": "7", "note": ["a"]}),
    (Order, {"lines": [{"item": "pen", "count": "3"}, {"item": "ink", "count": "1"}], "tags": ["a", "b"]},
     {"lines": [{"item": "pen", "count": 3}, {"item": "ink", "count": 1}], "tags": ["a", "b"]}),
    (Scores, {"scores": {"sue": "3"}, "by_level": {"high": {"item": "x", "count": "1"}}},
     {"scores": {"sue": 3}, "by_level": {"high": {"item": "x", "count": 1}}}),
    (Scores, {"scores": {}}, {"scores": {}}),
    (Appointment, {"day": "2025-12-31", "at": "9:30", "starts": "2025-12-31 18:30+01:00", "lasts": "PT1H"},
     {"day": "2025-12-31", "at": "09:30:00", "starts": "2025-12-31T18:30:00+01:00", "lasts": "PT1H"}),
    (Appointment, {"day": "2025-12-31", "at": "09:30:00Z", "starts": "2025-12-31T18:30", "lasts": "P1D",
                   "ends": "2026-01-01T00:00:00Z"},
     {"day": "2025-12-31", "at": "09:30:00Z", "starts": "2025-12-31T18:30:00", "lasts": "P1D",
      "ends": "2026-01-01T00:00:00Z"}),
    (Invoice, {"total": "12345678901234567890.10", "tax": "0.10"},
     {"total": "12345678901234567890.10", "tax": "0.10"}),
    (Invoice, {"total": "-1", "tax": "1234.5", "discount": ".5"}, {"total": "-1", "tax": "1234.5", "discount": ".5"}),
    (Limited, {"age": "18", "share": "1", "dozens": "24"}, {"age": 18, "share": 1, "dozens": 24}),
    (Letter, {"subject": "Hi", "body": "A\nB"}, {"subject": "Hi", "body": "A\nB"}),
    (Upload, {"raw": "abc", "encoded": "YWJj"}, {"raw": "abc", "encoded": "YWJj"}),
    (Tree, {"value": "1", "children": [{"value": "2", "children": [{"value": "3"}]}]},
     {"value": 1, "children": [{"value": 2, "children": [{"value": 3}]}]}),
    (Chain, {"name": "a", "following": {"name": "b", "following": {"name": "c"}}},
     {"name": "a", "following": {"name": "b", "following": {"name": "c"}}}),
    (Formula, {"formula": ("Add", {"left": ("Const", {"value": "1"}), "right": ("Const", {"value": "2.5"})})},
     {"formula": {"kind": "add", "left": {"kind": "const", "value": 1}, "right": {"kind": "const", "value": 2.5}}}),
    (Contact, {"id": ID, "site": "https://example.com", "extra": '{"a": 1}', "anything": "[null]", "pair": '[2, "b"]'},
     {"id": ID, "site": "https://example.com", "extra": '{"a": 1}', "anything": [None], "pair": [2, "b"]}),
    (Closed, {"firstName": "Sue"}, {"firstName": "Sue"}),
]  # fmt: skip


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
        (Appointment, {"day": kinds.Date, "at": kinds.Time, "starts": kinds.DateTime,
                       "ends": kinds.Optional, "lasts": kinds.Text}),
        (Invoice, {"total": kinds.Decimal, "tax": kinds.Decimal, "discount": kinds.Optional}),
        (Limited, {"age": kinds.Integer, "share": kinds.Number, "dozens": kinds.Integer}),
        (Upload, {"raw": kinds.Text, "encoded": kinds.Text}),
        (Tree, {"value": kinds.Integer, "children": kinds.List}),
        (Formula, {"formula": kinds.Union}),
        (Contact, {"id": kinds.Text, "site": kinds.Text, "extra": kinds.Text,
                   "anything": kinds.Json, "pair": kinds.Json}),
    ],
)  # fmt: skip
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
        (Customer, {"name": "S", "home": {"street": ""}}, ("home", "street"), "must have at least 1 character"),
        (Customer, {"name": "S", "home": {"street": "x"}, "billing": {}}, ("billing", "street"), "is required"),
        (Triage, {"severity": "mid", "level": 10}, ("severity",), 'must be one of: "low", "high"'),
        (Payment, {"method": {"kind": "card", "number": "12"}}, ("method", "number"), "must match the pattern ^\\d{4}$"),
        (Payment, {"method": {"number": "1234"}}, ("method", "kind"), "is required"),
        (Remedy, {"remedy": {}, "code": 1}, ("remedy",), "does not fit any of the allowed forms"),
        (Order, {"lines": [{"item": "a", "count": 0}]}, ("lines", 0, "count"), "must be at least 1"),
        (Scores, {"scores": {"a": "1"}}, ("scores", "a"), "must be a whole number"),
        (Appointment, {"day": "2025-02-30", "at": "10:00:00", "starts": "2025-01-01T00:00:00", "lasts": "PT1H"},
         ("day",), "must be a date such as 2025-12-31"),
        (Formula, {"formula": {"kind": "add", "left": {"kind": "const", "value": 1}}}, ("formula", "right"), "is required"),
        (Closed, {"firstName": "S", "more": 1}, ("more",), "is not a known field"),
        (Chain, {"name": "a", "following": {"name": 1}}, ("following", "name"), "must be text"),
    ],
)  # fmt: skip
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
    plain = [{**model, "properties": {"kind": {}}} for model in forty]
    assert compile_schema({"items": {"anyOf": plain}}).problems(rows) == []
