"""An answer is made of what was answered, and of nothing else."""

from typing import Any

import pytest

from awaithumans.server.forms.answers import assemble
from awaithumans.server.forms.problems import Loc

PLACED: list[tuple[list[tuple[Loc, Any]], Any]] = [
    ([], {}),
    ([(("a",), 1)], {"a": 1}),
    ([(("a",), None), (("b",), False)], {"a": None, "b": False}),
    ([(("a", "b", "c"), 1), (("a", "d"), 2)], {"a": {"b": {"c": 1}, "d": 2}}),
    ([(("a", 0), "x"), (("a", 1), "y")], {"a": ["x", "y"]}),
    (
        [(("a", 0, "b"), 1), (("a", 0, "c"), 2), (("a", 1, "b"), 3)],
        {"a": [{"b": 1, "c": 2}, {"b": 3}]},
    ),
    ([(("a", 0, 0), 1)], {"a": [[1]]}),
    ([(("a",), {}), (("b",), [])], {"a": {}, "b": []}),
    ([(("a",), {}), (("a", "b"), 1)], {"a": {"b": 1}}),
    ([(("a",), 1), (("a",), 2)], {"a": 2}),
    ([((), [1, 2])], [1, 2]),
    ([((), {}), (("a",), 1)], {"a": 1}),
]


@pytest.mark.parametrize(("parts", "answer"), PLACED)
def test_parts_are_put_where_they_belong(parts: list[tuple[Loc, Any]], answer: Any) -> None:
    assert assemble(parts) == answer


MISPLACED: list[list[tuple[Loc, Any]]] = [
    [(("a", 1), "the first is missing")],
    [(("a", -1), "x")],
    [(("a",), 1), (("a", "b"), 2)],
    [(("a",), {}), (("a", 0), 2)],
    [(("a",), []), (("a", "b"), 2)],
    [(("a",), []), (("a", "b", "c"), 2)],
    [(("a",), "text"), (("a", 0, "b"), 2)],
]


@pytest.mark.parametrize("parts", MISPLACED)
def test_a_part_that_belongs_nowhere_is_refused(parts: list[tuple[Loc, Any]]) -> None:
    with pytest.raises(ValueError, match="the path leads"):
        assemble(parts)
