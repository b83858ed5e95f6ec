from dataclasses import replace
from typing import Any, get_args

import pytest

from awaithumans.server.auth.model import Caller, CallerKind, addressee, guest, person, service
from awaithumans.server.auth.tokens import digest, new_token
from awaithumans.server.directory.credentials import (
    IDLE,
    LIFETIME,
    ApiKey,
    Link,
    Scope,
    Session,
    TaskSession,
)
from awaithumans.server.directory.model import Account
from awaithumans.server.tasks.model import Actor, Person
from tests.support.made import NOW, TICK, an_account

KEY = ApiKey("key_1", "CI", "ah_sk_abcd", "hash", ("tasks:read", "admin"), "o@example.com", NOW)

HELD = TaskSession("hash", "tsk_1", "email", "olga@example.com", None, NOW, NOW + TICK)


@pytest.mark.parametrize(
    ("caller", "named", "actor"),
    [
        (Caller("admin_token"), None, Actor("agent", None, None, "api")),
        (
            Caller("admin_token"),
            "sue@example.com",
            Actor("agent", "sue@example.com", None, "api", named=True),
        ),
        *(
            (
                Caller(kind, "usr_1", "o@example.com"),
                named,
                Actor(kind, "o@example.com", "usr_1", "dashboard"),
            )
            for kind in ("operator", "reviewer")
            for named in (None, "sue@example.com")
        ),
        *(
            (service(KEY), named, Actor("agent", None, None, "api", api_key=("key_1", "CI")))
            for named in (None, "sue@example.com")
        ),
    ],
)
def test_only_the_admin_token_can_name_who_acts(
    caller: Caller, named: str | None, actor: Actor
) -> None:
    assert caller.actor(named) == actor


@pytest.mark.parametrize(
    ("caller", "rights"),
    [
        (Caller("admin_token"), {"admin_token"}),
        (person(an_account("sue")), {"reviewer"}),
        (person(an_account("olga", is_operator=True)), {"operator"}),
        (service(KEY), {"api_key", "tasks:read", "admin"}),
        (guest(HELD, an_account("olga", is_operator=True)), {"link"}),
    ],
)
def test_a_caller_has_the_rights_of_their_kind_and_their_scopes(
    caller: Caller, rights: set[str]
) -> None:
    assert caller.rights == rights


def test_whoever_followed_a_link_acts_as_a_reviewer_who_was_asked() -> None:
    olga = an_account("olga", is_operator=True, display_name="Olga")
    caller = guest(HELD, olga)
    assert (caller.task_id, caller.display_name, caller.credential) == ("tsk_1", "Olga", "hash")
    asked = Actor("reviewer", "olga@example.com", "usr_olga", "email", invited=True)
    assert caller.actor("somebody@example.com") == asked
    outside = guest(HELD, Person("olga@example.com"))
    assert (outside.user_id, outside.email) == (None, "olga@example.com")


@pytest.mark.parametrize(
    ("account", "held", "lets_in"),
    [
        (None, {}, True),
        (None, {"user_id": "usr_olga"}, False),
        (None, {"email": None}, False),
        (an_account("olga"), {}, True),
        (an_account("olga"), {"user_id": "usr_olga"}, True),
        (an_account("olga"), {"user_id": "usr_olga", "email": None}, True),
        (an_account("olga", active=False), {}, False),
        (an_account("olga", email="new@example.com"), {"user_id": "usr_olga"}, False),
    ],
)
def test_a_link_lets_in_whom_it_was_sent_to_while_they_are_who_they_were(
    account: Account | None, held: dict[str, Any], lets_in: bool
) -> None:
    assert (addressee(account, replace(HELD, **held)) is not None) is lets_in


def test_a_link_is_good_until_it_is_used_or_expires() -> None:
    link = Link("hash", "tsk_1", "open", "email", "sue@example.com", None, NOW, NOW + TICK)
    assert link.alive(NOW)
    assert not link.alive(NOW + TICK)
    assert not replace(link, used_at=NOW).alive(NOW)
    assert HELD.alive(NOW)
    assert not HELD.alive(NOW + TICK)


def test_no_scope_is_called_like_a_kind_of_caller() -> None:
    assert not set(get_args(Scope)) & set(get_args(CallerKind))


def test_only_a_reviewers_view_is_their_own() -> None:
    assert person(an_account("sue")).view == Person("sue@example.com", "usr_sue")
    others = [Caller("admin_token"), person(an_account("olga", is_operator=True)), service(KEY)]
    assert [caller.view for caller in others] == [None] * 3


def test_a_reviewer_without_an_address_has_a_view_of_their_own_too() -> None:
    assert person(an_account("sue", email=None)).view == Person(None, "usr_sue")


@pytest.mark.parametrize("changes", [{"is_operator": True}, {"is_operator": False}])
def test_a_person_is_known_by_what_the_directory_says_now(changes: dict[str, Any]) -> None:
    caller = person(an_account("sue", display_name="Sue", **changes))
    assert caller.kind == ("operator" if changes["is_operator"] else "reviewer")
    assert (caller.user_id, caller.email, caller.display_name) == (
        "usr_sue",
        "sue@example.com",
        "Sue",
    )
    assert (caller.scopes, caller.key_id) == ((), None)


def test_a_session_ends_at_seven_days_or_a_day_after_its_last_use() -> None:
    fresh = Session("hash", "usr_1", NOW, NOW)
    assert fresh.alive(NOW)
    assert fresh.alive(NOW + IDLE - TICK)
    assert not fresh.alive(NOW + IDLE)
    used = Session("hash", "usr_1", NOW, NOW + LIFETIME - TICK)
    assert used.alive(NOW + LIFETIME - TICK)
    assert not used.alive(NOW + LIFETIME)


def test_a_key_ends_when_it_expires_or_never() -> None:
    assert KEY.alive(NOW.replace(year=9999))
    expiring = ApiKey("key_1", "CI", "", "", (), None, NOW, expires_at=NOW + TICK)
    assert expiring.alive(NOW)
    assert not expiring.alive(NOW + TICK)


@pytest.mark.parametrize("is_operator", [True, False])
@pytest.mark.parametrize("active", [True, False])
def test_who_is_an_operator_and_active_operates(is_operator: bool, active: bool) -> None:
    account = an_account("olga", is_operator=is_operator, active=active)
    assert account.operates is (is_operator and active)


def test_secrets_are_long_and_each_is_new() -> None:
    made = {new_token() for _ in range(100)}
    assert len(made) == 100
    assert {len(token) for token in made} == {43}
    assert all(
        token.isascii() and token.replace("-", "").replace("_", "").isalnum() for token in made
    )


def test_what_is_kept_of_a_secret_does_not_show_it() -> None:
    token = new_token()
    assert digest(token) == digest(token) != digest(token + " ")
    assert token not in digest(token)
    assert len(digest("\xe9")) == 64
