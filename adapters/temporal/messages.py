"""What passes between a workflow, its activities and the receiver, and so is in the history."""

# The annotations here are objects, not texts: Temporal reads them to decode, and within a sandbox a
# text could not be looked up in this module, which the sandbox passes through unseen.
from dataclasses import dataclass
from typing import Any

CREATE_TASK = "awaithumans_create_task"
CHECK_TASK = "awaithumans_check_task"
CANCEL_TASK = "awaithumans_cancel_task"
SETTLED_SIGNAL = "awaithumans_task_settled"


@dataclass(frozen=True)
class Question:
    """What an activity needs to create a task; the server and the key are the worker's.

    Attributes:
        body: The body of ``createTask``, without key and callback if they were not given.
        content: The digest of what is asked; see ``keys``.
        occurrence: How often this run asked the same before.
        run: The run for which this is asked; None when it is a retry, which asks for the run that
            failed.
    """

    body: dict[str, Any]
    content: str
    occurrence: int
    run: str | None


@dataclass(frozen=True)
class Created:
    """A task that there is now.

    Attributes:
        task_id: The task's id.
        timeout_seconds: How long people had when it was made, in seconds.
        seconds_left: How long they have now, in seconds, by the server's clock.
        server_url: The server, for messages.
        verdict: Where it stands, as ``pollTask`` says it; terminal if it was answered before.
    """

    task_id: str
    timeout_seconds: int
    seconds_left: float
    server_url: str
    verdict: dict[str, Any]
