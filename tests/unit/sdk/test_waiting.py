from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from awaithumans import (
    MarketplaceNotAvailableError,
    PollError,
    SchemaValidationError,
    ServerUnreachableError,
    TaskCancelledError,
    TaskCreateError,
    TaskNotFoundError,
    TaskTimeoutError,
    VerificationExhaustedError,
)
from awaithumans.discovery import Endpoint
from awaithumans.pacing import Pace
from awaithumans.steps import Command, Pause, Warn
from awaithumans.transport import (
    CANCEL_TASK,
    CREATE_TASK,
    GET_TASK,
    LIST_TASKS,
    POLL_TASK,
    Answer,
    Call,
    Refused,
    Unreachable,
)
from awaithumans.waiting import Wait
from awaithumans.wire import (
    AuditTrail,
    CreateTaskRequest,
    ErrorResponse,
    PollResult,
    Task,
    TaskPage,
)
from tests.sdk.standin import a_task

ENDPOINT = Endpoint("http://tasks.example.com", "secret", "server_url=", "api_key=")
NOON = datetime(2026, 1, 5, 12, tzinfo=timezone.utc)
GONE = Unreachable("ConnectError: refused")
APOLOGY = Refused(502, None, {}, "Bad Gateway")


class Decision(BaseModel):
    approved: bool


@dataclass
class World:
    """Two clocks that only a pause or a call moves; the server's shows noon at zero."""

    wall: float = NOON.timestamp()
    elapsed: float = 0.0
    jitter: float = 1.0
    pauses: list[float] = field(default_factory=list[float])
    said: list[str] = field(default_factory=list[str])
    warned: list[str] = field(default_factory=list[str])

    def pace(self) -> Pace:
        return Pace(lambda: self.wall, lambda: self.elapsed, lambda: self.jitter)

    def go_on(self, seconds: float) -> None:
        self.wall += seconds
        self.elapsed += seconds

    def date(self) -> httpx.Headers:
        return httpx.Headers({"date": format_datetime(NOON + timedelta(seconds=self.elapsed))})


Reply = Callable[[World], Any]


def request() -> CreateTaskRequest:
    return CreateTaskRequest(
        task="Approve?",
        payload={},
        payload_schema={},
        response_schema={},
        timeout_seconds=60,
        idempotency_key="key-1",
    )


def task(**fields: Any) -> Task:
    late = (NOON + timedelta(seconds=60)).isoformat()
    return Task.model_validate(a_task(1, 60, **{"timeout_at": late, **fields}))


def created(world: World) -> Any:
    return Answer(task(), world.date())


def polled(status: str, after: float = 0.0, **fields: Any) -> Reply:
    def reply(world: World) -> Any:
        world.go_on(after)
        empty = dict.fromkeys(["response", "completed_at", "timed_out_at"])
        result = {**empty, "status": status, "verification_attempt": 0, **fields}
        return Answer(PollResult.model_validate(result), world.date())

    return reply


def fails(outcome: Any, after: float = 0.0) -> Reply:
    def reply(world: World) -> Any:
        world.go_on(after)
        return outcome

    return reply


def refusal(status: int, code: str, message: str = "No.", **headers: str) -> Refused:
    error = ErrorResponse(error_code=code, message=message, docs=f"http://x/api/docs#{code}")
    return Refused(status, error, headers)


YES = polled("completed", response={"approved": True})


def live(world: World, *replies: Reply, then: Reply | None = None) -> tuple[Decision, list[Call]]:
    """Run a wait against scripted outcomes."""
    wait = Wait(request(), Decision, ENDPOINT, world.pace())
    steps, left, calls = wait.steps(), list(replies), list[Call]()
    outcome: Any = None
    while True:
        try:
            command: Command = steps.send(outcome)
        except StopIteration as end:
            assert not left
            return end.value, calls
        outcome = None
        if isinstance(command, Call):
            calls.append(command)
            outcome = (left.pop(0) if left else then or fails(GONE))(world)
        elif isinstance(command, Pause):
            world.pauses.append(command.seconds)
            world.go_on(command.seconds)
        elif isinstance(command, Warn):
            world.warned.append(command.line)
        else:
            world.said.append(command.line)


