from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awaithumans.server.tasks.lookup import fingerprint
from awaithumans.server.tasks.model import Content

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=3), json_values, max_size=4)


def turned(value: Any) -> Any:
    """Return the same JSON with the keys of every object in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(inner) for key, inner in reversed(value.items())}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] -- JSON
    return [turned(item) for item in value] if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType] -- JSON


@given(objects, objects)
@settings(max_examples=60, deadline=None)
def test_the_order_of_keys_makes_no_difference(
    payload: dict[str, Any], schema: dict[str, Any]
) -> None:
    one = fingerprint("task", Content(payload, {}, schema))
    assert one == fingerprint("task", Content(turned(payload), {}, turned(schema)))
    assert len(one) == 64


@pytest.mark.parametrize(
    "other",
    [
        ("Task", {"a": [1, 2]}, {}),
        ("task", {"a": [2, 1]}, {}),
        ("task", {"a": [1, 2], "b": None}, {}),
        ("task", {"a": ["1", 2]}, {}),
        ("task", {"a": [1, 2]}, {"title": "x"}),
        ("task", {}, {"a": [1, 2]}),
    ],
)
def test_any_other_content_makes_one(other: tuple[str, dict[str, Any], dict[str, Any]]) -> None:
    task, payload, schema = other
    assert fingerprint(task, Content(payload, {}, schema)) != fingerprint(
        "task", Content({"a": [1, 2]}, {}, {})
    )


def test_what_may_differ_under_one_key_is_not_in_it() -> None:
    content = Content({"a": 1}, {}, {})
    other = Content({"a": 1}, {"type": "object"}, {}, {"fields": []}, {"a": 2})
    assert fingerprint("task", content) == fingerprint("task", other)
