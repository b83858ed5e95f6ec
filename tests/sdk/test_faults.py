"""Waiting through what a network and a server do, on real connections."""

import asyncio
import dataclasses
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError

import pytest

from awaithumans import (
    AwaitHumans,
    AwaitHumansSync,
    PollError,
    ServerUnreachableError,
    TaskCancelledError,
    TaskCreateError,
    TaskNotFoundError,
    await_human_sync,
)
from awaithumans import transport as transports
from awaithumans.discovery import resolve
from awaithumans.pacing import Pace
from awaithumans.steps import run_async, run_sync
from awaithumans.transport import (
    POLL_TASK,
    AsyncTransport,
    Call,
    Refused,
    SyncTransport,
    Unreachable,
)
from awaithumans.waiting import Wait
from awaithumans.wire import CreateTaskRequest
from tests.sdk.standin import (
    REFUND,
    Behaviour,
    Decision,
    Handler,
    StandIn,
    an_error,
    drops,
    hangs,
    html,
    resets,
    says,
    stops_halfway,
)
from tests.support.timing import in_time

BREAKS: dict[str, Behaviour] = {
    "a reset connection": resets,
    "a hang-up": drops,
    "half an answer": stops_halfway,
    "a proxy's 502": html(502),
    "a proxy's 504": html(504),
    "a status that nobody knows": html(520),
    "another page with 200": html(200),
    "JSON of another kind": says(200, {"hello": "world"}),
    "an error with status 200": says(200, an_error("ODD")),
    "no JSON although it says so": lambda h: h.write(200, b"\xff{", "application/json"),
    "JSON too deep to read": lambda h: h.write(200, b"[" * 100_000, "application/json"),
    "the server's own 500": says(500, an_error("INTERNAL_ERROR")),
    "a full database": says(503, an_error("STORAGE_UNAVAILABLE"), Retry_After="1"),
    "an unknown status with a good body": says(599, an_error("ODD")),
}


def quick() -> Pace:
    """Real clocks, hardly any pauses."""

    async def asleep(seconds: float) -> None:
        return None

    return Pace(jitter=random.random, sleep=lambda _: time.sleep(0.01), asleep=asleep)


def a_request() -> CreateTaskRequest:
    return CreateTaskRequest(
        task="Approve refund?",
        payload={},
        payload_schema={},
        response_schema={},
        timeout_seconds=900,
        idempotency_key="key-1",
    )


@pytest.fixture
def wait_sync(standin: StandIn) -> Iterator[Callable[[], Decision]]:
    endpoint = resolve(standin.url, "secret")
    transport, pace = SyncTransport(endpoint), quick()
    wait = Wait(a_request(), Decision, endpoint, pace)
    yield lambda: run_sync(wait.steps(), transport, pace)
    transport.close()


def after(times: int, standin: StandIn, operation: str, act: Callable[[], None]) -> None:
    """Do something as soon as an operation was requested so often."""

    def watch() -> None:
        standin.wait_for(operation, times)
        act()

    threading.Thread(target=watch, daemon=True).start()


@pytest.mark.parametrize("fault", BREAKS.values(), ids=BREAKS)
def test_a_wait_survives_while_creating(
    standin: StandIn, wait_sync: Callable[[], Decision], fault: Behaviour
) -> None:
    standin.instead["create"].append(fault)
    after(1, standin, "poll", standin.approve)
    assert wait_sync().approved
    assert len(standin.tasks) == 1


@pytest.mark.parametrize("fault", BREAKS.values(), ids=BREAKS)
def test_a_wait_survives_while_polling(
    standin: StandIn, wait_sync: Callable[[], Decision], fault: Behaviour
) -> None:
    standin.instead["poll"].extend([fault, fault])
    after(3, standin, "poll", standin.approve)
    assert wait_sync().approved


async def test_an_awaited_wait_survives_all_of_it(standin: StandIn) -> None:
    for queue in ("create", "poll"):
        standin.instead[queue].extend(BREAKS.values())
    endpoint, pace = resolve(standin.url, "secret"), quick()
    frozen = dataclasses.replace(pace, elapsed=lambda: 0.0, jitter=lambda: 0.0)
    transport = AsyncTransport(endpoint)
    after(len(BREAKS) + 1, standin, "poll", standin.approve)
    wait = Wait(a_request(), Decision, endpoint, frozen)
    try:
        decision = await run_async(wait.steps(), transport, frozen)
    finally:
        await transport.aclose()
    assert decision.approved
    assert len(standin.tasks) == 1


def test_a_task_that_was_made_before_the_answer_got_lost_is_found_again(
    standin: StandIn, wait_sync: Callable[[], Decision]
) -> None:
    def made_and_lost(handler: Handler) -> None:
        handler.create(standin.asked("create")[-1], tell=False)
        resets(handler)

    standin.instead["create"].append(made_and_lost)
    after(1, standin, "poll", standin.approve)
    assert wait_sync().approved
    assert len(standin.tasks) == 1
    assert len(standin.asked("create")) == 2


def test_a_wait_survives_a_restart_on_the_same_port(
    standin: StandIn, wait_sync: Callable[[], Decision]
) -> None:
    def restart() -> None:
        standin.stop()
        time.sleep(0.2)
        standin.start()
        standin.approve()

    after(1, standin, "poll", restart)
    assert wait_sync().approved


