"""The graph's events, while it is driven."""

import asyncio
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver

from awaithumans.adapters.langgraph import stream_human_loop
from tests.adapters.langgraph.graphs import asking, asking_async, chain, in_memory, on, says
from tests.adapters.langgraph.people import Person


async def test_the_events_of_the_graph_come_before_and_after_the_answer(person: Person) -> None:
    graph = in_memory(before=says("before"), ask=asking_async("Stream?"), after=says("after"))
    events = stream_human_loop(
        graph, {"tag": person.tag}, on(), **person.at, stream_mode=["updates", "values"]
    )
    answering = asyncio.create_task(asyncio.to_thread(person.answers, "Stream?"))
    seen: list[Any] = []
    async for mode, event in events:
        if mode == "updates":
            seen += event
    await answering
    assert seen == ["before", "__interrupt__", "ask", "after"]
    heard = (await graph.aget_state(on())).values["heard"]
    assert heard == ["before", "Stream? True", "after"]


async def test_events_of_subgraphs_come_too_where_they_are_wanted(person: Person) -> None:
    graph = chain(InMemorySaver(), inner=chain(None, say=says("deep")))
    events = stream_human_loop(graph, {}, on(), **person.at, stream_mode="updates", subgraphs=True)
    seen = [(len(where), list(event)) async for where, event in events]
    assert seen == [(1, ["say"]), (0, ["inner"])]


async def test_leaving_the_stream_leaves_the_graph_parked_and_the_task_open(
    person: Person,
) -> None:
    graph = in_memory(ask=asking("Left?"))
    events = stream_human_loop(graph, {"tag": person.tag}, on(), **person.at)

    async def consumes() -> None:
        async for _ in events:
            pass

    consuming = asyncio.ensure_future(consumes())
    await asyncio.to_thread(person.sees, "Left?")
    consuming.cancel()
    await asyncio.wait([consuming], timeout=5)
    assert consuming.cancelled()
    driving = person.drive(graph, None, on())
    await asyncio.to_thread(person.answers, "Left?")
    assert (await asyncio.wrap_future(driving))["heard"] == ["Left? True"]
    assert person.asked() == ["Left?"]
