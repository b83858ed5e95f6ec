"""R7: told to stop, the server answers everybody who waits, and is gone within 5 s."""

import asyncio
import json
import resource
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.bodies import refund
from tests.support.process import TOKEN, DevProcess, ServerProcess
from tests.support.timing import in_time

GONE_WITHIN = 5.0


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process have as many connections as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 5000:
        pytest.skip(f"this process may have only {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (5000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def created(server: ServerProcess, count: int) -> list[str]:
    with server.client() as client:
        return [client.post("/api/tasks", json=refund()).json()["id"] for _ in range(count)]


def parked(server: ServerProcess) -> int:
    with server.client() as client:
        return client.get("/api/status").json()["parked_requests"]


async def poll(server: ServerProcess, task_id: str) -> bytes:
    """Send a poll over a connection of its own; return all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    request = (
        f"GET /api/tasks/{task_id}/poll?timeout=30 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {TOKEN}\r\n\r\n"
    )
    writer.write(request.encode())
    answer = await reader.read()
    writer.close()
    return answer


async def parked_polls(server: ServerProcess, count: int) -> "list[asyncio.Task[bytes]]":
    ids = await asyncio.to_thread(created, server, 100)
    polls: list[asyncio.Task[bytes]] = []
    for start in range(0, count, 200):
        numbers = range(start, min(start + 200, count))
        polls += [asyncio.create_task(poll(server, ids[n % len(ids)])) for n in numbers]
        await asyncio.sleep(0.05)
    until = time.monotonic() + 30
    while await asyncio.to_thread(parked, server) < count and time.monotonic() < until:
        await asyncio.sleep(0.1)
    assert await asyncio.to_thread(parked, server) == count
    return polls


def body_of(answer: bytes) -> dict[str, object]:
    """Return the body of a whole, valid 200."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 200 OK", answer[:200]
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    assert headers["content-type"] == "application/json"
    assert int(headers["content-length"]) == len(body)
    return json.loads(body)


@pytest.fixture(params=["sqlite", "postgresql"])
def on_either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServerProcess]:
    """A server process on each database."""
    environment: dict[str, str] = {}
    if request.param == "postgresql":
        environment["AWAITHUMANS_DATABASE_URL"] = request.getfixturevalue("database_url")
    process = ServerProcess(tmp_path, **environment).start()
    yield process
    process.kill()


@pytest.mark.quiet
@pytest.mark.usefixtures("many_files")
async def test_sigterm_with_2000_parked_answers_each_and_exits_with_0_within_5_seconds(
    on_either: ServerProcess,
) -> None:
    server = on_either
    polls = await parked_polls(server, 2000)
    began = time.monotonic()
    code = await asyncio.to_thread(server.stop)
    gone = time.monotonic() - began
    answers = [body_of(answer) for answer in await asyncio.gather(*polls)]
    print(f"\n2,000 parked: gone {gone:.2f} s after SIGTERM")
    assert code == 0
    in_time(gone, GONE_WITHIN)
    assert len(answers) == 2000
    for answer in answers:
        assert answer == {
            "status": "created",
            "response": None,
            "completed_at": None,
            "timed_out_at": None,
            "verification_attempt": 0,
        }
    assert "Traceback" not in server.output()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_goes_quietly_whichever_way_it_is_told(
    server: ServerProcess, number: signal.Signals
) -> None:
    polls = await parked_polls(server, 50)
    server.printed("token=")
    began = time.monotonic()
    assert await asyncio.to_thread(server.signal, number) == 0
    in_time(time.monotonic() - began, GONE_WITHIN)
    for answer in await asyncio.gather(*polls):
        assert body_of(answer)["status"] == "created"
    lines = [json.loads(line) for line in server.output().splitlines() if line.startswith("{")]
    assert {line["level"] for line in lines} == {"info"}


