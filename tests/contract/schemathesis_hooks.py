"""Makes most of what schemathesis makes up meaningful, and checks the refusals of the rest.

Loaded by schemathesis itself (`SCHEMATHESIS_HOOKS`), not by pytest.
"""

import itertools
import json
import zlib
from datetime import datetime, timezone
from typing import Any

import schemathesis

from tests.support.slack_requests import SECRET, signed

_KINDS = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
_MEANT = "made meaningful"
_OF_MEANING = {
    *("SCHEMA_INVALID", "PAYLOAD_INVALID", "RESPONSE_INVALID", "VERIFIER_UNAVAILABLE"),
    *("USER_NO_ADDRESS", "CALLBACK_URL_INVALID", "EMAIL_IDENTITY_INVALID"),
}
_FROM_SLACK = ("/api/channels/slack/interactions", "/api/channels/slack/events")
_keys = itertools.count()


@schemathesis.serializer("message/rfc822")  # pyright: ignore[reportUntypedFunctionDecorator, reportUnknownMemberType] -- it is not annotated
def mail(_context: Any, value: Any) -> bytes:
    """Send a mail as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook  # pyright: ignore[reportUnknownMemberType] -- it is not annotated
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Turn three valid bodies of four into a task or a person that can be made, or an answer."""
    if case.path in _FROM_SLACK and zlib.crc32(repr(case.body).encode()) % 8:
        kwargs["auth"] = _signed_by_slack
    if not _is_valid(case):
        return
    operation = case.operation.definition.raw.get("operationId")
    stateful = case.meta.phase.name.value == "stateful"
    if operation in ("createUser", "updateUser") and not stateful:
        # Without an operator the first run stays open, to be tried too.
        case.body = case.body | {"is_operator": False}
    # The same body always becomes the same: hypothesis ends a run whose steps can't be repeated.
    number = zlib.crc32(json.dumps(case.body, sort_keys=True).encode())
    if operation == "createTask":
        # In a sequence each task is new, for the same reason.
        if number % 4:
            case.body = _meaningful_task(case.body, number)
        if stateful or number % 3:
            case.body = case.body | {"idempotency_key": f"{next(_keys)}-{_MEANT}"}
    elif operation == "claimTask" and number % 4:
        # The admin token is nobody and has to name somebody.
        case.body = {"claimed_by_email": case.body.get("claimed_by_email") or "sue@example.com"}
    elif operation == "createUser" and number % 4:
        # Each is somebody new, as each task is.
        addressless = {n: v for n, v in case.body.items() if not n.startswith("slack_")}
        case.body = addressless | {"email": f"person{next(_keys)}@example.com"}
    elif operation == "createEmailIdentity" and (stateful or number % 4):
        smtp = {"host": "127.0.0.1", "port": 9, "security": "none"}
        name = f"sender{next(_keys)}"
        sender = {"name": name, "sender": f"{name}@example.com"}
        case.body = sender | {"transport": "smtp", "smtp": smtp}
    elif operation == "sendTestEmail" and stateful:
        # Nobody is there, and nothing waits for them.
        case.body = {"to": "ann@example.com"}
    elif operation == "completeTask" and number % 4:
        case.body = case.body | {"response": {"approved": number % 2 == 0, "reason": _MEANT}}


@schemathesis.check
def refusals_are_for_a_reason(context: Any, response: Any, case: Any) -> None:
    """A valid request is refused for its meaning or not at all."""
    if response.status_code != 422 or not _is_valid(case):
        return
    code = response.json()["error_code"]
    if case.path in _FROM_SLACK:
        # A form's text has to be JSON, which no schema says.
        assert code == "VALIDATION_ERROR"
        return
    assert code in _OF_MEANING, f"a valid request was refused with {code}"
    assert not _is_meant(case.body), f"a meaningful request was refused with {code}"


def _signed_by_slack(request: Any) -> Any:
    """Prove that Slack sent it, to have more of it read than the signature."""
    body = request.body or b""
    body = body if isinstance(body, bytes) else body.encode()
    request.headers.update(signed(body, SECRET, datetime.now(timezone.utc)))
    return request


def _is_valid(case: Any) -> bool:
    return (
        case.meta is not None
        and case.meta.generation.mode.is_positive
        and case.method.upper() in ("POST", "PATCH")
        and isinstance(case.body, dict)
    )


def _is_meant(body: Any) -> bool:
    answer = body.get("response")
    if isinstance(answer, dict):
        # An answer fits the tasks that were made meaningful; others have schemas of their own.
        return False
    return body.get("payload_schema", {}).get("title") == _MEANT


def _meaningful_task(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Give the task a schema that its payload fits, and an answer that is easily given."""
    payload = body["payload"]
    properties = {
        name: {"type": _KINDS[type(value)]} if type(value) in _KINDS else {}
        for name, value in payload.items()
    }
    changed: dict[str, Any] = {
        "payload_schema": {
            "type": "object",
            "title": _MEANT,
            "properties": properties,
            "required": list(payload),
        },
        "response_schema": {
            "type": "object",
            "properties": {"approved": {"type": "boolean"}, "reason": {"type": "string"}},
            "required": ["approved"],
            "additionalProperties": number % 5 == 0,
        },
    }
    if "callback_url" in body:
        # Nobody is there: the name is reserved for that (RFC 6761, 6.4).
        changed["callback_url"] = None if number % 3 else "https://receiver.invalid/done"
    # Nobody has a key for a verifier here.
    return {name: value for name, value in body.items() if name != "verifier_config"} | changed
