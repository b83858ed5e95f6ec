"""Who may do what: `x-access` of the contract, tried by every kind of caller (S3)."""

import copy
import re
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from awaithumans.server import app as wiring
from awaithumans.server.api import contract, parity
from awaithumans.server.api.parity import ContractBroken
from awaithumans.server.config import load
from tests.contract.calling import CALLS, World
from tests.contract.conftest import hold_to_contract
from tests.support.inprocess import in_process
from tests.support.process import TOKEN
from tests.support.slack import credentials, slack

_SCOPES = (
    *("tasks:create", "tasks:read", "tasks:cancel", "tasks:complete"),
    *("metrics:read", "email:receive", "admin"),
)
# Each kind of caller, and the words of `x-access` that are true of it.
_CALLERS: dict[str, set[str]] = {
    "nobody": set(),
    "link": {"link"},
    "link to another task": {"link"},
    "assignee": {"reviewer"},
    "another reviewer": {"reviewer"},
    "operator": {"operator"},
    "agent's key": {"api_key", "tasks:create", "tasks:read", "tasks:cancel"},
    **{f"key with {scope}": {"api_key", scope} for scope in _SCOPES},
    "admin token": {"admin_token"},
}


def _operations(document: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return each operation's path and declaration, by its id."""
    return {
        operation["operationId"]: (path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }


_OPERATIONS = _operations(contract.document())


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("permissions")
    async with (
        slack() as made,
        in_process(folder, callback_allow_private=True, **credentials(made)) as served,
    ):
        await hold_to_contract(served.client, served.stranger)
        yield World(
            served,
            sue=await served.person("sue@example.com"),
            joe=await served.person("joe@example.com"),
            olga=await served.person("olga@example.com", "operator"),
        )


async def _caller(world: World, kind: str, path: str = "") -> httpx.AsyncClient:
    """Return a client with the credentials of this kind; people's are new, to be lost."""
    people = {"assignee": world.sue, "another reviewer": world.joe, "operator": world.olga}
    if kind in people:
        account = await world.served.store.read(lambda tx: tx.account(people[kind].id))
        assert account is not None
        return await world.served.signed_in(account)
    if kind.startswith("link"):
        # To the task of the path, if it names one.
        task = re.search("tsk_[0-9A-Z]{26}", path) if kind == "link" else None
        task_id = task[0] if task else (await world.task()).rpartition("/")[2]
        return await world.served.guest(task_id, world.sue.email)
    if kind == "nobody":
        return world.served.browser()
    if kind == "admin token":
        return world.served.client
    if kind not in world.keys:
        scopes = _CALLERS[kind] - {"api_key"} if kind.startswith("key") else ()
        world.keys[kind] = await world.served.key(*scopes)
    return world.keys[kind]


def _expected(operation_id: str, kind: str) -> int:
    """Return the status that the contract promises to this kind of caller."""
    path, operation = _OPERATIONS[operation_id]
    success = min(int(status) for status in operation["responses"] if status[0] in "23")
    if operation["x-access"] == ["anyone"]:
        return success
    if kind == "nobody":
        return 401
    if not _CALLERS[kind] & set(operation["x-access"]):
        return 403
    # The tasks are the assignee's.
    strangers = ("another reviewer", "link to another task")
    return 403 if kind in strangers and "{task_id}" in path else success


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("kind", _CALLERS)
@pytest.mark.parametrize("operation_id", _OPERATIONS)
async def test_an_operation_does_what_the_contract_promises_to_each_caller(
    world: World, operation_id: str, kind: str
):
    first_run = operation_id == "createFirstOperator"
    async with world.without_operators() if first_run else nullcontext():
        await _call(world, operation_id, kind)
    if first_run:
        (made,) = (await world.ask("GET", "/api/admin/users?is_operator=true&limit=1"))["items"]
        await world.ask("DELETE", f"/api/admin/users/{made['id']}")


async def _call(world: World, operation_id: str, kind: str) -> None:
    request = await CALLS[operation_id](world)
    caller = await _caller(world, kind, request.path)
    before = await world.state()
    answer = await caller.request(request.method, request.path, **request.sent)
    assert answer.status_code == _expected(operation_id, kind), answer.text
    if answer.status_code in (401, 403):
        code = {401: "UNAUTHORIZED", 403: "FORBIDDEN"}[answer.status_code]
        assert answer.json()["error_code"] == code
        assert await world.state() == before


def test_every_operation_of_the_contract_is_called():
    assert CALLS.keys() == _OPERATIONS.keys()


@pytest.mark.parametrize("operation_id", _OPERATIONS)
def test_every_operation_says_who_may_call_it(operation_id: str):
    _, operation = _OPERATIONS[operation_id]
    assert operation.get("x-access"), f"{operation_id} does not say who may call it"
    assert (operation["x-access"] == ["anyone"]) == (operation.get("security") == [])


def _of(word: str) -> set[str]:
    return {id_ for id_, (_, operation) in _OPERATIONS.items() if word in operation["x-access"]}


def test_the_contract_lets_nobody_do_what_nobody_meant():
    answering = {"openTask", "claimTask", "completeTask"}
    looking = {"listTasks", "getTask", "pollTask", "listTaskAudit", "streamEvents"}
    oneself = {"getMe", "logout"}
    assert _of("anyone") == {
        *("login", "getSetupStatus", "createFirstOperator", "getHealth", "getReady"),
        *("getVersion", "getOpenapiJson", "getOpenapiYaml", "getDocs"),
        *("showLink", "headLink", "followLink"),
        *("showEmailAction", "headEmailAction", "confirmEmailAction"),
        *("takeSlackInteraction", "takeSlackEvent"),
    }
    # An operator is led to Slack and back in a browser.
    led = {"startSlackInstallation", "finishSlackInstallation"}
    one_task = {"getTask", "pollTask"}
    assert _of("link") == one_task | answering | oneself
    assert _of("reviewer") == looking | answering | oneself
    assert _of("admin_token") == _OPERATIONS.keys() - _of("anyone") - led
    assert _of("operator") == (_of("admin_token") | led) - {"receiveEmail"}
    assert _of("api_key") == oneself
    assert _of("tasks:create") == {"createTask"}
    assert _of("tasks:read") == looking | {"getTaskStats"}
    assert _of("tasks:cancel") == {"cancelTask"}
    assert _of("tasks:complete") == {"openTask", "completeTask"}
    assert _of("metrics:read") == {"getMetrics"}
    assert _of("email:receive") == {"receiveEmail"}
    assert _of("admin") == _of("admin_token") - answering - oneself


def test_every_word_of_who_may_is_a_kind_of_caller_here():
    words = {word for _, operation in _OPERATIONS.values() for word in operation["x-access"]}
    assert words - {"anyone"} == set().union(*_CALLERS.values())


# What is changed in a copy of the contract: then nobody could say who may.
_SILENCES: dict[str, dict[str, Any]] = {
    "nothing is said": {},
    "nobody is named": {"x-access": []},
    "somebody unknown is named": {"x-access": ["operator", "everyone"]},
    "anyone may, with credentials": {"x-access": ["anyone"]},
}


@pytest.mark.parametrize("name", _SILENCES)
def test_a_route_that_does_not_say_who_may_keeps_the_server_from_being_built(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    changed = copy.deepcopy(contract.document())
    operation = changed["paths"]["/api/tasks"]["post"]
    del operation["x-access"]
    operation |= _SILENCES[name]
    monkeypatch.setattr(parity, "document", lambda: changed)
    with pytest.raises(ContractBroken, match="x-access of createTask"):
        wiring.build(load(data_dir=tmp_path), TOKEN)


def test_a_route_without_credentials_that_is_not_for_anyone_keeps_the_server_from_being_built(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    changed = copy.deepcopy(contract.document())
    changed["paths"]["/api/health"]["get"]["x-access"] = ["operator"]
    monkeypatch.setattr(parity, "document", lambda: changed)
    with pytest.raises(ContractBroken, match="x-access of getHealth"):
        wiring.build(load(data_dir=tmp_path), TOKEN)


@pytest.mark.asyncio(loop_scope="module")
async def test_who_is_refused_is_told_who_may(world: World):
    task = await world.task()
    agent, watcher = await _caller(world, "agent's key"), await _caller(world, "key with admin")
    answers = {
        "tasks:complete": await agent.post(f"{task}/complete", json={"response": {}}),
        "No API key": await watcher.post(f"{task}/claim"),
        "operator": await world.sue.browser.get("/api/admin/users"),
        "neither yours nor open to you": await world.joe.browser.get(task),
    }
    for words, answer in answers.items():
        assert answer.status_code == 403
        assert words in answer.json()["message"]
