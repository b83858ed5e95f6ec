from typing import Any

import pytest

from awaithumans.server.api.contract import document
from awaithumans.server.api.permissions import access, check, problems
from awaithumans.server.auth.model import Caller
from awaithumans.server.errors import Forbidden

ENUMS = {
    "ApiKeyScope": {"enum": ["tasks:read", "admin"]},
    "CallerKind": {"enum": ["operator", "reviewer", "api_key", "admin_token", "link"]},
}


def spec(**operation: Any) -> dict[str, Any]:
    """Return a contract of one operation."""
    described = {"operationId": "doIt", **operation}
    return {
        "paths": {"/it": {"parameters": [], "get": described}},
        "components": {"schemas": ENUMS},
    }


def keyed(*scopes: Any) -> Caller:
    return Caller("api_key", display_name="CI", scopes=scopes, key_id="key_1")


RIGHT: list[dict[str, Any]] = [
    {"x-access": ["operator"]},
    {"x-access": ["reviewer", "tasks:read", "admin_token"]},
    {"x-access": ["api_key"]},
    {"x-access": ["anyone"], "security": []},
    {"x-access": ["operator"], "security": [{"bearerAuth": []}]},
]


@pytest.mark.parametrize("operation", RIGHT)
def test_an_operation_that_says_who_may_call_it_is_right(operation: dict[str, Any]) -> None:
    assert problems(spec(**operation)) == []


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ({}, "[]"),
        ({"x-access": []}, "[]"),
        ({"x-access": ["operators"]}, "['operators']"),
        ({"x-access": ["operator", "tasks:write"]}, "['operator', 'tasks:write']"),
        ({"x-access": ["anyone"]}, "['anyone']"),
        ({"x-access": ["anyone", "operator"]}, "['anyone', 'operator']"),
        ({"security": []}, "[]"),
        ({"x-access": ["operator"], "security": []}, "['operator']"),
        ({"x-access": ["anyone", "operator"], "security": []}, "['anyone', 'operator']"),
    ],
)
def test_an_operation_that_does_not_say_who_or_cannot_mean_it_is_named(
    operation: dict[str, Any], words: str
) -> None:
    assert problems(spec(**operation)) == [f"x-access of doIt: {words}"]


def test_every_operation_of_every_path_is_looked_at() -> None:
    several = spec()
    several["paths"]["/other"] = {
        "post": {"operationId": "makeIt", "x-access": ["nobody"]},
        "get": {"operationId": "seeIt", "x-access": ["operator"]},
    }
    assert [line.split(":")[0] for line in problems(several)] == [
        "x-access of doIt",
        "x-access of makeIt",
    ]


def test_the_contract_says_of_every_operation_who_may_call_it() -> None:
    assert problems(document()) == []
    assert len(access()) > 20


ALLOWED: list[tuple[str, list[Caller], list[Caller]]] = [
    (
        "createTask",
        [Caller("admin_token"), Caller("operator"), keyed("tasks:create")],
        [Caller("reviewer"), keyed(), keyed("tasks:read"), keyed("tasks:complete")],
    ),
    (
        "listTasks",
        [Caller("admin_token"), Caller("operator"), Caller("reviewer"), keyed("tasks:read")],
        [keyed(), keyed("tasks:create", "tasks:cancel")],
    ),
    (
        "listUsers",
        [Caller("admin_token"), Caller("operator"), keyed("admin")],
        [Caller("reviewer"), keyed("tasks:read")],
    ),
    ("claimTask", [Caller("operator"), Caller("reviewer")], [keyed("admin")]),
]


@pytest.mark.parametrize(("operation", "may", "may_not"), ALLOWED)
def test_who_is_listed_may_and_nobody_else(
    operation: str, may: list[Caller], may_not: list[Caller]
) -> None:
    for caller in may:
        check(caller, operation)
    for caller in may_not:
        with pytest.raises(Forbidden):
            check(caller, operation)


def test_whoever_followed_a_link_may_act_on_its_task_and_no_other() -> None:
    guest = Caller("link", task_id="tsk_1")
    check(guest, "completeTask", "tsk_1")
    check(guest, "getMe")
    for operation, task_id in (("completeTask", "tsk_2"), ("cancelTask", "tsk_1")):
        with pytest.raises(Forbidden, match="good for one task only"):
            check(guest, operation, task_id)


def test_a_key_is_told_which_scope_it_lacks() -> None:
    with pytest.raises(Forbidden, match="lacks the scope admin or tasks:create"):
        check(keyed("tasks:read"), "createTask")


def test_a_key_is_told_when_no_key_may() -> None:
    with pytest.raises(Forbidden, match="No API key may do this"):
        check(keyed("admin"), "claimTask")


def test_a_person_is_told_that_an_operator_may() -> None:
    with pytest.raises(Forbidden, match="Only an operator may do this"):
        check(Caller("reviewer"), "deleteTask")
