"""Any commands in any order: a task settles at most once, and its history tells how."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from awaithumans.server.errors import (
    Forbidden,
    TaskAlreadyClaimed,
    TaskAlreadySettled,
    VerificationInProgress,
)
from awaithumans.server.tasks import answering, lifecycle
from awaithumans.server.tasks.lifecycle import NoMatch, OpenTo, Routed
from awaithumans.server.tasks.model import TERMINAL, Actor, Entry, Judgement, Person, Task
from awaithumans.server.tasks.transitions import Change
from tests.support.made import AGENT, APPROVED, BOB, NOW, OLGA, SUE, a_draft, a_verified_draft
from tests.support.seeing import is_offered, is_theirs

CALLBACK = "https://example.com/done"
actors = st.sampled_from([AGENT, SUE, BOB, OLGA])
people = st.sampled_from([Person("sue@example.com", "usr_sue"), Person("bob@example.com")])
routes: st.SearchStrategy[Routed] = st.sampled_from(
    [
        OpenTo(),
        OpenTo(("sue@example.com", "zoe@example.com")),
        NoMatch("nobody"),
        Person("sue@example.com", "usr_sue"),
        Person("bob@example.com"),
    ]
)


class Lives(RuleBasedStateMachine):
    task: Task
    history: list[Entry]
    invited: tuple[str, ...]

    @initialize(
        routed=routes,
        redact=st.booleans(),
        seconds=st.integers(60, 600),
        attempts=st.sampled_from([0, 1, 2, 3]),
    )
    def create(self, routed: Routed, redact: bool, seconds: int, attempts: int) -> None:
        fields: dict[str, Any] = {
            "timeout_seconds": seconds,
            "redact_payload": redact,
            "callback_url": CALLBACK,
        }
        draft = a_verified_draft(**fields, max_attempts=attempts) if attempts else a_draft(**fields)
        if isinstance(routed, OpenTo) and routed.emails:
            draft = replace(draft, assign_to={"emails": list(routed.emails)})
        change = lifecycle.create(draft, "tsk_1", "print", routed, NOW, AGENT)
        self.task, self.history, self.now = change.task, list(change.entries), NOW
        self.invited = change.invited or ()

    @rule(seconds=st.floats(0, 120))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        if lifecycle.overdue(self.task, self.now):
            assert not self.task.terminal
            self.take(lifecycle.expire(self.task, self.now))

    @rule(actor=actors)
    def open(self, actor: Actor) -> None:
        self.attempt(lambda: lifecycle.open_(self.task, actor, self.now))

    @rule(actor=actors, person=people)
    def claim(self, actor: Actor, person: Person) -> None:
        before = self.task
        self.attempt(lambda: lifecycle.claim(before, person, actor, self.now))
        if self.task is not before and actor.type == "reviewer":
            assert not before.assigned
            assert is_offered(before, person, self.invited)

    @rule(actor=actors, person=people)
    def assign(self, actor: Actor, person: Person) -> None:
        self.attempt(lambda: lifecycle.assign(self.task, person, self.now, actor))

    @rule(actor=actors)
    def offer(self, actor: Actor) -> None:
        wish = {"emails": ["sue@example.com", "bob@example.com"]}
        self.attempt(
            lambda: lifecycle.offer(self.task, wish["emails"], self.now, actor, wish),
        )

    @rule(actor=actors)
    def complete(self, actor: Actor) -> None:
        before = self.task
        self.attempt(lambda: answering.complete(before, APPROVED, actor, self.now))
        if self.task is not before:
            assert self.task.status == ("submitted" if before.verifier else "completed")
            self.held_by(before, actor)

    @precondition(lambda self: self.task.verifier is not None)
    @rule(actor=actors)
    def say(self, actor: Actor) -> None:
        before = self.task
        self.attempt(lambda: answering.say(before, "yes", actor, self.now))
        if self.task is not before:
            self.held_by(before, actor)

    @precondition(lambda self: self.task.status == "submitted")
    @rule(passed=st.booleans())
    def judge(self, passed: bool) -> None:
        response = {"approved": True} if self.task.response is None else None
        self.take(answering.judge(self.task, Judgement(passed, "", response=response), self.now))

    @precondition(lambda self: self.task.status == "submitted")
    @rule(outcome=st.sampled_from(["failed", "not_understood"]))
    def give_up(self, outcome: Any) -> None:
        attempts = self.task.verification_attempt
        self.take(answering.unverified(self.task, outcome, Judgement(False, ""), self.now))
        assert self.task.verification_attempt == attempts

    @rule()
    def somebody_is_told(self) -> None:
        change = lifecycle.notify(self.task, self.now)
        if isinstance(change, Change):
            self.take(change)
        else:
            self.history.append(change)

    def held_by(self, before: Task, actor: Actor) -> None:
        if actor.type == "reviewer" and before.assigned:
            assert is_theirs(before, Person(actor.email, actor.user_id))

    @rule(actor=actors)
    def cancel(self, actor: Actor) -> None:
        self.attempt(lambda: lifecycle.cancel(self.task, None, actor, self.now))

    def attempt(self, command: Callable[[], Change | None]) -> None:
        settled, verified = self.task.terminal, self.task.status == "submitted"
        try:
            change = command()
        except TaskAlreadySettled:
            assert settled
            return
        except VerificationInProgress:
            assert verified
            return
        except (TaskAlreadyClaimed, Forbidden):
            assert not settled
            return
        assert not settled
        if change is not None:
            self.take(change)

    def take(self, change: Change) -> None:
        assert change.task.version == self.task.version + 1
        assert change.entries[0].from_status == self.task.status
        checks = [each for each in change.owed if each.kind == "verification"]
        assert len(checks) == (change.task.status == "submitted")
        results = [each for each in change.owed if each.kind == "webhook"]
        assert len(results) == change.task.terminal
        self.task = change.task
        self.invited = self.invited if change.invited is None else change.invited
        self.history.extend(change.entries)

    @invariant()
    def the_history_leads_to_the_status(self) -> None:
        for earlier, later in zip(self.history, self.history[1:], strict=False):
            assert later.from_status == earlier.to_status
        assert self.history[-1].to_status == self.task.status

    @invariant()
    def a_settled_task_has_one_terminal_line_and_one_time(self) -> None:
        task = self.task
        steps = [entry for entry in self.history if entry.from_status != entry.to_status]
        assert sum(entry.to_status in TERMINAL for entry in steps) == task.terminal
        times = [task.completed_at, task.timed_out_at, task.cancelled_at]
        exhausted = task.status == "verification_exhausted"
        assert sum(time is not None for time in times) == task.terminal - exhausted
        if task.status != "submitted":
            assert (task.response is not None) == (task.status == "completed")
            assert (task.completed_via_channel is None) >= (task.status != "completed")

    @invariant()
    def no_more_answers_are_judged_than_there_are_attempts(self) -> None:
        task = self.task
        judged = [e for e in self.history if e.action in ("verified", "rejected")]
        judged += [e for e in self.history if e.action == "verification_exhausted"]
        assert len(judged) == task.verification_attempt <= task.max_attempts
        if task.status == "verification_exhausted":
            assert task.verification_attempt == task.max_attempts
        if task.verifier and task.status == "completed":
            assert "verified" in {entry.action for entry in self.history}

    @invariant()
    def who_is_assigned_has_it_and_nobody_else(self) -> None:
        if self.task.status == "assigned":
            assert self.task.assigned
        if self.task.status in ("created", "notified"):
            assert not self.task.assigned

    @invariant()
    def a_task_that_is_open_to_some_is_open_to_those_it_asks_for(self) -> None:
        if self.task.open_to == "invited":
            assert self.task.assign_to is not None
            assert list(self.invited) == self.task.assign_to["emails"]
        if self.task.status == "created" and self.task.open_to == "nobody":
            assert "unassigned" in {entry.action for entry in self.history}

    @invariant()
    def redaction_holds(self) -> None:
        if self.task.redact_payload:
            told = [{"response", "said"} & entry.extra_data.keys() for entry in self.history]
            assert not any(told)


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=40, stateful_step_count=16, deadline=None)
