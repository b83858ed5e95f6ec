"""The requests that are sent, as bytes made before the clock starts."""

import json
from collections.abc import Iterable, Iterator
from uuid import uuid4

from benchmarks.targets import Target

TASK = {
    "task": "Approve refund?",
    "payload": {"amount": 250, "customer": "cus_123"},
    "payload_schema": {
        "type": "object",
        "title": "RefundPayload",
        "required": ["amount", "customer"],
        "properties": {"amount": {"type": "integer"}, "customer": {"type": "string"}},
    },
    "response_schema": {
        "type": "object",
        "title": "RefundDecision",
        "required": ["approved"],
        "properties": {
            "approved": {"type": "boolean"},
            "reason": {"type": "string", "default": ""},
        },
    },
    "timeout_seconds": 86400,
}
ANSWER = json.dumps({"response": {"approved": True, "reason": "Within policy"}}).encode()
PLACEHOLDER = "k" * 32


def prepare(target: Target, method: str, path: str, body: bytes = b"") -> bytes:
    """Return a whole HTTP/1.1 request."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\n"
        f"Authorization: Bearer {target.token}\r\n"
    )
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def creates(target: Target) -> Iterator[bytes]:
    """Yield requests that each create another task, without end."""
    body = json.dumps(TASK | {"idempotency_key": PLACEHOLDER}).encode()
    before, after = prepare(target, "POST", "/api/tasks", body).split(PLACEHOLDER.encode())
    series = uuid4().hex[:20].encode()
    number = 0
    while True:
        yield b"%b%b%012d%b" % (before, series, number, after)
        number += 1


def complete(target: Target, task_id: str) -> bytes:
    """Return the request that answers a task."""
    return prepare(target, "POST", f"/api/tasks/{task_id}/complete", ANSWER)


def poll(target: Target, task_id: str, timeout: int) -> bytes:
    """Return the request that waits for a task, `timeout` seconds at most."""
    return prepare(target, "GET", f"/api/tasks/{task_id}/poll?timeout={timeout}")


def completes(target: Target, task_ids: Iterable[str]) -> Iterator[bytes]:
    """Return requests that answer these tasks, ready to be sent."""
    return iter([complete(target, task_id) for task_id in task_ids])
