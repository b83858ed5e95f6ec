"""LangGraph: a node asks a person, the graph is parked in its checkpointer, a driver resumes it."""

try:
    from awaithumans.adapters.langgraph.driving import (
        drive_human_loop,
        drive_human_loop_async,
        stream_human_loop,
    )
    from awaithumans.adapters.langgraph.nodes import await_human, await_human_async
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in {"langgraph", "langchain_core"}:
        raise
    raise ModuleNotFoundError(
        "awaithumans.adapters.langgraph needs LangGraph, which is not installed. "
        'Run: pip install "awaithumans[langgraph]"',
        name=error.name,
    ) from None

__all__ = [
    "await_human",
    "await_human_async",
    "drive_human_loop",
    "drive_human_loop_async",
    "stream_human_loop",
]
