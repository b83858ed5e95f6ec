"""The judge itself: what it lets pass, and what it does not."""

from typing import Any

import httpx
import pytest
import yaml

from awaithumans.server.api import contract
from tests.contract.conformance import Breach, Conformance
from tests.support.bodies import refund
from tests.support.inprocess import InProcess

_URL = "http://testserver"
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-request-id": "0123456789abcdef",
}
_DOCS = '<h3 id="FORBIDDEN"></h3><h3 id="UNAUTHORIZED"></h3><h3 id="STORAGE_UNAVAILABLE"></h3>'


def _judge() -> Conformance:
    return Conformance(contract.document(), _DOCS)


def _response(
    method: str, path: str, status: int, body: Any = None, **headers: str
) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = httpx.Request(method, _URL + path)
    if body is None:
        return httpx.Response(status, headers=_HEADERS | named, request=request)
    return httpx.Response(status, headers=_HEADERS | named, json=body, request=request)


def _error(code: str, **changes: Any) -> dict[str, Any]:
    error = {"error_code": code, "message": "So it is.", "docs": f"{_URL}/api/docs#{code}"}
    return error | changes


def test_a_response_as_declared_passes():
    _judge().judge(_response("GET", "/api/health", 200, {"status": "ok"}))


@pytest.mark.parametrize(
    ("response", "complaint"),
    [
        (_response("GET", "/api/health", 202, {"status": "ok"}), "status is not declared"),
        (_response("GET", "/api/health", 200, {"status": "well"}), "status"),
        (_response("GET", "/api/health", 200, {}), "required"),
        (_response("GET", "/api/setup/status", 200, {"setup_required": 1}), "setup_required"),
        (_response("GET", "/api/tasks/tsk_1", 200), "content type '' is not declared"),
        (_response("DELETE", "/api/tasks/tsk_1", 204, {}), "no body"),
        (_response("GET", "/api/nothing", 200, {}), "not in the contract"),
        (_response("PUT", "/api/tasks", 200, {}), "is a 405"),
        (_response("PUT", "/api/tasks", 405, {}, allow="GET"), "Allow is"),
        (_response("GET", "/api/status", 401, _error("UNAUTHORIZED")), "WWW-Authenticate"),
        (_response("GET", "/api/status", 503, _error("STORAGE_UNAVAILABLE")), "Retry-After"),
        (_response("GET", "/api/status", 403, _error("UNAUTHORIZED")), "not declared"),
        (_response("GET", "/api/status", 403, _error("FORBIDDEN", extra=1)), "has the fields"),
        (_response("GET", "/api/status", 403, _error("FORBIDDEN", docs="/x#FORBIDDEN")), "leads"),
        (_response("GET", "/api/status", 403, _error("FORBIDDEN", message="no")), "no sentence"),
        (_response("GET", "/api/status", 403, _error("FORBIDDEN", docs="/#X")), "no anchor X"),
    ],
)
def test_a_response_that_breaks_the_contract_is_named(response: httpx.Response, complaint: str):
    with pytest.raises(Breach, match=complaint):
        _judge().judge(response)


@pytest.mark.parametrize("value", ["0", "6", "soon"])
def test_a_header_out_of_its_bounds_is_named(value: str):
    response = _response(
        "GET", "/api/status", 503, _error("STORAGE_UNAVAILABLE"), Retry_After=value
    )
    with pytest.raises(Breach, match="Retry-After"):
        _judge().judge(response)


def test_a_time_without_its_z_is_named():
    entry: dict[str, Any] = {
        "id": "aud_1",
        "task_id": "tsk_1",
        "from_status": None,
        "to_status": "created",
        "action": "created",
        "actor_type": "agent",
        "actor_email": None,
        "channel": "api",
        "extra_data": {},
        "created_at": "2026-01-05T10:00:00+00:00",
    }
    response = _response("GET", "/api/tasks/tsk_1/audit", 200, {"items": [entry]})
    with pytest.raises(Breach, match="created_at"):
        _judge().judge(response)


def test_nan_in_a_response_is_named():
    response = httpx.Response(
        200,
        headers=_HEADERS | {"content-type": "application/json"},
        text='{"items": [NaN], "next_cursor": null}',
        request=httpx.Request("GET", f"{_URL}/api/tasks"),
    )
    with pytest.raises(Breach, match="NaN"):
        _judge().judge(response)


async def test_the_fixture_judges_what_the_server_answers(served: InProcess):
    created = await served.client.post("/api/tasks", json=refund())
    assert created.status_code == 201
    refused = await served.stranger.post("/api/tasks", json=refund())
    assert refused.status_code == 401


async def test_the_contract_is_served_as_it_was_written(served: InProcess):
    written = (await served.stranger.get("/api/openapi.yaml")).text
    served_as_json = (await served.stranger.get("/api/openapi.json")).json()
    assert yaml.safe_load(written) == served_as_json == contract.document()


async def test_every_page_has_its_headers_once_however_often_it_is_read(served: InProcess):
    for path in ("/api/docs", "/", "/setup", "/api/health") * 3:
        response = await served.stranger.get(path)
        assert len(response.headers.get_list("cache-control")) == 1
