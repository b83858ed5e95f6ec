"""What the room says when something is wrong: sentences of ours, never the caller's values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Loc = tuple[str | int, ...]

_LONGEST_NAME = 100


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where.

    Attributes:
        loc: The way to the field from the top: property names (shortened when very long) and
            list positions.
        msg: The end of a sentence about the field, such as "is required". Never holds a value
            of the instance.
    """

    loc: Loc
    msg: str


class SchemaError(ValueError):
    """A document is not a schema that this server checks answers with.

    Attributes:
        problems: What is wrong with it; each `loc` leads into the document.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.msg for problem in self.problems))


def way(parts: Iterable[str | int]) -> Loc:
    """Make a `loc` of a path, each name shortened so that it can be shown."""
    return tuple(shortened(part) if isinstance(part, str) else part for part in parts)


def shortened(text: str, longest: int = _LONGEST_NAME) -> str:
    """Cut `text` to `longest` characters, and show that it was cut."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
