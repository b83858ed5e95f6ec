"""A Temporal server, an awaithumans server, a worker, a receiver, and a person who answers."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import shutil
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvicorn
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from awaithumans.adapters.temporal import AwaitHumansActivities, callback_app
from awaithumans.callbacks import signing_keys
from tests.adapters.temporal.passed import Passed
from tests.adapters.temporal.unpassed import Unpassed, UnpassedVerified
from tests.adapters.temporal.workflows import WORKFLOWS
from tests.support.process import PAYLOAD_KEY, TOKEN, free_port

T = TypeVar("T")
JSON = dict[str, Any]
WITHIN = 20.0
_numbers = count(1)


def binary(name: str) -> str:
    """Return where a command of the environment is."""
    return shutil.which(name) or str(Path(sys.executable).parent / name)


async def until(found: Callable[[], Awaitable[T | None]]) -> T:
    """Ask again and again until there is something."""
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        value = await found()
        if value is not None and value is not False:
            return value
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about")


@dataclass
class Engine:
    """What one test has of the servers: a task queue, and the tasks that it made itself."""

    temporal: Client
    humans: httpx.AsyncClient
    receiver_url: str
    before: str
    """The newest task that was there before."""
    queue: str = field(default_factory=lambda: f"queue-{next(_numbers)}")

    def activities(self, api_key: str = TOKEN) -> AwaitHumansActivities:
        return AwaitHumansActivities(str(self.humans.base_url), api_key, self.receiver_url)

    def worker(
        self, activities: Sequence[Callable[..., Any]] | None = None, **options: Any
    ) -> Worker:
        return Worker(
            self.temporal,
            task_queue=self.queue,
            workflows=[*WORKFLOWS, Passed, Unpassed, UnpassedVerified],
            activities=self.activities().all() if activities is None else activities,
            # Else it is made from the code of every module there is, which takes seconds.
            build_id="tests",
            # How long Temporal keeps work for a worker that has gone.
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
            **options,
        )

    async def start(self, kind: Any, *arguments: Any, **options: Any) -> WorkflowHandle[Any, Any]:
        name = f"{self.queue}/{next(_numbers)}?&"
        return await self.temporal.start_workflow(
            kind.run, args=arguments, id=name, task_queue=self.queue, **options
        )

    async def tasks(self, at_least: int = 1) -> list[JSON]:
        """Return the tasks that this test made, oldest first, when there are enough."""

        async def found() -> list[JSON] | None:
            page = (await self.humans.get("/api/tasks", params={"limit": 50})).json()
            mine = [task for task in reversed(page["items"]) if task["id"] > self.before]
            return mine if len(mine) >= at_least else None

        return await until(found)

    async def task(self) -> JSON:
        (only,) = await self.tasks()
        return only

    async def open_task(self) -> JSON:
        """Return the one open task, as soon as there is one."""

        async def found() -> JSON | None:
            waiting = [task for task in await self.tasks(0) if task["status"] in OPEN]
            return waiting[0] if waiting else None

        return await until(found)

    async def full(self, task: JSON) -> JSON:
        return (await self.humans.get(f"/api/tasks/{task['id']}")).json()

    async def answer(self, task: JSON, reason: str = "fine") -> None:
        response = {"response": {"approved": True, "reason": reason}}
        told = await self.humans.post(f"/api/tasks/{task['id']}/complete", json=response)
        assert told.status_code == 200, told.text

    async def parked(self, handle: WorkflowHandle[Any, Any]) -> None:
        """Wait until the workflow's newest run has started its timer, which it does last."""
        await self._recorded(handle, EventType.EVENT_TYPE_TIMER_STARTED)

    async def cancelling(self, handle: WorkflowHandle[Any, Any]) -> None:
        """Wait until the workflow has asked for an activity to be cancelled."""
        await self._recorded(handle, EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED)

    async def signalled(self, handle: WorkflowHandle[Any, Any]) -> None:
        """Wait until a verdict has come, whether the workflow knows what to do with it or not."""
        await self._recorded(handle, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)

    async def _recorded(self, handle: WorkflowHandle[Any, Any], kind: Any) -> None:
        newest = self.temporal.get_workflow_handle(handle.id)

        async def found() -> bool:
            return any(event.event_type == kind for event in (await newest.fetch_history()).events)

        await until(found)

    async def another_run(self, handle: WorkflowHandle[Any, Any]) -> None:
        """Wait until another run than the first is parked."""
        newest = self.temporal.get_workflow_handle(handle.id)

        async def found() -> bool:
            return (await newest.describe()).run_id != handle.result_run_id

        await until(found)
        await self.parked(handle)

    async def cancel(self, task: JSON) -> None:
        assert (await self.humans.post(f"/api/tasks/{task['id']}/cancel")).status_code == 200

    async def status(self, task: JSON) -> str:
        return (await self.full(task))["status"]


OPEN = {"created", "notified", "assigned", "in_progress"}


async def result(handle: WorkflowHandle[Any, Any]) -> Any:
    return await asyncio.wait_for(handle.result(), WITHIN)


@asynccontextmanager
async def receiving(client: Client) -> AsyncGenerator[str]:
    """Serve the ready-made receiver; yield its address."""
    async with serving(callback_app(client, payload_key=PAYLOAD_KEY)) as url:
        yield f"{url}/callbacks?from=awaithumans"


@asynccontextmanager
async def serving(app: Any, **options: Any) -> AsyncGenerator[str]:
    """Serve an ASGI application in this event loop; yield its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", **options))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running


def signature(body: bytes) -> str:
    """Return the header with which our server would sign this."""
    key = signing_keys(PAYLOAD_KEY)[0]
    return f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"


def verdict(**changed: Any) -> bytes:
    """Return a webhook's body."""
    body = {
        "task_id": "tsk_1",
        "idempotency_key": "key-1",
        "status": "completed",
        "response": {"approved": True, "reason": "fine"},
        "completed_at": "2026-01-01T00:00:00Z",
        "timed_out_at": None,
        "completed_by_email": "sue@example.com",
        "completed_via_channel": "api",
        "verification_attempt": 0,
    }
    return json.dumps(body | changed).encode()
