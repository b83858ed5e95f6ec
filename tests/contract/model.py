"""A model of the API for hypothesis: anything in any order, and the server is what the model says."""

import json
from typing import Any, ClassVar
from urllib.parse import quote

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
from tests.contract.hostile import CANARY, NEVER, PERHAPS, WHOLES, Body, fill, spot
from tests.support.bodies import APPROVED, refund

_ANYTHING: dict[str, Any] = {"type": "object"}
_PEOPLE = st.sampled_from(["sue@example.com", "joe@example.com", "ann@example.com"])
_CHOICE = st.integers(0, 1_000_000)
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
# Each operation with a body: where it is sent, a valid body, and where in it a fragment goes.
BODIES: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "create": ("/api/tasks", {}, ("payload", "customer")),
    "create, elsewhere": ("/api/tasks", {}, ("form_definition", "x")),
    "create, in a schema": ("/api/tasks", {}, ("response_schema", "x-note")),
    "create, in its key": ("/api/tasks", {}, ("idempotency_key",)),
    "create, in a number": ("/api/tasks", {}, ("timeout_seconds",)),
    "complete": ("{task}/complete", APPROVED, ("response", "reason")),
    "claim": ("{task}/claim", {"claimed_by_email": "sue@example.com"}, ("claimed_by_email",)),
    "assign": ("{task}/assign", {"assign_to": {"role": "x"}}, ("assign_to", "email")),
    "cancel": ("{task}/cancel", {"reason": "x"}, ("reason",)),
    "login": ("/api/auth/login", {"email": "x@y", "password": "x"}, ("password",)),
    "setup": (
        "/api/setup/operator",
        {"token": "x", "email": "x@y", "password": "x" * 12},
        ("token",),
    ),
}
_STRANGE_IDS = [
    "42", "tsk_", "tsk_0000000000000000000000000A", "tsk_" + "Z" * 26, "tsk_" + "é" * 26, "TSK_x",
    "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "\x00", "\ud800", "..;", "'; DROP TABLE tasks", "x" * 64,
    "\U0001f600", "%", "null", "*", "tsk_01ARZ3NDEKTSV4RRFFQ69G5FAV ", "\n", "{task_id}",
]  # fmt: skip
_QUERIES: list[tuple[dict[str, Any], int]] = [
    ({"limit": "0"}, 422), ({"limit": "201"}, 422), ({"limit": "1e1"}, 422), ({"limit": " 5"}, 422),
    ({"limit": "9" * 5000}, 422), ({"limit": ""}, 422), ({"limit": CANARY}, 422),
    ({"cursor": CANARY}, 422), ({"cursor": "tsk_" + "0" * 26}, 200), ({"status": CANARY}, 422),
    ({"status": ["created"] * 12}, 422), ({"status": ["created"] * 11}, 200), ({"q": ""}, 422),
    ({"q": "x" * 201}, 422), ({"q": "%_\\"}, 200), ({"q": "'\"--"}, 200), ({"terminal": "1"}, 422),
    ({"terminal": "true", "unassigned": "false", "assigned_to": "me"}, 200),
    ({"assigned_to": "\U0010ffff"}, 200), ({"assigned_to": "x" * 255}, 422), ({"what": "x"}, 200),
]  # fmt: skip


_of_a_task = precondition(lambda self: bool(self.tasks))
_with_a_clock = precondition(lambda self: self.driver.now() is not None)


