"""Which of the forms that its schema allows a value has."""

from __future__ import annotations

from typing import Any, cast

from ..forms import kinds
from ..forms.kinds import Branch, Kind

_TYPES: dict[type[Kind], tuple[type, ...]] = {
    kinds.Text: (str,),
    kinds.Integer: (int,),
    kinds.Number: (int, float),
    kinds.Decimal: (int, float, str),
    kinds.Boolean: (bool,),
    kinds.Date: (str,),
    kinds.Time: (str,),
    kinds.DateTime: (str,),
    kinds.List: (list,),
    kinds.Record: (dict,),
    kinds.Mapping: (dict,),
}


def known(kind: Kind | None, value: Any) -> Kind | None:
    """Return what is known of a value, where `kind` leaves it open; None when that is nothing."""
    if isinstance(kind, kinds.Optional):
        return known(kind.kind, value)
    if isinstance(kind, kinds.Union):
        branch = next((each for each in kind.options if _fits(each, value)), None)
        return None if branch is None else known(branch.kind, value)
    return kind


def _fits(branch: Branch, value: Any) -> bool:
    if branch.tag is not None:
        name, tag = branch.tag
        return isinstance(value, dict) and cast("dict[str, Any]", value).get(name) == tag
    kind = known(branch.kind, value)
    if isinstance(kind, kinds.Choice):
        return any(type(o.value) is type(value) and o.value == value for o in kind.options)
    if isinstance(value, bool):
        return isinstance(kind, kinds.Boolean)
    if kind is None or not isinstance(value, _TYPES.get(type(kind), ())):
        return False
    if isinstance(kind, kinds.Record):
        return all(field.name in value for field in kind.fields() if field.required)
    return True
