"""What `pip install "awaithumans[temporal]"` alone is good for: a worker and a receiver.

Usage: python scripts/trial_temporal.py path/to/temporal (with the Python of a clean environment)
"""

import asyncio
import hashlib
import hmac
import json
import sys
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pydantic import BaseModel
from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from awaithumans.adapters.temporal import AwaitHumansActivities, await_human, callback_app
from awaithumans.callbacks import signing_keys

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
RESULTS = {
    "status": "created",
    "response": None,
    "completed_at": None,
    "timed_out_at": None,
    "verification_attempt": 0,
}
asked = threading.Event()


class Decision(BaseModel):
    """Both what is shown and what is answered."""

    approved: bool


@workflow.defn
class Approve:
    """Asks once."""

    @workflow.run
    async def run(self) -> bool:
        """Return the answer."""
        decision = await await_human(
            task="Go on?",
            payload_schema=Decision,
            payload=Decision(approved=False),
            response_schema=Decision,
            timeout_seconds=60,
        )
        return decision.approved


def stand_in() -> ThreadingHTTPServer:
    """Return what stands in for the server; the workflow's sandbox cannot load its class."""

    class StandIn(BaseHTTPRequestHandler):
        """Takes one task."""

        def do_POST(self) -> None:
            """Create a task."""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            now = datetime.now(timezone.utc)
            names = [
                *("assigned_to_email", "assigned_to_user_id", "cancelled_at", "completed_by_email"),
                *("completed_by_user_id", "completed_via_channel", "form_definition", "assign_to"),
                *("initial_response", "verdict", "max_attempts"),
            ]
            task = dict.fromkeys(names) | body | RESULTS
            task |= {"id": "tsk_1", "redact_payload": False, "task_metadata": {}}
            task |= {"notify": [], "notifications": []}
            task |= dict.fromkeys(("created_at", "updated_at"), now.isoformat())
            task["timeout_at"] = (now + timedelta(seconds=60)).isoformat()
            content = json.dumps(task).encode()
            self.send_response(201)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            asked.set()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    return ThreadingHTTPServer(("127.0.0.1", 0), StandIn)


async def deliver(app: object, workflow_id: str) -> int:
    """Hand the receiver a webhook; return its status."""
    answered = {**RESULTS, "status": "completed", "response": {"approved": True}}
    body = json.dumps({"task_id": "tsk_1", **answered}).encode()
    signature = hmac.new(signing_keys(KEY)[0], body, hashlib.sha256).hexdigest()
    said = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body}

    async def send(message: dict[str, object]) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "query_string": f"wf={workflow_id}".encode(),
        "headers": [(b"x-awaithumans-signature", f"sha256={signature}".encode())],
    }
    await app(scope, receive, send)
    return said[0]["status"]


async def main() -> None:
    """Run a workflow from its question to its result."""
    server = stand_in()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    ours = AwaitHumansActivities(url, "a-key", "http://receiver/")
    environment = await WorkflowEnvironment.start_local(dev_server_existing_path=sys.argv[1])
    async with environment as running:
        client = running.client
        async with Worker(client, task_queue="q", workflows=[Approve], activities=ours.all()):
            handle = await client.start_workflow(Approve.run, id="w", task_queue="q")
            assert await asyncio.to_thread(asked.wait, 30)
            assert await deliver(callback_app(client, payload_key=KEY), "w") == 204
            assert await asyncio.wait_for(handle.result(), 30) is True
    foreign = {"fastapi", "starlette", "uvicorn", "sqlalchemy"} & sys.modules.keys()
    assert not foreign, foreign


if __name__ == "__main__":
    asyncio.run(main())
