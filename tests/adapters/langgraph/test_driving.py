"""Graphs whose nodes ask people, driven to their end against a real server."""

from itertools import count
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.types import Command, interrupt

from awaithumans import ConfigurationError
from tests.adapters.langgraph.graphs import (
    State,
    asking,
    asks,
    branches,
    chain,
    in_memory,
    on,
    says,
)
from tests.adapters.langgraph.people import Person


def test_a_node_goes_on_with_the_typed_answer(person: Person) -> None:
    driving = person.drive(in_memory(ask=asking("Ship?")), {"tag": person.tag}, on())
    person.answers("Ship?", approved=False)
    assert driving.result(10)["heard"] == ["Ship? False"]


def test_two_questions_of_one_node_are_two_tasks(person: Person) -> None:
    driving = person.drive(in_memory(ask=asking("Sure?", "Sure?")), {"tag": person.tag}, on())
    person.answers("Sure?")
    person.answers("Sure?", approved=False)
    assert driving.result(10)["heard"] == ["Sure? True", "Sure? False"]
    assert person.asked() == ["Sure?", "Sure?"]


def test_a_branch_goes_on_while_another_waits(person: Person) -> None:
    quick = chain(None, first=asking("First?"), then=asking("Then?"))
    graph = branches(InMemorySaver(), quick=quick, slow=asking("Slow?"))
    driving = person.drive(graph, {"tag": person.tag}, on())
    person.answers("First?", beside=("Slow?",))
    person.answers("Then?", approved=False, beside=("Slow?",))
    person.answers("Slow?")
    assert sorted(driving.result(10)["heard"]) == ["First? True", "Slow? True", "Then? False"]
    assert person.asked() == ["First?", "Slow?", "Then?"]


def test_answers_given_at_once_reach_their_own_branches(person: Person) -> None:
    names = [f"n{number}" for number in range(6)]
    graph = branches(InMemorySaver(), **{name: asking(name) for name in names})
    driving = person.drive(graph, {"tag": person.tag}, on())
    for number, found in enumerate(person.sees(*names)):
        person.client.tasks.complete(found.id, {"approved": number % 2 == 0})
    expected = [f"n{number} {number % 2 == 0}" for number in range(6)]
    assert sorted(driving.result(10)["heard"]) == expected


def test_a_question_stays_as_it_was_asked_first(person: Person) -> None:
    drafts = count(1)

    def writes(state: State) -> State:
        draft = next(drafts)
        return {"heard": [f"draft {draft} {asks(state, f'Send draft {draft}?')}"]}

    graph = branches(InMemorySaver(), writes=writes, other=asking("Other?"))
    driving = person.drive(graph, {"tag": person.tag}, on())
    person.answers("Other?", beside=("Send draft 1?",))
    person.answers("Send draft 1?")
    assert sorted(driving.result(10)["heard"]) == ["Other? True", "draft 3 True"]


def test_a_subgraph_called_in_a_node_asks_too(person: Person) -> None:
    innermost = chain(None, ask=asking("Innermost?"))
    inner = chain(None, nested=innermost, ask=asking("Inner?"))

    def calls(state: State) -> State:
        return {"heard": [*inner.invoke({"tag": state.get("tag", "")})["heard"], "called"]}

    driving = person.drive(in_memory(calls=calls), {"tag": person.tag}, on())
    person.answers("Innermost?")
    person.answers("Inner?")
    assert driving.result(10)["heard"] == ["Innermost? True", "Inner? True", "called"]


def test_a_subgraph_that_keeps_nothing_is_an_error_instead_of_a_circle(person: Person) -> None:
    inner = chain(False, ask=asking("One?", "Two?"))

    def calls(state: State) -> State:
        return inner.invoke({"tag": state.get("tag", "")})

    driving = person.drive(in_memory(calls=calls), {"tag": person.tag}, on())
    person.answers("One?")
    with pytest.raises(ConfigurationError, match="lost the answer"):
        driving.result(10)
    assert person.asked() == ["One?"]


def test_the_functional_way_of_writing_graphs_works_too(person: Person) -> None:
    @task
    def checks(title: str) -> bool:
        return asks({"tag": person.tag}, title)

    @entrypoint(checkpointer=InMemorySaver())
    def workflow(titles: list[str]) -> list[bool]:
        return [checks(title).result() for title in titles]

    driving = person.drive(workflow, ["Left?", "Right?"], on())
    person.answers("Left?")
    person.answers("Right?", approved=False)
    assert driving.result(10) == [True, False]


def test_interrupts_of_others_are_handed_back_untouched(person: Person) -> None:
    def foreign(state: State) -> State:
        return {"heard": [interrupt({"type": "somebody else's"}), f"{asks(state, 'After?')}"]}

    graph = branches(InMemorySaver(), ours=asking("Ours?", "More?"), foreign=foreign)
    driving = person.drive(graph, {"tag": person.tag}, on())
    person.answers("Ours?")
    person.answers("More?")
    result = driving.result(10)
    assert [one.value for one in result["__interrupt__"]] == [{"type": "somebody else's"}]
    assert graph.get_state(on()).next == ("foreign",)
    driving = person.drive(graph, Command(resume="by somebody else"), on())
    person.answers("After?")
    expected = ["Ours? True", "More? True", "by somebody else", "True"]
    assert sorted(driving.result(10)["heard"]) == sorted(expected)


def test_a_finished_thread_with_new_input_asks_anew(person: Person) -> None:
    graph = in_memory(ask=asking("Again?"))
    for round_ in (1, 2):
        driving = person.drive(graph, {"tag": person.tag}, on())
        person.answers("Again?")
        assert len(driving.result(10)["heard"]) == round_
    assert person.asked() == ["Again?", "Again?"]


def test_going_on_with_a_finished_thread_returns_its_state(person: Person) -> None:
    graph = in_memory(say=says("done"))
    person.drive(graph, {"tag": person.tag}, on()).result(10)
    assert person.drive(graph, None, on()).result(10)["heard"] == ["done"]


def test_a_replay_from_an_older_checkpoint_follows_its_own_branch(person: Person) -> None:
    graph = in_memory(say=says("said"), ask=asking("Replayed?"))
    driving = person.drive(graph, {"tag": person.tag}, on())
    person.answers("Replayed?")
    driving.result(10)
    before = next(s for s in graph.get_state_history(on()) if s.next == ("say",))
    driving = person.drive(graph, None, before.config)
    person.answers("Replayed?", approved=False)
    assert driving.result(10)["heard"] == ["said", "Replayed? False"]


def test_a_breakpoint_is_not_passed_by_running_again(person: Person) -> None:
    graph = in_memory(ask=asking("Pay?"), pay=says("paid"))
    stops: dict[str, Any] = {"interrupt_before": ["pay"]}
    driving = person.drive(graph, {"tag": person.tag}, on(), **stops)
    person.answers("Pay?")
    assert driving.result(10)["heard"] == ["Pay? True"]
    driving = person.drive(graph, {"tag": person.tag}, on(), **stops)
    person.answers("Pay?", approved=False)
    assert driving.result(10)["heard"] == ["Pay? True", "Pay? False"]
    assert person.drive(graph, None, on(), **stops).result(10)["heard"][2:] == ["paid"]
