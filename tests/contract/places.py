"""Where hostile things are sent: bodies, ids and queries."""

from typing import Any

from tests.contract.hostile import CANARY
from tests.support.bodies import APPROVED

# Each operation with a body: where it is sent, a valid body, and where in it a fragment goes.
BODIES: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "create": ("/api/tasks", {}, ("payload", "customer")),
    "create, elsewhere": ("/api/tasks", {}, ("form_definition", "x")),
    "create, in a schema": ("/api/tasks", {}, ("response_schema", "x-note")),
    "create, in its key": ("/api/tasks", {}, ("idempotency_key",)),
    "create, in a number": ("/api/tasks", {}, ("timeout_seconds",)),
    "complete": ("{task}/complete", APPROVED, ("response", "reason")),
    "claim": ("{task}/claim", {"claimed_by_email": "sue@example.com"}, ("claimed_by_email",)),
    "assign": ("{task}/assign", {"assign_to": {"role": "x"}}, ("assign_to", "email")),
    "cancel": ("{task}/cancel", {"reason": "x"}, ("reason",)),
    "add a person": ("/api/admin/users", {"email": "x@example.com"}, ("display_name",)),
    "add a person, in the address": ("/api/admin/users", {"pool": "x"}, ("email",)),
    "set a password": (
        "/api/admin/users/usr_00000000000000000000000000/password",
        {"password": "x" * 12},
        ("password",),
    ),
    "make a key": ("/api/admin/keys", {"name": "x"}, ("name",)),
    "make a key, in a number": ("/api/admin/keys", {"name": "x"}, ("expires_in_seconds",)),
    "login": ("/api/auth/login", {"email": "x@y", "password": "x"}, ("password",)),
    "setup": (
        "/api/setup/operator",
        {"token": "x", "email": "x@y", "password": "x" * 12},
        ("token",),
    ),
}
STRANGE_IDS = [
    "42", "tsk_", "tsk_0000000000000000000000000A", "tsk_" + "Z" * 26, "tsk_" + "é" * 26, "TSK_x",
    "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "\x00", "\ud800", "..;", "'; DROP TABLE tasks", "x" * 64,
    "\U0001f600", "%", "null", "*", "tsk_01ARZ3NDEKTSV4RRFFQ69G5FAV ", "\n", "{task_id}",
]  # fmt: skip
QUERIES: list[tuple[dict[str, Any], int]] = [
    ({"limit": "0"}, 422), ({"limit": "201"}, 422), ({"limit": "1e1"}, 422), ({"limit": " 5"}, 422),
    ({"limit": "9" * 5000}, 422), ({"limit": ""}, 422), ({"limit": CANARY}, 422),
    ({"cursor": CANARY}, 422), ({"cursor": "tsk_" + "0" * 26}, 200), ({"status": CANARY}, 422),
    ({"status": ["created"] * 12}, 422), ({"status": ["created"] * 11}, 200), ({"q": ""}, 422),
    ({"q": "x" * 201}, 422), ({"q": "%_\\"}, 200), ({"q": "'\"--"}, 200), ({"terminal": "1"}, 422),
    ({"terminal": "true", "unassigned": "false", "assigned_to": "me"}, 200),
    ({"assigned_to": "\U0010ffff"}, 200), ({"assigned_to": "x" * 255}, 422), ({"what": "x"}, 200),
]  # fmt: skip
