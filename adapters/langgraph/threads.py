"""A thread of a graph: what to hand to the graph next, decided from the state it is in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.pregel import Pregel  # pyright: ignore[reportMissingTypeStubs]
from langgraph.types import Command, StateSnapshot

from awaithumans.adapters.langgraph.nodes import DRIVEN
from awaithumans.adapters.langgraph.questions import Driven, Question, Verdict, question_of
from awaithumans.errors import ConfigurationError

Graph: TypeAlias = Pregel[Any, Any, Any, Any]
Input: TypeAlias = Command[Any] | dict[str, Any] | Any
"""A graph's own kind of input, None to go on, or a command."""

# In the metadata of the thread's checkpoints: which input the run began with.
INPUT = "awaithumans_input"


class Thread:
    """One thread of a graph while it is driven.

    Attributes:
        config: The config for the next run of the graph; for reading its state too.

    Raises:
        ConfigurationError: The graph has no checkpointer, or the config no thread.
    """

    def __init__(
        self, graph: Graph, config: RunnableConfig | None, options: Mapping[str, Any]
    ) -> None:
        self.config: RunnableConfig = {**(config or {})}
        bound = (graph.config or {}).get("configurable") or {}
        if (bound | self._configurable).get("thread_id") in (None, ""):
            raise ConfigurationError(
                "The config names no thread.",
                hint='Pass config={"configurable": {"thread_id": "..."}}: under that id the '
                "checkpointer keeps the graph while people are asked, and finds it again.",
            )
        if not graph.checkpointer:  # pyright: ignore[reportUnknownMemberType]
            raise ConfigurationError(
                "The graph has no checkpointer, so nothing could be resumed.",
                hint="Compile it with one: builder.compile(checkpointer=...).",
            )
        self._stops = bool(
            graph.interrupt_before_nodes
            or graph.interrupt_after_nodes
            or options.get("interrupt_before")
            or options.get("interrupt_after")
        )
        self._driven = Driven()
        self._open: dict[str, tuple[str, Question]] = {}
        self._handed: dict[str, str] = {}
        self._ended: set[str] = set()
        self._configure({**self._configurable, DRIVEN: self._driven})

    @property
    def _configurable(self) -> dict[str, Any]:
        return dict(self.config.get("configurable") or {})

    def begin(self, graph_input: Input, state: StateSnapshot) -> Input:
        """Return what to hand to the graph first: its input, or None to go on where it stopped.

        Args:
            graph_input: The caller's.
            state: The state that the thread is in.
        """
        self._remember(state)
        begun_with: object = (state.metadata or {}).get(INPUT)
        if _begins(graph_input):
            digest = _digest(graph_input)
            unfinished = bool(self._open) or (bool(state.next) and not self._stops)
            if unfinished and digest == begun_with:
                graph_input = None
            begun_with = digest
        if begun_with is not None:
            self.config["metadata"] = {**(self.config.get("metadata") or {}), INPUT: begun_with}
        return graph_input

    def moved_on(self) -> None:
        """Say that the graph ran: from now on its newest state counts, wherever it began."""
        kept = {name: v for name, v in self._configurable.items() if name != "checkpoint_id"}
        self._configure(kept)

    def open_questions(self, state: StateSnapshot) -> dict[str, Question]:
        """Return the questions of ours that the graph is parked on, by their keys.

        Raises:
            ConfigurationError: One of them was answered already, and the graph lost the answer.
        """
        self._remember(state)
        lost = {task for id_, task in self._handed.items() if id_ not in self._driven.taken}
        for _, question in self._open.values():
            if question.request.task in lost:
                raise _forgotten(question)
        return {key: question for key, (_, question) in self._open.items()}

    def resume(self, verdicts: Mapping[str, Verdict]) -> Command[Any]:
        """Return what to hand to the graph when these questions have ended."""
        self._ended.update(verdicts)
        ended = {key: (*self._open[key], verdict) for key, verdict in verdicts.items()}
        self._handed = {v.task_id: question.request.task for _, question, v in ended.values()}
        return Command(resume={interrupt: v.dump() for interrupt, _, v in ended.values()})

    def _remember(self, state: StateSnapshot) -> None:
        found = {question.key: (interrupt, question) for interrupt, question in _ours(state)}
        self._open = {key: one for key, one in found.items() if key not in self._ended}
        self._driven.asked = {key: question.dump() for key, (_, question) in self._open.items()}

    def _configure(self, configurable: dict[str, Any]) -> None:
        self.config = {**self.config, "configurable": configurable}


def _ours(state: StateSnapshot) -> Iterator[tuple[str, Question]]:
    """Go through the open questions of ours, each with its interrupt's id."""
    for task in state.tasks:
        # Releases before 1.2 still show what had interrupted a task that has ended by now, and an
        # empty result for one that has been given a first answer and waits for its second.
        for interrupt in () if task.result else task.interrupts:
            question = question_of(interrupt.value)
            if question is not None:
                yield interrupt.id, question


def _begins(graph_input: object) -> bool:
    return graph_input is not None and not isinstance(graph_input, Command)


def _digest(graph_input: object) -> str:
    kind, written = JsonPlusSerializer().dumps_typed(graph_input)
    return hashlib.sha256(kind.encode() + b"\n" + written).hexdigest()


def _forgotten(question: Question) -> ConfigurationError:
    return ConfigurationError(
        f"The graph lost the answer to {question.request.task!r} and asks it again.",
        hint="A subgraph that keeps no state cannot be resumed: compile it without "
        "checkpointer=False.",
    )
