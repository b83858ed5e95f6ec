"""Few answers can each have a button; others take the form."""

from enum import Enum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from awaithumans.server.forms.choices import Choice, choices


class Verdict(Enum):
    KEEP = "keep"
    DROP = "drop"


class Decision(BaseModel):
    approved: bool


class ByReference(BaseModel):
    verdict: Verdict


class ByLiteral(BaseModel):
    level: Literal["low", 2, None]


class Acknowledged(BaseModel):
    done: Literal["seen"]


def a_field(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": schema}, "required": ["a"]} | more


def test_a_yes_or_no_has_two_answers() -> None:
    assert choices(Decision.model_json_schema()) == (
        Choice("Yes", {"approved": True}, value=True),
        Choice("No", {"approved": False}, value=False),
    )


def test_an_enum_has_an_answer_for_each_value_in_its_order() -> None:
    assert choices(ByReference.model_json_schema()) == (
        Choice("keep", {"verdict": "keep"}, "keep"),
        Choice("drop", {"verdict": "drop"}, "drop"),
    )
    found = choices(ByLiteral.model_json_schema())
    assert [(one.label, one.value) for one in found] == [("low", "low"), ("2", 2), ("none", None)]
    assert [one.value for one in choices(Acknowledged.model_json_schema())] == ["seen"]


def test_answers_are_called_as_in_the_form() -> None:
    schema = a_field({"enum": ["a", "b"], "x-enum-labels": {"a": "First", "b": "Second"}})
    assert [one.label for one in choices(schema)] == ["First", "Second"]
    named = a_field({"oneOf": [{"const": 1, "title": "One"}, {"const": 2, "title": "Two"}]})
    assert [one.label for one in choices(named)] == ["One", "Two"]


@pytest.mark.parametrize(
    "values",
    [
        ["", "a"],
        ["\n ", "a"],
        ["\u200b", "a"],
        ["Pay", "Pay "],
        ["Pay\u202e", "Pay"],
        ["P" * 101, "a"],
    ],
)
def test_answers_that_buttons_would_not_tell_apart_take_the_form(values: list[str]) -> None:
    assert choices(a_field({"enum": values})) == ()
    labels = dict(zip(("a", "b"), values, strict=True))
    assert choices(a_field({"enum": ["a", "b"], "x-enum-labels": labels})) == ()


class WithReason(BaseModel):
    approved: bool
    reason: str = ""


class LeftOut(BaseModel):
    approved: bool = False


class MayBeNothing(BaseModel):
    approved: bool | None


class Free(BaseModel):
    answer: str = Field(max_length=1)


class Five(BaseModel):
    of: Literal["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("model", [WithReason, LeftOut, MayBeNothing, Free, Five])
def test_an_answer_that_takes_more_than_one_press_has_no_buttons(model: type[BaseModel]) -> None:
    assert choices(model.model_json_schema()) == ()


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "boolean"},
        {"enum": ["a", "b"]},
        a_field({"enum": [1.5, 2.5]}),
        a_field({"enum": [{}, []]}),
        a_field({"type": "boolean"}, minProperties=2),
        a_field({"type": "boolean"}, required=["a", "b"]),
        a_field({"type": "string", "enum": ["a", 1]}),
        a_field({"type": "boolean"}, **{"not": {"required": ["a"]}}),
    ],
)
def test_a_schema_with_more_to_it_has_no_buttons(schema: dict[str, Any]) -> None:
    assert choices(schema) == ()


def test_a_schema_that_is_not_checked_any_more_has_no_buttons() -> None:
    assert choices(a_field({"type": "boolean"}, **{"$ref": "https://example.com/"})) == ()
    assert choices(a_field({"type": "boolean"}, minProperties="2")) == ()
