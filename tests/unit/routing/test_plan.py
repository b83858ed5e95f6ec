from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awaithumans.server.errors import MarketplaceNotAvailable
from awaithumans.server.routing.plan import Address, Anybody, FirstOf, Member, Plan, normal, plan


@pytest.mark.parametrize(
    ("assign_to", "wanted"),
    [
        (None, Anybody()),
        ({}, Anybody()),
        ({"email": None, "pool": None}, Anybody()),
        ({"marketplace": False}, Anybody()),
        ({"email": " Sue@Example.COM "}, Address("sue@example.com")),
        ({"emails": ["Sue@example.com"]}, Address("sue@example.com")),
        ({"emails": ["Sue@example.com", "sue@EXAMPLE.com"]}, Address("sue@example.com")),
        ({"emails": ["b@x.y", "A@x.y", "b@x.y"]}, FirstOf(("b@x.y", "a@x.y"))),
        ({"email": "a@x.y", "emails": ["b@x.y", "c@x.y"], "pool": "ops"}, Address("a@x.y")),
        ({"emails": ["b@x.y", "c@x.y"], "role": "lead"}, FirstOf(("b@x.y", "c@x.y"))),
        ({"user_id": "usr_1"}, Member(user_id="usr_1")),
        ({"pool": "ops"}, Member(pool="ops")),
        (
            {"pool": "ops", "role": "lead", "access_level": "senior", "marketplace": False},
            Member(None, "ops", "lead", "senior"),
        ),
    ],
)
def test_what_is_asked_for_becomes_a_plan(assign_to: dict[str, Any] | None, wanted: Plan) -> None:
    assert plan(assign_to) == wanted


def test_there_is_no_marketplace_whatever_else_is_asked_for() -> None:
    with pytest.raises(MarketplaceNotAvailable) as refusal:
        plan({"marketplace": True, "email": "sue@example.com"})
    assert refusal.value.status == 501


emails = st.from_regex(r"[a-zA-Z0-9.]{1,8}@[a-zA-Z0-9]{1,8}\.[a-zA-Z]{2}", fullmatch=True)
words = st.text(min_size=1, max_size=20)
wishes = st.fixed_dictionaries(
    {},
    optional={
        "email": st.none() | emails,
        "emails": st.none() | st.lists(emails, min_size=1, max_size=6),
        "user_id": st.none() | words,
        "pool": st.none() | words,
        "role": st.none() | words,
        "access_level": st.none() | words,
        "marketplace": st.none() | st.just(value=False),
    },
)


@given(wishes)
@settings(max_examples=100, deadline=None)
def test_every_wish_has_one_plan_that_loses_nobody(wish: dict[str, Any]) -> None:
    before = deepcopy(wish)
    found = plan(wish)
    assert wish == before
    match found:
        case Address(email):
            asked = [wish["email"]] if wish.get("email") else wish["emails"]
            assert {normal(each) for each in asked} == {email}
        case FirstOf(several):
            assert len(set(several)) == len(several) > 1
            assert set(several) == {normal(email) for email in wish["emails"]}
        case Member():
            named = {key for key in ("user_id", "pool", "role", "access_level") if wish.get(key)}
            assert {key: getattr(found, key) for key in named} == {key: wish[key] for key in named}
            assert named
        case Anybody():
            assert not any(value for value in wish.values())


@given(emails)
@settings(max_examples=30, deadline=None)
def test_an_address_is_normal_after_it_was_made_so(email: str) -> None:
    assert normal(normal(f" {email} ")) == normal(email) == normal(email.upper())
