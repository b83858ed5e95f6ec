"""Bodies over the limit are refused before they are read, whoever sends them (S2)."""

import asyncio
import threading
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager

import httpx
import psutil
import pytest

from tests.contract.wire import head, say
from tests.support.bodies import refund
from tests.support.inprocess import InProcess
from tests.support.process import ServerProcess

_MIB = 1 << 20
_LIMIT = 5 * _MIB
_HUGE = 100_000_000
_AT_ONCE = 20
_PIECE = b" " * (1 << 16)


async def test_twenty_huge_uploads_are_refused_before_they_are_read(server: ServerProcess):
    _warm(server)
    with _growth(server) as grown:
        heard = await asyncio.gather(*(_upload(server) for _ in range(_AT_ONCE)))
    print(f"20 declared uploads of 100 MB: the server grew by {grown[0] / _MIB:.1f} MiB")
    assert [_is_refused(answer) for answer in heard] == [True] * _AT_ONCE
    assert grown[0] <= 20 * _MIB
    _unharmed(server)


async def test_twenty_huge_chunked_uploads_are_refused_at_the_limit(server: ServerProcess):
    _warm(server)
    with _growth(server) as grown:
        heard = await asyncio.gather(*(_pour(server) for _ in range(_AT_ONCE)))
    print(f"20 chunked uploads of 100 MB: the server grew by {grown[0] / _MIB:.1f} MiB")
    assert [_is_refused(answer) for answer in heard] == [True] * _AT_ONCE
    assert grown[0] <= 20 * _MIB
    _unharmed(server)


async def test_a_declared_size_is_refused_before_a_byte_of_the_body(shared_server: ServerProcess):
    request = head(
        "POST", "/api/tasks", "Content-Type: application/json", f"Content-Length: {_LIMIT + 1}"
    )
    answer = await asyncio.wait_for(_send(shared_server, request, b"", 0), 1)
    assert _is_refused(answer)
    heard = await say(shared_server, request, within=8)
    assert (heard.statuses, heard.closed) == ([413], True)


@pytest.mark.parametrize("size", [_LIMIT + 1, 4 * _LIMIT])
@pytest.mark.parametrize("declared", [True, False])
async def test_who_sends_it_all_the_same_sees_the_answer(
    shared_server: ServerProcess, size: int, declared: bool
):
    headers = {"Content-Type": "application/json"}
    content = b" " * size if declared else _chunks(size)
    async with shared_server.async_client() as client:
        refused = await client.post("/api/tasks", content=content, headers=headers)
    assert refused.json()["error_code"] == "BODY_TOO_LARGE"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/tasks"), ("POST", "/api/auth/logout"), ("GET", "/api/tasks"), ("PUT", "/no")],
)
async def test_every_path_has_the_limit(served: InProcess, method: str, path: str):
    refused = await served.client.request(method, path, content=b" " * (_LIMIT + 1))
    assert refused.status_code == 413


async def test_a_body_of_just_the_limit_is_read(checked: httpx.Client):
    body = httpx.Request("POST", "http://x", json=refund()).content
    padded = body + b" " * (_LIMIT - len(body))
    headers = {"Content-Type": "application/json"}
    assert checked.post("/api/tasks", content=padded, headers=headers).status_code == 201
    refused = checked.post("/api/tasks", content=padded + b" ", headers=headers)
    assert (refused.status_code, refused.headers["connection"]) == (413, "close")


async def test_a_chunked_body_over_the_limit_is_a_413(served: InProcess):
    headers = {"Content-Type": "application/json"}
    refused = await served.client.post("/api/tasks", content=_chunks(_LIMIT + 1), headers=headers)
    assert refused.json()["error_code"] == "BODY_TOO_LARGE"
    assert (await served.client.get("/api/tasks")).json()["items"] == []


async def _chunks(size: int) -> AsyncIterator[bytes]:
    for start in range(0, size, len(_PIECE)):
        yield _PIECE[: size - start]


async def _upload(server: ServerProcess) -> bytes:
    """Send 100 MB with their size declared, for as long as the server takes them."""
    request = head(
        "POST", "/api/tasks", "Content-Type: application/json", f"Content-Length: {_HUGE}"
    )
    return await _send(server, request, _PIECE, _HUGE)


async def _pour(server: ServerProcess) -> bytes:
    """Send 100 MB in chunks, for as long as the server takes them."""
    request = head(
        "POST", "/api/tasks", "Content-Type: application/json", "Transfer-Encoding: chunked"
    )
    return await _send(server, request, b"%x\r\n%b\r\n" % (len(_PIECE), _PIECE), _HUGE)


async def _send(server: ServerProcess, request: bytes, piece: bytes, size: int) -> bytes:
    """Send the request with a body of `size`, but stop at the answer; return the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    answer = asyncio.ensure_future(_answer(reader))
    try:
        writer.write(request)
        for _ in range(size // len(_PIECE)):
            if answer.done():
                break
            writer.write(piece)
            await writer.drain()
        return await asyncio.wait_for(answer, 10)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """Read one response with a declared length."""
    lines = await reader.readuntil(b"\r\n\r\n")
    length = int(lines.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return lines + await reader.readexactly(length)


def _is_refused(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 413 ") and b"BODY_TOO_LARGE" in answer


@contextmanager
def _growth(server: ServerProcess) -> Generator[list[int]]:
    """Watch the server's memory; the list's one item is by how many bytes it grew at most."""
    process = psutil.Process(server.pid)
    before, grown, done = process.memory_info().rss, [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            grown[0] = max(grown[0], process.memory_info().rss - before)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield grown
    finally:
        done.set()
        watching.join()


def _warm(server: ServerProcess) -> None:
    """Have the server load what it loads once."""
    with server.client() as client:
        for _ in range(50):
            assert client.post("/api/tasks", json=refund()).status_code == 201


def _unharmed(server: ServerProcess) -> None:
    with server.client() as client:
        assert client.post("/api/tasks", json=refund()).status_code == 201
    assert "Traceback" not in server.output()
