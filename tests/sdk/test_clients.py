import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from awaithumans import (
    AuditEntry,
    AwaitHumans,
    AwaitHumansError,
    AwaitHumansSync,
    RequestError,
    ServerUnreachableError,
    Task,
    TaskCreateError,
    TaskNotFoundError,
    TaskPage,
    TaskSummary,
)
from tests.sdk.standin import (
    REFUND,
    Behaviour,
    Decision,
    StandIn,
    an_error,
    drops,
    hangs,
    html,
    says,
)


def fill(standin: StandIn, client: AwaitHumansSync, many: int) -> list[str]:
    return [client.tasks.create(**REFUND, idempotency_key=f"key-{n}").id for n in range(many)]


def test_a_blocking_client_does_all_there_is_to_do_with_tasks(standin: StandIn) -> None:
    with AwaitHumansSync(standin.url, "key") as client:
        assert client.server_url == standin.url
        task = client.tasks.create(**REFUND, assign_to=["a@example.com", "b@example.com"])
        assert isinstance(task, Task)
        assert standin.asked("create")[0]["assign_to"] == {
            "emails": ["a@example.com", "b@example.com"]
        }
        assert client.tasks.get(task.id) == task
        page = client.tasks.list(status="created", terminal=False, q="refund")
        assert isinstance(page, TaskPage)
        assert [item.id for item in page.items] == [task.id]
        assert standin.asked("list") == [
            {"status": ["created"], "terminal": ["false"], "q": ["refund"], "limit": ["50"]}
        ]
        assert client.tasks.open(task.id).status == "in_progress"
        done = client.tasks.complete(task.id, Decision(approved=True), "sue@example.com")
        assert (done.status, done.response) == ("completed", {"approved": True, "reason": ""})
        assert standin.asked("complete")[0]["completed_by_email"] == "sue@example.com"
        (entry,) = client.tasks.audit(task.id)
        assert isinstance(entry, AuditEntry)
        assert client.tasks.cancel(task.id, "not needed").status == "cancelled"
        assert standin.asked("cancel") == [{"reason": "not needed"}]


async def test_an_awaited_client_does_the_same(standin: StandIn) -> None:
    async with AwaitHumans(standin.url, "key") as client:
        assert client.server_url == standin.url
        task = await client.tasks.create(**REFUND)
        assert await client.tasks.get(task.id) == task
        page = await client.tasks.list(status=["created", "assigned"])
        assert [item.id for item in page.items] == [task.id]
        assert standin.asked("list")[0]["status"] == ["created", "assigned"]
        assert (await client.tasks.open(task.id)).status == "in_progress"
        done = await client.tasks.complete(task.id, {"approved": False})
        assert done.response == {"approved": False}
        assert [entry.action for entry in await client.tasks.audit(task.id)] == ["created"]
        assert (await client.tasks.cancel(task.id)).status == "cancelled"


def test_all_pages_are_gone_through(standin: StandIn) -> None:
    with AwaitHumansSync(standin.url) as client:
        ids = fill(standin, client, 5)
        found = list(client.tasks.iterate(page_size=2))
        assert all(isinstance(item, TaskSummary) for item in found)
        assert [item.id for item in found] == ids[::-1]
        assert [query.get("cursor") for query in standin.asked("list")] == [
            None,
            [ids[3]],
            [ids[1]],
        ]


async def test_all_pages_are_gone_through_awaited(standin: StandIn) -> None:
    with AwaitHumansSync(standin.url) as client:
        ids = fill(standin, client, 3)
    async with AwaitHumans(standin.url) as client:
        found = [item.id async for item in client.tasks.iterate(page_size=2)]
    assert found == ids[::-1]


def test_one_client_serves_many_threads(standin: StandIn) -> None:
    threading.Thread(target=lambda: (standin.wait_for("poll", 8), standin.approve())).start()
    with AwaitHumansSync(standin.url) as client, ThreadPoolExecutor(8) as pool:

        def ask(number: int) -> Decision:
            return client.await_human(**REFUND, idempotency_key=f"key-{number}")

        assert all(decision.approved for decision in pool.map(ask, range(8)))


