"""Puts an answer together from its parts, as a form would."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, cast

from awaithumans.server.forms.problems import Loc


def assemble(parts: Iterable[tuple[Loc, Any]]) -> Any:
    """Make an answer of what was answered, and of nothing else.

    A field that nobody answered is not in it, so that the agent's own default applies.

    Args:
        parts: Where each value belongs (`Field.path`; the items of a list by their number, from
            0, in order) and the value. An empty record or list is given as a part of its own,
            before what is in it.

    Returns:
        The answer: an object, unless the first part is the whole of something else.

    Raises:
        ValueError: When a path leads into a value that is not a record or a list, or leaves an
            item of a list out.
    """
    answer: dict[str | int, Any] = {}
    for path, value in parts:
        _put(answer, ("", *path), value)
    return answer.get("", {})


def _put(holder: Any, path: Loc, value: Any) -> None:
    """Set `value` at `path` below `holder`, making the records and lists on the way."""
    for step, following in pairwise(path):
        if not _has(holder, step):
            _set(holder, step, [] if isinstance(following, int) else {})
        holder = holder[step]
    _set(holder, path[-1], value)


def _has(holder: Any, step: str | int) -> bool:
    return step < len(holder) if isinstance(step, int) else step in holder


def _set(holder: Any, step: str | int, value: Any) -> None:
    if isinstance(holder, dict) and isinstance(step, str):
        holder[step] = value
        return
    items = cast("list[Any]", holder) if isinstance(holder, list) else []
    if not isinstance(step, int) or not isinstance(holder, list) or not 0 <= step <= len(items):
        raise ValueError("the path leads into no record or list, or leaves an item out")
    items[step : step + 1] = [value]