def test_a_wait_creates_says_where_to_look_polls_and_answers() -> None:
    world = World()
    decision, calls = live(world, created, polled("created", 25), polled("in_progress", 25), YES)
    assert decision == Decision(approved=True)
    assert [c.operation for c in calls] == [CREATE_TASK, POLL_TASK, POLL_TASK, POLL_TASK]
    assert calls[1].arguments == {"task_id": task().id, "timeout": 25}
    assert world.pauses == []
    page = f"http://tasks.example.com/task?id={task().id}"
    line = f"waiting for a person: Approve refund? -> {page} (or run: awaithumans inbox)"
    assert world.said == [f"awaithumans: {line}"]


def test_a_replay_of_an_answered_task_answers_at_once() -> None:
    world = World()
    done = Answer(task(status="completed", response={"approved": False}), {})
    decision, calls = live(world, fails(done))
    assert decision == Decision(approved=False)
    assert [c.operation for c in calls] == [CREATE_TASK]
    assert world.said == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("timed_out", TaskTimeoutError),
        ("cancelled", TaskCancelledError),
        ("verification_exhausted", VerificationExhaustedError),
    ],
)
def test_every_other_end_has_its_error_polled_or_replayed(
    status: str, kind: type[Exception]
) -> None:
    for replies in (
        [created, polled(status, verification_attempt=3)],
        [fails(Answer(task(status=status, verification_attempt=3), {}))],
    ):
        with pytest.raises(kind) as caught:
            live(World(), *replies)
        assert vars(caught.value)["task_id"] == task().id
        assert "new idempotency_key" in str(caught.value)
        assert vars(caught.value).get("attempts", 3) == 3


@pytest.mark.parametrize("response", [None, {}, {"approved": "perhaps-secret"}])
def test_an_answer_of_another_shape_names_its_fields_and_not_its_values(response: Any) -> None:
    with pytest.raises(SchemaValidationError) as caught:
        live(World(), created, polled("completed", response=response))
    assert caught.value.response == response
    assert caught.value.errors
    assert "perhaps-secret" not in str(caught.value)


# Creating


def test_creating_is_tried_again_for_about_five_seconds() -> None:
    world = World()
    with pytest.raises(ServerUnreachableError) as caught:
        live(world)
    assert world.pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6])
    assert sum(world.pauses) < 5
    assert caught.value.task_id is None
    assert caught.value.reason == "ConnectError: refused"
    assert "awaithumans dev" in caught.value.hint


def test_a_create_that_takes_long_to_fail_is_not_tried_much_longer() -> None:
    world = World()
    with pytest.raises(ServerUnreachableError):
        live(world, then=fails(GONE, after=5))
    assert world.pauses == []


def test_creating_survives_a_short_absence() -> None:
    world = World()
    busy = refusal(503, "STORAGE_UNAVAILABLE", **{"retry-after": "2"})
    _, calls = live(world, fails(GONE), fails(APOLOGY), fails(busy), created, YES)
    assert world.pauses == pytest.approx([0.1, 0.2, 2.4])
    assert [c.operation for c in calls] == [CREATE_TASK] * 4 + [POLL_TASK]


def test_a_server_that_keeps_failing_says_so_itself() -> None:
    with pytest.raises(TaskCreateError) as caught:
        live(World(), then=fails(refusal(500, "INTERNAL_ERROR", "It made a mistake.")))
    assert (caught.value.status_code, caught.value.code) == (500, "INTERNAL_ERROR")


