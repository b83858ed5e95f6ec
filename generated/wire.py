"""Scalar types that accept exactly what the contract's JSON Schema accepts.

Plain pydantic would take `"60"` and `true` for an integer and `0.5` for a date-time. Written by
hand; the generated models import it.
"""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime as _Aware
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:?\d\d)", re.ASCII
)


def _json_integer(value: Any) -> Any:
    """Take 60 and 60.0, but not "60" or true (JSON Schema 2020-12, 6.1.1)."""
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole:
        raise PydanticCustomError("int_type", "Input should be an integer")
    return int(value)


def _rfc3339(value: Any) -> Any:
    """Take date-time strings only (RFC 3339, 5.6)."""
    if isinstance(value, datetime) or (isinstance(value, str) and _RFC3339.fullmatch(value)):
        return value
    raise PydanticCustomError("datetime_type", "Input should be an RFC 3339 date-time")


StrictInt = Annotated[int, BeforeValidator(_json_integer)]
AwareDatetime = Annotated[_Aware, BeforeValidator(_rfc3339)]
