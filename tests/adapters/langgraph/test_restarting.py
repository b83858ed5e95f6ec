"""Drivers that are killed, cancelled, refused or left without a server, and then run again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

from awaithumans import (
    ConfigurationError,
    ServerUnreachableError,
    TaskCancelledError,
    TaskCreateError,
    TaskNotFoundError,
)
from awaithumans.adapters.langgraph import drive_human_loop, drive_human_loop_async
from tests.adapters.langgraph.graphs import (
    State,
    asking,
    asking_async,
    asks,
    chain,
    in_memory,
    on,
    says,
)
from tests.adapters.langgraph.people import Person
from tests.support.process import TOKEN, free_port
from tests.support.timing import in_time

ROOT = Path(__file__).parents[3]


def start(person: Person, file: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.adapters.langgraph.agent", str(file), person.tag, *words],
        env={
            **os.environ,
            "AWAITHUMANS_URL": person.client.server_url,
            "AWAITHUMANS_ADMIN_API_TOKEN": TOKEN,
        },
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_killed_driver_goes_on_with_the_same_tasks(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "graph.db"
    agent = start(person, file)
    person.answers("First?", beside=("Draft 1?",))
    person.sees("Draft 1?", "Second?")
    agent.kill()
    agent.communicate(timeout=10)
    person.answers("Second?", approved=False, beside=("Draft 1?",))
    again = start(person, file, "again")
    person.answers("Draft 1?")
    out, _ = again.communicate(timeout=60)
    assert out == "['Draft True', 'First? True', 'Second? False']\n"
    assert person.asked() == ["Draft 1?", "First?", "Second?"]


def test_ctrl_c_ends_the_driver_and_cancels_what_is_to_be_cancelled(
    person: Person, tmp_path: Path
) -> None:
    agent = start(person, tmp_path / "graph.db", "cancels")
    person.sees("Draft 1?", "First?")
    began = time.monotonic()
    agent.send_signal(signal.SIGINT)
    agent.communicate(timeout=30)
    assert agent.returncode == -signal.SIGINT
    in_time(time.monotonic() - began, 5)
    person.sees("First?")


async def test_cancelling_the_async_driver_leaves_the_task_open(person: Person) -> None:
    graph = in_memory(ask=asking_async("Left?"))
    work = drive_human_loop_async(graph, {"tag": person.tag}, on(), **person.at)
    driving = asyncio.ensure_future(work)
    await asyncio.to_thread(person.sees, "Left?")
    driving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await driving
    assert [task.status for task in person.tasks()] == ["created"]


async def test_cancelling_the_async_driver_cancels_the_task_that_wants_it(person: Person) -> None:
    graph = in_memory(ask=asking("Gone?", cancel_on_abort=True))
    work = drive_human_loop_async(graph, {"tag": person.tag}, on(), **person.at)
    driving = asyncio.ensure_future(work)
    await asyncio.to_thread(person.sees, "Gone?")
    driving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await driving
    assert [task.status for task in person.tasks()] == ["cancelled"]
    with pytest.raises(TaskCancelledError):
        person.drive(graph, None, on()).result(10)


def test_a_server_that_was_away_is_asked_when_it_is_there(person: Person) -> None:
    graph = in_memory(ask=asking("Away?"))
    nobody = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ServerUnreachableError):
        drive_human_loop(graph, {"tag": person.tag}, on(), server_url=nobody, api_key=TOKEN)
    assert len(graph.get_state(on()).interrupts) == 1
    driving = person.drive(graph, None, on())
    person.answers("Away?")
    assert driving.result(10)["heard"] == ["Away? True"]


def test_another_input_begins_anew(person: Person) -> None:
    graph = in_memory(ask=asking("Which?"))
    driving = person.drive(graph, {"tag": person.tag}, on())
    person.deletes("Which?")
    with pytest.raises(TaskNotFoundError):
        driving.result(10)
    driving = person.drive(graph, {"tag": person.tag, "heard": ["anew"]}, on())
    person.answers("Which?")
    assert driving.result(10)["heard"] == ["anew", "Which? True"]


def test_a_refused_task_leaves_the_graph_parked(person: Person) -> None:
    graph = in_memory(ask=asking("One?", "Other?", idempotency_key=f"same{person.tag}"))
    driving = person.drive(graph, {"tag": person.tag}, on())
    person.answers("One?")
    with pytest.raises(TaskCreateError) as caught:
        driving.result(10)
    assert caught.value.code == "IDEMPOTENCY_KEY_REUSED"
    (interrupt,) = graph.get_state(on()).interrupts
    assert interrupt.value["request"]["task"] == f"Other?{person.tag}"


def test_a_node_that_fails_keeps_the_answer_that_it_had(person: Person) -> None:
    faults = ["the mail server is away"]

    def acts(state: State) -> State:
        approved = asks(state, "Act?")
        if faults:
            raise OSError(faults.pop())
        return {"heard": [f"acted {approved}"]}

    graph = in_memory(acts=acts)
    driving = person.drive(graph, {"tag": person.tag}, on())
    person.answers("Act?")
    with pytest.raises(OSError, match="mail server"):
        driving.result(10)
    assert person.drive(graph, {"tag": person.tag}, on()).result(10)["heard"] == ["acted True"]
    assert person.asked() == ["Act?"]


def test_no_address_and_no_key_get_into_the_checkpoints(person: Person, tmp_path: Path) -> None:
    def fails(state: State) -> State:
        asks(state, "Fail?")
        raise AssertionError("never reached")

    file = tmp_path / "graph.db"
    with SqliteSaver.from_conn_string(str(file)) as saver:
        graph: Any = chain(saver, ask=asking("Secret?"), say=says("said"), fails=fails)
        driving = person.drive(graph, {"tag": person.tag}, on())
        person.answers("Secret?")
        person.client.tasks.cancel(person.sees("Fail?")[0].id)
        with pytest.raises(TaskCancelledError):
            driving.result(10)
    kept = b"".join(found.read_bytes() for found in tmp_path.glob("graph.db*"))
    address = person.client.server_url.removeprefix("http://").encode()
    assert b"Secret?" in kept
    assert b"was cancelled" in kept
    assert TOKEN.encode() not in kept
    assert address not in kept


def test_a_driver_without_a_usable_key_says_so_before_the_graph_runs() -> None:
    graph = in_memory(ask=asking("Key?"))
    with pytest.raises(ConfigurationError):
        drive_human_loop(graph, {}, on(), server_url="not an address", api_key=TOKEN)
    assert graph.get_state(on()).values == {}