def test_a_proxy_that_keeps_apologising_is_an_unreachable_server() -> None:
    with pytest.raises(ServerUnreachableError, match="it answered 502: Bad Gateway"):
        live(World(), then=fails(APOLOGY))
    with pytest.raises(ServerUnreachableError, match=r"it answered 504\)"):
        live(World(), then=fails(Refused(504, None, {})))


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 408, 409, 413, 422, 429, 501])
def test_a_create_that_is_refused_is_not_repeated(status: int) -> None:
    for refused in (refusal(status, "REFUSED"), Refused(status, None, {}, "no")):
        with pytest.raises(TaskCreateError) as caught:
            live(World(), fails(refused))
        assert caught.value.status_code == status


def test_a_refused_create_names_the_fields() -> None:
    error = ErrorResponse.model_validate(
        {
            "error_code": "PAYLOAD_INVALID",
            "message": "The payload does not satisfy payload_schema.",
            "docs": "http://x/api/docs#PAYLOAD_INVALID",
            "errors": [{"loc": ["body", "payload", "items", 0], "msg": "is required"}],
        }
    )
    with pytest.raises(TaskCreateError) as caught:
        live(World(), fails(Refused(422, error, {})))
    assert caught.value.message.endswith("body.payload.items.0: is required")
    assert caught.value.errors == [{"loc": ["body", "payload", "items", 0], "msg": "is required"}]
    assert caught.value.docs_url == "http://x/api/docs#PAYLOAD_INVALID"


def test_a_server_without_a_marketplace_says_so() -> None:
    with pytest.raises(MarketplaceNotAvailableError):
        live(World(), fails(refusal(501, "MARKETPLACE_NOT_AVAILABLE")))


def test_a_redirect_is_not_followed_but_named() -> None:
    moved = Refused(308, None, {"location": "https://tasks.example.com/api/tasks"})
    with pytest.raises(TaskCreateError) as caught:
        live(World(), fails(moved))
    assert "redirects to https://tasks.example.com/api/tasks" in caught.value.hint


# Polling


def test_a_wait_survives_what_a_wait_meets() -> None:
    world = World()
    faults = [fails(x) for x in (GONE, APOLOGY, refusal(500, "INTERNAL_ERROR"), GONE, GONE)]
    captive_portal = fails(Refused(302, None, {"location": "http://hotel"}))
    decision, _ = live(world, created, *faults, captive_portal, YES)
    assert decision.approved
    assert world.pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2])


def test_pauses_grow_to_five_seconds_are_random_and_start_small_again() -> None:
    world = World()
    absence = [fails(GONE)] * 8
    live(world, created, *absence, polled("created", 25), fails(GONE), YES)
    assert world.pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 0.1])
    world = World(jitter=0.5)
    live(world, created, *absence, YES)
    assert world.pauses == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.5, 2.5])


@pytest.mark.parametrize(
    ("asked", "waited"), [("3", 3.1), ("3600", 30.1), ("soon", 0.1), ("-1", 0.1), ("²", 0.1)]
)
def test_a_server_may_ask_for_a_longer_pause_within_reason(asked: str, waited: float) -> None:
    world = World()
    busy = refusal(503, "STORAGE_UNAVAILABLE", **{"retry-after": asked})
    live(world, created, fails(busy), YES)
    assert world.pauses == pytest.approx([waited])


def test_a_server_that_does_not_hold_the_poll_is_not_asked_without_a_pause() -> None:
    world = World()
    live(world, created, *[polled("created")] * 6, polled("created", 25), YES)
    assert world.pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1, 1])


@pytest.mark.parametrize("status", [400, 401, 403, 408, 422, 429])
def test_a_refused_poll_is_not_repeated(status: int) -> None:
    for refused in (refusal(status, "REFUSED"), Refused(status, None, {}, "no")):
        with pytest.raises(PollError) as caught:
            live(World(), created, fails(refused))
        assert (caught.value.status_code, caught.value.task_id) == (status, task().id)


def test_a_task_that_disappeared_is_not_found() -> None:
    for refused in (refusal(404, "TASK_NOT_FOUND"), Refused(404, None, {}, "404 page not found")):
        with pytest.raises(TaskNotFoundError) as caught:
            live(World(), created, fails(refused))
        assert caught.value.code == "TASK_NOT_FOUND"