class Api(RuleBasedStateMachine):
    """Anything in any order. `driver` is set by the test; the server behind it is never reset."""

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

    @rule(payload=st.dictionaries(_TEXT, _JSON, max_size=3), text=_TEXT, minutes=st.integers(1, 5),
          assignment=st.sampled_from([None, *ASSIGNMENTS, *UNMATCHED]), told=st.booleans())  # fmt: skip
    def create(
        self, payload: dict[str, Any], text: str, minutes: int, assignment: str | None, told: bool
    ) -> None:
        wanted = refund(task=text or "?", payload=payload, payload_schema=_ANYTHING)
        if self.driver.now() is not None:
            wanted["timeout_seconds"] = 60 * minutes
        if assignment is not None:
            wanted["assign_to"] = UNMATCHED.get(assignment) or ASSIGNMENTS[assignment][0]
        if told:
            wanted["notify"] = ["slack:#refunds", "email:sue@example.com"]
        self._made(self._ask("POST", "/api/tasks", json=wanted), wanted, assignment)

    @_of_a_task
    @rule(pick=_CHOICE, change=st.sampled_from(
        [None, "task", "payload", "response_schema", "timeout_seconds", "notify"]))  # fmt: skip
    def use_a_key_again(self, pick: int, change: str | None) -> None:
        task = self._pick(pick)
        changes: dict[str, Any] = {
            "task": "Another?",
            "payload": {"another": 1},
            "response_schema": {"type": "object", "title": "Another"},
            "timeout_seconds": 86_400,
            "notify": [],
        }
        again = task.body if change is None else task.body | {change: changes[change]}
        answer = self._ask("POST", "/api/tasks", json=again)
        if change in ("task", "payload", "response_schema"):
            self._refused(answer, 409, "IDEMPOTENCY_KEY_REUSED")
            return
        assert answer.status_code == 201, answer.text
        assert (answer.json()["id"], answer.headers["idempotent-replayed"]) == (task.id, "true")

    @_of_a_task
    @rule(pick=_CHOICE, person=_PEOPLE)
    def claim(self, pick: int, person: str) -> None:
        task = self._pick(pick)
        self._catch_up(task)
        answer = self._ask("POST", f"{task.path}/claim", json={"claimed_by_email": person})
        if (refusal := task.refusal_of_claim(person)) is not None:
            self._refused(answer, *refusal, task=task)
            return
        if task.holder is None:
            task.holder = person
            task.status = "assigned" if task.status == "created" else task.status
            task.actions.append("claimed")
        self._is(answer, task)

    @_of_a_task
    @rule(pick=_CHOICE)
    def open(self, pick: int) -> None:
        task = self._pick(pick)
        self._catch_up(task)
        answer = self._ask("POST", f"{task.path}/open")
        if task.settled:
            self._refused(answer, 409, "TASK_ALREADY_SETTLED", task=task)
            return
        if task.status != "in_progress":
            task.status = "in_progress"
            task.actions.append("opened")
        self._is(answer, task)

    @_of_a_task
    @rule(pick=_CHOICE, assignment=st.sampled_from([*ASSIGNMENTS, *UNMATCHED]))
    def assign(self, pick: int, assignment: str) -> None:
        task = self._pick(pick)
        self._catch_up(task)
        wanted = UNMATCHED.get(assignment) or ASSIGNMENTS[assignment][0]
        answer = self._ask("POST", f"{task.path}/assign", json={"assign_to": wanted})
        if assignment in UNMATCHED:
            self._refused(answer, 409, "NO_MATCHING_ASSIGNEE", task=task)
        elif task.settled:
            self._refused(answer, 409, "TASK_ALREADY_SETTLED", task=task)
        else:
            task.hand_to(*ASSIGNMENTS[assignment][1:])
            self._is(answer, task)

    @_of_a_task
    @rule(pick=_CHOICE, approved=st.sampled_from([True, False, None]), reason=_TEXT)
    def complete(self, pick: int, approved: bool | None, reason: str) -> None:
        task = self._pick(pick)
        self._catch_up(task)
        response = {"reason": reason} if approved is None else {"approved": approved}
        answer = self._ask("POST", f"{task.path}/complete", json={"response": response})
        if task.settled:
            self._refused(answer, 409, "TASK_ALREADY_SETTLED", task=task)
        elif approved is None:
            self._refused(answer, 422, "RESPONSE_INVALID", task=task)
        else:
            task.response = response
            self._settle(task, "completed")
            self._is(answer, task)

    @_of_a_task
    @rule(pick=_CHOICE, reason=st.none() | _TEXT, silent=st.booleans())
    def cancel(self, pick: int, reason: str | None, silent: bool) -> None:
        task = self._pick(pick)
        self._catch_up(task)
        answer = self._ask(
            "POST", f"{task.path}/cancel", json=None if silent else {"reason": reason}
        )
        if task.settled:
            self._refused(answer, 409, "TASK_ALREADY_SETTLED", task=task)
            return
        self._settle(task, "cancelled")
        self._is(answer, task)

    @_of_a_task
    @rule(pick=_CHOICE, rarely=st.integers(0, 4))
    def delete(self, pick: int, rarely: int) -> None:
        if rarely:
            self.look(pick)
            return
        task = self._pick(pick)
        self.tasks.remove(task)
        assert self._ask("DELETE", task.path).status_code == 204
        for method, path in (
            ("DELETE", task.path),
            ("GET", task.path),
            ("GET", f"{task.path}/audit"),
        ):
            self._refused(self._ask(method, path), 404, "TASK_NOT_FOUND")

    @_of_a_task
    @rule(pick=_CHOICE)
    def look(self, pick: int) -> None:
        task = self._pick(pick)
        if task.overdue(self.driver.now()):
            self.driver.settle()
            self.note_what_is_overdue()
        self._is(self._ask("GET", task.path), task)
        if task.settled:
            found = self._ask("GET", f"{task.path}/poll").json()
            assert (found["status"], found["response"]) == (task.status, task.response)
        self._has_its_history(task)

    @_of_a_task
    @rule(pick=_CHOICE)
    def race(self, pick: int) -> None:
        task = self._pick(pick)
        self._catch_up(task)
        ways = [("complete", APPROVED), ("cancel", {}), ("complete", APPROVED), ("cancel", {})]
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

    # What a hostile client does.

    @_of_a_task
    @rule(
        pick=_CHOICE, operation=st.sampled_from(sorted(BODIES)), name=st.sampled_from(sorted(NEVER))
    )
    def send_what_is_no_json(self, pick: int, operation: str, name: str) -> None:
        self._send_hostile(pick, operation, lambda valid, way: fill(spot(valid, *way), NEVER[name]))

    @_of_a_task
    @rule(
        pick=_CHOICE,
        operation=st.sampled_from(sorted(BODIES)),
        name=st.sampled_from(sorted(WHOLES)),
    )
    def send_what_is_no_body(self, pick: int, operation: str, name: str) -> None:
        self._send_hostile(
            pick, operation, lambda valid, _: WHOLES[name](json.dumps(valid).encode())
        )

    @rule(
        name=st.sampled_from(sorted(PERHAPS)),
        place=st.sampled_from(["payload", "initial_response"]),
    )
    def send_strange_json(self, name: str, place: str) -> None:
        valid = refund(payload={}, payload_schema=_ANYTHING)
        body = fill(spot(valid, place, "x"), PERHAPS[name])
        answer = self.driver.ask(Request("POST", "/api/tasks", body=body))
        if answer.status_code == 422:
            self._refused(answer, 422)
            return
        sent = json.loads(body.content)
        self._made(answer, sent, None)
        assert self._ask("GET", self.tasks[-1].path).json()[place] == sent[place]

    @rule(identifier=st.sampled_from(_STRANGE_IDS) | _TEXT.filter(lambda text: text not in ("", ".", "..")),
          action=st.sampled_from(["", "/audit", "/poll", "/open", "/complete", "/cancel"]))  # fmt: skip
    def ask_for_what_is_not_there(self, identifier: str, action: str) -> None:
        path = f"/api/tasks/{quote(identifier, safe='', errors='surrogatepass')}{action}"
        reading = action in ("", "/audit", "/poll")
        answer = self._ask(
            "GET" if reading else "POST", path, json=APPROVED if action == "/complete" else None
        )
        self._refused(answer, 404)

    @rule(query=st.sampled_from(_QUERIES))
    def ask_for_a_strange_list(self, query: tuple[dict[str, Any], int]) -> None:
        params, status = query
        answer = self._ask("GET", "/api/tasks", params=params)
        assert answer.status_code == status, answer.text
        assert status == 200 or CANARY not in answer.text

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

    def _ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self.driver.ask(Request(method, path, **given))

    def _newest(self, limit: int = 50) -> list[dict[str, Any]]:
        answer = self._ask("GET", "/api/tasks", params={"limit": min(limit, 200)})
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    def note_what_is_overdue(self) -> None:
        for task in self.tasks:
            self._catch_up(task)

    def _pick(self, pick: int) -> Expected:
        return self.tasks[pick % len(self.tasks)]

    def _catch_up(self, task: Expected) -> None:
        """Note that a deadline has passed: whatever is asked next finds the task settled by it."""
        if task.overdue(self.driver.now()):
            self._settle(task, "timed_out")

    def _settle(self, task: Expected, status: str) -> None:
        task.settle(status)
        type(self).settled += 1

    def _made(self, answer: httpx.Response, body: dict[str, Any], assignment: str | None) -> None:
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

    def _refused(
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
        entries = self._ask("GET", f"{task.path}/audit").json()["items"]
        assert [entry["action"] for entry in entries] == task.actions
        assert entries[-1]["to_status"] == task.status
        assert sum(action in TERMINAL for action in task.actions) == task.settled

    def _send_hostile(self, pick: int, operation: str, make: Any) -> None:
        path, valid, way = BODIES[operation]
        path = path.format(task=self._pick(pick).path)
        whole = refund(payload_schema=_ANYTHING) if path == "/api/tasks" else valid
        body: Body = make(whole, way)
        answer = self.driver.ask(Request("POST", path, body=body))
        self._refused(answer, body.status)
