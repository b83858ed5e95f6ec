"""Two servers on one PostgreSQL: who waits on one is woken by what happens on the other."""

import asyncio
import fcntl
import os
import socket
import threading
import time
from typing import Any

import pytest

from awaithumans.server.errors import TaskNotFound
from awaithumans.server.outbox.backoff import VERDICTS
from awaithumans.server.outbox.recording import nothing
from awaithumans.server.outbox.relay import Carrier
from awaithumans.server.tasks.deliveries import Delivery, Outcome
from awaithumans.server.tasks.lookup import Full
from awaithumans.server.tasks.model import Entry, Judgement
from awaithumans.server.wake.postgres import PostgresEars
from tests.store.kept import statements
from tests.support.bodies import APPROVED
from tests.support.inprocess import InProcess
from tests.support.made import AGENT, a_verified_draft
from tests.support.postgres import Postgres, connected
from tests.support.timing import in_time
from tests.support.two_servers import TwoServers, dies, parked, until

SOON = 1.0


@pytest.mark.parametrize(
    ("way", "seen"), [("complete", "completed"), ("cancel", "cancelled"), ("delete", None)]
)
async def test_what_settles_a_task_on_one_wakes_who_waits_on_the_other(
    two: TwoServers, way: str, seen: str | None
) -> None:
    task_id = await two.created()
    polls = await parked(two.one, task_id) + await parked(two.other, task_id, task_id)
    path, client = f"/api/tasks/{task_id}", two.one.client
    if way == "delete":
        assert (await client.delete(path)).status_code == 204
    else:
        body = APPROVED if way == "complete" else {}
        assert (await client.post(f"{path}/{way}", json=body)).status_code == 200
    for answer in await asyncio.wait_for(asyncio.gather(*polls), SOON):
        assert answer.status_code == (404 if seen is None else 200)
        assert answer.json().get("status") == seen


async def submitted(two: TwoServers, **changes: Any) -> "tuple[str, int, asyncio.Task[Full]]":
    """Submit an answer on the one, and wait for its verdict there; no verifier takes it up."""
    for server in (two.one, two.other):
        server.server.jobs.relay.carry("verification", Carrier(Hanging(), nothing, VERDICTS))
    tasks = two.one.server.tasks
    task_id = await two.one.unadmitted(a_verified_draft(**changes))
    answer = asyncio.create_task(tasks.complete(task_id, {"approved": True}, AGENT, 30))
    await until(lambda: two.one.server.jobs.waker.parked == 1)
    await until(lambda: two.count("tasks", "status = 'submitted'") == 1)
    return task_id, (await tasks.get(task_id)).task.version, answer


class Hanging:
    """A verifier that gives no verdict."""

    async def send(self, _delivery: Delivery, _body: str) -> Outcome:
        await asyncio.sleep(60)
        return Outcome(None, None)


@pytest.mark.parametrize(("passed", "seen"), [(True, "completed"), (False, "rejected")])
async def test_a_verdict_of_another_process_wakes_who_waits_for_it(
    two: TwoServers, passed: bool, seen: str
) -> None:
    task_id, version, answer = await submitted(two)
    assert await two.other.server.tasks.judge(task_id, version, Judgement(passed, "Why not?"))
    assert (await asyncio.wait_for(answer, SOON)).task.status == seen


@pytest.mark.parametrize("how", ["cancel", "delete"])
async def test_who_waits_for_a_verdict_hears_of_a_cancel_and_a_removal_elsewhere(
    two: TwoServers, how: str
) -> None:
    task_id, _, answer = await submitted(two)
    if how == "cancel":
        await two.other.server.tasks.cancel(task_id, None, AGENT)
        assert (await asyncio.wait_for(answer, SOON)).task.status == "cancelled"
    else:
        await two.other.server.tasks.delete(task_id)
        with pytest.raises(TaskNotFound):
            await asyncio.wait_for(answer, SOON)


async def test_a_verdict_that_was_not_heard_is_read_again_when_listening_is_back(
    two: TwoServers,
) -> None:
    task_id, version, answer = await submitted(two)
    ears = two.one.server.app.state.parts.ears
    await ears.stop()
    await two.other.server.tasks.judge(task_id, version, Judgement(True, ""))
    await asyncio.sleep(0.2)
    assert not answer.done()
    ears.start()
    assert (await asyncio.wait_for(answer, 5)).task.status == "completed"


async def test_what_one_reopens_after_its_deadline_is_settled_at_once(two: TwoServers) -> None:
    task_id, version, answer = await submitted(two, timeout_seconds=1)
    await asyncio.sleep(1.2)
    (poll,) = await parked(two.other, task_id)
    await two.one.server.tasks.judge(task_id, version, Judgement(False, "No date."))
    assert (await asyncio.wait_for(poll, SOON)).json()["status"] == "timed_out"
    assert (await answer).task.status in ("rejected", "timed_out")


