"""Graphs whose nodes ask people."""

import itertools
import operator
from collections.abc import Callable
from typing import Annotated, Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from awaithumans.adapters.langgraph import await_human, await_human_async


class Draft(BaseModel):
    text: str


class Verdict(BaseModel):
    approved: bool


class State(TypedDict, total=False):
    tag: str
    heard: Annotated[list[str], operator.add]


Node = Callable[[State], Any]


def asks(state: State, title: str, **changes: Any) -> bool:
    fields: dict[str, Any] = {
        "task": f"{title}{state.get('tag', '')}",
        "payload_schema": Draft,
        "payload": Draft(text=title),
        "response_schema": Verdict,
        "timeout_seconds": 900,
    }
    return await_human(**fields | changes).approved


def asking(*titles: str, **changes: Any) -> Node:
    """Return a node that asks one thing after the other."""

    def node(state: State) -> State:
        return {"heard": [f"{title} {asks(state, title, **changes)}" for title in titles]}

    return node


def asking_async(*titles: str) -> Node:
    async def node(state: State) -> State:
        heard: list[str] = []
        for title in titles:
            verdict = await await_human_async(
                task=f"{title}{state.get('tag', '')}",
                payload_schema=Draft,
                payload=Draft(text=title),
                response_schema=Verdict,
                timeout_seconds=900,
            )
            heard.append(f"{title} {verdict.approved}")
        return {"heard": heard}

    return node


def says(*words: str) -> Node:
    return lambda _: {"heard": list(words)}


def chain(checkpointer: Any = None, **nodes: Node) -> Any:
    """Return a graph of nodes one after the other; without a checkpointer for use in another."""
    return _built(checkpointer, nodes, [START, *nodes, END])


def branches(checkpointer: Any, **nodes: Any) -> Any:
    """Return a graph of nodes side by side."""
    graph: Any = StateGraph(State)
    for name, node in nodes.items():
        graph.add_node(name, node)
        graph.add_edge(START, name)
        graph.add_edge(name, END)
    return graph.compile(checkpointer=checkpointer)


def _built(checkpointer: Any, nodes: dict[str, Node], way: list[str]) -> Any:
    graph: Any = StateGraph(State)
    for name, node in nodes.items():
        graph.add_node(name, node)
    for one, next_one in itertools.pairwise(way):
        graph.add_edge(one, next_one)
    return graph.compile(checkpointer=checkpointer)


def in_memory(**nodes: Any) -> Any:
    return chain(InMemorySaver(), **nodes)


def on(thread: str = "thread-1", **configurable: Any) -> Any:
    return {"configurable": {"thread_id": thread, **configurable}}