# The deadline


def test_an_absent_server_is_waited_for_until_the_deadline_and_a_grace() -> None:
    world = World()
    with pytest.raises(ServerUnreachableError) as caught:
        live(world, created)
    assert 90 <= world.elapsed <= 96
    assert caught.value.task_id == task().id


@pytest.mark.parametrize("error", [-86_400, 86_400])
def test_a_wrong_local_clock_changes_nothing(error: int) -> None:
    world = World(wall=NOON.timestamp() + error)
    with pytest.raises(ServerUnreachableError):
        live(world, created)
    assert 90 <= world.elapsed <= 96


def test_without_a_date_the_local_clock_is_trusted() -> None:
    for headers in ({}, {"date": "yesterday"}):
        world = World()
        with pytest.raises(ServerUnreachableError):
            live(world, fails(Answer(task(), headers)))
        assert 90 <= world.elapsed <= 96


def test_a_date_without_a_zone_is_utc() -> None:
    world = World()
    with pytest.raises(ServerUnreachableError):
        live(world, fails(Answer(task(), {"date": "Mon, 05 Jan 2026 12:00:00 -0000"})))
    assert 90 <= world.elapsed <= 96


def test_a_laptop_that_sleeps_past_the_deadline_still_gets_its_answer() -> None:
    world = World()

    def sleeps(world: World) -> Any:
        world.wall += 36_000
        return GONE

    decision, _ = live(world, created, sleeps, *[fails(GONE)] * 5, YES)
    assert decision.approved


def test_a_clock_that_is_set_forward_does_not_end_the_wait_while_the_server_answers() -> None:
    world = World()

    def set_forward(world: World) -> Any:
        world.wall += 36_000
        return polled("created", 25)(world)

    decision, _ = live(world, created, set_forward, *[fails(GONE)] * 12, YES)
    assert decision.approved


def test_a_server_that_forgets_the_deadline_is_not_waited_for_for_ever() -> None:
    world = World()
    with pytest.raises(TaskTimeoutError):
        live(world, created, then=polled("assigned", 25))
    assert 90 <= world.elapsed <= 130


def test_an_answer_that_is_being_verified_is_waited_for_past_the_deadline() -> None:
    decision, _ = live(World(), created, *[polled("submitted", 25)] * 20, YES)
    assert decision.approved


# The verifier


def looked(status: str, count: int, outcome: str = "refused", **said: Any) -> Reply:
    """What the task tells when it is looked at."""
    verdict = {"outcome": outcome, "reason": "No date.", "attempt": count, **said}
    verdict |= {"fields": [], "model": "a-model", "at": NOON.isoformat()}
    told = {"status": status, "verification_attempt": count, "max_attempts": 3}
    return fails(Answer(task(**told, verdict=verdict), {}))


def rejected(attempt: int) -> Reply:
    return polled("rejected", 25, verification_attempt=attempt)


def looks(calls: list[Call]) -> int:
    return [call.operation for call in calls].count(GET_TASK)


def test_each_refusal_is_looked_up_once_and_warned_of() -> None:
    world = World()
    again = [rejected(1), polled("in_progress", 25, verification_attempt=1)]
    second = polled("submitted", 25, verification_attempt=2)
    decision, calls = live(
        world,
        *(created, polled("submitted", 25), rejected(1), looked("rejected", 1), *again),
        *(second, looked("submitted", 2, reason="Still\nnone."), YES),
    )
    assert decision.approved
    assert world.warned == [
        f"answer 1 of 3 to {task().id} was refused by the verifier: No date.",
        f"answer 2 of 3 to {task().id} was refused by the verifier: Still none.",
    ]
    assert looks(calls) == 2


