from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awaithumans.server.errors import MarketplaceNotAvailable
from awaithumans.server.routing.plan import Address, Anybody, FirstOf, Member, Plan, normal, plan

FILTERS = ("user_id", "pool", "role", "access_level")


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
        ({"user_id": "usr_1"}, Member(user_id="usr_1")),
        ({"pool": "ops"}, Member(pool="ops")),
        (
            {"pool": "ops", "role": "lead", "access_level": "senior", "marketplace": False},
            Member(pool="ops", role="lead", access_level="senior"),
        ),
    ],
)
def test_what_is_asked_for_becomes_a_plan(assign_to: dict[str, Any] | None, wanted: Plan) -> None:
    assert plan(assign_to) == wanted


@pytest.mark.parametrize(
    ("assign_to", "wanted"),
    [
        ({"email": "A@x.y", "pool": "ops"}, Member(emails=("a@x.y",), pool="ops")),
        (
            {"emails": ["b@x.y", "C@x.y"], "role": "lead"},
            Member(emails=("b@x.y", "c@x.y"), role="lead"),
        ),
        ({"email": "a@x.y", "user_id": "usr_1"}, Member(user_id="usr_1", emails=("a@x.y",))),
        (
            {"email": "a@x.y", "emails": ["b@x.y", "c@x.y"], "pool": "ops"},
            Member(emails=(), pool="ops"),
        ),
    ],
)
def test_addresses_beside_anything_else_are_people_of_the_directory(
    assign_to: dict[str, Any], wanted: Plan
) -> None:
    assert plan(assign_to) == wanted


@pytest.mark.parametrize(
    ("assign_to", "wanted"),
    [
        ({"email": "a@x.y", "emails": ["b@x.y", " A@X.y", "c@x.y"]}, Address("a@x.y")),
        ({"email": "a@x.y", "emails": ["a@x.y"]}, Address("a@x.y")),
        ({"email": "a@x.y", "emails": ["b@x.y", "c@x.y"]}, Member(emails=())),
        ({"email": "a@x.y", "emails": []}, Member(emails=())),
        ({"emails": []}, Member(emails=())),
    ],
)
def test_one_address_and_several_must_both_allow_a_person(
    assign_to: dict[str, Any], wanted: Plan
) -> None:
    assert plan(assign_to) == wanted


def test_there_is_no_marketplace_whatever_else_is_asked_for() -> None:
    with pytest.raises(MarketplaceNotAvailable) as refusal:
        plan({"marketplace": True, "email": "sue@example.com"})
    assert refusal.value.status == 501


emails = st.from_regex(r"[a-zA-Z0-9.]{1,8}@[a-zA-Z0-9]{1,8}\.[a-zA-Z]{2}", fullmatch=True)
few_emails = st.sampled_from(["a@x.y", "A@X.Y ", "b@x.y", "c@x.y"]) | emails
words = st.text(min_size=1, max_size=20)
wishes = st.fixed_dictionaries(
    {},
    optional={
        "email": st.none() | few_emails,
        "emails": st.none() | st.lists(few_emails, max_size=6),
        "marketplace": st.none() | st.just(value=False),
        **{name: st.none() | words for name in FILTERS},
    },
)


def allowed(wish: dict[str, Any]) -> set[str] | None:
    """Return the addresses that a wish lets through; None when it says nothing of addresses."""
    said: list[list[str]] = [[wish["email"]]] if wish.get("email") is not None else []
    said += [wish["emails"]] if wish.get("emails") is not None else []
    sets = [{normal(one) for one in some} for some in said]
    return sets[0].intersection(*sets[1:]) if sets else None


@given(wishes)
@settings(max_examples=100, deadline=None)
def test_every_wish_has_one_plan_that_asks_for_all_of_it(wish: dict[str, Any]) -> None:
    before = deepcopy(wish)
    found = plan(wish)
    assert wish == before
    filters = {name: wish[name] for name in FILTERS if wish.get(name) is not None}
    people = allowed(wish)
    match found:
        case Anybody():
            assert (filters, people) == ({}, None)
        case Address(email):
            assert (filters, people) == ({}, {email})
        case FirstOf(several):
            assert (filters, people) == ({}, set(several))
            assert len(set(several)) == len(several) > 1
        case Member():
            assert {name: getattr(found, name) for name in filters} == filters
            assert all(getattr(found, name) is None for name in FILTERS if name not in filters)
            assert people == (None if found.emails is None else set(found.emails))
            assert filters or people == set()


@given(st.lists(few_emails, min_size=1))
@settings(max_examples=50, deadline=None)
def test_addresses_keep_their_order_and_stand_once(several: list[str]) -> None:
    found = plan({"emails": several, "pool": "ops"})
    assert isinstance(found, Member)
    assert found.emails == tuple(dict.fromkeys(normal(email) for email in several))


@given(emails)
@settings(max_examples=30, deadline=None)
def test_an_address_is_normal_after_it_was_made_so(email: str) -> None:
    assert normal(normal(f" {email} ")) == normal(email) == normal(email.upper())
