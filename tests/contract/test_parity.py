"""The check that keeps a server from starting when its routes are not the contract's."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel

from awaithumans.server import app as wiring
from awaithumans.server.api import contract, parity
from awaithumans.server.api.parity import ContractBroken
from awaithumans.server.config import load
from tests.support.process import TOKEN

Document = dict[str, Any]
Change = Callable[[Document], Any]


def _operation(spec: Document, path: str = "/api/tasks", method: str = "post") -> Document:
    return spec["paths"][path][method]


def _parameter(spec: Document, name: str) -> Document:
    found = _operation(spec, method="get")["parameters"]
    return next(parameter for parameter in found if parameter["name"] == name)


def _response(spec: Document, status: str) -> Document:
    return _operation(spec)["responses"][status]["content"]["application/json"]


def _property(spec: Document, schema: str, name: str) -> Document:
    return spec["components"]["schemas"][schema]["properties"][name]


# What is changed in a copy of the contract, and what the line about it must name.
_CHANGES: dict[str, tuple[Change, tuple[str, ...]]] = {
    "a path is missing": (
        lambda spec: spec["paths"].pop("/api/version"),
        ("only in the contract", "GET /api/version"),
    ),
    "a route is extra": (
        lambda spec: spec["paths"].update({"/api/x": {"get": _operation(spec, method="get")}}),
        ("only in the server", "GET /api/x"),
    ),
    "the path has another name": (
        lambda spec: spec["paths"].update({"/api/task": spec["paths"].pop("/api/tasks")}),
        ("only in the server", "POST /api/task"),
    ),
    "the method is another": (
        lambda spec: spec["paths"]["/api/tasks"].update(
            put=spec["paths"]["/api/tasks"].pop("post")
        ),
        ("only in the server", "PUT /api/tasks"),
    ),
    "a parameter is missing": (
        lambda spec: _operation(spec, method="get")["parameters"].pop(),
        ("GET /api/tasks", "parameters", "query cursor"),
    ),
    "a parameter is extra": (
        lambda spec: _operation(spec, method="get")["parameters"].append(
            {"name": "sort", "in": "query", "schema": {"type": "string"}}
        ),
        ("GET /api/tasks", "parameters", "query sort"),
    ),
    "a parameter stands elsewhere": (
        lambda spec: _parameter(spec, "limit").update({"in": "header"}),
        ("GET /api/tasks", "parameters", "header limit"),
    ),
    "a parameter has another type": (
        lambda spec: _parameter(spec, "limit")["schema"].update(type="number"),
        ("GET /api/tasks", "query limit"),
    ),
    "a parameter is required": (
        lambda spec: _parameter(spec, "limit").update(required=True),
        ("GET /api/tasks", "query limit"),
    ),
    "a parameter has another limit": (
        lambda spec: _parameter(spec, "limit")["schema"].update(maximum=500),
        ("GET /api/tasks", "query limit", "500"),
    ),
    "a parameter has another pattern": (
        lambda spec: _parameter(spec, "cursor")["schema"].update(pattern="^tsk_"),
        ("GET /api/tasks", "query cursor", "^tsk_"),
    ),
    "the path's parameter has another length": (
        lambda spec: spec["components"]["parameters"]["TaskId"]["schema"].update(maxLength=65),
        ("GET /api/tasks/{task_id}", "path task_id", "65"),
    ),
    "the body is optional": (
        lambda spec: _operation(spec)["requestBody"].update(required=False),
        ("POST /api/tasks", "request body"),
    ),
    "there is no body": (
        lambda spec: _operation(spec).pop("requestBody"),
        ("POST /api/tasks", "request body"),
    ),
    "the body is of another kind": (
        lambda spec: _operation(spec)["requestBody"].update(
            content={"text/plain": {"schema": {"type": "string"}}}
        ),
        ("POST /api/tasks", "request body", "text/plain"),
    ),
    "a field of the body has another type": (
        lambda spec: _property(spec, "CreateTaskRequest", "timeout_seconds").update(type="string"),
        ("POST /api/tasks", "request body", "timeout_seconds"),
    ),
    "a field of the body has another limit": (
        lambda spec: _property(spec, "CreateTaskRequest", "timeout_seconds").update(minimum=1),
        ("POST /api/tasks", "request body", "timeout_seconds"),
    ),
    "a field of the body is missing": (
        lambda spec: spec["components"]["schemas"]["CreateTaskRequest"]["properties"].pop("notify"),
        ("POST /api/tasks", "request body", "notify"),
    ),
    "a field of the body is optional": (
        lambda spec: spec["components"]["schemas"]["CreateTaskRequest"]["required"].remove(
            "payload"
        ),
        ("POST /api/tasks", "request body", "required"),
    ),
    "the body takes unknown fields": (
        lambda spec: spec["components"]["schemas"]["CreateTaskRequest"].pop("additionalProperties"),
        ("POST /api/tasks", "request body", "additionalProperties"),
    ),
    "a field within the body has another pattern": (
        lambda spec: spec["components"]["schemas"]["Email"].update(pattern="@"),
        ("POST /api/tasks", "request body", "assign_to"),
    ),
    "a value of an enum is missing": (
        lambda spec: spec["components"]["schemas"]["TaskStatus"]["enum"].pop(),
        ("GET /api/tasks", "query status"),
    ),
    "the response has another schema": (
        lambda spec: _response(spec, "201").update(
            schema={"$ref": "#/components/schemas/TaskSummary"}
        ),
        ("POST /api/tasks", "responses", "201"),
    ),
    "a field of the response may be null": (
        lambda spec: _property(spec, "Task", "timeout_at").update(type=["string", "null"]),
        ("POST /api/tasks", "201", "timeout_at"),
    ),
    "a status is missing": (
        lambda spec: _operation(spec)["responses"].pop("413"),
        ("POST /api/tasks", "responses", "413"),
    ),
    "a status is extra": (
        lambda spec: _operation(spec)["responses"].update({"418": {"description": "Tea."}}),
        ("POST /api/tasks", "responses", "418"),
    ),
    "the success has another status": (
        lambda spec: _operation(spec)["responses"].update(
            {"200": _operation(spec)["responses"].pop("201")}
        ),
        ("POST /api/tasks", "responses", "200"),
    ),
    "an error code is missing": (
        lambda spec: _response(spec, "422")["examples"].pop("PAYLOAD_INVALID"),
        ("POST /api/tasks", "422", "codes", "PAYLOAD_INVALID"),
    ),
    "an error code is extra": (
        lambda spec: _response(spec, "409")["examples"].update({"TEAPOT": {}}),
        ("POST /api/tasks", "409", "codes", "TEAPOT"),
    ),
    "anybody may": (
        lambda spec: _operation(spec).update(security=[]),
        ("POST /api/tasks", "security"),
    ),
    "one way to authenticate is missing": (
        lambda spec: _operation(spec).update(security=[{"bearerAuth": []}]),
        ("POST /api/tasks", "security"),
    ),
    "credentials are wanted where none are": (
        lambda spec: _operation(spec, "/api/health", "get").pop("security"),
        ("GET /api/health", "security"),
    ),
    "the operation has another id": (
        lambda spec: _operation(spec).update(operationId="makeTask"),
        ("POST /api/tasks", "operation id", "makeTask"),
    ),
    "the operation has another tag": (
        lambda spec: _operation(spec).update(tags=["work"]),
        ("POST /api/tasks", "tags"),
    ),
}


def test_the_contract_is_no_different_from_itself():
    assert parity.differences(copy.deepcopy(contract.document()), contract.document()) == []


@pytest.mark.parametrize("name", _CHANGES)
def test_a_difference_is_refused_and_named(name: str):
    change, words = _CHANGES[name]
    changed = copy.deepcopy(contract.document())
    change(changed)
    lines = parity.differences(changed, contract.document())
    assert any(all(word in line for word in words) for line in lines), lines


@pytest.mark.parametrize("name", _CHANGES)
def test_a_difference_keeps_the_server_from_being_built(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    change, words = _CHANGES[name]
    changed = copy.deepcopy(contract.document())
    change(changed)
    monkeypatch.setattr(parity, "document", lambda: changed)
    with pytest.raises(ContractBroken) as refused:
        wiring.build(load(data_dir=tmp_path), TOKEN)
    # Seen from the other side: what the copy lacks, the server has.
    place = words[1] if words[0].startswith("only in") else words[0]
    assert place.removeprefix("POST ").removeprefix("GET ")[:10] in str(refused.value)
    assert list(tmp_path.iterdir()) == []


class _Body(BaseModel):
    name: str


def test_what_fastapi_derives_is_read_right():
    small = FastAPI()

    @small.post("/things", operation_id="makeThing", status_code=201, tags=["things"])
    async def make_thing(body: _Body, size: Annotated[int, Query(ge=1, le=9)] = 3) -> _Body:
        return body

    with pytest.raises(ContractBroken) as refused:
        parity.hold_to_contract(small)
    lines = str(refused.value).splitlines()
    assert "only in the server: POST /things" in lines
    assert "only in the contract: POST /api/tasks" in lines
