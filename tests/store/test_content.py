import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from awaithumans.server.store.tables import Instant, JsonText, Names
from awaithumans.server.tasks.model import Content
from tests.store.kept import Kept
from tests.support.made import NOW, SUE

OPEN_SCHEMA: dict[str, Any] = {"type": "object"}
DIALECT = sqlite.dialect()

TRICKY: dict[str, Any] = {
    "unicode": "日本 🎉 é e\u0301 \u202e \u2028 \ufeff \U0010ffff",
    "control": "\t\n\r\x01\x1f\x7f",
    "quotes": "\"'`\\/;--",
    "empty": ["", [], {}, None],
    "big": [2**63, -(2**63) - 1, 2**64, 10**100],
    "floats": [0.1, 1e-300, 1.7976931348623157e308, 5e-324, 1.0, 100.0, 1e22],
    "types": [1, 1.0, True, "1", None],
    "zz first": 1,
    "aa last": 2,
    "": {"": ""},
}


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same to the last digit, type and order of keys."""
    return repr(one) == repr(other)


async def test_content_is_kept_exactly(kept: Kept) -> None:
    deep: dict[str, Any] = {"a": 1}
    for _ in range(62):
        deep = {"z": [deep], "a": None} if "z" not in deep else {"z": deep}
    payload = TRICKY | {"deep": deep}
    schema: dict[str, Any] = {"type": "object", "title": "Ω", "properties": {"b": {}, "a": {}}}
    made = await kept.created(
        payload=payload,
        payload_schema=OPEN_SCHEMA,
        response_schema=schema,
        form_definition={"fields": ["b", "a"]},
        initial_response=TRICKY,
    )
    content = (await kept.tasks.get(made.task.id)).content
    wanted = Content(payload, OPEN_SCHEMA, schema, {"fields": ["b", "a"]}, TRICKY)
    assert same(content, wanted)
    done = await kept.tasks.complete(made.task.id, TRICKY, SUE)
    assert same(done.task.response, TRICKY)
    assert same((await kept.tasks.get(made.task.id)).task.response, TRICKY)
    line = (await kept.tasks.audit(made.task.id))[-1]
    assert same(line.extra_data["response"], TRICKY)


async def test_a_megabyte_is_kept_exactly(kept: Kept) -> None:
    payload = {"text": "é" * 500_000, "list": list(range(50_000))}
    made = await kept.created(payload=payload, payload_schema=OPEN_SCHEMA)
    assert (await kept.tasks.get(made.task.id)).content.payload == payload


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), json_values, max_size=5))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_json_comes_back_as_it_was(value: dict[str, Any]) -> None:
    column = JsonText()
    text = column.process_bind_param(value, DIALECT)
    assert text is not None
    back = column.process_result_value(text, DIALECT)
    assert same(back, value)
    assert json.loads(text) == value


@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(timezone.utc)))  # noqa: DTZ001 -- the zone is given beside it
@settings(max_examples=100, deadline=None)
def test_any_time_comes_back_to_the_microsecond_and_sorts(at: datetime) -> None:
    column = Instant()
    kept = column.process_bind_param(at, DIALECT)
    assert kept is not None
    assert column.process_result_value(kept, DIALECT) == at
    later = column.process_bind_param(at + timedelta(microseconds=1), DIALECT)
    assert later == kept + 1


def test_a_time_of_another_zone_is_the_same_instant() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    column = Instant()
    assert column.process_bind_param(elsewhere, DIALECT) == column.process_bind_param(NOW, DIALECT)


@pytest.mark.parametrize("column", [Instant(), JsonText()])
def test_nothing_is_kept_as_nothing(column: Any) -> None:
    assert column.process_bind_param(None, DIALECT) is None
    assert column.process_result_value(None, DIALECT) is None


def test_names_are_a_tuple_even_if_there_are_none() -> None:
    column = Names()
    assert column.process_result_value(column.process_bind_param(("a", "b"), DIALECT), DIALECT) == (
        "a",
        "b",
    )
    assert column.process_result_value(None, DIALECT) == ()
