from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awaithumans.server.ids import Kind, is_id, new_id
from tests.support.made import NOW

KINDS: tuple[Kind, ...] = get_args(Kind)
ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.mark.parametrize("kind", KINDS)
def test_an_id_says_its_kind_and_has_the_shape_of_one(kind: Kind) -> None:
    made = new_id(kind, NOW)
    assert made.startswith(f"{kind}_")
    assert len(made) == 30
    assert is_id(made, kind)
    assert not any(is_id(made, other) for other in KINDS if other != kind)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
@settings(max_examples=50, deadline=None)
def test_ids_sort_by_the_millisecond_they_were_made_in(one: int, other: int) -> None:
    earlier, later = sorted((one, one + other))
    assert new_id("tsk", NOW + timedelta(milliseconds=earlier)) < new_id(
        "tsk", NOW + timedelta(milliseconds=later)
    )


def test_ids_of_the_same_instant_differ() -> None:
    assert len({new_id("tsk", NOW) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tsk",
        "tsk_",
        ULID,
        f"tsk-{ULID}",
        f"TSK_{ULID}",
        f"tsk_{ULID}\n",
        f" tsk_{ULID}",
        f"tsk_{ULID[:-1]}",
        f"tsk_{ULID}0",
        f"tsk_8{ULID[1:]}",
        f"tsk_{ULID.lower()}",
        f"tsk_{ULID[:-1]}I",
        f"tsk_{ULID[:-1]}\u0661",
        f"tskx_{ULID}",
    ],
)
def test_what_has_not_the_shape_of_an_id_is_none(text: str) -> None:
    assert not is_id(text, "tsk")
