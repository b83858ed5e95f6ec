"""Schemas and values made to stop a server; run as `python attack.py NAME` in a process to spare.

Prints the seconds of a processor that the work took and what came of it. The test gives the
process little memory and little time, for a hang or a crash would take the tests with it.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from awaithumans.server.forms.validation import SchemaError, compile_schema


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def nested(levels: int, leaf: Any = 1, name: str = "c") -> Any:
    for _ in range(levels):
        leaf = {name: leaf}
    return leaf


def boxed(levels: int, width: int = 1) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value] * width
    return value


def tower(levels: int, part: Callable[[Any], Any], leaf: Any) -> dict[str, Any]:
    """A schema whose every level is made of references to the next."""
    defs = {f"a{n}": part(ref(f"a{n + 1}")) for n in range(levels)}
    return {**ref("a0"), "$defs": {**defs, f"a{levels}": leaf}}


def recursive(part: dict[str, Any]) -> dict[str, Any]:
    return {**ref("n"), "$defs": {"n": part}}


CHILD: dict[str, Any] = {"properties": {"c": ref("n")}}
INTEGER = {"type": "integer"}
ROW = {"type": "object", "properties": {f"f{n}": {"type": "string"} for n in range(10)}}
WIDE = [f"a{n}" for n in range(65)]

# Each attack: the schema, and the values to check with it.
ATTACKS: dict[str, Callable[[], tuple[Any, list[Any]]]] = {
    "a billion visits by allOf": lambda: (tower(30, lambda r: {"allOf": [r, r]}, INTEGER), [1]),
    "a million visits by allOf": lambda: (
        tower(20, lambda r: {"allOf": [r, r]}, INTEGER),
        [1, "x"],
    ),
    "a billion visits by anyOf": lambda: (tower(30, lambda r: {"anyOf": [r, r]}, False), [1]),
    "a billion visits by oneOf": lambda: (tower(30, lambda r: {"oneOf": [r, r]}, INTEGER), [1]),
    "a billion visits by if": lambda: (tower(30, lambda r: {"if": r, "then": r}, INTEGER), [1]),
    "a billion visits by not": lambda: (tower(30, lambda r: {"not": r, **r}, INTEGER), [1]),
    "a billion visits by dependentSchemas": lambda: (
        tower(30, lambda r: {"dependentSchemas": {"a": r}, "allOf": [r]}, INTEGER),
        [{"a": 1}],
    ),
    "unions that refer back to themselves": lambda: (
        recursive({"anyOf": [{**CHILD, "minProperties": 1}, {**CHILD, "type": "object"}]}),
        [nested(d) for d in (10, 14, 17, 18, 19, 20, 25, 60, 99)],
    ),
    "conditions that refer back to themselves": lambda: (
        recursive({"if": CHILD, "then": CHILD}),
        [nested(d) for d in (10, 15, 18, 20, 25, 99)],
    ),
    "names that match twice": lambda: (
        recursive({"patternProperties": {"^c": ref("n"), "c$": ref("n")}}),
        [nested(d) for d in (10, 20, 99)],
    ),
    "items that are visited twice": lambda: (
        {"items": {"$ref": "#"}, "contains": {"$ref": "#"}},
        [boxed(d, 2) for d in (4, 8, 10, 12)],
    ),
    "unevaluated properties at every level": lambda: (
        tower(
            12,
            lambda r: {"anyOf": [r], "unevaluatedProperties": False},
            {"properties": {"a": True}},
        ),
        [{"a": 1}],
    ),
    "unevaluated properties over conditions": lambda: (
        {
            **tower(16, lambda r: {"if": r, "then": r}, {"properties": {"a": True}}),
            "unevaluatedProperties": False,
        },
        [{"a": 1}],
    ),
    "unevaluated items that are recursive": lambda: (
        recursive({"anyOf": [{"contains": ref("n")}], "unevaluatedItems": ref("n")}),
        [boxed(d, 2) for d in (2, 4, 6, 8)],
    ),
    "errors with copies of a large value": lambda: (
        {"allOf": [{"required": [f"x{n}"]} for n in range(1_000)]},
        [{"a": "x" * 5_000_000}],
    ),
    "errors with copies of a large rule": lambda: (
        {"items": {"not": {"enum": ["x" * 100] * 2_000}}},
        [["x" * 100] * 2_000],
    ),
    "an error for each of many values": lambda: (
        {"items": ROW},
        [[dict.fromkeys(ROW["properties"], 1)] * 30_000],
    ),
    "an error for each branch of each value": lambda: (
        {
            "anyOf": [
                {"items": {"anyOf": [ROW, {"required": ["z"]}]}},
                {"type": "array", "items": {"type": "null"}},
            ]
        },
        [[{"f1": 1}] * 100_000],
    ),
    "a pattern that backtracks": lambda: (
        {"pattern": "(a+)+(?!x)b"},
        ["a" * n for n in (10, 50, 700, 10_000, 5_000_000)],
    ),
    "a look-ahead at every step": lambda: (
        {"pattern": "(?:(?=.*[01]*1[01]{50}$)a|b)*c(?=d)"},
        ["a" * n for n in (50, 400, 4_000, 5_000_000)],
    ),
    "many texts with a pattern that backtracks": lambda: (
        {"items": {"pattern": "(a+)+(?!x)b"}},
        [["a" * 30] * n for n in (20, 200, 20_000)],
    ),
    "a pattern with a large automaton": lambda: (
        {"pattern": "[01]*1[01]{900}x"},
        ["01" * n for n in (50, 5_000, 11_000, 50_000, 2_500_000)],
    ),
    "a pattern that empties the cache": lambda: (
        {"pattern": "(?:0?){600}[x-z]$"},
        ["01" * n for n in (50, 500, 5_000, 50_000)],
    ),
    "a pattern with a million repetitions": lambda: ({"pattern": "(a{1000}){1000}"}, ["a"]),
    "patterns of every script": lambda: (
        {"properties": {f"p{n}": {"pattern": f"\\p{{L}}{{1,{n + 40}}}$"} for n in range(20)}},
        [{"p1": "a"}],
    ),
    "two hundred large patterns": lambda: (
        {"properties": {f"p{n}": {"pattern": f"[01]*1[01]{{{n + 200}}}x"} for n in range(200)}},
        [{"p1": "0"}],
    ),
    "patterns nested in parentheses": lambda: ({"pattern": "(" * 50_000 + ")" * 50_000}, ["a"]),
    "patterns for names": lambda: (
        {"patternProperties": {f"[01]*1[01]{{{n + 10}}}x": True for n in range(100)}},
        [{"01" * 50 + str(n): 1 for n in range(count)} for count in (5, 1_000, 20_000)],
    ),
    "long numbers compared with each other": lambda: (
        {"uniqueItems": True},
        [[2**64 + n for n in range(k)] for k in (50, 150, 20_000)],
    ),
    "numbers of one hash": lambda: (
        {"uniqueItems": True},
        [[2**62 + n for n in range(k)] for k in (2_000, 100_000)],
    ),
    "long numbers among the options": lambda: (
        {"items": {"enum": [10**300 + n for n in range(800)]}},
        [[10**300 - 1] * k for k in (1, 50, 10_000)],
    ),
    "numbers of thousands of digits": lambda: (
        {"multipleOf": 7, "maximum": 10**300},
        [10**4_000, -(10**308), 1e308],
    ),
    "tiny fractions": lambda: (
        {"items": {"multipleOf": 5e-324}},
        [[1e308] * k for k in (1, 100, 100_000)],
    ),
    "many items that are alike": lambda: (
        {"uniqueItems": True},
        [[{"a": n} for n in range(100_000)], boxed(3, 60)],
    ),
    "large options": lambda: (
        {"items": {"enum": [[n] * 10 for n in range(2_000)]}},
        [[[1] * 10] * k for k in (10, 10_000)],
    ),
    "a text measured two thousand times": lambda: (
        {"allOf": [{"minLength": n} for n in range(2_000)]},
        ["\u00e9" * n for n in (10, 30_000, 2_500_000)],
    ),
    "formats that are slow": lambda: (
        {"items": {"format": "ipv6"}},
        [["fe80:1:2:3:4:5:6:7"] * k for k in (10_000, 80_000, 500_000)],
    ),
    "formats of long texts": lambda: (
        {
            "items": {
                "anyOf": [{"format": f} for f in ("email", "uri", "duration", "date-time", "uuid")]
            }
        },
        [
            [text] * 2_000
            for text in ("a." * 4_000, "a@" + "a-." * 2_000, "P" + "1" * 8_000, "x:" + "//" * 4_000)
        ],
    ),
    "a schema in a circle": lambda: (tower(50, lambda r: {"allOf": [r]}, ref("a0")), [1]),
    "a chain of references": lambda: (tower(4_000, lambda r: r, INTEGER), [1]),
    "a chain of properties": lambda: (
        tower(2_400, lambda r: {"properties": {"c": r}}, INTEGER),
        [nested(90)],
    ),
    "a tower of unions": lambda: (
        tower(60, lambda r: {"anyOf": [r, {"const": 1}]}, INTEGER),
        [nested(90), 2],
    ),
    "a thick recursive schema": lambda: (
        tower(100, lambda r: {"type": "object", **r}, {"properties": {"c": ref("a0")}}),
        [nested(d, {}) for d in (10, 18, 19, 99)],
    ),
    "every model refers to every other": lambda: (
        {
            **ref("a0"),
            "$defs": {n: {"title": n, "properties": {o: ref(o) for o in WIDE}} for n in WIDE},
        },
        [nested(d, {}, "a7") for d in (20, 40, 99)],
    ),
    "a document nested a hundred thousand times": lambda: (nested(100_000, True, "not"), [1]),
    "a document nested as deep as allowed": lambda: (nested(99, True, "not"), [1]),
    "a value nested a hundred thousand times": lambda: ({}, [nested(100_000), boxed(100_000)]),
    "as many schemas as allowed": lambda: (
        {"properties": {f"p{n}": {"type": "string"} for n in range(4_990)}},
        [{"p1": 1}],
    ),
    "as many unions as fit": lambda: (
        {
            "anyOf": [
                {"properties": {"k": {"const": f"v{n}"}, f"p{n}": INTEGER}, "type": "object"}
                for n in range(1_600)
            ]
        },
        [{"k": "v7", "p7": "x"}, {"p7": "x"}, [1]],
    ),
    "wrong in a thousand places": lambda: (
        {"properties": {f"p{n}": {"type": 1, "items": 2} for n in range(9_000)}},
        [1],
    ),
    "a large document": lambda: ({"const": ["x"] * 3_000_000}, [1]),
    "a megabyte of options": lambda: (
        {"enum": ["x" * 100 + str(n) for n in range(2_400)]},
        ["x" * 100],
    ),
    "half a million values": lambda: (
        {"items": {**ROW, "additionalProperties": False}},
        [[dict.fromkeys(ROW["properties"], "x")] * 45_000],
    ),
}


def run(name: str) -> list[dict[str, Any]]:
    """Make the attack; time the compiling and each check."""
    document, values = ATTACKS[name]()
    begun = time.process_time()
    try:
        schema = compile_schema(document)
    except SchemaError as refusal:
        return [{"took": time.process_time() - begun, "refused": str(refusal)[:200]}]
    done: list[dict[str, Any]] = [{"took": time.process_time() - begun}]
    for value in values:
        begun = time.process_time()
        problems = schema.problems(value)
        took = time.process_time() - begun
        done.append({"took": took, "said": [problem.msg[:100] for problem in problems[:3]]})
    return done


def main() -> None:
    """Run on a small stack, as threads have on some systems."""
    threading.stack_size(512 * 1024)
    done: list[list[dict[str, Any]]] = []
    thread = threading.Thread(target=lambda: done.append(run(sys.argv[1])))
    thread.start()
    thread.join()
    json.dump(done[0], sys.stdout)


if __name__ == "__main__":
    main()
