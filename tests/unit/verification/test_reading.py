from dataclasses import replace
from typing import Any

import pytest

from awaithumans.server.verification import paths, reading
from awaithumans.server.verification.model import Case, Config, Verdict, VerifierFailure
from awaithumans.server.verification.ports import Reply

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "reason": {"type": "string"},
        "7": {"type": "string"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
        "pair": {"prefixItems": [{"type": "string"}, {"$ref": "#/$defs/Line"}]},
        "maybe": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/Line"}]},
        "labels": {"additionalProperties": {"type": "string"}},
        "loop": {"$ref": "#/$defs/Loop"},
        "tree": {"$ref": "#"},
        "lost": {"$ref": "#/$defs/Nowhere"},
    },
    "$defs": {
        "Line": {"properties": {"amount": {"type": "number"}, "a/b": {}}},
        "Loop": {"allOf": [{"$ref": "#/$defs/Loop"}, {"properties": {"in": {}}}]},
    },
}
CASE = Case("t", {}, SCHEMA, Config("claude", "x"), answer={})
SAID = replace(CASE, answer=None, said="yes")
GOOD: dict[str, Any] = {"passed": True, "reason": "Fine.", "fields": []}


def read(said: object, case: Case = CASE, **reply: Any) -> Verdict:
    whole = replace(Reply(said, "m", 1, 2), **reply)
    return reading.verdict(whole, case, "Anthropic", 0.5)


def test_a_verdict_is_read() -> None:
    assert read(GOOD) == Verdict(
        passed=True, reason="Fine.", model="m", seconds=0.5, input_tokens=1, output_tokens=2
    )


@pytest.mark.parametrize(
    "said",
    [
        *(None, True, "passed", [], {}, GOOD | {"passed": "true"}, GOOD | {"passed": 1}),
        *(GOOD | {"passed": None}, GOOD | {"reason": ""}, GOOD | {"reason": " \x00\n"}),
        *(GOOD | {"reason": 5}, {"passed": True}, {"reason": "x"}),
    ],
)
def test_what_is_no_verdict_is_no_pass(said: object) -> None:
    with pytest.raises(VerifierFailure, match="something that is no verdict") as failed:
        read(said)
    assert not failed.value.permanent


@pytest.mark.parametrize(
    "more",
    [
        *({}, {"answer": "{}"}, {"understood": True}, {"understood": True, "answer": "no json"}),
        *({"understood": True, "answer": {}}, {"understood": True, "answer": "[]"}),
        {"understood": True, "answer": '{"x": NaN}'},
        {"understood": True, "answer": '{"x": "\\ud800"}'},
        {"understood": True, "answer": '{"x": ["\\u0000"]}'},
        {"understood": True, "answer": '{"\\u0000": 1}'},
        {"understood": True, "answer": '{"x":' + "[" * 1_000},
        {"understood": True, "answer": '{"x":' + "[" * 64 + "]" * 64 + "}"},
        {"understood": True, "answer": '{"x": [1e999]}'},
        {"understood": True, "answer": '{"x": -1e999}'},
        {"understood": "yes", "answer": "{}"},
    ],
)
def test_words_are_understood_as_an_object_or_not_at_all(more: dict[str, Any]) -> None:
    with pytest.raises(VerifierFailure, match="no verdict"):
        read(GOOD | more, SAID)


def test_an_answer_is_as_deep_as_the_contract_takes_it() -> None:
    text = '{"x":' + "[" * 63 + "]" * 63 + "}"
    assert read(GOOD | {"understood": True, "answer": text}, SAID).answer is not None


def test_what_was_not_understood_has_not_passed() -> None:
    verdict = read(GOOD | {"understood": False, "answer": '{"reason": "x"}'}, SAID)
    assert (verdict.passed, verdict.understood, verdict.answer) == (False, False, None)


def test_what_was_understood_is_there_even_if_it_is_refused() -> None:
    more = {"passed": False, "understood": True, "answer": '{"reason": "x\\u00e9"}'}
    verdict = read(GOOD | more, SAID)
    assert (verdict.passed, verdict.understood) == (False, True)
    assert verdict.answer == {"reason": "xé"}


def test_an_answer_that_nobody_asked_for_is_not_taken() -> None:
    verdict = read(GOOD | {"understood": False, "answer": '{"reason": "x"}'})
    assert (verdict.passed, verdict.understood, verdict.answer) == (True, True, None)


def test_reasons_are_short_and_steer_nothing() -> None:
    verdict = read(GOOD | {"reason": "a\x1b[2J\x00\u202e\ud800\n" + "x" * 5_000})
    assert verdict.reason.startswith("a [2J   \nxxx")
    assert len(verdict.reason) == 1_000
    assert verdict.reason.endswith("x…")


def test_reasons_of_fields_that_are_not_there_are_left_out() -> None:
    fields: list[Any] = [
        {"path": ["reason"], "reason": " Empty. "},
        {"path": ["lines", "2", "amount"], "reason": "Too much."},
        {"path": ["nothing"], "reason": "x"},
        {"path": [], "reason": "x"},
        {"path": ["reason"], "reason": ""},
        {"path": ["reason"]},
        {"path": "reason", "reason": "x"},
        "reason",
    ]
    found = read({"passed": False, "reason": "No.", "fields": fields}).fields
    assert [(one.path, one.reason) for one in found] == [
        (("reason",), "Empty."),
        (("lines", 2, "amount"), "Too much."),
    ]
    many = [{"path": ["reason"], "reason": "x"}] * 1_000
    assert len(read({"passed": False, "reason": "No.", "fields": many}).fields) == 50
    assert read({"passed": False, "reason": "No.", "fields": "all"}).fields == ()
    assert read(GOOD | {"fields": fields}).fields == ()


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        (["reason"], ("reason",)),
        (["7"], ("7",)),
        ([7], ("7",)),
        (["lines", 3], ("lines", 3)),
        (["lines", "3", "amount"], ("lines", 3, "amount")),
        (["lines", 0, "a/b"], ("lines", 0, "a/b")),
        (["pair", "1", "amount"], ("pair", 1, "amount")),
        (["maybe", "amount"], ("maybe", "amount")),
        (["labels", "any"], ("labels", "any")),
        (["loop", "in"], ("loop", "in")),
        (["tree", "tree", "reason"], ("tree", "tree", "reason")),
        (["lost"], ("lost",)),
        (["lost", "x"], None),
        (["lines", "x"], None),
        (["lines", "-1"], None),
        (["lines", "9999999"], None),
        (["lines", "²"], None),
        (["pair", "2"], None),
        (["pair", "0", "x"], None),
        (["reason", "x"], None),
        ([True], None),
        ([["reason"]], None),
        ([], None),
        (["tree"] * 21, None),
    ],
)
def test_a_path_is_followed_through_the_schema(steps: list[Any], path: object) -> None:
    assert paths.field(SCHEMA, steps) == path


@pytest.mark.parametrize("count", [None, -1, True, "5", 1.5])
def test_tokens_are_counted_where_they_can_be(count: Any) -> None:
    assert read(GOOD, input_tokens=count).input_tokens is None


def test_a_model_without_a_name_is_unknown() -> None:
    assert read(GOOD, model=None).model == "unknown"
