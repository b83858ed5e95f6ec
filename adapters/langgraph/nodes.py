"""What a node calls: interrupt the graph with a question, go on with its answer."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from langchain_core.runnables.config import RunnableConfig, var_child_runnable_config
from langgraph.types import interrupt
from pydantic import BaseModel

from awaithumans.adapters.langgraph.questions import (
    NOWHERE,
    Driven,
    Question,
    conclude,
    given_by_hand,
    verdict_of,
)
from awaithumans.errors import ConfigurationError
from awaithumans.request import AssignToInput, build_request
from awaithumans.verifiers.config import VerifierConfig

# Where in the config the driver leaves what it shares with the nodes. LangGraph keeps names that
# begin like this out of checkpoints and traces.
DRIVEN = "__awaithumans_driven"
_SCRATCHPAD = "__pregel_scratchpad"

R = TypeVar("R", bound=BaseModel)


def await_human(
    *,
    task: str,
    payload_schema: type[BaseModel],
    payload: BaseModel,
    response_schema: type[R],
    timeout_seconds: int,
    assign_to: AssignToInput = None,
    notify: list[str] | None = None,
    verifier: VerifierConfig | None = None,
    idempotency_key: str | None = None,
    redact_payload: bool = False,
    task_metadata: dict[str, str] | None = None,
    initial_response: BaseModel | dict[str, Any] | None = None,
    callback_url: str | None = None,
    cancel_on_abort: bool = False,
) -> R:
    """Ask a person from inside a node: interrupt the graph, return the answer when it is resumed.

    Like every interrupt of LangGraph, this executes the node again from its beginning when the
    graph is resumed, and also when another branch of the same step is; keep what must not happen
    twice behind it or in a node of its own. What a person was asked stays as it was asked first,
    whatever a later execution makes of task and payload.

    Which server is asked, and with what key, is the driver's matter: see ``drive_human_loop``.

    Args:
        task: What the person is asked; 1 to 2,000 characters.
        payload_schema: The model of the data that the person reviews.
        payload: The data itself; it is kept in the graph's checkpoint too.
        response_schema: The model of the answer; the form is made from it.
        timeout_seconds: How long people have, in seconds, from when the driver creates the task:
            60 (one minute) to 2,592,000 (30 days).
        assign_to: Who should answer; see ``awaithumans.await_human``, here and below.
        notify: Whom to tell.
        verifier: A model that checks the answer on the server.
        idempotency_key: The same key is the same task. By default it is made from the thread, the
            step and the node, so that each question of each run is a task of its own, and going
            on with a thread finds the task that it made.
        redact_payload: Keep payload and answer out of the audit, the logs and the verifier. Not
            out of the graph's checkpoint.
        task_metadata: Labels of your own.
        initial_response: An answer to begin with.
        callback_url: Where the server sends the result as well.
        cancel_on_abort: When the driver is cancelled or interrupted, cancel the task too.

    Returns:
        The answer: a validated instance of ``response_schema``.

    Raises:
        TaskTimeoutError: Nobody answered in time.
        TaskCancelledError: An agent or operator cancelled the task.
        VerificationExhaustedError: The verifier refused ``max_attempts`` answers.
        SchemaValidationError: The answer is not a ``response_schema``.
        TaskCreateError: An argument cannot be used; the graph was not interrupted.
        MarketplaceNotAvailableError: ``assign_to={"marketplace": True}``.
        ConfigurationError: This is not the inside of a node.
    """
    place = _place()
    key = _key(place)
    request = build_request(
        NOWHERE,
        task=task,
        payload_schema=payload_schema,
        payload=payload,
        response_schema=response_schema,
        timeout_seconds=timeout_seconds,
        assign_to=assign_to,
        notify=notify,
        verifier=verifier,
        idempotency_key=key if idempotency_key is None else idempotency_key,
        redact_payload=redact_payload,
        task_metadata=task_metadata,
        initial_response=initial_response,
        callback_url=callback_url,
    )
    question = Question(
        type="awaithumans.question", key=key, request=request, cancel_on_abort=cancel_on_abort
    )
    driven: Driven = place.get(DRIVEN) or Driven()
    value = interrupt(driven.asked.get(key) or question.dump())
    verdict = verdict_of(value)
    if verdict is None:
        return given_by_hand(value, response_schema)
    driven.taken.add(verdict.task_id)
    return conclude(verdict, response_schema)


async def await_human_async(
    *,
    task: str,
    payload_schema: type[BaseModel],
    payload: BaseModel,
    response_schema: type[R],
    timeout_seconds: int,
    assign_to: AssignToInput = None,
    notify: list[str] | None = None,
    verifier: VerifierConfig | None = None,
    idempotency_key: str | None = None,
    redact_payload: bool = False,
    task_metadata: dict[str, str] | None = None,
    initial_response: BaseModel | dict[str, Any] | None = None,
    callback_url: str | None = None,
    cancel_on_abort: bool = False,
    config: RunnableConfig | None = None,
) -> R:
    """Ask a person from inside an async node; everything else as in ``await_human``.

    Args:
        task: See ``await_human``, here and below.
        payload_schema: The model of the data that the person reviews.
        payload: The data itself.
        response_schema: The model of the answer.
        timeout_seconds: How long people have, in seconds: 60 to 2,592,000.
        assign_to: Who should answer.
        notify: Whom to tell.
        verifier: A model that checks the answer on the server.
        idempotency_key: The same key is the same task.
        redact_payload: Keep payload and answer out of the audit, the logs and the verifier.
        task_metadata: Labels of your own.
        initial_response: An answer to begin with.
        callback_url: Where the server sends the result as well.
        cancel_on_abort: When the driver is cancelled or interrupted, cancel the task too.
        config: The node's own ``config: RunnableConfig`` argument. Python 3.10 needs it, for there
            an async node does not know by itself where in the graph it runs.

    Returns:
        The answer: a validated instance of ``response_schema``.

    Raises:
        AwaitHumansError: The same kinds as ``await_human``.
    """
    with _inside(config):
        return await_human(
            task=task,
            payload_schema=payload_schema,
            payload=payload,
            response_schema=response_schema,
            timeout_seconds=timeout_seconds,
            assign_to=assign_to,
            notify=notify,
            verifier=verifier,
            idempotency_key=idempotency_key,
            redact_payload=redact_payload,
            task_metadata=task_metadata,
            initial_response=initial_response,
            callback_url=callback_url,
            cancel_on_abort=cancel_on_abort,
        )


@contextmanager
def _inside(config: RunnableConfig | None) -> Generator[None]:
    """Let what is called here know the node's config."""
    if config is None:
        yield
        return
    token = var_child_runnable_config.set(config)
    try:
        yield
    finally:
        var_child_runnable_config.reset(token)


def _place() -> Mapping[str, Any]:
    """Return what LangGraph knows about the execution of this node."""
    config = var_child_runnable_config.get()
    place = (config or {}).get("configurable") or {}
    if _SCRATCHPAD not in place:
        raise ConfigurationError(
            "This await_human was not called inside a LangGraph node.",
            hint="Outside of a graph use awaithumans.await_human or await_human_sync. In an async "
            "node use await_human_async, and on Python 3.10 pass it the node's config=.",
        )
    return place


def _key(place: Mapping[str, Any]) -> str:
    """Return the key of the question that would interrupt this node now.

    Made from the thread, the node's execution (which its namespace names, by the checkpoint that
    it started from) and how many answers that execution has been given, so the second question of
    a node is another than its first.
    """
    where = (str(place.get("thread_id")), str(place.get("checkpoint_ns")))
    answered = str(len(place[_SCRATCHPAD].resume))
    return hashlib.sha256("\n".join(("langgraph", *where, answered)).encode()).hexdigest()[:32]
