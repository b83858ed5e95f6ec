"""A form with what somebody has put into it, whatever that was: `restored`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from .texts import Block, section

_TOLD = "ah_told"
_LONGEST_REASON = 2_000
# What was put in, by its name in the state; and what shows it from the beginning.
_BEGINS: Mapping[str, str] = {
    "value": "initial_value",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
}
_KEPT = ("type", "callback_id", "private_metadata", "title", "submit", "close")


def restored(view: Mapping[str, Any], reason: str) -> Block | None:
    """Make the form again that was sent, filled in as it was, with why it was not taken.

    It needs nothing but what Slack sent, so that nothing is lost though no database answers.

    Args:
        view: `view` of a `view_submission`.
        reason: Why it was not taken.

    Returns:
        The form; None when what was sent is no form.
    """
    blocks = [one for one in _objects(view.get("blocks")) if one.get("block_id") != _TOLD]
    if not any(one.get("type") == "input" for one in blocks):
        return None
    values = _object(_object(view.get("state")).get("values"))
    filled = [_filled(one, _object(values.get(str(one.get("block_id"))))) for one in blocks]
    told = {**section(f"This answer was not taken. {reason}", _LONGEST_REASON), "block_id": _TOLD}
    made = {name: view[name] for name in _KEPT if name in view}
    return {**made, "blocks": [told, *filled]}


def first_input(view: Mapping[str, Any]) -> str | None:
    """Return the id of the form's first input; None without one."""
    inputs = [one for one in _objects(view.get("blocks")) if one.get("type") == "input"]
    return str(inputs[0].get("block_id")) if inputs else None


def _filled(block: Block, state: Mapping[str, Any]) -> Block:
    if block.get("type") != "input":
        return block
    element = dict(_object(block.get("element")))
    given = _object(state.get(str(element.get("action_id"))))
    for name, initial in _BEGINS.items():
        element.pop(initial, None)
        if given.get(name):
            element[initial] = _chosen(element, given[name])
    return {**block, "element": element}


def _chosen(element: Mapping[str, Any], given: Any) -> Any:
    """Return options as the form offers them: Slack compares every letter."""
    offered = {one.get("value"): one for one in _objects(element.get("options"))}
    if isinstance(given, list):
        return [offered.get(one.get("value"), one) for one in _objects(cast("Any", given))]
    if isinstance(given, dict):
        chosen = cast("Block", given)
        return offered.get(chosen.get("value"), chosen)
    return given


def _objects(found: Any) -> list[Block]:
    items = cast("list[Any]", found) if isinstance(found, list) else []
    return [cast("Block", one) for one in items if isinstance(one, dict)]


def _object(found: Any) -> Mapping[str, Any]:
    return cast("Block", found) if isinstance(found, dict) else {}
