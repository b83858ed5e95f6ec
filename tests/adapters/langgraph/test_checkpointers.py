"""The same graph on every checkpointer: in memory, in SQLite, in PostgreSQL; blocking and async."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from awaithumans.adapters.langgraph import drive_human_loop_async
from tests.adapters.langgraph.graphs import asking, asking_async, branches, chain, on
from tests.adapters.langgraph.people import Person
from tests.support.postgres import Postgres

KINDS = ("memory", "sqlite", "postgres")
HEARD = ["Deep? True", "One? True", "Two? False"]


@contextmanager
def saver(kind: str, folder: Path, databases: Postgres) -> Generator[Any]:
    if kind == "memory":
        yield InMemorySaver()
    elif kind == "sqlite":
        with SqliteSaver.from_conn_string(str(folder / "graph.db")) as found:
            yield found
    else:
        with databases.empty() as url, PostgresSaver.from_conn_string(url) as found:
            found.setup()
            yield found


@asynccontextmanager
async def async_saver(kind: str, folder: Path, databases: Postgres) -> AsyncGenerator[Any]:
    if kind == "memory":
        yield InMemorySaver()
    elif kind == "sqlite":
        async with AsyncSqliteSaver.from_conn_string(str(folder / "graph.db")) as found:
            yield found
    else:
        with databases.empty() as url:
            async with AsyncPostgresSaver.from_conn_string(url) as found:
                await found.setup()
                yield found


@pytest.mark.parametrize("kind", KINDS)
def test_branches_sequences_and_subgraphs_on(
    kind: str, person: Person, tmp_path: Path, databases: Postgres
) -> None:
    with saver(kind, tmp_path, databases) as checkpointer:
        inner = chain(None, ask=asking("Deep?"))
        graph = branches(checkpointer, ask=asking("One?", "Two?"), inner=inner)
        driving = person.drive(graph, {"tag": person.tag}, on())
        person.answers("One?", beside=("Deep?",))
        person.answers("Two?", approved=False, beside=("Deep?",))
        person.answers("Deep?")
        assert sorted(driving.result(10)["heard"]) == HEARD
        assert person.asked() == ["Deep?", "One?", "Two?"]


@pytest.mark.parametrize("kind", KINDS)
async def test_async_nodes_branches_and_subgraphs_on(
    kind: str, person: Person, tmp_path: Path, databases: Postgres
) -> None:
    async with async_saver(kind, tmp_path, databases) as checkpointer:
        inner = chain(None, ask=asking_async("Deep?"))
        graph = branches(checkpointer, ask=asking_async("One?", "Two?"), inner=inner)
        work = drive_human_loop_async(graph, {"tag": person.tag}, on(), **person.at)
        driving = asyncio.ensure_future(work)
        await asyncio.to_thread(person.answers, "One?", beside=("Deep?",))
        await asyncio.to_thread(person.answers, "Two?", approved=False, beside=("Deep?",))
        await asyncio.to_thread(person.answers, "Deep?")
        assert sorted((await asyncio.wait_for(driving, 10))["heard"]) == HEARD
        assert person.asked() == ["Deep?", "One?", "Two?"]
