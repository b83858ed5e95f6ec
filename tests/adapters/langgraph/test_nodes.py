"""What a node gets from `await_human`: an answer, or the error that says why there is none."""

import asyncio
import subprocess
import sys
import threading
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from awaithumans import (
    AwaitHumansError,
    ConfigurationError,
    MarketplaceNotAvailableError,
    SchemaValidationError,
    TaskCancelledError,
    TaskCreateError,
    TaskTimeoutError,
    VerificationExhaustedError,
)
from awaithumans.adapters.langgraph import (
    await_human_async,
    drive_human_loop,
    drive_human_loop_async,
)
from awaithumans.verifiers.claude import claude_verifier
from tests.adapters.langgraph.graphs import (
    Draft,
    State,
    Verdict,
    asking,
    asking_async,
    asks,
    chain,
    in_memory,
    on,
)
from tests.adapters.langgraph.people import Person
from tests.sdk.standin import StandIn

ENDS = [
    ("timed_out", TaskTimeoutError),
    ("cancelled", TaskCancelledError),
    ("verification_exhausted", VerificationExhaustedError),
]


def drive(standin: StandIn, graph: Any) -> Any:
    return drive_human_loop(graph, {}, on(), server_url=standin.url, api_key="key")


def settle_when_polled(standin: StandIn, status: str, **fields: Any) -> None:
    def watch() -> None:
        standin.wait_for("poll")
        standin.settle(status, **fields)

    threading.Thread(target=watch, daemon=True).start()


@pytest.mark.parametrize(("status", "kind"), ENDS)
def test_every_other_end_comes_out_of_the_driver_and_stays(
    standin: StandIn, status: str, kind: type[AwaitHumansError]
) -> None:
    graph = in_memory(ask=asking("Ship?"))
    settle_when_polled(standin, status)
    with pytest.raises(kind) as caught:
        drive(standin, graph)
    assert caught.value.docs_url == f"{standin.url}/api/docs#{caught.value.code}"
    assert graph.get_state(on()).next == ("ask",)
    with pytest.raises(kind):
        drive(standin, graph)
    assert len(standin.asked("create")) == 1


@pytest.mark.parametrize(("status", "kind"), ENDS)
def test_a_node_may_catch_it_and_go_on(
    standin: StandIn, status: str, kind: type[AwaitHumansError]
) -> None:
    def tries(state: State) -> State:
        try:
            return {"heard": [str(asks(state, "Ship?"))]}
        except kind as error:
            return {"heard": [error.code]}

    settle_when_polled(standin, status)
    assert drive(standin, in_memory(tries=tries))["heard"] == [kind.default_code]


def test_a_task_that_nobody_settles_after_its_deadline_has_timed_out(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def watch() -> None:
        standin.wait_for("poll")
        standin.clock_ahead = 1000

    monkeypatch.setattr("awaithumans.pacing.GRACE_SECONDS", 0.0)
    standin.hold_at_most = 0.05
    threading.Thread(target=watch, daemon=True).start()
    graph = in_memory(ask=asking("Ship?"))
    with pytest.raises(TaskTimeoutError):
        drive(standin, graph)
    assert graph.get_state(on()).next == ("ask",)


def test_a_node_may_ask_once_more(person: Person) -> None:
    def insists(state: State) -> State:
        try:
            return {"heard": [str(asks(state, "Ship?"))]}
        except TaskCancelledError:
            return {"heard": [f"then {asks(state, 'Ship?')}"]}

    driving = person.drive(in_memory(insists=insists), {"tag": person.tag}, on())
    person.client.tasks.cancel(person.sees("Ship?")[0].id)
    person.answers("Ship?")
    assert driving.result(10)["heard"] == ["then True"]


def test_an_answer_of_another_shape_is_an_error(standin: StandIn) -> None:
    settle_when_polled(standin, "completed", response={"approved": "perhaps"})
    with pytest.raises(SchemaValidationError) as caught:
        drive(standin, in_memory(ask=asking("Ship?")))
    assert caught.value.response == {"approved": "perhaps"}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"assign_to": {"marketplace": True}}, MarketplaceNotAvailableError),
        ({"assign_to": {"emial": "sue@example.com"}}, TaskCreateError),
        ({"timeout_seconds": 59}, TaskCreateError),
        ({"payload": Verdict(approved=True)}, TaskCreateError),
    ],
)
def test_what_cannot_work_is_refused_before_the_graph_is_interrupted(
    changes: dict[str, Any], kind: type[Exception]
) -> None:
    graph = in_memory(ask=asking("Ship?", **changes))
    with pytest.raises(kind):
        graph.invoke({}, on())
    assert graph.get_state(on()).interrupts == ()


