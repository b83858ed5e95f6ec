"""What a modal asks for: the fields of an answer, as far as Slack's inputs can hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from ...forms import kinds
from ...forms.fields import fields_of
from ...forms.kinds import Field, Kind
from .texts import escaped

MOST_INPUTS = 40
MOST_TYPED = 3_000
MOST_OPTIONS = 100
LONGEST_OPTION = 75
# A record in a record is asked for; one in that has to be answered in the dashboard.
_DEEPEST = 2
_FILES = frozenset(("binary", "base64", "base64url", "byte"))
_TYPED = (
    kinds.Integer,
    kinds.Number,
    kinds.Decimal,
    kinds.Date,
    kinds.Time,
    kinds.DateTime,
)


class CannotShow(Exception):
    """Slack's inputs can't hold this; the dashboard's form can."""


@dataclass(frozen=True)
class Input:
    """One value to ask for.

    Attributes:
        block_id: The name of its block in the view.
        field: The field of the answer.
        kind: Its kind; never `Optional`.
        nullable: Whether it may be null.
        loose: Whether it is in a record that may be left out, and so may stay empty with it.
    """

    block_id: str
    field: Field
    kind: Kind
    nullable: bool
    loose: bool

    @property
    def cleared(self) -> bool:
        """Whether leaving it empty takes a value away that was offered."""
        return not self.loose and self.field.default is not None

    @property
    def may_stay_empty(self) -> bool:
        """Whether the form can be sent without it."""
        if self.loose or self.nullable or isinstance(self.kind, kinds.List):
            least = self.kind.min_items if isinstance(self.kind, kinds.List) else None
            return self.loose or self.nullable or not least or not self._needed
        return not self._needed or (isinstance(self.kind, kinds.Text) and not self.field.required)

    @property
    def _needed(self) -> bool:
        return self.field.required or self.cleared


@dataclass(frozen=True)
class Group:
    """A record within the answer, asked for field by field.

    Attributes:
        field: The field of the answer.
        nullable: Whether it may be null.
        optional: Whether it is left out, when nothing in it is filled in.
        parts: What it holds.
    """

    field: Field
    nullable: bool
    optional: bool
    parts: tuple[Part, ...]


Part = Input | Group


def parts_of(response_schema: Mapping[str, Any]) -> tuple[Part, ...]:
    """Say what to ask for.

    Args:
        response_schema: A JSON Schema that `compile_schema` accepts.

    Raises:
        CannotShow: There is something in it that only the dashboard can ask for.
    """
    fields = fields_of(response_schema)
    if not fields or not fields[0].path:
        raise CannotShow
    return _parts(fields, count(), 0, loose=False)


def inputs_in(parts: tuple[Part, ...]) -> Iterator[Input]:
    """Give every input, in the order of the form."""
    for part in parts:
        if isinstance(part, Group):
            yield from inputs_in(part.parts)
        else:
            yield part


def _parts(
    fields: tuple[Field, ...], numbers: Iterator[int], depth: int, *, loose: bool
) -> tuple[Part, ...]:
    return tuple(_part(field, numbers, depth, loose=loose) for field in fields)


def _part(field: Field, numbers: Iterator[int], depth: int, *, loose: bool) -> Part:
    nullable = isinstance(field.kind, kinds.Optional)
    kind = field.kind.kind if isinstance(field.kind, kinds.Optional) else field.kind
    if isinstance(kind, kinds.Record):
        optional = nullable or not (field.required or isinstance(field.default, dict))
        if depth == _DEEPEST:
            raise CannotShow
        inside = _parts(kind.fields(field.path), numbers, depth + 1, loose=loose or optional)
        return Group(field, nullable, optional, inside)
    number = next(numbers)
    if number == MOST_INPUTS or not _can_ask(kind):
        raise CannotShow
    return Input(f"f{number}", field, kind, nullable, loose)


def _can_ask(kind: Kind) -> bool:
    if isinstance(kind, kinds.Text):
        return kind.format not in _FILES and (kind.min_length or 0) <= MOST_TYPED
    if isinstance(kind, kinds.Choice):
        return _can_offer(kind)
    if isinstance(kind, kinds.List):
        item = kind.item
        if isinstance(item, kinds.Choice):
            return _can_offer(item)
        plain = isinstance(item, kinds.Text) and not item.long and item.format not in _FILES
        return plain or isinstance(item, _TYPED)
    return isinstance(kind, (kinds.Boolean, *_TYPED))


def _can_offer(kind: kinds.Choice) -> bool:
    """Whether all options fit, with one more for none, and can be told apart once they are cut."""
    labels = {escaped(option.label, LONGEST_OPTION) for option in kind.options}
    return len(labels) == len(kind.options) < MOST_OPTIONS
