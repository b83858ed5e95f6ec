"""Requests that the server takes."""

import itertools
from typing import Any

_numbers = itertools.count()

REFUND_PAYLOAD_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "RefundPayload",
    "required": ["amount", "customer"],
    "properties": {"amount": {"type": "integer"}, "customer": {"type": "string"}},
}
REFUND_DECISION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "RefundDecision",
    "required": ["approved"],
    "properties": {"approved": {"type": "boolean"}, "reason": {"type": "string", "default": ""}},
}


def refund(**changes: Any) -> dict[str, Any]:
    """Return a body for `createTask`, with a key of its own."""
    return {
        "task": "Approve refund?",
        "payload": {"amount": 250, "customer": "cus_123"},
        "payload_schema": REFUND_PAYLOAD_SCHEMA,
        "response_schema": REFUND_DECISION_SCHEMA,
        "timeout_seconds": 900,
        "idempotency_key": f"refund-{next(_numbers)}",
    } | changes


YES_OR_NO: dict[str, Any] = {
    "type": "object",
    "required": ["approved"],
    "properties": {"approved": {"type": "boolean", "title": "Approve?"}},
}


def yes_or_no(**changes: Any) -> dict[str, Any]:
    """Return a body for `createTask` whose answers have a button each: yes, then no."""
    return refund(response_schema=YES_OR_NO) | changes


APPROVED: dict[str, Any] = {"response": {"approved": True, "reason": "within policy"}}
