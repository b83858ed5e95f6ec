"""From the caller's models to the body of createTask, refusing what the server would refuse."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic.errors import PydanticUserError

from awaithumans.discovery import Endpoint
from awaithumans.errors import (
    AwaitHumansError,
    FieldFault,
    MarketplaceNotAvailableError,
    RequestError,
    TaskCreateError,
)
from awaithumans.verifiers.config import VerifierConfig
from awaithumans.wire import AssignTo, CreateTaskRequest

AssignToInput: TypeAlias = str | list[str] | dict[str, Any] | None
"""Who should answer: an address, several addresses, or the contract's ``AssignTo`` as a dict."""

M = TypeVar("M", bound=BaseModel)
E = TypeVar("E", bound=RequestError)

MIN_TIMEOUT_SECONDS = 60
MAX_TIMEOUT_SECONDS = 2_592_000

_ALLOWED = (
    "assign_to takes an email address, a list of 1 to 50 of them, or a dict with one or more of "
    "email, emails, user_id, pool, role, access_level."
)


def build_request(
    endpoint: Endpoint,
    *,
    task: str,
    payload_schema: type[BaseModel],
    payload: BaseModel,
    response_schema: type[BaseModel],
    timeout_seconds: int,
    assign_to: AssignToInput,
    notify: list[str] | None,
    verifier: VerifierConfig | None,
    idempotency_key: str | None,
    redact_payload: bool,
    task_metadata: dict[str, str] | None,
    initial_response: BaseModel | dict[str, Any] | None,
    callback_url: str | None,
) -> CreateTaskRequest:
    """Check what can be checked without a server, and build the body of ``createTask``.

    Raises:
        TaskCreateError: Something is not as the contract wants it; nothing was sent.
        MarketplaceNotAvailableError: ``assign_to`` asks for the marketplace.
    """
    try:
        _check_timeout(timeout_seconds)
        content = _payload(payload, payload_schema)
        optional = {
            "assign_to": assignment(assign_to),
            "notify": notify,
            "verifier_config": _verifier(verifier),
            "redact_payload": redact_payload or None,
            "task_metadata": task_metadata,
            "initial_response": json_object(initial_response, "initial_response"),
            "callback_url": callback_url,
        }
        fields: dict[str, Any] = {
            "task": task,
            "payload": content,
            "payload_schema": _schema(payload_schema, "payload_schema", "serialization"),
            "response_schema": _schema(response_schema, "response_schema", "validation"),
            "timeout_seconds": timeout_seconds,
            "idempotency_key": default_key(task, content)
            if idempotency_key is None
            else idempotency_key,
            **{name: value for name, value in optional.items() if value is not None},
        }
        return CreateTaskRequest.model_validate(fields)
    except ValidationError as error:
        raise _invalid(TaskCreateError, "The task", error, endpoint) from None
    except AwaitHumansError as error:
        error.docs_url = endpoint.docs(error.code)
        raise