async def test_who_waits_for_another_task_sleeps_on(two: TwoServers) -> None:
    asked, answered = await two.created(), await two.created()
    polls = await parked(two.other, asked)
    with statements(two.other.store) as made:
        await two.one.client.post(f"/api/tasks/{answered}/complete", json=APPROVED)
        await asyncio.sleep(0.2)
    assert not polls[0].done()
    assert made == []
    await two.one.client.post(f"/api/tasks/{asked}/cancel", json={})
    assert (await asyncio.wait_for(polls[0], SOON)).json()["status"] == "cancelled"


async def terminal_entries(server: InProcess, task_id: str) -> list[Entry]:
    history = await server.server.tasks.audit(task_id)
    return [entry for entry in history if entry.to_status == "timed_out"]


@pytest.mark.quiet
async def test_a_deadline_wakes_who_waits_on_either_and_is_met_once_and_on_time(
    two: TwoServers,
) -> None:
    task_id = await two.created(timeout_seconds=2)
    began = time.monotonic()
    polls = await parked(two.one, task_id) + await parked(two.other, task_id)
    answers = await asyncio.wait_for(asyncio.gather(*polls), 5)
    in_time(time.monotonic() - began, 2.5, at_least=1.8)
    assert [answer.json()["status"] for answer in answers] == ["timed_out"] * 2
    assert len(await terminal_entries(two.one, task_id)) == 1


@pytest.mark.quiet
async def test_an_earlier_deadline_that_a_process_made_before_it_died_is_met_on_time(
    two: TwoServers,
) -> None:
    later, earlier = await two.created(timeout_seconds=900), await two.created(timeout_seconds=2)
    began = time.monotonic()
    await dies(two.one)
    (poll,) = await parked(two.other, earlier)
    assert (await asyncio.wait_for(poll, 5)).json()["status"] == "timed_out"
    in_time(time.monotonic() - began, 2.5, at_least=1.5)
    assert (await two.other.server.tasks.get(later)).task.status == "created"


async def test_a_deadline_that_was_no_news_to_a_process_that_died_is_met_on_time_too(
    two: TwoServers,
) -> None:
    """The one knew of an earlier deadline, which is settled when the other starts afresh."""
    settled = await two.created(timeout_seconds=2)
    await two.one.server.tasks.cancel(settled, None, AGENT)
    deadlines = two.other.server.app.state.parts.deadlines
    await deadlines.stop()
    deadlines.start(two.other.server.tasks)
    await until(lambda: deadlines.next_deadline is None)
    waiting = await two.created(timeout_seconds=3)
    began = time.monotonic()
    await dies(two.one)
    (poll,) = await parked(two.other, waiting)
    assert (await asyncio.wait_for(poll, 6)).json()["status"] == "timed_out"
    in_time(time.monotonic() - began, 4)


LISTENING = "datname = current_database() AND application_name = 'awaithumans listening'"


def end_listening(url: str) -> None:
    with connected(url) as connection:
        connection.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {LISTENING}".encode()
        )


async def ready(server: InProcess) -> tuple[int, str | None]:
    answer = await server.stranger.get("/api/ready")
    return answer.status_code, answer.json().get("error_code")


async def ready_is(server: InProcess, code: int, within: float = 5.0) -> None:
    deadline = time.monotonic() + within
    while (await ready(server))[0] != code:
        assert time.monotonic() < deadline, await ready(server)
        await asyncio.sleep(0.02)


async def test_a_lost_listening_connection_is_told_comes_back_and_makes_up_for_what_it_missed(
    two: TwoServers, databases: Postgres
) -> None:
    ids = [await two.created() for _ in range(21)]
    polls = await parked(two.other, *ids)
    await ready_is(two.one, 200)
    name = two.url.partition("?")[0].rpartition("/")[2]
    admin = databases.url.render_as_string(hide_password=False)
    with connected(admin) as beside:
        beside.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        try:
            beside.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s "
                "AND application_name = 'awaithumans listening'",
                [name],
            )
            await ready_is(two.other, 503)
            assert (await ready(two.other))[1] == "NOT_READY"
            for task_id in ids[:-1]:
                done = await two.one.client.post(f"/api/tasks/{task_id}/complete", json=APPROVED)
                assert done.status_code == 200
            await asyncio.sleep(0.3)
            assert not any(poll.done() for poll in polls)
        finally:
            beside.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    with statements(two.other.store) as made:
        answers = await asyncio.wait_for(asyncio.gather(*polls[:-1]), 5)
    assert {answer.json()["status"] for answer in answers} == {"completed"}
    assert not polls[-1].done()
    assert sum("tasks.id IN (" in statement for statement in made) == 1
    await ready_is(two.other, 200)
    await two.one.client.post(f"/api/tasks/{ids[-1]}/cancel", json={})
    assert (await asyncio.wait_for(polls[-1], SOON)).json()["status"] == "cancelled"


