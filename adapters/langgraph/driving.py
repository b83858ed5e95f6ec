"""The drivers: run the graph, ask what it asks, resume it with the answers, until it is done."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from typing import Any

from langchain_core.runnables import RunnableConfig

from awaithumans.adapters.langgraph.background import Background
from awaithumans.adapters.langgraph.people import People
from awaithumans.adapters.langgraph.threads import Graph, Input, Thread
from awaithumans.discovery import Endpoint, resolve
from awaithumans.errors import AwaitHumansError


def drive_human_loop(
    graph: Graph,
    input_state: Input,
    config: RunnableConfig | None = None,
    *,
    server_url: str | None = None,
    api_key: str | None = None,
    **options: Any,
) -> Any:
    """Run a graph to its end, asking people whatever its nodes ask with ``await_human``, blocking.

    Questions of parallel branches are asked side by side. Each answer resumes the graph as soon
    as it is there; branches that still wait are executed again up to their question, as LangGraph
    does, and go on waiting for the same task.

    Run again on a thread that was not finished (the process was killed, the server was away), it
    goes on there: with None, or with the very input that the run began with. The person's task is
    the same, answered meanwhile or not. Another input begins anew, as in ``graph.invoke``, and
    what the abandoned run had asked stays open until its timeout.

    Args:
        graph: A compiled graph with a checkpointer.
        input_state: The graph's input; None to go on; or a ``Command``.
        config: The graph's config, with a ``thread_id``.
        server_url: The awaithumans server; by default found as in ``awaithumans.await_human``.
            Neither this nor the key gets into the graph's state or checkpoints.
        api_key: The server's admin token or an API key; found in the same way.
        options: Handed to ``graph.invoke`` each time: ``context``, ``durability`` and so on.

    Returns:
        What ``graph.invoke`` returned last: the final state. Where the graph is parked on
        interrupts that are not ours, and ours are all answered, they are in its ``__interrupt__``
        as LangGraph leaves them; resume them with a ``Command`` as ``input_state``.

    Raises:
        ConfigurationError: No checkpointer, no thread, or no usable server address or key.
        TaskCreateError: The server refused a task. Here and below the graph stays parked, and
            running this again goes on.
        TaskNotFoundError: A task is gone from the server; running this again asks anew.
        PollError: The server refused to say where a task stands.
        ServerUnreachableError: No server for about 5 seconds when creating a task, or still none
            after its deadline.
        Exception: Whatever a node raises. ``await_human`` raises ``TaskTimeoutError``,
            ``TaskCancelledError``, ``VerificationExhaustedError`` and ``SchemaValidationError``
            there, so a node can catch them; the thread keeps such an end, and running this again
            without another input raises it again.
    """
    endpoint = resolve(server_url, api_key)
    thread = Thread(graph, config, options)
    runs: Any = graph
    with (
        _pointing_to(endpoint),
        Background() as background,
        background.within(People(endpoint)) as people,
    ):
        entering = thread.begin(input_state, graph.get_state(thread.config))
        while True:
            result = runs.invoke(entering, thread.config, **options)
            thread.moved_on()
            questions = thread.open_questions(graph.get_state(thread.config))
            if not questions:
                return result
            entering = thread.resume(background.run(people.verdicts(questions)))


async def drive_human_loop_async(
    graph: Graph,
    input_state: Input,
    config: RunnableConfig | None = None,
    *,
    server_url: str | None = None,
    api_key: str | None = None,
    **options: Any,
) -> Any:
    """Run a graph to its end, asking people whatever its nodes ask: ``drive_human_loop`` awaited.

    For graphs with async nodes, and for checkpointers that are async. Cancelling it leaves the
    graph parked and the tasks open, but for those with ``cancel_on_abort``.

    Args:
        graph: See ``drive_human_loop``, here and below.
        input_state: The graph's input; None to go on; or a ``Command``.
        config: The graph's config, with a ``thread_id``.
        server_url: The awaithumans server.
        api_key: The server's admin token or an API key.
        options: Handed to ``graph.ainvoke`` each time.

    Returns:
        What ``graph.ainvoke`` returned last.

    Raises:
        AwaitHumansError: The same kinds as ``drive_human_loop``.
        Exception: Whatever a node raises.
    """
    endpoint = resolve(server_url, api_key)
    thread = Thread(graph, config, options)
    runs: Any = graph
    with _pointing_to(endpoint):
        async with People(endpoint) as people:
            entering = thread.begin(input_state, await graph.aget_state(thread.config))
            while True:
                result = await runs.ainvoke(entering, thread.config, **options)
                thread.moved_on()
                questions = thread.open_questions(await graph.aget_state(thread.config))
                if not questions:
                    return result
                entering = thread.resume(await people.verdicts(questions))


async def stream_human_loop(
    graph: Graph,
    input_state: Input,
    config: RunnableConfig | None = None,
    *,
    server_url: str | None = None,
    api_key: str | None = None,
    **options: Any,
) -> AsyncGenerator[Any, None]:
    """Drive a graph as ``drive_human_loop_async`` does, and hand on its events meanwhile.

    Args:
        graph: See ``drive_human_loop``, here and below.
        input_state: The graph's input; None to go on; or a ``Command``.
        config: The graph's config, with a ``thread_id``.
        server_url: The awaithumans server.
        api_key: The server's admin token or an API key.
        options: Handed to ``graph.astream`` each time: ``stream_mode``, ``subgraphs`` and so on.

    Yields:
        What ``graph.astream`` yields, of one run after the other, interrupts included. While
        people are waited for there is nothing; the task is created after the last event before.

    Raises:
        AwaitHumansError: The same kinds as ``drive_human_loop``.
        Exception: Whatever a node raises.
    """
    endpoint = resolve(server_url, api_key)
    thread = Thread(graph, config, options)
    runs: Any = graph
    with _pointing_to(endpoint):
        async with People(endpoint) as people:
            entering = thread.begin(input_state, await graph.aget_state(thread.config))
            while True:
                async for event in runs.astream(entering, thread.config, **options):
                    yield event
                thread.moved_on()
                questions = thread.open_questions(await graph.aget_state(thread.config))
                if not questions:
                    return
                entering = thread.resume(await people.verdicts(questions))


@contextmanager
def _pointing_to(endpoint: Endpoint) -> Generator[None]:
    """Let our errors that come out of a node lead to the server's pages."""
    try:
        yield
    except AwaitHumansError as error:
        error.docs_url = endpoint.docs(error.code)
        raise