def test_an_answer_that_passed_is_not_looked_up() -> None:
    world = World()
    yes = polled("completed", response={"approved": True}, verification_attempt=1)
    _, calls = live(world, created, yes)
    assert (looks(calls), world.warned) == (0, [])


def history(*reasons: str, action: str = "rejected") -> Reply:
    """What the history tells of refusals."""
    about = {"task_id": task().id, "from_status": "submitted", "to_status": "rejected"}
    about |= {"actor_type": "system", "actor_email": None, "channel": None}
    lines = [
        {
            "id": f"aud_{attempt}",
            "action": action,
            "created_at": NOON.isoformat(),
            "extra_data": {"attempt": attempt, "reason": reason},
            **about,
        }
        for attempt, reason in enumerate(reasons, 1)
    ]
    return fails(Answer(AuditTrail.model_validate({"items": lines}), {}))


def test_refusals_between_two_polls_are_warned_of_when_the_next_answer_passed() -> None:
    world = World()
    yes = polled("completed", response={"approved": True}, verification_attempt=3)
    given = fails(Answer(task(max_attempts=3), {}))
    live(world, given, yes, history("No date.", "Still\nnone."))
    assert world.warned == [
        f"answer 1 of 3 to {task().id} was refused by the verifier: No date.",
        f"answer 2 of 3 to {task().id} was refused by the verifier: Still none.",
    ]


def test_what_was_warned_of_before_is_not_told_again() -> None:
    world = World()
    yes = polled("completed", response={"approved": True}, verification_attempt=3)
    live(world, created, rejected(1), looked("rejected", 1), yes, history("No date.", ""))
    assert [line.split(" was ")[1] for line in world.warned] == [
        "refused by the verifier: No date.",
        "refused by the verifier: it gave no reason",
    ]
    world = World()
    yes = polled("completed", response={"approved": True}, verification_attempt=2)
    live(world, created, rejected(1), looked("rejected", 1), yes)
    assert len(world.warned) == 1


@pytest.mark.parametrize("told", [fails(GONE), history("No date.", action="verified")])
def test_a_history_that_tells_of_no_refusal_does_not_end_the_wait(told: Reply) -> None:
    world = World()
    yes = polled("completed", response={"approved": True}, verification_attempt=2)
    assert live(world, created, yes, told)[0].approved
    assert world.warned == []


def test_a_verdict_that_passed_meanwhile_is_no_warning() -> None:
    world = World()
    verified = polled("verified", 25, verification_attempt=1)
    live(world, created, verified, looked("completed", 1, "passed"), YES)
    assert world.warned == []


@pytest.mark.parametrize(
    ("outcome", "words"),
    [("failed", "could not be verified"), ("not_understood", "was not understood")],
)
def test_an_answer_without_a_verdict_is_a_warning_of_another_kind(outcome: str, words: str) -> None:
    world = World()
    failed = looked("in_progress", 1, outcome, reason="No answer in time.")
    asked_again = polled("in_progress", 25, verification_attempt=1)
    live(world, created, asked_again, failed, asked_again, YES)
    assert world.warned == [f"an answer to {task().id} {words}: No answer in time."]


@pytest.mark.parametrize("outcome", [GONE, APOLOGY, refusal(404, "TASK_NOT_FOUND")])
def test_a_look_that_fails_is_not_repeated_and_does_not_end_the_wait(outcome: Any) -> None:
    world = World()
    decision, calls = live(world, created, rejected(1), fails(outcome), rejected(1), YES)
    assert decision.approved
    assert (looks(calls), world.warned, world.pauses) == (1, [], [])


def test_a_task_that_has_no_verdict_any_more_is_no_warning() -> None:
    world = World()
    told = fails(Answer(task(verification_attempt=1), {}))
    assert live(world, created, rejected(1), told, YES)[0].approved
    assert world.warned == []


def test_a_refusal_without_a_reason_says_so() -> None:
    world = World()
    live(world, created, rejected(1), looked("rejected", 1, reason="\n"), YES)
    assert world.warned[0].endswith("was refused by the verifier: it gave no reason")


