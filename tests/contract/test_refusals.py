"""Every kind of refusal, with the request that provokes it; the fixture judges each."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from awaithumans.server.api import contract
from awaithumans.server.errors import every_refusal
from tests.contract.refusing_channels import OF_CHANNELS
from tests.contract.refusing_deliveries import OF_DELIVERIES
from tests.contract.refusing_people import OF_PEOPLE
from tests.support.bodies import APPROVED, refund
from tests.support.inprocess import InProcess
from tests.support.made import AGENT, a_verified_draft

_CANARY = "canary-4711"
_SUE = {"claimed_by_email": "sue@example.com"}
_JSON = {"Content-Type": "application/json"}
_OPERATOR = {"email": "sue@example.com", "password": "correct horse battery"}

Provoke = Callable[[InProcess], Awaitable[httpx.Response]]


async def _created(served: InProcess, **changes: Any) -> str:
    response = await served.client.post("/api/tasks", json=refund(**changes))
    assert response.status_code == 201, response.text
    return f"/api/tasks/{response.json()['id']}"


async def _settled(served: InProcess) -> str:
    task = await _created(served)
    assert (await served.client.post(f"{task}/complete", json=APPROVED)).status_code == 200
    return task


def _create(**changes: Any) -> Provoke:
    return lambda served: served.client.post("/api/tasks", json=refund(**changes))


def _send(content: bytes, **headers: str) -> Provoke:
    named = {name.replace("_", "-"): value for name, value in headers.items()} or _JSON
    return lambda served: served.client.post("/api/tasks", content=content, headers=named)


def _get(path: str, **params: Any) -> Provoke:
    return lambda served: served.client.get(path, params=params)


async def _other_content_under_one_key(served: InProcess) -> httpx.Response:
    await _created(served, idempotency_key="one")
    return await served.client.post(
        "/api/tasks", json=refund(idempotency_key="one", task="Another?")
    )


async def _second_claim(served: InProcess) -> httpx.Response:
    task = await _created(served)
    await served.client.post(f"{task}/claim", json=_SUE)
    return await served.client.post(f"{task}/claim", json={"claimed_by_email": "joe@example.com"})


async def _claim_by_nobody(served: InProcess) -> httpx.Response:
    return await served.client.post(f"{await _created(served)}/claim")


async def _claim_by_the_uninvited(served: InProcess) -> httpx.Response:
    invited = {"emails": ["joe@example.com", "ann@example.com"]}
    return await served.client.post(f"{await _created(served, assign_to=invited)}/claim", json=_SUE)


async def _assign_to_nobody(served: InProcess) -> httpx.Response:
    return await served.client.post(
        f"{await _created(served)}/assign", json={"assign_to": {"pool": "refunds"}}
    )


async def _assign_to_the_marketplace(served: InProcess) -> httpx.Response:
    return await served.client.post(
        f"{await _created(served)}/assign", json={"assign_to": {"marketplace": True}}
    )


async def _wrong_answer(served: InProcess) -> httpx.Response:
    return await served.client.post(
        f"{await _created(served)}/complete", json={"response": {"approved": _CANARY}}
    )


def _after_it_settled(action: str, body: dict[str, Any]) -> Provoke:
    async def provoke(served: InProcess) -> httpx.Response:
        return await served.client.post(f"{await _settled(served)}/{action}", json=body)

    return provoke


async def _answer_after_the_deadline(served: InProcess) -> httpx.Response:
    task = await _created(served, timeout_seconds=60)
    served.clock.advance(60)
    return await served.client.post(f"{task}/complete", json=APPROVED)


def _while_it_is_verified(command: str, body: Any) -> Provoke:
    async def provoke(served: InProcess) -> httpx.Response:
        # No verifier takes it up.
        await served.server.jobs.relay.stop()
        tasks = served.server.tasks
        task_id = await served.unadmitted(a_verified_draft())
        await tasks.complete(task_id, {"approved": True}, AGENT)
        return await served.client.post(f"/api/tasks/{task_id}/{command}", json=body)

    return provoke


async def _set_up(served: InProcess, token: str | None = None) -> httpx.Response:
    token = token or await served.server.first_run.print_token()
    return await served.stranger.post("/api/setup/operator", json={"token": token, **_OPERATOR})


async def _set_up_twice(served: InProcess) -> httpx.Response:
    assert (await _set_up(served)).status_code == 201
    return await _set_up(served, "whatever")


async def _write_from_another_site(served: InProcess) -> httpx.Response:
    await _set_up(served)
    origin = {"Origin": "https://evil.example"}
    return await served.stranger.post("/api/tasks", json=refund(), headers=origin)


def _broken(served: InProcess) -> None:
    def now() -> Any:
        raise RuntimeError(_CANARY)

    served.clock.now = now


async def _fault(served: InProcess) -> httpx.Response:
    _broken(served)
    return await served.client.post("/api/tasks", json=refund())


_WRONG = {"Authorization": "Bearer wrong"}

REFUSALS: dict[str, tuple[Provoke, int, str]] = {
    "no credentials": (lambda s: s.stranger.get("/api/tasks"), 401, "UNAUTHORIZED"),
    "a wrong token": (
        lambda s: s.stranger.get("/api/tasks", headers=_WRONG),
        401,
        "UNAUTHORIZED",
    ),
    "a wrong cookie": (
        lambda s: s.stranger.get("/api/tasks", headers={"Cookie": "awaithumans_session=x"}),
        401,
        "UNAUTHORIZED",
    ),
    "a wrong password": (
        lambda s: s.stranger.post("/api/auth/login", json=_OPERATOR),
        401,
        "INVALID_CREDENTIALS",
    ),
    "a cookie's write from another site": (_write_from_another_site, 403, "FORBIDDEN"),
    "a claim by nobody": (_claim_by_nobody, 403, "FORBIDDEN"),
    "a claim by the uninvited": (_claim_by_the_uninvited, 403, "FORBIDDEN"),
    "a wrong setup token": (lambda s: _set_up(s, "wrong"), 403, "SETUP_TOKEN_INVALID"),
    "no such path": (_get("/api/nothing"), 404, "NOT_FOUND"),
    "no such page": (_get("/nothing"), 404, "NOT_FOUND"),
    "no such task": (_get("/api/tasks/tsk_0000000000000000000000000A"), 404, "TASK_NOT_FOUND"),
    "an id that is none": (_get("/api/tasks/42/poll"), 404, "TASK_NOT_FOUND"),
    "another method": (lambda s: s.client.put("/api/tasks"), 405, "METHOD_NOT_ALLOWED"),
    "a method for looking": (lambda s: s.client.head("/api/tasks"), 405, "METHOD_NOT_ALLOWED"),
    "a method for asking": (lambda s: s.client.options("/api/tasks"), 405, "METHOD_NOT_ALLOWED"),
    "other content, one key": (_other_content_under_one_key, 409, "IDEMPOTENCY_KEY_REUSED"),
    "a second claim": (_second_claim, 409, "TASK_ALREADY_CLAIMED"),
    "an assignment to nobody": (_assign_to_nobody, 409, "NO_MATCHING_ASSIGNEE"),
    "a second answer": (_after_it_settled("complete", APPROVED), 409, "TASK_ALREADY_SETTLED"),
    **{
        f"what is being verified, {command}": (
            _while_it_is_verified(command, body),
            409,
            "VERIFICATION_IN_PROGRESS",
        )
        for command, body in (
            ("complete", APPROVED),
            ("claim", {"claimed_by_email": "sue@example.com"}),
            ("assign", {"assign_to": {"email": "sue@example.com"}}),
        )
    },
    "a second answer, a wrong one": (
        _after_it_settled("complete", {"response": {}}),
        409,
        "TASK_ALREADY_SETTLED",
    ),
    "a late cancel": (_after_it_settled("cancel", {}), 409, "TASK_ALREADY_SETTLED"),
    "a late claim": (_after_it_settled("claim", _SUE), 409, "TASK_ALREADY_SETTLED"),
    "a late assignment": (
        _after_it_settled("assign", {"assign_to": {"email": "sue@example.com"}}),
        409,
        "TASK_ALREADY_SETTLED",
    ),
    "an answer after the deadline": (_answer_after_the_deadline, 409, "TASK_ALREADY_SETTLED"),
    "a second operator by setup": (_set_up_twice, 409, "SETUP_CLOSED"),
    "a link that never was one": (_get(f"/api/links/{_CANARY}"), 410, "LINK_INVALID"),
    "a body over the limit": (_send(b" " * (5 * 1024 * 1024 + 1)), 413, "BODY_TOO_LARGE"),
    "no body": (_send(b""), 422, "VALIDATION_ERROR"),
    "no JSON": (_send(_CANARY.encode()), 422, "VALIDATION_ERROR"),
    "no object": (_send(f'["{_CANARY}"]'.encode()), 422, "VALIDATION_ERROR"),
    "another type of content": (
        _send(b'{"a": "%s"}' % _CANARY.encode(), Content_Type="text/plain"),
        422,
        "VALIDATION_ERROR",
    ),
    "a field of another type": (_create(timeout_seconds=_CANARY), 422, "VALIDATION_ERROR"),
    "a field too short": (_create(timeout_seconds=59), 422, "VALIDATION_ERROR"),
    "a field too long": (_create(task=_CANARY * 200), 422, "VALIDATION_ERROR"),
    "an unknown field": (_create(colour=_CANARY), 422, "VALIDATION_ERROR"),
    "an unknown way to assign": (
        _create(assign_to={"planet": _CANARY}),
        422,
        "VALIDATION_ERROR",
    ),
    "an assignment that names nobody": (_create(assign_to={}), 422, "VALIDATION_ERROR"),
    "an address that is none": (_create(assign_to={"email": _CANARY}), 422, "VALIDATION_ERROR"),
    "a channel that is none": (_create(notify=[f"pigeon:{_CANARY}"]), 422, "VALIDATION_ERROR"),
    "an id that is too long": (_get(f"/api/tasks/{'x' * 65}"), 422, "VALIDATION_ERROR"),
    "a limit out of bounds": (_get("/api/tasks", limit=201), 422, "VALIDATION_ERROR"),
    "a limit that is no number": (_get("/api/tasks", limit="1.0"), 422, "VALIDATION_ERROR"),
    "a cursor that is none": (_get("/api/tasks", cursor=_CANARY), 422, "VALIDATION_ERROR"),
    "a status that is none": (_get("/api/tasks", status=_CANARY), 422, "VALIDATION_ERROR"),
    "a truth that is none": (_get("/api/tasks", terminal="yes"), 422, "VALIDATION_ERROR"),
    "a schema that is none": (
        _create(response_schema={"type": _CANARY}),
        422,
        "SCHEMA_INVALID",
    ),
    "a schema elsewhere": (
        _create(payload_schema={"$ref": f"http://{_CANARY}.example/schema.json"}),
        422,
        "SCHEMA_INVALID",
    ),
    "a payload that breaks its schema": (
        _create(payload={"amount": _CANARY, "customer": "x"}),
        422,
        "PAYLOAD_INVALID",
    ),
    "an answer that breaks its schema": (_wrong_answer, 422, "RESPONSE_INVALID"),
    "a fault of the server": (_fault, 500, "INTERNAL_ERROR"),
    "the marketplace": (_create(assign_to={"marketplace": True}), 501, "MARKETPLACE_NOT_AVAILABLE"),
    "an assignment to the marketplace": (
        _assign_to_the_marketplace,
        501,
        "MARKETPLACE_NOT_AVAILABLE",
    ),
    "a verifier whose key is not there": (
        _create(
            verifier_config={
                "provider": "claude",
                "instructions": _CANARY,
                "api_key_env": "AWAITHUMANS_PAYLOAD_KEY",
            }
        ),
        422,
        "VERIFIER_UNAVAILABLE",
    ),
    **OF_PEOPLE,
    **OF_DELIVERIES,
    **OF_CHANNELS,
}
# What takes a database or a vendor that does not answer: test_unavailable, channels/slack.
_ELSEWHERE = {
    *("STORAGE_UNAVAILABLE", "NOT_READY", "BAD_REQUEST"),
    *("CHANNEL_FAILED", "SLACK_SIGNATURE_INVALID"),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_refusal_has_its_status_and_its_code(served: InProcess, name: str):
    provoke, status, code = REFUSALS[name]
    refused = await provoke(served)
    assert refused.status_code == status, refused.text
    if refused.headers["content-type"].startswith("text/html"):
        # A page for people, which leads to the page of the code.
        assert f'/api/docs#{code}"' in refused.text
    elif refused.request.method != "HEAD":
        assert refused.json()["error_code"] == code
    assert _CANARY not in refused.text
    assert "Traceback" not in refused.text


def test_every_kind_of_refusal_is_in_the_table():
    provoked = {(status, code) for _, status, code in REFUSALS.values()}
    declared = {(kind.status, kind.code) for kind in every_refusal()}
    assert {one for one in declared if one[1] not in _ELSEWHERE} == provoked


def test_every_refusal_that_an_operation_declares_is_a_kind_of_refusal():
    declared = {kind.code for kind in every_refusal()}
    named = {
        code
        for item in contract.document()["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
        for response in operation["responses"].values()
        for media in contract.resolve(contract.document(), response).get("content", {}).values()
        for code in media.get("examples", {})
    }
    assert named <= declared
    assert declared - named <= {"NOT_FOUND", "METHOD_NOT_ALLOWED", "BAD_REQUEST"}


@pytest.mark.parametrize(
    "name", [name for name, (_, status, _) in REFUSALS.items() if status in (413, 422, 501)]
)
async def test_what_is_refused_leaves_no_row(served: InProcess, name: str):
    async def count() -> int:
        return len((await served.client.get("/api/tasks")).json()["items"])

    provoke, _, _ = REFUSALS[name]
    await provoke(served)
    # These two are about a task that is there.
    assert await count() == (provoke in (_wrong_answer, _assign_to_the_marketplace))


async def test_a_fault_is_logged_with_its_traceback_and_answered_without(
    served: InProcess, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.ERROR):
        refused = await _fault(served)
    assert (refused.status_code, "errors" in refused.json()) == (500, False)
    assert "RuntimeError" not in refused.text
    assert any("RuntimeError" in (record.exc_text or "") for record in caplog.records)


async def test_a_server_with_a_fault_behind_it_goes_on(served: InProcess):
    now = served.clock.now
    await _fault(served)
    served.clock.now = now
    assert (await served.client.post("/api/tasks", json=refund())).status_code == 201
    assert len((await served.client.get("/api/tasks")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/tasks", {"GET", "POST"}),
        ("/api/tasks/tsk_1", {"GET", "DELETE"}),
        ("/api/tasks/tsk_1/poll", {"GET"}),
        ("/api/tasks/tsk_1/cancel", {"POST"}),
        ("/api/setup/operator", {"POST"}),
        ("/api/docs", {"GET"}),
    ],
)
async def test_a_405_names_every_method_of_the_path(
    served: InProcess, path: str, allowed: set[str]
):
    refused = await served.client.patch(path)
    assert refused.status_code == 405
    assert set(refused.headers["allow"].split(", ")) == allowed
    assert refused.headers["allow"] in refused.json()["message"]


async def test_the_fields_at_fault_are_named_and_their_values_are_not(served: InProcess):
    wrong = refund(timeout_seconds=_CANARY, task="", notify=["email:sue@example.com", _CANARY])
    refused = await served.client.post("/api/tasks", json=wrong)
    named = {tuple(error["loc"]) for error in refused.json()["errors"]}
    assert named == {("body", "timeout_seconds"), ("body", "task"), ("body", "notify", 1)}
    assert all(set(error) == {"loc", "msg"} for error in refused.json()["errors"])
    assert _CANARY not in refused.text


async def test_a_refusal_of_an_answer_is_in_the_audit_without_the_answer(served: InProcess):
    refused = await _wrong_answer(served)
    path = refused.request.url.path.replace("/complete", "/audit")
    audit = await served.client.get(path)
    last = audit.json()["items"][-1]
    assert (last["action"], last["extra_data"]["error_code"]) == ("refused", "RESPONSE_INVALID")
    assert _CANARY not in audit.text