def default_key(task: str, payload: Mapping[str, Any]) -> str:
    """Return the idempotency key of a task that was given none.

    The first 32 hexadecimal digits of the SHA-256 of ``{"payload": ..., "task": ...}`` as JSON in
    UTF-8, keys sorted at every level, no spaces. The order of keys does not matter.
    """
    canonical = json.dumps(
        {"task": task, "payload": payload},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(canonical.encode(errors="surrogatepass")).hexdigest()[:32]


def assignment(assign_to: AssignToInput) -> AssignTo | None:
    """Return ``assign_to`` as the contract has it.

    Raises:
        TaskCreateError: It names nobody, has an unknown key, or an address is not one.
        MarketplaceNotAvailableError: It asks for the marketplace.
    """
    if assign_to is None:
        return None
    if isinstance(assign_to, str):
        wire: Any = {"email": assign_to}
    else:
        wire = {"emails": assign_to} if isinstance(assign_to, list) else assign_to
    try:
        wanted = AssignTo.model_validate(wire)
    except ValidationError as error:
        raise TaskCreateError(
            "assign_to cannot be used.",
            code="VALIDATION_ERROR",
            errors=_faults(error, "assign_to"),
            hint=f"{_listed(_faults(error, 'assign_to'))}. {_ALLOWED}",
        ) from None
    if wanted.marketplace:
        raise MarketplaceNotAvailableError(
            "There is no marketplace yet.", hint=f"Name a person, a pool or a role: {_ALLOWED}"
        )
    if not wanted.model_dump(exclude_none=True, exclude={"marketplace"}):
        raise TaskCreateError("assign_to names nobody.", code="VALIDATION_ERROR", hint=_ALLOWED)
    return wanted


def build_body(model: type[M], endpoint: Endpoint, **fields: Any) -> M:
    """Build the body of another call; fields that are None are left out.

    Raises:
        RequestError: The contract would refuse it; nothing was sent.
    """
    try:
        return model.model_validate({k: v for k, v in fields.items() if v is not None})
    except ValidationError as error:
        raise _invalid(RequestError, "The request", error, endpoint) from None


def json_object(
    value: BaseModel | dict[str, Any] | None, name: str, kind: type[RequestError] = TaskCreateError
) -> dict[str, Any] | None:
    """Return a model or dict as a JSON object; None stays None.

    Raises:
        RequestError: The given kind of it: this is not an object, or holds what JSON cannot
            (NaN, lone surrogates).
    """
    if value is None:
        return None
    try:
        plain: Any = (
            value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value
        )
        json.dumps(plain, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise _fault(name, f"cannot be written as JSON ({_first_line(error)})", kind) from None
    if not isinstance(plain, dict):
        raise _fault(name, "should be a JSON object", kind)
    return cast("dict[str, Any]", plain)


def _verifier(verifier: VerifierConfig | None) -> dict[str, Any] | None:
    # As JSON, because a workflow's sandbox may have loaded another class of the same name.
    plain = json_object(verifier, "verifier")
    return plain and {name: value for name, value in plain.items() if value is not None}


def _check_timeout(seconds: Any) -> None:
    whole = isinstance(seconds, int) and not isinstance(seconds, bool)
    if not whole or not MIN_TIMEOUT_SECONDS <= seconds <= MAX_TIMEOUT_SECONDS:
        raise _fault(
            "timeout_seconds",
            f"should be a whole number from {MIN_TIMEOUT_SECONDS} (one minute) "
            f"to {MAX_TIMEOUT_SECONDS} (30 days)",
        )


def _payload(payload: BaseModel, schema: type[BaseModel]) -> dict[str, Any]:
    if not isinstance(payload, schema):
        raise _fault("payload", f"should be a {schema.__name__}, and is a {type(payload).__name__}")
    return json_object(payload, "payload") or {}


def _schema(model: type[BaseModel], name: str, mode: Any) -> dict[str, Any]:
    try:
        schema = model.model_json_schema(mode=mode)
        json.dumps(schema, allow_nan=False, ensure_ascii=False).encode()
    except (PydanticUserError, ValueError, TypeError, RecursionError) as error:
        fault = _fault(name, f"has no JSON Schema ({_first_line(error)})")
        fault.code = "SCHEMA_INVALID"
        raise fault from None
    return schema


def _fault(name: str, msg: str, kind: type[E] = TaskCreateError) -> E:
    fault = FieldFault(loc=[name], msg=msg)
    return kind(f"{name} {msg}.", code="VALIDATION_ERROR", errors=[fault])


def _invalid(kind: type[E], what: str, error: ValidationError, endpoint: Endpoint) -> E:
    code, faults = "VALIDATION_ERROR", _faults(error)
    return kind(
        f"{what} is not as the contract wants it: {_listed(faults)}.",
        code=code,
        errors=faults,
        docs_url=endpoint.docs(code),
    )


def _faults(error: ValidationError, *outer: str) -> list[FieldFault]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [FieldFault(loc=[*outer, *fault["loc"]], msg=fault["msg"]) for fault in found]


def _listed(faults: list[FieldFault]) -> str:
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
