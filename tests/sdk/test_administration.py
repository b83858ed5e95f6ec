"""People and keys: what is sent for each call, and what every refusal becomes."""

from collections.abc import Callable
from typing import Any

import pytest

from awaithumans import AwaitHumansError, RequestError, ServerUnreachableError
from awaithumans.administration import Administration
from awaithumans.wire import ApiKey, NewApiKey, User
from tests.sdk.standin import (
    JSON,
    Behaviour,
    StandIn,
    an_error,
    drops,
    html,
    no_content,
    says,
)

USERS, KEYS = "/api/admin/users", "/api/admin/keys"
NOW = "2026-01-31T14:30:00Z"


def a_user(number: int = 1, **fields: Any) -> JSON:
    empty = dict.fromkeys(
        [
            *("slack_team_id", "slack_user_id", "display_name", "role", "access_level", "pool"),
            "last_assigned_at",
        ]
    )
    return {
        **empty,
        "id": f"usr_{number:026}",
        "email": f"sue{number}@example.com",
        "is_operator": False,
        "active": True,
        "has_password": False,
        "created_at": NOW,
        "updated_at": NOW,
        **fields,
    }


def a_key(number: int = 1, **fields: Any) -> JSON:
    return {
        "id": f"key_{number:026}",
        "name": "agent",
        "hint": "ah_sk_abcd",
        "scopes": ["tasks:create"],
        "created_by_email": None,
        "created_at": NOW,
        "expires_at": None,
        "last_used_at": None,
        **fields,
    }


def page(*users: JSON, then: str | None = None) -> Behaviour:
    return says(200, {"items": list(users), "next_cursor": then})


def test_a_person_is_added_with_what_was_given_and_nothing_else(standin: StandIn) -> None:
    standin.instead[f"POST {USERS}"].append(says(201, a_user(pool="refunds")))

    with Administration(standin.url, "ah_sk_key") as server:
        user = server.users.add(email="sue1@example.com", pool="refunds")

    assert isinstance(user, User)
    assert (user.email, user.pool) == ("sue1@example.com", "refunds")
    ((_, sent, headers),) = standin.requests
    assert sent == {"email": "sue1@example.com", "pool": "refunds", "is_operator": False}
    assert headers["Authorization"] == "Bearer ah_sk_key"


def test_everybody_is_listed_page_after_page(standin: StandIn) -> None:
    standin.instead[f"GET {USERS}"] += [page(a_user(2), then="usr_2"), page(a_user(1))]

    with Administration(standin.url) as server:
        found = [user.id for user in server.users.iterate(pool="refunds", is_operator=False)]

    assert found == [a_user(2)["id"], a_user(1)["id"]]
    filters = {"pool": ["refunds"], "is_operator": ["false"], "limit": ["200"]}
    assert standin.asked(f"GET {USERS}") == [filters, {**filters, "cursor": ["usr_2"]}]


def test_a_person_is_found_by_address_or_by_id(standin: StandIn) -> None:
    user_id = a_user()["id"]
    standin.instead[f"GET {USERS}"].append(page(a_user()))
    standin.instead[f"GET {USERS}/{user_id}"].append(says(200, a_user()))

    with Administration(standin.url) as server:
        assert server.users.find("Sue1@example.com") == server.users.find(user_id)

    assert standin.asked(f"GET {USERS}")[0]["email"] == ["Sue1@example.com"]


@pytest.mark.parametrize(
    ("who", "behaviours", "requests"),
    [
        ("nobody@example.com", [page()], 1),
        ("usr_1@example.com", [page()], 1),
        ("sue", [], 0),
        ("", [], 0),
        ("..", [], 0),
    ],
)
def test_nobody_of_that_name_is_an_error_of_its_own(
    standin: StandIn, who: str, behaviours: list[Behaviour], requests: int
) -> None:
    standin.instead[f"GET {USERS}"] += behaviours

    with Administration(standin.url) as server, pytest.raises(RequestError) as caught:
        server.users.find(who)

    assert caught.value.code == "USER_NOT_FOUND"
    assert caught.value.docs_url == f"{standin.url}/api/docs#USER_NOT_FOUND"
    assert len(standin.requests) == requests


def test_an_answer_without_content_is_success(standin: StandIn) -> None:
    for operation in (
        f"POST {USERS}/usr_1/password",
        f"DELETE {USERS}/usr_1/password",
        f"DELETE {USERS}/usr_1",
        f"DELETE {KEYS}/key_1",
    ):
        standin.instead[operation].append(no_content)

    with Administration(standin.url) as server:
        server.users.set_password("usr_1", "correct horse battery staple")
        server.users.remove_password("usr_1")
        server.users.remove("usr_1")
        server.keys.revoke("key_1")

    assert [operation.split()[0] for operation, _, _ in standin.requests] == [
        "POST",
        "DELETE",
        "DELETE",
        "DELETE",
    ]
    assert standin.asked(f"POST {USERS}/usr_1/password") == [
        {"password": "correct horse battery staple"}
    ]