def test_the_last_refusal_is_in_the_error() -> None:
    world = World()
    exhausted = polled("verification_exhausted", verification_attempt=3)
    with pytest.raises(VerificationExhaustedError) as caught:
        live(world, created, exhausted, looked("verification_exhausted", 3))
    assert (caught.value.reason, caught.value.attempts) == ("No date.", 3)
    assert "refused all 3 answers" in caught.value.message
    assert caught.value.message.endswith("Of the last it said: No date.")
    assert len(world.warned) == 1


def test_a_refusal_that_was_heard_before_the_poll_is_in_the_error_too() -> None:
    exhausted = polled("verification_exhausted", verification_attempt=3)
    with pytest.raises(VerificationExhaustedError) as caught:
        live(World(), created, rejected(2), looked("verification_exhausted", 3), exhausted)
    assert caught.value.reason == "No date."


def test_an_exhausted_task_that_is_found_again_tells_its_reason() -> None:
    with pytest.raises(VerificationExhaustedError) as caught:
        live(World(), looked("verification_exhausted", 3))
    assert caught.value.reason == "No date."


def test_without_a_reason_the_error_says_so_by_saying_nothing() -> None:
    exhausted = polled("verification_exhausted", verification_attempt=3)
    with pytest.raises(VerificationExhaustedError) as caught:
        live(World(), created, exhausted, fails(GONE))
    assert caught.value.reason == ""
    assert caught.value.message.endswith(f"answers to {task().id}.")


def test_a_reason_cannot_forge_a_line_of_the_log() -> None:
    world = World()
    hostile = "No.\r\nERROR paid\x1b[2J" + "x" * 5000
    live(world, created, rejected(1), looked("rejected", 1, reason=hostile), YES)
    assert world.warned[0].isprintable()
    assert "No. ERROR paid [2Jx" in world.warned[0]
    assert len(world.warned[0]) < 2200


# Giving up


def abandon(wait: Wait[Any], *outcomes: Any) -> list[Call]:
    steps, calls, left = wait.abandoning(), list[Call](), list(outcomes)
    outcome: Any = None
    while True:
        try:
            command = steps.send(outcome)
        except StopIteration:
            return calls
        assert isinstance(command, Call)
        calls.append(command)
        outcome = left.pop(0)


def test_an_abandoned_task_is_cancelled_once_whatever_comes_of_it() -> None:
    wait = Wait(request(), Decision, ENDPOINT, World().pace())
    wait.task_id = "tsk_7"
    calls = abandon(wait, GONE)
    assert [(c.operation, c.arguments) for c in calls] == [(CANCEL_TASK, {"task_id": "tsk_7"})]


def test_a_task_whose_id_was_never_heard_is_looked_up_and_not_created_again() -> None:
    ours, other = task().model_dump(), task(id="tsk_other", idempotency_key="x").model_dump()
    page = TaskPage.model_validate({"items": [other, ours], "next_cursor": None})
    calls = abandon(Wait(request(), Decision, ENDPOINT, World().pace()), Answer(page, {}), GONE)
    assert [c.operation for c in calls] == [LIST_TASKS, CANCEL_TASK]
    assert calls[1].arguments == {"task_id": task().id}


def test_a_task_that_never_came_to_be_is_not_cancelled() -> None:
    calls = abandon(Wait(request(), Decision, ENDPOINT, World().pace()), GONE)
    assert [c.operation for c in calls] == [LIST_TASKS]


def test_a_title_cannot_steer_the_terminal() -> None:
    world = World()
    hostile = "Pay\x1b[2J\r\n\u202e\u200bnow\u2028" + "x" * 200
    live(world, fails(Answer(task(task=hostile), {})), YES)
    title = world.said[0].removeprefix("awaithumans: waiting for a person: ").split(" -> ")[0]
    assert title.isprintable()
    assert title.startswith("Pay [2J now x")
    assert len(title) == 80
