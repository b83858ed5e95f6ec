"""A model of the API for hypothesis: anything in any order, and the server is as expected."""

from typing import Any, ClassVar

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.contract.driving import Driver, Request
from tests.contract.expected import (
    ASSIGNMENTS,
    TERMINAL,
    UNMATCHED,
    Expected,
    after_creation,
)
from tests.contract.hostile import CANARY
from tests.support.bodies import APPROVED, refund

ANYTHING: dict[str, Any] = {"type": "object"}
_PEOPLE = st.sampled_from(["sue@example.com", "joe@example.com", "ann@example.com"])
CHOICE = st.integers(0, 1_000_000)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
of_a_task = precondition(lambda self: bool(self.tasks))
_with_a_clock = precondition(lambda self: self.driver.now() is not None)


class Clients(RuleBasedStateMachine):
    """What well-behaved clients do, and what time does.

    `driver` is set by the test; the server behind it is never reset.
    """

    driver: ClassVar[Driver]
    steps: ClassVar[int] = 0
    settled: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.tasks: list[Expected] = []

    @initialize(assignments=st.lists(st.sampled_from([None, *ASSIGNMENTS]), min_size=1, max_size=3))
    def begin(self, assignments: list[str | None]) -> None:
        self.before = {item["id"] for item in self._newest()}
        for assignment in assignments:
            self.create({}, "?", 5, assignment, told=False)

    @invariant()
    def the_list_answers_and_shows_no_row_too_many(self) -> None:
        type(self).steps += 1
        known = self.before | {task.id for task in self.tasks}
        assert {item["id"] for item in self._newest()} <= known

    # What a well-behaved client does.

    @rule(
        payload=st.dictionaries(TEXT, _JSON, max_size=3),
        text=TEXT,
        minutes=st.integers(1, 5),
        assignment=st.sampled_from([None, *ASSIGNMENTS, *UNMATCHED]),
        told=st.booleans(),
    )
    def create(
        self, payload: dict[str, Any], text: str, minutes: int, assignment: str | None, told: bool
    ) -> None:
        wanted = refund(task=text or "?", payload=payload, payload_schema=ANYTHING)
        if self.driver.now() is not None:
            wanted["timeout_seconds"] = 60 * minutes
        if assignment is not None:
            wanted["assign_to"] = UNMATCHED.get(assignment) or ASSIGNMENTS[assignment][0]
        if told:
            wanted["notify"] = ["slack:#refunds", "email:sue@example.com"]
        self.made(self.ask("POST", "/api/tasks", json=wanted), wanted, assignment)

    @of_a_task
    @rule(pick=CHOICE, change=st.sampled_from(
        [None, "task", "payload", "response_schema", "timeout_seconds", "notify"]))  # fmt: skip
    def use_a_key_again(self, pick: int, change: str | None) -> None:
        task = self.pick(pick)
        changes: dict[str, Any] = {
            "task": "Another?",
            "payload": {"another": 1},
            "response_schema": {"type": "object", "title": "Another"},
            "timeout_seconds": 86_400,
            "notify": [],
        }
        again = task.body if change is None else task.body | {change: changes[change]}
        answer = self.ask("POST", "/api/tasks", json=again)
        if change in ("task", "payload", "response_schema"):
            self.refused(answer, 409, "IDEMPOTENCY_KEY_REUSED")
            return
        assert answer.status_code == 201, answer.text
        assert (answer.json()["id"], answer.headers["idempotent-replayed"]) == (task.id, "true")

    @of_a_task
    @rule(pick=CHOICE, person=_PEOPLE)
    def claim(self, pick: int, person: str) -> None:
        task = self.pick(pick)
        self._catch_up(task)
        answer = self.ask("POST", f"{task.path}/claim", json={"claimed_by_email": person})
        if (refusal := task.refusal_of_claim(person)) is not None:
            self.refused(answer, *refusal, task=task)
            return
        if task.holder is None:
            task.holder = person
            task.status = "assigned" if task.status == "created" else task.status
            task.actions.append("claimed")
        self._is(answer, task)

    @of_a_task
    @rule(pick=CHOICE)
    def open(self, pick: int) -> None:
        task = self.pick(pick)
        self._catch_up(task)
        answer = self.ask("POST", f"{task.path}/open")
        if task.settled:
            self.refused(answer, 409, "TASK_ALREADY_SETTLED", task=task)
            return
        if task.status != "in_progress":
            task.status = "in_progress"
            task.actions.append("opened")
        self._is(answer, task)

    @of_a_task
    @rule(pick=CHOICE, assignment=st.sampled_from([*ASSIGNMENTS, *UNMATCHED]))
    def assign(self, pick: int, assignment: str) -> None:
        task = self.pick(pick)
        self._catch_up(task)
        wanted = UNMATCHED.get(assignment) or ASSIGNMENTS[assignment][0]
        answer = self.ask("POST", f"{task.path}/assign", json={"assign_to": wanted})
        if assignment in UNMATCHED:
            self.refused(answer, 409, "NO_MATCHING_ASSIGNEE", task=task)
        elif task.settled:
            self.refused(answer, 409, "TASK_ALREADY_SETTLED", task=task)
        else:
            task.hand_to(*ASSIGNMENTS[assignment][1:])
            self._is(answer, task)

    @of_a_task
    @rule(pick=CHOICE, approved=st.sampled_from([True, False, None]), reason=TEXT)
    def complete(self, pick: int, approved: bool | None, reason: str) -> None:
        task = self.pick(pick)
        self._catch_up(task)
        response = {"reason": reason} if approved is None else {"approved": approved}
        answer = self.ask("POST", f"{task.path}/complete", json={"response": response})
        if task.settled:
            self.refused(answer, 409, "TASK_ALREADY_SETTLED", task=task)
        elif approved is None:
            self.refused(answer, 422, "RESPONSE_INVALID", task=task)
        else:
            task.response = response
            self._settle(task, "completed")
            self._is(answer, task)

    @of_a_task
    @rule(pick=CHOICE, reason=st.none() | TEXT, silent=st.booleans())
    def cancel(self, pick: int, reason: str | None, silent: bool) -> None:
        task = self.pick(pick)
        self._catch_up(task)
        answer = self.ask(
            "POST", f"{task.path}/cancel", json=None if silent else {"reason": reason}
        )
        if task.settled:
            self.refused(answer, 409, "TASK_ALREADY_SETTLED", task=task)
            return
        self._settle(task, "cancelled")
        self._is(answer, task)

    @of_a_task
    @rule(pick=CHOICE, rarely=st.integers(0, 4))
    def delete(self, pick: int, rarely: int) -> None:
        if rarely:
            self.look(pick)
            return
        task = self.pick(pick)
        self.tasks.remove(task)
        assert self.ask("DELETE", task.path).status_code == 204
        for method, path in (
            ("DELETE", task.path),
            ("GET", task.path),
            ("GET", f"{task.path}/audit"),
        ):
            self.refused(self.ask(method, path), 404, "TASK_NOT_FOUND")

    @of_a_task
    @rule(pick=CHOICE)
    def look(self, pick: int) -> None:
        task = self.pick(pick)
        if task.overdue(self.driver.now()):
            self.driver.settle()
            self.note_what_is_overdue()
        self._is(self.ask("GET", task.path), task)
        if task.settled:
            found = self.ask("GET", f"{task.path}/poll").json()
            assert (found["status"], found["response"]) == (task.status, task.response)
        self._has_its_history(task)

    @of_a_task
    @rule(pick=CHOICE)
    def race(self, pick: int) -> None:
        task = self.pick(pick)
        self._catch_up(task)
        ways: list[tuple[str, dict[str, Any]]] = [
            ("complete", APPROVED),
            ("cancel", {}),
            ("complete", APPROVED),
            ("cancel", {}),
        ]
        answers = self.driver.together(
            [Request("POST", f"{task.path}/{action}", json=body) for action, body in ways]
        )
        refused = [answer for answer in answers if answer.status_code == 409]
        assert len(refused) == (4 if task.settled else 3)
        if not task.settled:
            winner = next(answer.json() for answer in answers if answer.status_code == 200)
            task.response = winner["response"]
            self._settle(task, winner["status"])
        task.actions += ["refused"] * len(refused)

    # What time does; only within this process, where the clock is ours.

    @_with_a_clock
    @rule(seconds=st.sampled_from([0.001, 1, 59, 60, 61, 300]))
    def wait(self, seconds: float) -> None:
        self.driver.advance(seconds)

    @_with_a_clock
    @rule()
    def settle_what_is_overdue(self) -> None:
        self.driver.settle()
        self.note_what_is_overdue()

    def teardown(self) -> None:
        """Compare everything that is there with everything that was made."""
        if not hasattr(self, "before"):
            return
        self.driver.settle()
        self.note_what_is_overdue()
        for task in self.tasks:
            self._has_its_history(task)
        found = {item["id"]: item["status"] for item in self._newest(len(self.tasks) + 50)}
        for identifier in self.before:
            found.pop(identifier, None)
        assert {task.id: task.status for task in self.tasks}.items() <= found.items()

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self.driver.ask(Request(method, path, **given))

    def _newest(self, limit: int = 50) -> list[dict[str, Any]]:
        answer = self.ask("GET", "/api/tasks", params={"limit": min(limit, 200)})
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    def note_what_is_overdue(self) -> None:
        for task in self.tasks:
            self._catch_up(task)

    def pick(self, pick: int) -> Expected:
        return self.tasks[pick % len(self.tasks)]

    def _catch_up(self, task: Expected) -> None:
        """Note that a deadline has passed: whatever is asked next finds the task settled by it."""
        if task.overdue(self.driver.now()):
            self._settle(task, "timed_out")

    def _settle(self, task: Expected, status: str) -> None:
        task.settle(status)
        type(self).settled += 1

    def made(self, answer: httpx.Response, body: dict[str, Any], assignment: str | None) -> None:
        assert answer.status_code == 201, answer.text
        assert "idempotent-replayed" not in answer.headers
        task = after_creation(body, answer.json(), self.driver.now(), assignment)
        self.tasks.append(task)
        self._is(answer, task)

    def _is(self, answer: httpx.Response, task: Expected) -> None:
        assert answer.status_code == 200 + (answer.status_code == 201), answer.text
        found = answer.json()
        assert (found["id"], found["status"]) == (task.id, task.status)
        assert (found["assigned_to_email"], found["response"]) == (task.holder, task.response)
        for name in ("payload", "task", "response_schema", "timeout_seconds"):
            assert found[name] == task.body[name]

    def refused(
        self,
        answer: httpx.Response,
        status: int,
        code: str | None = None,
        task: Expected | None = None,
    ) -> None:
        assert answer.status_code == status, (answer.status_code, answer.text[:500])
        assert code in (None, answer.json()["error_code"])
        assert CANARY not in answer.text
        if task is not None:
            task.actions.append("refused")

    def _has_its_history(self, task: Expected) -> None:
        entries = self.ask("GET", f"{task.path}/audit").json()["items"]
        # What becomes of a message comes between the others, whenever it comes.
        told = ("notification_failed", "notification_skipped")
        acted = [each["action"] for each in entries if each["action"] not in told]
        assert acted == task.actions
        assert entries[-1]["to_status"] == task.status
        assert sum(action in TERMINAL for action in task.actions) == task.settled