Ask = Callable[[AwaitHumansSync], Any]
CALLS: dict[str, Ask] = {
    "get": lambda client: client.tasks.get("tsk_1"),
    "list": lambda client: client.tasks.list(),
    "open": lambda client: client.tasks.open("tsk_1"),
    "cancel": lambda client: client.tasks.cancel("tsk_1"),
    "complete": lambda client: client.tasks.complete("tsk_1", {}),
    "audit": lambda client: client.tasks.audit("tsk_1"),
}


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize(
    ("behaviour", "kind", "code"),
    [
        (says(409, an_error("TASK_ALREADY_SETTLED")), RequestError, "TASK_ALREADY_SETTLED"),
        (says(500, an_error("INTERNAL_ERROR")), RequestError, "INTERNAL_ERROR"),
        (html(403), RequestError, "REQUEST_FAILED"),
        (html(502), ServerUnreachableError, "SERVER_UNREACHABLE"),
        (drops, ServerUnreachableError, "SERVER_UNREACHABLE"),
    ],
)
def test_a_call_that_fails_fails_once(
    standin: StandIn, operation: str, behaviour: Behaviour, kind: type[Exception], code: str
) -> None:
    standin.instead[operation].append(behaviour)
    with AwaitHumansSync(standin.url) as client, pytest.raises(AwaitHumansError) as caught:
        CALLS[operation](client)
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert vars(caught.value)["task_id"] == (None if operation == "list" else "tsk_1")
    assert len(standin.requests) == 1


@pytest.mark.parametrize("operation", [name for name in CALLS if name != "list"])
def test_an_unknown_task_is_not_found(standin: StandIn, operation: str) -> None:
    with AwaitHumansSync(standin.url) as client, pytest.raises(TaskNotFoundError) as caught:
        CALLS[operation](client)
    assert (caught.value.status_code, caught.value.task_id) == (404, "tsk_1")


def test_an_answer_that_is_refused_names_its_fields(standin: StandIn) -> None:
    faults = [{"loc": ["body", "response", "approved"], "msg": "must be true or false"}]
    refusal = an_error("RESPONSE_INVALID", "It does not satisfy the schema.", errors=faults)
    standin.instead["complete"].append(says(422, refusal))
    with AwaitHumansSync(standin.url) as client, pytest.raises(RequestError) as caught:
        client.tasks.complete("tsk_1", {"approved": "yes"})
    assert caught.value.errors == faults
    assert "body.response.approved: must be true or false" in str(caught.value)


NO_OBJECT: Any = ["not an object"]
UNSENDABLE: dict[str, Ask] = {
    "a number that is none": lambda client: client.tasks.complete("tsk_1", {"n": float("nan")}),
    "no object": lambda client: client.tasks.complete("tsk_1", NO_OBJECT),
    "no address": lambda client: client.tasks.complete("tsk_1", {}, "not an address"),
    "a long reason": lambda client: client.tasks.cancel("tsk_1", "x" * 2001),
}


@pytest.mark.parametrize("what", UNSENDABLE)
def test_what_the_contract_would_refuse_is_not_sent(standin: StandIn, what: str) -> None:
    with AwaitHumansSync(standin.url) as client, pytest.raises(RequestError) as caught:
        UNSENDABLE[what](client)
    assert type(caught.value) is RequestError
    assert standin.requests == []


def test_a_create_that_cannot_work_is_not_sent(standin: StandIn) -> None:
    hasty: dict[str, Any] = {**REFUND, "timeout_seconds": 1}
    with AwaitHumansSync(standin.url) as client, pytest.raises(TaskCreateError):
        client.tasks.create(**hasty)
    assert standin.requests == []


def test_a_task_id_cannot_leave_its_place_in_the_address(standin: StandIn) -> None:
    with AwaitHumansSync(standin.url) as client, pytest.raises(TaskNotFoundError):
        client.tasks.get("../../admin?x=1#y")
    assert len(standin.requests) == 1


def test_an_address_with_a_path_keeps_it(standin: StandIn) -> None:
    with AwaitHumansSync(standin.url + "/prefix/") as client:
        assert client.server_url.endswith("/prefix")
        with pytest.raises(RequestError):
            client.tasks.list()


def test_a_slow_answer_to_one_does_not_keep_another_waiting(standin: StandIn) -> None:
    standin.instead["list"].append(hangs(0.3))
    with AwaitHumansSync(standin.url) as client, ThreadPoolExecutor(1) as pool:
        slow = pool.submit(client.tasks.list)
        standin.wait_for("list")
        assert client.tasks.list().items == []
        assert isinstance(slow.exception(), ServerUnreachableError)
