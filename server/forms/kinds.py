"""The kinds of thing that a form can ask for: a closed set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .problems import Loc


@dataclass(frozen=True)
class Field:
    """One thing that a form asks for.

    Attributes:
        name: The property's name.
        path: The way to it from the top of the answer, as in `Problem.loc`.
        title: What to call it when asking.
        description: What more the schema says about it; may be empty.
        required: Whether the answer must have it.
        has_default: Whether the schema says what it is when it is left out.
        default: That, or None.
        kind: What is asked for.
    """

    name: str
    path: Loc
    title: str
    description: str
    required: bool
    has_default: bool
    default: Any
    kind: Kind


@dataclass(frozen=True)
class Limits:
    """What a number must keep to; None where there is no limit."""

    at_least: float | None = None
    more_than: float | None = None
    at_most: float | None = None
    less_than: float | None = None
    multiple_of: float | None = None


@dataclass(frozen=True)
class Text:
    """A text.

    Attributes:
        long: Whether several lines are expected.
        min_length: How many characters at least.
        max_length: How many characters at most.
        pattern: A regular expression of JSON Schema that it must match.
        format: The schema's word for what it is, such as "email".
    """

    long: bool = False
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    format: str | None = None


@dataclass(frozen=True)
class Integer:
    """A whole number."""

    limits: Limits = Limits()


@dataclass(frozen=True)
class Number:
    """A number."""

    limits: Limits = Limits()


@dataclass(frozen=True)
class Decimal:
    """A decimal number that is kept as the text that was typed, so that no digit is lost."""

    limits: Limits = Limits()


@dataclass(frozen=True)
class Boolean:
    """Yes or no; neither is assumed."""


@dataclass(frozen=True)
class Option:
    """One of the values to choose from, and what to call it."""

    value: Any
    label: str


@dataclass(frozen=True)
class Choice:
    """One of a few values."""

    options: tuple[Option, ...]


@dataclass(frozen=True)
class Date:
    """A day."""


@dataclass(frozen=True)
class Time:
    """A time of day, with or without a zone."""


@dataclass(frozen=True)
class DateTime:
    """A moment, with or without a zone."""


@dataclass(frozen=True)
class List:
    """Any number of things of one kind.

    Attributes:
        min_items: How many at least.
        max_items: How many at most.
        unique: Whether no two may be equal.
    """

    _item: Callable[[], Kind] = field(repr=False, compare=False)
    min_items: int | None = None
    max_items: int | None = None
    unique: bool = False

    @property
    def item(self) -> Kind:
        """What kind of thing they are; made when asked, for schemas can be recursive."""
        return self._item()


@dataclass(frozen=True)
class Record:
    """Fields of their own.

    Attributes:
        title: The schema's name for it; may be empty.
    """

    title: str
    _fields: Callable[[Loc], tuple[Field, ...]] = field(repr=False, compare=False)

    def fields(self, path: Loc = ()) -> tuple[Field, ...]:
        """Give its fields; made when asked, for schemas can be recursive.

        Args:
            path: Where in the answer the record stands.
        """
        return self._fields(path)


@dataclass(frozen=True)
class Mapping:
    """Any number of things of one kind, each under a name that the person gives."""

    _name: Callable[[], Kind] = field(repr=False, compare=False)
    _value: Callable[[], Kind] = field(repr=False, compare=False)

    @property
    def name(self) -> Kind:
        """What kind of name: a text or a choice."""
        return self._name()

    @property
    def value(self) -> Kind:
        """What kind of thing is under the names."""
        return self._value()


@dataclass(frozen=True)
class Branch:
    """One of the forms that a value can take.

    Attributes:
        label: What to call it.
        kind: What it is. The field that tells the branches apart is not among its fields.
        tag: That field's name and its value in this branch, to be put in the answer; None when
            the branches are told apart otherwise.
    """

    label: str
    kind: Kind
    tag: tuple[str, str] | None = None


@dataclass(frozen=True)
class Union:
    """One of several forms; the person says which."""

    options: tuple[Branch, ...]


@dataclass(frozen=True)
class Optional:
    """Something, or null."""

    kind: Kind


@dataclass(frozen=True)
class Json:
    """Anything else: the person writes JSON."""


Kind = (
    Text
    | Integer
    | Number
    | Decimal
    | Boolean
    | Choice
    | Date
    | Time
    | DateTime
    | List
    | Record
    | Mapping
    | Union
    | Optional
    | Json
)
