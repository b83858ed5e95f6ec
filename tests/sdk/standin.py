"""A small real HTTP server that speaks the tasks part of the contract, and misbehaves on demand."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel

JSON = dict[str, Any]
Behaviour = Callable[["Handler"], None]


class Refund(BaseModel):
    """What the tests ask about."""

    amount: int
    customer: str


class Decision(BaseModel):
    """What the tests want to hear."""

    approved: bool
    reason: str = ""


REFUND: dict[str, Any] = {
    "task": "Approve refund?",
    "payload_schema": Refund,
    "payload": Refund(amount=250, customer="cus_123"),
    "response_schema": Decision,
    "timeout_seconds": 900,
}


def rfc3339(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def a_task(number: int = 1, seconds: float = 900, **fields: Any) -> JSON:
    """A task as the contract has it."""
    now = datetime.now(timezone.utc)
    empty = dict.fromkeys(
        [
            *("assigned_to_email", "assigned_to_user_id", "completed_at", "timed_out_at"),
            *("cancelled_at", "completed_by_email", "completed_by_user_id", "response"),
            *("completed_via_channel", "form_definition", "initial_response", "assign_to"),
            *("verdict", "max_attempts"),
        ]
    )
    return {
        **empty,
        "id": f"tsk_{number:026}",
        "task": "Approve refund?",
        "status": "created",
        "idempotency_key": f"key-{number}",
        "redact_payload": False,
        "task_metadata": {},
        "timeout_seconds": int(seconds),
        "verification_attempt": 0,
        "created_at": rfc3339(now),
        "updated_at": rfc3339(now),
        "timeout_at": rfc3339(now + timedelta(seconds=seconds)),
        "payload": {},
        "payload_schema": {},
        "response_schema": {},
        "notify": [],
        "notifications": [],
        **fields,
    }


def an_error(code: str, message: str = "It was refused.", **more: Any) -> JSON:
    docs = f"http://standin/api/docs#{code}"
    return {"error_code": code, "message": message, "docs": docs, **more}


class StandIn:
    """Tasks in a dict, and for each operation a queue of things to do instead of answering."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.tasks: dict[str, JSON] = {}
        self.requests: list[tuple[str, JSON, dict[str, str]]] = []
        self.instead: dict[str, deque[Behaviour]] = defaultdict(deque)
        self.hold_at_most = 30.0
        self.clock_ahead = 0.0
        self.running = False
        self.sockets: set[socket.socket] = set()
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Listen; again on the same port after a stop."""
        standin = self

        class Bound(Handler):
            server_state = standin

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Bound)
        self._server.daemon_threads = True
        self._port = int(self._server.server_address[1])
        self.running = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        """Go away as a killed process does: every connection breaks."""
        self.running = False
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        with self.changed:
            self.changed.notify_all()
        for sock in list(self.sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def asked(self, operation: str) -> list[JSON]:
        """The arguments of every request for one operation, in order."""
        return [arguments for name, arguments, _ in self.requests if name == operation]

    def wait_for(self, operation: str, times: int = 1) -> None:
        """Block until an operation was requested so often."""
        with self.changed:
            enough = self.changed.wait_for(lambda: len(self.asked(operation)) >= times, 5)
        assert enough, f"{operation} was not asked {times} times"

    def settle(self, status: str = "completed", **fields: Any) -> None:
        """Settle every open task."""
        with self.changed:
            for task in self.tasks.values():
                task.update(status=status, **fields)
            self.changed.notify_all()

    def refuse(self, reason: str, status: str = "rejected") -> None:
        """Let the verifiers of all open tasks say no to an answer."""
        with self.changed:
            for task in self.tasks.values():
                attempt = task["verification_attempt"] + 1
                verdict: JSON = {"outcome": "refused", "reason": reason, "fields": []}
                verdict |= {"attempt": attempt, "model": "a-model", "at": task["created_at"]}
                task.update(status=status, verification_attempt=attempt, verdict=verdict)
                task["max_attempts"] = task["verifier_config"]["max_attempts"]
            self.changed.notify_all()

    def approve(self, reason: str = "fine") -> None:
        """Answer every open task."""
        self.settle(response={"approved": True, "reason": reason})


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_state: StandIn

    def setup(self) -> None:
        super().setup()
        self.server_state.sockets.add(self.connection)

    def finish(self) -> None:
        self.server_state.sockets.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's
        """Say nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        moment = time.time() if timestamp is None else timestamp
        return formatdate(moment + self.server_state.clock_ahead, usegmt=True)

    def answer(self, status: int, body: Any, **headers: str) -> None:
        self.write(status, json.dumps(body).encode(), "application/json", **headers)

    def write(self, status: int, content: bytes, kind: str, **headers: str) -> None:
        self.send_response(status, "Said")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        arguments: JSON = dict(parse_qs(parts.query))
        length = int(self.headers.get("Content-Length") or 0)
        if length:
            arguments = json.loads(self.rfile.read(length))
        steps = parts.path.removeprefix("/api/tasks").strip("/").split("/")
        operation = steps[1] if len(steps) > 1 else ("get" if steps[0] else self._root())
        if parts.path.startswith("/api/admin/"):
            operation = f"{self.command} {parts.path}"
        state = self.server_state
        with state.changed:
            port = {"X-Port": str(self.client_address[1])}
            state.requests.append((operation, arguments, {**dict(self.headers), **port}))
            state.changed.notify_all()
            instead = state.instead[operation].popleft() if state.instead[operation] else None
        if instead is not None:
            instead(self)
        elif operation == "create":
            self.create(arguments)
        elif operation == "list":
            self._list(arguments)
        elif steps[0] not in state.tasks:
            self.answer(404, an_error("TASK_NOT_FOUND", "There is no task with this id."))
        else:
            self._about(state.tasks[steps[0]], operation, arguments)

    def _root(self) -> str:
        return "create" if self.command == "POST" else "list"

    def create(self, body: JSON, tell: bool = True) -> None:
        """Store a task, or find it again by its key, and tell the caller or not."""
        tasks, headers = self.server_state.tasks, dict[str, str]()
        known = [t for t in tasks.values() if t["idempotency_key"] == body["idempotency_key"]]
        if known:
            task, headers = known[0], {"Idempotent_Replayed": "true"}
        else:
            seconds = float(body["timeout_seconds"]) + self.server_state.clock_ahead
            task = a_task(len(tasks) + 1, seconds, **body)
            tasks[task["id"]] = task
        if tell:
            self.answer(201, task, **headers)

    def _list(self, query: JSON) -> None:
        found = sorted(self.server_state.tasks.values(), key=lambda task: task["id"], reverse=True)
        wanted = query.get("status")
        found = [task for task in found if wanted is None or task["status"] in wanted]
        after = query.get("cursor", ["~"])[0]
        found = [task for task in found if task["id"] < after]
        limit = int(query.get("limit", ["50"])[0])
        rest = found[limit:]
        page = {"items": found[:limit], "next_cursor": found[limit - 1]["id"] if rest else None}
        self.answer(200, page)

    def _about(self, task: JSON, operation: str, arguments: JSON) -> None:
        if operation == "poll":
            self._poll(task, float(arguments["timeout"][0]))
        elif operation == "audit":
            self.answer(200, {"items": [an_entry(task)]})
        elif operation == "get":
            self.answer(200, task)
        else:
            done = BECOMES[operation]
            self.server_state.settle(done, response=arguments.get("response"))
            self.answer(200, task)

    def _poll(self, task: JSON, seconds: float) -> None:
        state = self.server_state
        settled = {"completed", "timed_out", "cancelled", "verification_exhausted"}
        with state.changed:
            state.changed.wait_for(
                lambda: task["status"] in settled or not state.running,
                min(seconds, state.hold_at_most),
            )
        if state.running:
            self.answer(200, {name: task[name] for name in POLLED})


