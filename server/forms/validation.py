"""Checks values against a JSON Schema: `compile_schema`, then `Schema.problems`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

import jsonschema_rs

from . import (
    census,
    cost,
    formats,
    graph,
    messages,
    patterns,
    prices,
    reading,
    unions,
    writing,
)
from .cost_of_text import TextCosts
from .problems import Loc, Problem, SchemaError

__all__ = ["Problem", "Schema", "SchemaError", "compile_schema"]

# What one check may take. The validator holds the interpreter meanwhile.
_BUDGET_NS = 300e6
# Errors cost about this much more than visits, and each copies the value that it is about.
_NS_PER_ERROR = 15_000
_VISIT_NS = 20
_MOST_COPIED = 64 << 20
# How many schemas of the validator may be at work inside each other; each takes up to 200 bytes
# of stack, and a thread may have no more than 512 KiB.
_MOST_NESTED = 2_000
_TALLEST = 200
_MOST_META_ERRORS = 2_000

_TOO_DEEP = "is too deeply nested for this schema to be checked"
_TOO_LARGE = "is too large or too deeply nested for this schema to be checked"
_TOO_COMPLEX = "is too complex to be checked"
_CIRCLE = "leads back to itself, so that it says nothing"
_UNCERTAIN = (
    "needs a pattern without look-around and back-references, for it stands under not or if"
)

_META = jsonschema_rs.Draft202012Validator(
    {"$ref": "https://json-schema.org/draft/2020-12/schema"}, validate_formats=False, offline=True
)


@dataclass(frozen=True)
class _Validators:
    """The same schema twice: `quick` stops at the first error, `detailed` explains unions."""

    quick: jsonschema_rs.Draft202012Validator
    detailed: jsonschema_rs.Draft202012Validator


class Schema:
    """A compiled JSON Schema; made by `compile_schema`, and safe to use from several threads."""

    def __init__(
        self, validators: _Validators, costs: cost.Costs, texts: TextCosts, tallest: int, size: int
    ) -> None:
        self._validators = validators
        self._costs = costs
        self._texts = texts
        self._tallest = tallest
        self.size = size

    def problems(self, value: Any, limit: int = 50) -> list[Problem]:
        """Say what keeps `value` from satisfying the schema.

        Args:
            value: JSON as `json.loads` gives it.
            limit: How many problems to give at most. Of a very large value only the first is
                given.

        Returns:
            Nothing when the value satisfies the schema. A value that would take too long to be
            checked has a problem that says so.
        """
        try:
            counted = census.take(value)
        except census.NotJsonError as refusal:
            return [Problem((), str(refusal))]
        refused, structure_ns = self._bound(value, counted)
        if refused is not None:
            return [Problem((), refused)]
        return self._check(value, limit, self._can_explain(counted, structure_ns))

    def _bound(self, value: Any, counted: census.Census) -> tuple[str | None, float]:
        """Say why `value` cannot be checked, or how long its structure takes at most."""
        if len(counted.levels) * (self._tallest + 2) > _MOST_NESTED:
            return _TOO_DEEP, 0
        try:
            bound = self._costs.bound(counted)
        except cost.TooMuchToBoundError:
            return _TOO_DEEP, 0
        if bound.structure_ns > _BUDGET_NS:
            return _TOO_LARGE, 0
        if bound.text_ns > _BUDGET_NS and self._texts.ns(value) > _BUDGET_NS:
            return _TOO_LARGE, 0
        return None, bound.structure_ns

    def _can_explain(self, counted: census.Census, structure_ns: float) -> bool:
        errors = structure_ns / _VISIT_NS
        copied = errors * (counted.size + self.size)
        return errors * _NS_PER_ERROR <= _BUDGET_NS and copied <= _MOST_COPIED

    def _check(self, value: Any, limit: int, explain: bool) -> list[Problem]:
        try:
            if self._validators.quick.is_valid(value):
                return []
            if explain:
                return _distinct(self._validators.detailed.iter_errors(value), limit)
            self._validators.quick.validate(value)
        except jsonschema_rs.ValidationError as error:
            return _distinct([error], limit)
        return [Problem((), messages.OTHER)]


def compile_schema(document: Mapping[str, Any], *, assert_formats: bool = True) -> Schema:
    """Compile a JSON Schema, as pydantic writes it.

    Args:
        document: JSON Schema 2020-12; `$schema` is not looked at, and nothing is ever fetched.
        assert_formats: Whether a text in a wrong format is a problem (the formats that pydantic
            writes: dates, times, addresses, identifiers), or formats only describe.

    Raises:
        SchemaError: When it is not a schema, leads outside itself, or can take too long to check.
    """
    return compiled(document, reading.canonical(document), assert_formats=assert_formats)


def compiled(document: Mapping[str, Any], canonical: bytes, *, assert_formats: bool) -> Schema:
    """Do what `compile_schema` does, for a caller that has the canonical JSON already."""
    _require_schema(document)
    root = reading.read(document)
    unions.take_apart(_ordered(root))
    ordered = _ordered(root)
    engine = patterns.examine(_patterns(ordered))
    _require_certainty(ordered, engine.backtracking)
    tallest = max(cost.heights(ordered).values())
    if tallest > _TALLEST:
        raise SchemaError([Problem((), _TOO_COMPLEX)])
    costs = cost.Costs(root, ordered, engine.ns_per_byte, asserted=assert_formats)
    _require_cheap(costs)
    texts = TextCosts(root, {node: prices.of_text(node, engine.ns_per_byte) for node in ordered})
    validators = _validators(root, ordered, engine, assert_formats)
    return Schema(validators, costs, texts, tallest, len(canonical))


def _require_schema(document: Mapping[str, Any]) -> None:
    try:
        counted = census.take(document)
    except census.NotJsonError as refusal:
        raise SchemaError([Problem((), str(refusal))]) from None
    if _META.is_valid(document):
        return
    if sum(level.scalars for level in counted.levels) <= _MOST_META_ERRORS:
        raise SchemaError(_distinct(_META.iter_errors(document), 50))
    try:
        _META.validate(document)
    except jsonschema_rs.ValidationError as error:
        raise SchemaError(_distinct([error], 50)) from None


def _ordered(root: graph.Node) -> list[graph.Node]:
    ordered, circle = graph.innermost_first(root)
    if circle is not None:
        raise SchemaError([Problem(circle.loc, _CIRCLE)])
    return ordered


def _patterns(ordered: Iterable[graph.Node]) -> Iterable[tuple[str, Loc]]:
    for node in ordered:
        if "pattern" in node.rules:
            yield node.rules["pattern"], (*node.loc, "pattern")
        for name in node.named.get("patternProperties", ()):
            yield name, (*node.loc, "patternProperties", name)


def _require_certainty(ordered: Iterable[graph.Node], backtracking: frozenset[str]) -> None:
    """Refuse patterns that may give up where giving up would let a value pass."""
    if not backtracking:
        return
    for node in ordered:
        for word in ("not", "if"):
            if word in node.one:
                for pattern, loc in _patterns(graph.innermost_first(node.one[word])[0]):
                    if pattern in backtracking:
                        raise SchemaError([Problem(loc, _UNCERTAIN)])


def _require_cheap(costs: cost.Costs) -> None:
    for value in cast("list[Any]", [{}, [], ""]):
        if costs.bound(census.take(value)).structure_ns > _BUDGET_NS:
            raise SchemaError([Problem((), _TOO_COMPLEX)])


def _validators(
    root: graph.Node, ordered: list[graph.Node], engine: patterns.Patterns, assert_formats: bool
) -> _Validators:
    quick, detailed = (
        _validator(writing.write(root, ordered, detailed=detailed), engine, assert_formats)
        for detailed in (False, True)
    )
    return _Validators(quick, detailed)


def _validator(
    document: dict[str, Any], engine: patterns.Patterns, assert_formats: bool
) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        document,
        formats=formats.CHECKS,
        validate_formats=assert_formats,
        pattern_options=engine.options,
        offline=True,
    )


def _distinct(errors: Iterable[jsonschema_rs.ValidationError], limit: int) -> list[Problem]:
    return list(islice(dict.fromkeys(messages.problems_of(errors)), limit))