def test_ctrl_c_ends_the_development_server_quietly(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    server = DevProcess(tmp_path_factory.mktemp("home")).start()
    server.printed("Press Ctrl-C")
    assert server.signal(signal.SIGINT) == 0
    assert "Traceback" not in server.output()
    assert "Aborted" not in server.output()
    assert server.output().rstrip().endswith("Press Ctrl-C to stop.")


async def test_who_sends_half_a_request_does_not_keep_it_from_going(server: ServerProcess) -> None:
    halves = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(3)]
    halves[0][1].write(b"POST /api/tasks HTTP/1.1\r\nHost: a\r\nContent-Le")
    halves[1][1].write(
        f"POST /api/tasks HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{".encode()
    )
    await asyncio.sleep(0.2)
    began = time.monotonic()
    code = await asyncio.to_thread(server.stop)
    gone = time.monotonic() - began
    for _, writer in halves:
        writer.close()
    assert code == 0
    in_time(gone, GONE_WITHIN)
    assert "Traceback" not in server.output()


async def test_what_was_created_while_it_stopped_is_there_or_was_refused(
    server: ServerProcess,
) -> None:
    acknowledged: list[str] = []

    async def create() -> None:
        async with server.async_client() as client:
            try:
                while True:
                    made = await client.post("/api/tasks", json=refund())
                    assert made.status_code == 201, made.text
                    acknowledged.append(made.json()["id"])
            except httpx.TransportError:
                return

    creating = asyncio.gather(*(create() for _ in range(8)))
    await asyncio.sleep(0.4)
    assert await asyncio.to_thread(server.stop) == 0
    await creating
    assert acknowledged
    await asyncio.to_thread(server.start)
    async with server.async_client() as client:
        for task_id in acknowledged:
            assert (await client.get(f"/api/tasks/{task_id}")).status_code == 200
    assert "Traceback" not in server.output()


async def test_while_it_drains_it_is_not_ready_serves_on_and_keeps_who_waits(
    tmp_path: Path,
) -> None:
    server = ServerProcess(tmp_path, AWAITHUMANS_DRAIN_SECONDS="2").start()
    (poll,) = await parked_polls(server, 1)
    began = time.monotonic()
    stopping = asyncio.create_task(asyncio.to_thread(server.stop))
    async with server.async_client() as client:
        ready = await client.get("/api/ready")
        while ready.status_code == 200:
            assert time.monotonic() - began < 1, "it was ready for a second after it was told"
            ready = await client.get("/api/ready")
        assert (ready.status_code, ready.json()["error_code"]) == (503, "NOT_READY")
        assert (await client.get("/api/health")).status_code == 200
        assert (await client.post("/api/tasks", json=refund())).status_code == 201
        assert not poll.done()
    assert await asyncio.wait_for(stopping, 10) == 0
    in_time(time.monotonic() - began, 2 + GONE_WITHIN, at_least=2)
    assert body_of(await poll)["status"] == "created"


def test_who_tells_it_twice_does_not_wait_for_the_drain(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, AWAITHUMANS_DRAIN_SECONDS="60").start()
    server.printed("token=")
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    with server.client() as client:
        while client.get("/api/ready").status_code == 200:
            time.sleep(0.01)
    began = time.monotonic()
    assert server.stop() == 0
    in_time(time.monotonic() - began, GONE_WITHIN)


async def test_sigterm_ends_open_streams_at_once(server: ServerProcess):
    request = (
        f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    )
    streams = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(50)]
    for reader, writer in streams:
        writer.write(request.encode())
        await asyncio.wait_for(reader.readuntil(b"id: 0-"), 10)
    began = time.monotonic()
    assert await asyncio.to_thread(server.stop) == 0
    in_time(time.monotonic() - began, GONE_WITHIN)
    for reader, writer in streams:
        # The end of a chunked body: nobody is cut off in the middle.
        assert (await asyncio.wait_for(reader.read(), 5)).endswith(b"0\r\n\r\n")
        writer.close()