BECOMES = {"open": "in_progress", "cancel": "cancelled", "complete": "completed"}
POLLED = ("status", "response", "completed_at", "timed_out_at", "verification_attempt")


def an_entry(task: JSON) -> JSON:
    return {
        "id": "aud_1",
        "task_id": task["id"],
        "from_status": None,
        "to_status": "created",
        "action": "created",
        "actor_type": "agent",
        "actor_email": None,
        "channel": "api",
        "extra_data": {},
        "created_at": task["created_at"],
    }


def says(status: int, body: Any, **headers: str) -> Behaviour:
    """Answer with JSON."""
    return lambda handler: handler.answer(status, body, **headers)


def html(status: int, **headers: str) -> Behaviour:
    """Answer as a proxy does."""
    page = b"<html><body>Bad\x07 Gateway</body></html>"
    return lambda handler: handler.write(status, page, "text/html", **headers)


def no_content(handler: Handler) -> None:
    """Say that it is done, and nothing else."""
    handler.write(204, b"", "application/json")


def resets(handler: Handler) -> None:
    """Break the connection with a reset."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.close_connection = True
    handler.connection.close()


def drops(handler: Handler) -> None:
    """Say nothing for a moment and hang up."""
    time.sleep(0.05)
    handler.close_connection = True


def stops_halfway(handler: Handler) -> None:
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"status": ')
    handler.close_connection = True


def hangs(seconds: float) -> Behaviour:
    """Hold the request without a word."""

    def behave(handler: Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return behave
