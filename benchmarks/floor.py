"""The floor: the same routes in FastAPI with a dict instead of a database, and no rules."""

import asyncio
import gc
import sys
from datetime import datetime, timedelta, timezone
from itertools import count, islice
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, HTTPException, Query, Response
from pydantic import BaseModel

Json = dict[str, Any]


class NewTask(BaseModel):
    """What an agent sends."""

    task: str
    payload: Json
    payload_schema: Json
    response_schema: Json
    timeout_seconds: int
    idempotency_key: str


class Task(NewTask):
    """What is kept."""

    id: str
    status: str = "created"
    response: Json | None = None
    created_at: datetime
    timeout_at: datetime
    completed_at: datetime | None = None


class Answer(BaseModel):
    """What a person sends."""

    response: Json


class Summary(BaseModel):
    """A task in a list."""

    id: str
    task: str
    status: str
    idempotency_key: str
    timeout_seconds: int
    created_at: datetime
    timeout_at: datetime
    completed_at: datetime | None


class Page(BaseModel):
    """A list of tasks."""

    items: list[Summary]
    next_cursor: str | None


class PollResult(BaseModel):
    """Where a task stands."""

    status: str
    response: Json | None
    completed_at: datetime | None
    timed_out_at: datetime | None = None
    verification_attempt: int = 0


app = FastAPI(openapi_url=None)
tasks: dict[str, Task] = {}
numbers = count()
ids_by_key: dict[str, str] = {}
parked: dict[str, asyncio.Future[None]] = {}


def find(task_id: str) -> Task:
    """Return the task or answer 404."""
    if (task := tasks.get(task_id)) is None:
        raise HTTPException(404)
    return task


@app.get("/api/ready")
async def ready() -> Response:
    """Say that requests are answered."""
    return Response(status_code=200)


@app.get("/api/status")
async def status() -> dict[str, int]:
    """Count the requests that wait."""
    return {"parked_requests": len(parked)}


@app.post("/api/tasks", status_code=201)
async def create(new: NewTask) -> Task:
    """Keep a task, or return the one that has its key."""
    if known := ids_by_key.get(new.idempotency_key):
        return tasks[known]
    now = datetime.now(timezone.utc)
    task = Task.model_construct(
        **new.__dict__,
        id=f"tsk_{next(numbers):026d}",
        created_at=now,
        timeout_at=now + timedelta(seconds=new.timeout_seconds),
    )
    tasks[task.id] = task
    ids_by_key[task.idempotency_key] = task.id
    return task


@app.get("/api/tasks")
async def list_tasks(
    status: Annotated[list[str] | None, Query()] = None,
    terminal: bool | None = None,
    limit: int = 50,
) -> Page:
    """List the newest tasks."""
    found = (
        Summary.model_construct(**{name: getattr(task, name) for name in Summary.model_fields})
        for task in reversed(tasks.values())
        if (status is None or task.status in status)
        and (terminal is None or (task.completed_at is not None) == terminal)
    )
    return Page(items=list(islice(found, limit)), next_cursor=None)


@app.get("/api/tasks/{task_id}")
async def get(task_id: str) -> Task:
    """Return one task."""
    return find(task_id)


@app.get("/api/tasks/{task_id}/poll")
async def poll(task_id: str, timeout: int = 25) -> PollResult:
    """Wait for the answer on a future, `timeout` seconds at most."""
    task = find(task_id)
    if task.completed_at is None:
        future = parked.setdefault(task_id, asyncio.get_running_loop().create_future())
        await asyncio.wait([future], timeout=timeout)
        parked.pop(task_id, None)
    return PollResult.model_construct(
        status=task.status, response=task.response, completed_at=task.completed_at
    )


@app.post("/api/tasks/{task_id}/complete")
async def complete(task_id: str, answer: Answer) -> Task:
    """Keep the answer and wake whoever waits for it."""
    task = find(task_id)
    if task.completed_at is not None:
        raise HTTPException(409)
    task.response, task.status = answer.response, "completed"
    task.completed_at = datetime.now(timezone.utc)
    if future := parked.get(task_id):
        future.set_result(None)
    return task


if __name__ == "__main__":
    # Else each collection walks every task in the dict, which a database would not keep here.
    gc.disable()
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