async def test_many_awaited_waits_survive_a_restart(standin: StandIn) -> None:
    def restart() -> None:
        standin.stop()
        standin.start()
        standin.approve()

    after(20, standin, "poll", restart)
    async with AwaitHumans(standin.url) as client:
        waits = [client.await_human(**REFUND, idempotency_key=f"key-{n}") for n in range(20)]
        assert all(decision.approved for decision in await asyncio.gather(*waits))
    assert len(standin.tasks) == 20


def test_a_dead_port_is_an_unreachable_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    endpoint = resolve(f"http://127.0.0.1:{port}", "secret")
    transport, pace = SyncTransport(endpoint), quick()
    ticks = iter(range(100))
    counted = dataclasses.replace(pace, elapsed=lambda: float(next(ticks)))
    with pytest.raises(ServerUnreachableError) as caught:
        run_sync(Wait(a_request(), Decision, endpoint, counted).steps(), transport, counted)
    transport.close()
    assert caught.value.server_url == endpoint.server_url
    assert "ConnectError" in caught.value.reason


@pytest.mark.quiet
def test_a_server_that_hangs_is_given_up_and_asked_again(standin: StandIn) -> None:
    standin.instead["poll"].append(hangs(0.5))
    transport = SyncTransport(resolve(standin.url, "secret"))
    call = Call(POLL_TASK, {"task_id": "tsk_1", "timeout": 25})
    began = time.monotonic()
    outcome = transport.perform(call, limit=0.05)
    in_time(time.monotonic() - began, 0.4)
    assert outcome == Unreachable("ReadTimeout: timed out")
    assert isinstance(transport.perform(call), Refused)
    transport.close()


def test_a_poll_may_take_as_long_as_it_asks_for_and_some_more() -> None:
    assert transports.POLL_SECONDS == 25
    assert POLL_TASK.read_seconds > 25


def test_a_wrong_key_says_where_it_came_from(standin: StandIn) -> None:
    unauthorized = says(401, an_error("UNAUTHORIZED", "No valid credentials."))
    standin.instead["create"].append(unauthorized)
    with pytest.raises(TaskCreateError) as caught:
        await_human_sync(**REFUND, server_url=standin.url, api_key="canary")
    assert (caught.value.status_code, caught.value.code) == (401, "UNAUTHORIZED")
    assert "The key came from api_key=" in caught.value.hint
    assert "canary" not in str(caught.value)


def test_a_missing_key_says_how_to_get_one(standin: StandIn) -> None:
    standin.instead["create"].append(says(401, an_error("UNAUTHORIZED")))
    with pytest.raises(TaskCreateError) as caught:
        await_human_sync(**REFUND, server_url=standin.url)
    assert "AWAITHUMANS_ADMIN_API_TOKEN" in caught.value.hint
    assert "awaithumans dev" in caught.value.hint


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_withdrawn_meanwhile_ends_the_wait(standin: StandIn, status: int) -> None:
    standin.instead["poll"].append(says(status, an_error("NO")))
    with pytest.raises(PollError) as caught:
        await_human_sync(**REFUND, server_url=standin.url, api_key="mine")
    assert caught.value.status_code == status
    assert "api_key=" in caught.value.hint
    assert len(standin.asked("poll")) == 1


def test_a_deleted_task_is_not_found(standin: StandIn) -> None:
    def forget(handler: Handler) -> None:
        standin.tasks.clear()
        drops(handler)

    standin.instead["poll"].append(forget)
    with pytest.raises(TaskNotFoundError) as caught:
        await_human_sync(**REFUND, server_url=standin.url)
    assert caught.value.task_id


def test_another_kind_of_server_is_told_apart(standin: StandIn) -> None:
    standin.instead["create"].append(html(404))
    with pytest.raises(TaskCreateError) as caught:
        await_human_sync(**REFUND, server_url=standin.url)
    assert caught.value.code == "TASK_CREATE_FAILED"
    assert "<html><body>Bad Gateway" in caught.value.message
    assert "is an awaithumans server there?" in caught.value.hint


def test_a_redirect_does_not_get_the_key(standin: StandIn) -> None:
    standin.instead["create"].append(html(307, Location=f"{standin.url}/elsewhere"))
    with pytest.raises(TaskCreateError, match="name the final address"):
        await_human_sync(**REFUND, server_url=standin.url, api_key="mine")
    assert len(standin.requests) == 1


def test_a_skewed_server_clock_does_not_matter(standin: StandIn) -> None:
    standin.clock_ahead = -86_400.0
    standin.instead["poll"].append(drops)
    after(2, standin, "poll", lambda: standin.settle("cancelled"))
    with pytest.raises(TaskCancelledError):
        await_human_sync(**REFUND, server_url=standin.url)


def test_a_copy_that_does_not_know_its_version_works(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(transports, "version", unknown)
    with AwaitHumansSync(standin.url) as client:
        client.tasks.list()
    assert standin.requests[0][2]["User-Agent"] == "awaithumans-python"


def test_what_cannot_be_sent_is_not_called_unreachable(standin: StandIn) -> None:
    transport = SyncTransport(resolve(standin.url, "secret"))
    body = CreateTaskRequest.model_construct(task="\ud800")
    with pytest.raises(ValueError, match="surrogates"):
        transport.perform(Call(transports.CREATE_TASK, {"body": body}))
    transport.close()