def test_every_parameter_reaches_the_server(standin: StandIn) -> None:
    settle_when_polled(standin, "completed", response={"approved": True})
    given: dict[str, Any] = {
        "assign_to": ["sue@example.com", "bob@example.com"],
        "notify": ["email:sue@example.com"],
        "idempotency_key": "my-key",
        "redact_payload": True,
        "task_metadata": {"order": "17"},
        "callback_url": "https://example.com/hook",
    }
    verifier = claude_verifier("Refuse what has no reason.", max_attempts=2)
    given["verifier"] = verifier
    drive(standin, in_memory(ask=asking("Ship?", initial_response={"approved": True}, **given)))
    (body,) = standin.asked("create")
    del given["verifier"]
    assert body == {
        **given,
        "verifier_config": verifier.model_dump(exclude_none=True),
        "task": "Ship?",
        "payload": {"text": "Ship?"},
        "payload_schema": Draft.model_json_schema(mode="serialization"),
        "response_schema": Verdict.model_json_schema(),
        "timeout_seconds": 900,
        "assign_to": {"emails": ["sue@example.com", "bob@example.com"]},
        "initial_response": {"approved": True},
    }


@pytest.mark.parametrize(("reason", "said"), [("No date.", "No date."), (None, "")])
def test_the_last_refusal_reaches_the_node(reason: str | None, said: str) -> None:
    def tries(state: State) -> State:
        try:
            return {"heard": [str(asks(state, "Ship?"))]}
        except VerificationExhaustedError as error:
            return {"heard": [str(error.attempts), error.reason]}

    graph = in_memory(tries=tries)
    (interrupt,) = graph.invoke({}, on())["__interrupt__"]
    assert interrupt.value["type"] == "awaithumans.question"
    verdict = {
        "type": "awaithumans.verdict",
        "task_id": "tsk_1",
        "status": "verification_exhausted",
        "response": None,
        "timeout_seconds": 900,
        "verification_attempt": 3,
        **({"reason": reason} if reason else {}),
    }
    assert graph.invoke(Command(resume=verdict), on())["heard"] == ["3", said]


@pytest.mark.parametrize("by_hand", [{"approved": True}, Verdict(approved=True)])
def test_a_graph_can_be_resumed_by_hand(by_hand: object) -> None:
    graph = in_memory(ask=asking("Ship?"))
    (interrupt,) = graph.invoke({}, on())["__interrupt__"]
    assert interrupt.value["request"]["task"] == "Ship?"
    assert graph.invoke(Command(resume=by_hand), on())["heard"] == ["Ship? True"]


@pytest.mark.parametrize("by_hand", [{"approved": "perhaps"}, "yes"])
def test_what_is_given_by_hand_has_to_fit_as_well(by_hand: object) -> None:
    graph = in_memory(ask=asking("Ship?"))
    graph.invoke({}, on())
    with pytest.raises(SchemaValidationError):
        graph.invoke(Command(resume=by_hand), on())


async def test_outside_of_a_node_there_is_nothing_to_interrupt() -> None:
    with pytest.raises(ConfigurationError, match="not called inside"):
        asks({}, "Ship?")
    with pytest.raises(ConfigurationError, match="not called inside"):
        await asking_async("Ship?")({})


async def test_an_async_node_may_pass_its_config(person: Person) -> None:
    async def node(state: State, config: RunnableConfig) -> State:
        verdict = await await_human_async(
            task=f"Config?{person.tag}",
            payload_schema=Draft,
            payload=Draft(text=""),
            response_schema=Verdict,
            timeout_seconds=900,
            config=config,
        )
        return {"heard": [str(verdict.approved)]}

    work = drive_human_loop_async(in_memory(node=node), {}, on(), **person.at)
    driving = asyncio.ensure_future(work)
    await asyncio.to_thread(person.answers, "Config?")
    assert (await asyncio.wait_for(driving, 10))["heard"] == ["True"]


@pytest.mark.parametrize("config", [None, {}, {"configurable": {"thread_id": ""}}])
def test_a_config_without_a_thread_is_refused(config: Any) -> None:
    with pytest.raises(ConfigurationError, match="names no thread"):
        drive_human_loop(in_memory(ask=asking("Ship?")), {}, config)


def test_a_graph_without_a_checkpointer_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no checkpointer"):
        drive_human_loop(chain(None, ask=asking("Ship?")), {}, on())


def test_without_the_extra_one_message_says_what_to_install() -> None:
    code = "import sys; sys.modules['langgraph'] = None; import awaithumans.adapters.langgraph"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert 'Run: pip install "awaithumans[langgraph]"' in done.stderr.splitlines()[-1]


def test_the_adapter_loads_no_server() -> None:
    code = (
        "import sys, awaithumans.adapters.langgraph; "
        "print([m for m in sys.modules if m in ('fastapi', 'sqlalchemy', 'temporalio') "
        "or m.startswith('awaithumans.server')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.stdout == "[]\n", done.stderr