def test_a_key_is_made_and_listed(standin: StandIn) -> None:
    standin.instead[f"POST {KEYS}"] += [says(201, a_key(key="ah_sk_whole"))] * 2
    standin.instead[f"GET {KEYS}"] += [says(200, {"items": [a_key(2), a_key(1)]})] * 3

    with Administration(standin.url) as server:
        made = server.keys.create("agent")
        server.keys.create("metrics", scopes=["tasks:read"], expires_in_seconds=60)
        listed = server.keys.list()
        assert server.keys.find(a_key(1)["id"]) == listed[1]
        with pytest.raises(RequestError) as caught:
            server.keys.find("key_3")

    assert isinstance(made, NewApiKey)
    assert made.key == "ah_sk_whole"
    assert [type(key) for key in listed] == [ApiKey, ApiKey]
    assert caught.value.code == "API_KEY_NOT_FOUND"
    assert standin.asked(f"POST {KEYS}") == [
        {"name": "agent"},
        {"name": "metrics", "scopes": ["tasks:read"], "expires_in_seconds": 60},
    ]


Ask = Callable[[Administration], Any]
CALLS: dict[str, Ask] = {
    f"POST {USERS}": lambda server: server.users.add(email="sue@example.com"),
    f"GET {USERS}": lambda server: list(server.users.iterate()),
    f"GET {USERS}/usr_1": lambda server: server.users.find("usr_1"),
    f"POST {USERS}/usr_1/password": lambda server: server.users.set_password("usr_1", "x" * 12),
    f"DELETE {USERS}/usr_1/password": lambda server: server.users.remove_password("usr_1"),
    f"DELETE {USERS}/usr_1": lambda server: server.users.remove("usr_1"),
    f"POST {KEYS}": lambda server: server.keys.create("agent"),
    f"GET {KEYS}": lambda server: server.keys.list(),
    f"DELETE {KEYS}/key_1": lambda server: server.keys.revoke("key_1"),
}


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize(
    ("behaviour", "kind", "code"),
    [
        (says(404, an_error("USER_NOT_FOUND")), RequestError, "USER_NOT_FOUND"),
        (says(404, an_error("API_KEY_NOT_FOUND")), RequestError, "API_KEY_NOT_FOUND"),
        (says(409, an_error("USER_ALREADY_EXISTS")), RequestError, "USER_ALREADY_EXISTS"),
        (says(409, an_error("LAST_OPERATOR")), RequestError, "LAST_OPERATOR"),
        (says(422, an_error("USER_NO_ADDRESS")), RequestError, "USER_NO_ADDRESS"),
        (html(404), RequestError, "REQUEST_FAILED"),
        (html(502), ServerUnreachableError, "SERVER_UNREACHABLE"),
        (drops, ServerUnreachableError, "SERVER_UNREACHABLE"),
        (html(200), ServerUnreachableError, "SERVER_UNREACHABLE"),
    ],
)
def test_a_refusal_keeps_its_code_and_its_words_and_is_asked_once(
    standin: StandIn, operation: str, behaviour: Behaviour, kind: type[Exception], code: str
) -> None:
    standin.instead[operation].append(behaviour)

    with Administration(standin.url) as server, pytest.raises(AwaitHumansError) as caught:
        CALLS[operation](server)

    assert type(caught.value) is kind
    assert caught.value.code == code
    assert "task" not in str(caught.value)
    assert len(standin.requests) == 1


def test_a_refusal_says_what_the_server_says(standin: StandIn) -> None:
    refusal = an_error("LAST_OPERATOR", "This is the last active operator.")
    standin.instead[f"DELETE {USERS}/usr_1"].append(says(409, refusal))

    with Administration(standin.url) as server, pytest.raises(RequestError) as caught:
        server.users.remove("usr_1")

    error = caught.value
    assert str(error) == "This is the last active operator."
    assert (error.status_code, error.hint, error.docs_url) == (409, "", refusal["docs"])


@pytest.mark.parametrize(
    ("status", "code", "key", "words"),
    [
        (401, "UNAUTHORIZED", None, "to the admin token of the server or to an API key"),
        (401, "UNAUTHORIZED", "ah_sk_old", "nor an API key that is good (any more)"),
        (403, "FORBIDDEN", "ah_sk_weak", "; the server's admin token may do more."),
    ],
)
def test_a_key_that_does_not_do_is_told_from_one_that_would(
    standin: StandIn, status: int, code: str, key: str | None, words: str
) -> None:
    standin.instead[f"GET {KEYS}"].append(says(status, an_error(code)))

    with Administration(standin.url, key) as server, pytest.raises(RequestError) as caught:
        server.keys.list()

    assert words in caught.value.hint
    assert "ah_sk" not in str(caught.value)


UNSENDABLE: dict[str, Ask] = {
    "no address": lambda server: server.users.add(email="sue at example"),
    "a short password": lambda server: server.users.set_password("usr_1", "short"),
    "a key without a name": lambda server: server.keys.create(""),
    "a key for nothing": lambda server: server.keys.create("agent", scopes=[]),
    "a key for a century": lambda server: server.keys.create("a", expires_in_seconds=10**10),
}


@pytest.mark.parametrize("what", UNSENDABLE)
def test_what_the_contract_would_refuse_is_not_sent(standin: StandIn, what: str) -> None:
    with Administration(standin.url) as server, pytest.raises(RequestError) as caught:
        UNSENDABLE[what](server)

    assert caught.value.code == "VALIDATION_ERROR"
    assert "short'" not in str(caught.value)
    assert standin.requests == []


def test_the_server_is_found_as_an_agent_finds_it(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWAITHUMANS_URL", standin.url)
    monkeypatch.setenv("AWAITHUMANS_ADMIN_API_TOKEN", "ah_sk_key")
    standin.instead[f"GET {KEYS}"].append(says(200, {"items": []}))

    with Administration() as server:
        assert server.server_url == standin.url
        assert server.keys.list() == []

    assert standin.requests[0][2]["Authorization"] == "Bearer ah_sk_key"