async def test_a_listening_connection_that_is_lost_again_and_again_comes_back(
    two: TwoServers,
) -> None:
    for _ in range(3):
        task_id = await two.created()
        (poll,) = await parked(two.other, task_id)
        end_listening(two.url)
        await two.one.server.tasks.cancel(task_id, None, AGENT)
        assert (await asyncio.wait_for(poll, 3)).json()["status"] == "cancelled"
    await ready_is(two.one, 200)
    await ready_is(two.other, 200)
    assert two.count("pg_stat_activity", LISTENING) == 2


async def test_the_number_of_a_lost_connection_is_left_to_who_gets_it_next(
    two: TwoServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a server does that accepts a request in the moment in which the connection is lost."""
    loop, read = asyncio.get_running_loop(), vars(PostgresEars)["_read"]
    taken: set[int] = set()

    def read_and_take(ears: PostgresEars, connection: Any, number: int, lost: Any) -> None:
        read(ears, connection, number, lost)
        if not lost.done() or taken:
            return
        # Somebody else may have been faster, and must not lose it.
        got = fcntl.fcntl(here.fileno(), fcntl.F_DUPFD_CLOEXEC, number)
        if got == number:
            loop.add_reader(number, int)
            taken.add(number)
        else:
            os.close(got)

    monkeypatch.setattr(PostgresEars, "_read", read_and_take)
    here, there = socket.socketpair()
    with here, there:
        for _ in range(10):
            end_listening(two.url)
            await asyncio.sleep(0.3)
            await ready_is(two.one, 200)
            await ready_is(two.other, 200)
            if taken:
                break
        (number,) = taken
        assert loop.remove_reader(number)
        os.close(number)


async def test_what_was_missed_is_made_up_for_though_the_database_is_busy_at_that_moment(
    two: TwoServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The listening connection is back, but the first reading afterwards is refused."""
    task_id = await two.created()
    (poll,) = await parked(two.other, task_id)
    monkeypatch.setattr("awaithumans.server.store.postgres._WAIT_SECONDS", 0.2)
    threads, free_again = vars(two.other.store)["_threads"], threading.Event()
    for _ in range(8):
        threads.submit(free_again.wait, 10)
    ears = two.other.server.app.state.parts.ears
    end_listening(two.url)
    await until(lambda: not ears.listening)
    await two.one.server.tasks.cancel(task_id, None, AGENT)
    await asyncio.sleep(0.7)
    assert not ears.listening
    free_again.set()
    await until(lambda: ears.listening)
    answer = await asyncio.wait_for(poll, 5)
    if answer.status_code == 503:
        # It was woken before the database had room again, and is told to ask once more.
        answer = await two.other.client.get(f"/api/tasks/{task_id}/poll")
    assert answer.json()["status"] == "cancelled"


async def test_parked_requests_hold_no_connection_and_ask_nothing(two: TwoServers) -> None:
    ids = [await two.created() for _ in range(20)]
    polls = await parked(two.other, *ids * 10)
    with statements(two.other.store) as made:
        await asyncio.sleep(0.5)
    ours = "datname = current_database() AND application_name LIKE 'awaithumans%'"
    assert two.count("pg_stat_activity", f"{ours} AND state <> 'idle'") == 0
    assert two.count("pg_stat_activity", ours) <= 2 * 10
    assert vars(two.other.store)["_engine"].pool.checkedout() == 0
    assert made == []
    await asyncio.gather(*(two.one.server.tasks.cancel(task_id, None, AGENT) for task_id in ids))
    answers = await asyncio.wait_for(asyncio.gather(*polls), 10)
    assert {answer.json()["status"] for answer in answers} == {"cancelled"}


async def test_what_others_say_on_the_channel_is_no_harm(two: TwoServers) -> None:
    task_id = await two.created()
    (poll,) = await parked(two.other, task_id)
    with connected(two.url) as connection:
        for words in ("", "due", "due soon", "due 2026-01-01T00:00:00", "settled", "x\ny", "é"):
            connection.execute("SELECT pg_notify('awaithumans', %s)", [words])
    await two.one.server.tasks.cancel(task_id, None, AGENT)
    assert (await asyncio.wait_for(poll, SOON)).json()["status"] == "cancelled"
    await ready_is(two.other, 200)


async def test_what_is_owed_on_one_is_delivered_by_the_other_at_once(two: TwoServers) -> None:
    await two.one.server.jobs.relay.stop()
    # It is looked at, and refused, which is an attempt too.
    task_id = await two.created(callback_url="http://10.0.0.1/")
    await two.one.server.tasks.cancel(task_id, None, AGENT)
    await until(lambda: two.count("delivery_attempts") == 1)
    found = await two.one.client.get("/api/admin/webhook-deliveries")
    (delivery,) = found.json()["items"]
    assert (delivery["attempts"], delivery["last_error"]) == (
        1,
        "the host's address is not allowed",
    )
