"""Reads from a JSON Schema what to ask a person for: `fields_of`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote

from . import kinds
from .kinds import Branch, Field, Kind, Limits
from .options import NOTHING, options_of
from .patterns import is_decimal
from .problems import Loc

_Schema = Mapping[str, Any]

# How many references or unions may stand for the same value before it is asked for as JSON, and
# how many forms it may take in all.
_MOST_STEPS = 40
_MOST_FORMS = 1_000
_LONG = 200
_LONG_FORMATS = frozenset(("textarea", "multiline", "markdown"))
_NOUNS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "yes or no",
    "array": "list",
    "object": "record",
}


def fields_of(document: _Schema) -> tuple[Field, ...]:
    """Say what to ask for, so that the answer satisfies a schema.

    Args:
        document: A JSON Schema that `compile_schema` accepts, as pydantic writes it.

    Returns:
        The fields of the answer; a single field with an empty name and path, when the schema is
        not one of an object with known fields.
    """
    form = _Form(document)
    kind = form.kind(document)
    if isinstance(kind, kinds.Record):
        return kind.fields()
    return (_field("", (), document, document, kind, required=True),)


class _Way:
    """Counts the schemas of one value, so that no schema can make a form without end."""

    def __init__(self, steps: int = 0, forms: list[None] | None = None) -> None:
        self._steps = steps
        self._forms: list[None] = [] if forms is None else forms

    def on(self) -> _Way:
        """Go one step further; how many forms there are is counted together."""
        return _Way(self._steps + 1, self._forms)

    def is_too_long(self) -> bool:
        """Count one more form, and say whether that is too many."""
        self._forms.append(None)
        return self._steps > _MOST_STEPS or len(self._forms) > _MOST_FORMS


@dataclass(frozen=True)
class _Form:
    """One document, in which references are looked up."""

    document: _Schema

    def kind(self, schema: Any, way: _Way | None = None, without: str | None = None) -> Kind:
        """Say what kind of value a schema describes.

        Args:
            schema: A part of the document.
            way: How it was come to from other schemas of the same value.
            without: A property that is not to be asked for.
        """
        way = way or _Way()
        if not isinstance(schema, Mapping) or way.is_too_long():
            return kinds.Json()
        whole = self.whole(cast("_Schema", schema))
        options = options_of(whole)
        if options:
            return kinds.Choice(options)
        for word in ("anyOf", "oneOf"):
            if word in whole:
                return self._union(whole, whole[word], way.on())
        named = whole.get("type", "object" if "properties" in whole else None)
        if isinstance(named, list):
            each = [{**whole, "type": name} for name in cast("list[str]", named)]
            return self._union(whole, each, way.on())
        if named == "object":
            return self._object(whole, without)
        if named == "array":
            return self._array(whole)
        return _SCALARS.get(named, _json)(whole)

    def whole(self, schema: _Schema) -> _Schema:
        """Put a schema together with what its references lead to; its own words win."""
        for _ in range(_MOST_STEPS):
            others = schema.get("allOf", ())
            if "$ref" in schema:
                target = self._target(schema["$ref"])
            elif len(others) == 1:
                target = _schema(others[0])
            else:
                return schema
            own = {word: part for word, part in schema.items() if word not in ("$ref", "allOf")}
            schema = {**target, **own}
        return {}

    def _target(self, reference: str) -> _Schema:
        part: Any = self.document
        for step in unquote(reference.partition("#")[2]).split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            part = _part(part, name)
        return _schema(part)

    def _object(self, schema: _Schema, without: str | None) -> Kind:
        if schema.get("properties"):
            return kinds.Record(
                schema.get("title", ""), lambda path: self._fields(schema, path, without)
            )
        values = schema.get("additionalProperties")
        if isinstance(values, Mapping):
            names = schema.get("propertyNames", {})
            return kinds.Mapping(
                lambda: self.kind({"type": "string", **self.whole(names)}),
                lambda: self.kind(values),
            )
        return kinds.Json()

    def _fields(self, schema: _Schema, path: Loc, without: str | None) -> tuple[Field, ...]:
        required = schema.get("required", ())
        return tuple(
            _field(
                name,
                (*path, name),
                _schema(part),
                self.whole(_schema(part)),
                self.kind(part),
                required=name in required,
            )
            for name, part in schema["properties"].items()
            if name != without
        )

    def _array(self, schema: _Schema) -> Kind:
        items = schema.get("items")
        if not isinstance(items, Mapping) or "prefixItems" in schema:
            return kinds.Json()
        return kinds.List(
            lambda: self.kind(items),
            schema.get("minItems"),
            schema.get("maxItems"),
            schema.get("uniqueItems", False),
        )

    def _union(self, schema: _Schema, parts: Sequence[Any], way: _Way) -> Kind:
        branches = [self.whole(_schema(part)) for part in parts]
        some = [branch for branch in branches if branch.get("type") != "null"]
        if len(some) < len(branches):
            return kinds.Optional(self._union(schema, some, way)) if some else _nothing({})
        decimal = _decimal(some)
        if decimal:
            return decimal
        if len(some) == 1:
            return self.kind(some[0], way)
        tags = self._tags(schema, some)
        return kinds.Union(
            tuple(
                Branch(_label(branch), self.kind(branch, way, tag and tag[0]), tag)
                for branch, tag in zip(some, tags, strict=True)
            )
        )

    def _tags(self, schema: _Schema, branches: list[_Schema]) -> Iterable[tuple[str, str] | None]:
        """Find the property whose single value tells the branches apart, and those values."""
        named = schema.get("discriminator", {}).get("propertyName")
        for name in [named] if named else branches[0].get("properties", ()):
            values = [self._single_value(branch, name) for branch in branches]
            if None not in values and len(set(values)) == len(values):
                return [(name, cast("str", value)) for value in values]
        return [None] * len(branches)

    def _single_value(self, branch: _Schema, name: str) -> str | None:
        part = _schema(branch.get("properties", {}).get(name))
        options = options_of(self.whole(part))
        only = options[0].value if len(options) == 1 else None
        return only if isinstance(only, str) else None


def _schema(part: Any) -> _Schema:
    """Take a part of the document as a schema; what is not an object says nothing."""
    return cast("_Schema", part) if isinstance(part, Mapping) else {}


def _part(whole: Any, name: str) -> Any:
    if isinstance(whole, Mapping):
        return cast("_Schema", whole).get(name)
    if isinstance(whole, list) and name.isdecimal() and int(name) < len(cast("list[Any]", whole)):
        return cast("list[Any]", whole)[int(name)]
    return None


def _field(
    name: str, path: Loc, schema: _Schema, whole: _Schema, kind: Kind, *, required: bool
) -> Field:
    """Make a field; a title behind a reference is the name of a type, not of the field."""
    return Field(
        name=name,
        path=path,
        title=schema.get("title") or name.replace("_", " ").strip().capitalize(),
        description=whole.get("description", ""),
        required=required,
        has_default="default" in whole,
        default=whole.get("default"),
        kind=kind,
    )


def _label(branch: _Schema) -> str:
    return branch.get("title") or _NOUNS.get(branch.get("type", ""), "something else")


def _decimal(branches: list[_Schema]) -> Kind | None:
    """Recognize how pydantic writes a decimal: a number, or a text without words of its own."""
    if [branch.get("type") for branch in branches] != ["number", "string"]:
        return None
    number, text = branches
    if "pattern" in text and not is_decimal(text["pattern"]):
        return None
    if text.keys() - {"type", "pattern", "title"}:
        return None
    return kinds.Decimal(_limits(number))


def _limits(schema: _Schema) -> Limits:
    return Limits(
        schema.get("minimum"),
        schema.get("exclusiveMinimum"),
        schema.get("maximum"),
        schema.get("exclusiveMaximum"),
        schema.get("multipleOf"),
    )


def _string(schema: _Schema) -> Kind:
    form = schema.get("format")
    moment = _MOMENTS.get(form)
    if moment is not None:
        return moment
    if schema.get("contentMediaType") == "application/json":
        form = form or "json-string"
    longest = schema.get("maxLength")
    return kinds.Text(
        long=form in _LONG_FORMATS or (longest is not None and longest > _LONG),
        min_length=schema.get("minLength"),
        max_length=longest,
        pattern=schema.get("pattern"),
        format=form,
    )


def _nothing(_: _Schema) -> Kind:
    return kinds.Choice((NOTHING,))


def _json(_: _Schema) -> Kind:
    return kinds.Json()


_MOMENTS: dict[str | None, Kind] = {
    "date": kinds.Date(),
    "time": kinds.Time(),
    "date-time": kinds.DateTime(),
}
_SCALARS: dict[str | None, Callable[[_Schema], Kind]] = {
    "string": _string,
    "integer": lambda schema: kinds.Integer(_limits(schema)),
    "number": lambda schema: kinds.Number(_limits(schema)),
    "boolean": lambda _: kinds.Boolean(),
    "null": _nothing,
}
