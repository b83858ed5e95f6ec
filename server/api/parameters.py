"""Parameters of queries, read exactly as the contract's JSON Schema says."""

from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError


def _boolean(value: Any) -> Any:
    """Take the words that the contract's booleans have in a query, and no others."""
    if value in ("true", "false"):
        return value == "true"
    raise PydanticCustomError("bool_type", "Input should be true or false")


def _integer(value: Any) -> Any:
    """Take digits only: pydantic would take `1.0` and ` 1 ` too."""
    if isinstance(value, str) and not (value.isascii() and value.removeprefix("-").isdigit()):
        raise PydanticCustomError("int_type", "Input should be an integer")
    return value


def _text(value: Any) -> Any:
    """Take no NUL, as in bodies: PostgreSQL can't compare it."""
    if isinstance(value, str) and "\x00" in value:
        raise PydanticCustomError("string_type", "Input should be without the character NUL")
    return value


# Stands last among the annotations, so that the others see a text.
NO_NUL = BeforeValidator(_text)
Truth = Annotated[bool, BeforeValidator(_boolean)]
Number = Annotated[int, BeforeValidator(_integer)]
