"""Idempotency keys that nobody has to invent: which calls mean the same task.

The key is made from the workflow's id, the run, what is asked, and how often this run asked the
same before. So two calls are two tasks; a replay, a retried activity, a reset and a retried
workflow come back to the task they had; and a run that continues as new, or the next run of a cron
schedule, asks anew. What is asked is part of the key, so that a retry that asks in another order,
or something else, gets no answer to another question.
"""

from __future__ import annotations

import hashlib
import json

from temporalio.client import Client

from awaithumans.wire import CreateTaskRequest


def digest(request: CreateTaskRequest) -> str:
    """Return the SHA-256 of what the server compares under one key, in hexadecimal."""
    return _sha256([request.task, request.payload, request.response_schema])


def run_of(first_run_id: str, continued_run_id: str | None) -> str:
    """Name a run so that a reset of it has the same name, and the run that follows it has not."""
    return f"{first_run_id}/{continued_run_id or ''}"


def idempotency_key(workflow_id: str, run: str, content: str, occurrence: int) -> str:
    """Return the key of a task that was given none."""
    return f"temporal-{_sha256([workflow_id, run, content, occurrence])}"


async def first_attempt(client: Client, workflow_id: str, run_id: str) -> str:
    """Return the name of the run that a run retries, from the histories of the attempts.

    Args:
        client: Where the workflow runs.
        workflow_id: Its id.
        run_id: The attempt that asks.

    Raises:
        RPCError: A history cannot be read.
    """
    while True:
        handle = client.get_workflow_handle(workflow_id, run_id=run_id)
        events = handle.fetch_history_events(page_size=1)
        started = (await anext(aiter(events))).workflow_execution_started_event_attributes
        if started.attempt <= 1:
            return run_of(started.first_execution_run_id, started.continued_execution_run_id)
        run_id = started.continued_execution_run_id


def _sha256(content: list[object]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
